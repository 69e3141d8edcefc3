"""macOS: `networksetup` (networksetup(8)), for each network service that is not disabled.

A value is a service, a blank-free name of ours, and what networksetup says of it: `url` is the script's, `web` and
`secure` are `HOST PORT` of a manual proxy; `… on` is whether it counts. Setting an address switches it on, so the
switch is put back to what it was after each.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence

from devcors.routing.upstream_proxies import UpstreamProxies, exceptions_of

from .commands import Run, run
from .values import Manual, Pac, Values, Wanted, named_by_system

TOOL = "/usr/sbin/networksetup"
_KINDS = {"url": "autoproxy", "web": "webproxy", "secure": "securewebproxy"}
_NULL = "(null)"  # printed where no URL was ever set


class MacOs:
    """See `values.Desktop`."""

    name = "macOS"

    def __init__(self, run: Run = run) -> None:
        self._run = run

    def check(self) -> bool:
        """By the system alone: the tool is part of it."""
        return sys.platform == "darwin"

    def _services(self) -> list[str]:
        """A line that says what an asterisk means (a disabled service), then a service a line."""
        lines = self._run([TOOL, "-listallnetworkservices"]).splitlines()[1:]
        return [line for line in lines if line and not line.startswith("*")]

    def get(self) -> Values:
        """Four questions for each service."""
        found: Values = {}
        for service in self._services():
            found[f"{service}/bypass"] = self._run([TOOL, "-getproxybypassdomains", service])
            for kind in _KINDS:
                found[f"{service}/{kind}"], found[f"{service}/{kind} on"] = self._asked(service, kind)
        return found

    def _asked(self, service: str, kind: str) -> tuple[str | None, str]:
        """Address and switch. The answer is lines of `Name: value`."""
        question = "-getautoproxyurl" if kind == "url" else f"-get{_KINDS[kind]}"
        said = dict(re.findall(r"^([^:\n]+): ?(.*)$", self._run([TOOL, question, service]), re.MULTILINE))
        switch = "on" if said.get("Enabled") == "Yes" else "off"
        if kind == "url":
            return (None if said.get("URL", _NULL) == _NULL else said["URL"]), switch
        server = said.get("Server", "")
        return (f"{server} {said.get('Port', '0')}" if server else None), switch

    def wanted(self, wanted: Wanted, now: Values) -> Values:
        """For each service. A script counts before a manual proxy, so for that one it is switched off."""
        services = [key.removesuffix("/url") for key in now if key.endswith("/url")]
        state: Values = {}
        for service in services:
            if isinstance(wanted, Pac):
                state |= {f"{service}/url": wanted.url, f"{service}/url on": "on"}
                continue
            for kind in ("web", "secure"):
                state[f"{service}/{kind}"] = f"{wanted.host} {wanted.port}"
            state |= {f"{service}/web on": "on", f"{service}/secure on": "on", f"{service}/url on": "off"}
        return state

    def switches(self, keys: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Each points to the address of its own."""
        return {key: (key.removesuffix(" on"),) for key in keys if key.endswith(" on")}

    def put(self, key: str, value: str | None) -> None:
        """An address that is taken away becomes empty: networksetup has no way to make it absent."""
        service, _, kind = key.rpartition("/")
        name = _KINDS[kind.removesuffix(" on")]
        if kind.endswith(" on"):
            self._run([TOOL, f"-set{name}state", service, value or "off"])
            return
        _, switch = self._asked(service, kind)
        if kind == "url":
            self._run([TOOL, "-setautoproxyurl", service, value or ""])
        else:
            host, _, port = (value or " 0").rpartition(" ")
            self._run([TOOL, f"-set{name}", service, host, port])
        self._run([TOOL, f"-set{name}state", service, switch])

    def told(self) -> None:
        """The system tells every program itself."""

    def summary(self, values: Values) -> str:
        """That of the first service that has one."""
        for key, value in values.items():
            if key.endswith("/url on") and value == "on":
                return str(Pac(values.get(key.removesuffix(" on")) or ""))
            if key.endswith("/web on") and value == "on":
                host, _, port = (values.get(key.removesuffix(" on")) or " 0").rpartition(" ")
                return str(Manual(host, int(port)))
        return "none"

    def proxies(self, values: Values) -> UpstreamProxies:
        """Of the first service that has any: networksetup lists them in the order in which they are used."""
        for key, value in values.items():
            service, _, name = key.rpartition("/")
            if name not in ("url on", "web on", "secure on") or value != "on":
                continue
            if name == "url on":
                break
            http, https = (
                named_by_system(*(values.get(f"{service}/{kind}") or " ").split(" ", 1))
                if values.get(f"{service}/{kind} on") == "on"
                else None
                for kind in ("web", "secure")
            )
            # a line for each; a sentence where there are none, which is no name
            bypass = [line for line in (values.get(f"{service}/bypass") or "").splitlines() if " " not in line]
            return UpstreamProxies(http, https, exceptions_of(bypass, below=False))
        return UpstreamProxies()

    def by_hand(self) -> str:
        """As `values.Desktop.by_hand`."""
        return "networksetup -setautoproxystate Wi-Fi off (for each service of networksetup -listallnetworkservices)"
