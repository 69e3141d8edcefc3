"""KDE Plasma: `kreadconfig` and `kwriteconfig` (6 or 5), the file kioslaverc, group "Proxy Settings".

ProxyType is 0 none, 1 manual, 2 script, 3 found by itself (WPAD), 4 from the environment (kio, kprotocolmanager).
A manual proxy stands there as `http://HOST PORT`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence

from devcors.routing.upstream_proxies import UpstreamProxies, all_but, exceptions_of

from .commands import Run, run
from .values import Manual, Pac, Values, Wanted, named_by_system

TYPE = "ProxyType"
SCRIPT = "Proxy Config Script"
SERVERS = ("httpProxy", "httpsProxy")
EXCEPTIONS, REVERSED = "NoProxyFor", "ReversedException"
_ALL = (SCRIPT, *SERVERS, EXCEPTIONS, REVERSED, TYPE)
_WHERE = ("--file", "kioslaverc", "--group", "Proxy Settings", "--key")
_ABSENT = "devcors: no such key"  # what kreadconfig is told to print for one
_TYPES = {"0": "none", "1": "manual", "2": "script", "3": "found by itself", "4": "from the environment"}


class Kde:
    """See `values.Desktop`."""

    name = "KDE"

    def __init__(self, run: Run = run) -> None:
        self._run = run

    def check(self) -> bool:
        """A Plasma session, and its tools."""
        return "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":") and bool(self._version())

    @staticmethod
    def _version() -> str | None:
        return next((version for version in ("6", "5") if shutil.which(f"kwriteconfig{version}")), None)

    def _tool(self, name: str) -> str:
        return f"{name}{self._version() or '6'}"

    def get(self) -> Values:
        """One line from each call: the value, or the default that we gave."""
        found: Values = {}
        for key in _ALL:
            said = self._run([self._tool("kreadconfig"), *_WHERE, key, "--default", _ABSENT])
            value = said.removesuffix("\n")
            found[key] = None if value == _ABSENT else value
        return found

    def wanted(self, wanted: Wanted, now: Values) -> Values:  # noqa: ARG002 - the interface's
        """What hosts are left out of a manual proxy (`NoProxyFor`) stays the user's."""
        if isinstance(wanted, Pac):
            return {SCRIPT: wanted.url, TYPE: "2"}
        state: Values = dict.fromkeys(SERVERS, f"http://{wanted.host} {wanted.port}")
        return {**state, TYPE: "1"}

    def switches(self, keys: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """There is one."""
        return {TYPE: (SCRIPT, *SERVERS)} if TYPE in keys else {}

    def put(self, key: str, value: str | None) -> None:
        """Writes into the user's own file."""
        words = ["--delete", ""] if value is None else ["--", value] if value.startswith("-") else [value]
        self._run([self._tool("kwriteconfig"), *_WHERE, key, *words])

    def told(self) -> None:
        """What runs reads the file again on this signal."""
        signal = ["--type=signal", "/KIO/Scheduler", "org.kde.KIO.Scheduler.reparseSlaveConfiguration", "string:"]
        self._run(["dbus-send", *signal])

    def summary(self, values: Values) -> str:
        """As `values.Desktop.summary`."""
        kind = values.get(TYPE) or "0"
        if kind == "2":
            return str(Pac(values.get(SCRIPT) or ""))
        if kind == "1":
            host, port = _server(values.get(SERVERS[0]))
            return str(Manual(host, int(port))) if port.isdigit() else "manual"
        return _TYPES.get(kind, kind)

    def proxies(self, values: Values) -> UpstreamProxies:
        """ReversedException makes the list one of what goes through the proxy."""
        if values.get(TYPE) != "1":
            return UpstreamProxies()
        http, https = (named_by_system(*_server(values.get(key))) for key in SERVERS)
        exceptions = exceptions_of((values.get(EXCEPTIONS) or "").split(","), below=True)
        if values.get(REVERSED) == "true":
            exceptions = all_but(exceptions)
        return UpstreamProxies(http, https, exceptions)

    def by_hand(self) -> str:
        """As `values.Desktop.by_hand`."""
        return f"{self._tool('kwriteconfig')} --file kioslaverc --group 'Proxy Settings' --key {TYPE} 0"


def _server(text: str | None) -> tuple[str, str]:
    """`http://HOST PORT`, or as older versions wrote it, `http://HOST:PORT`."""
    host, _, port = (text or "").removeprefix("http://").replace(" ", ":").rpartition(":")
    return host, port.rstrip("/")
