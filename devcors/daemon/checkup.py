"""What `doctor` looks at: versions with known trouble, port, config, backends, way out, authority, trust, browsers."""

from __future__ import annotations

import asyncio
import datetime
import os
import platform
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from devcors.config.dirs import data_dir
from devcors.config.loading import Loaded, load
from devcors.errors import DevcorsError, StartError
from devcors.policy import Door, compile_policy
from devcors.policy.rules import Rule
from devcors.proxy.authority import KEY_FILE, CertificateAuthority
from devcors.proxy.dialing import Dialer, DialError, cause_of
from devcors.proxy.listening import bind
from devcors.routing.upstream_proxies import proxies_of
from devcors.system.browsers.finding import installed
from devcors.system.ports import port_owner
from devcors.system.proxysettings.holding import status, without_devcors
from devcors.system.trust.trusting import stores_here, whereabouts

from .way_out import WayOut, system_proxies

_ANSWER = 2.0  # seconds

Result = Literal["ok", "warning", "error"]

_KNOWN_TROUBLE = {
    "11.0.2": "it accepts some chunked bodies that are malformed; 12.2 with Python 3.12 or newer does not",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `hint` is what to do about it."""

    name: str
    result: Result
    message: str
    hint: str | None = None

    def to_json(self) -> dict[str, Any]:
        """For `doctor --json`."""
        return {"name": self.name, "result": self.result, "message": self.message, "hint": self.hint}


def checkup(config: Path | None, profile: str | None) -> Iterator[Check]:
    """The findings, in an order in which each explains the next."""
    yield _python()
    yield _mitmproxy()
    try:
        loaded = load(path=config, environ=os.environ, profile=profile)
    except DevcorsError as error:
        yield Check("config", "error", str(error), error.hint)
    else:
        yield Check("config", "ok", ", ".join(str(file) for file in loaded.files if file.exists()) or "no file")
        yield _port(loaded)
        yield from asyncio.run(_backends(loaded))
    yield from _way_out()
    yield _authority()
    yield from _trusted()
    yield _system_proxy()
    yield _browsers()


def _python() -> Check:
    return Check("python", "ok", f"Python {platform.python_version()} on {platform.system()}")


def _mitmproxy() -> Check:
    installed = version("mitmproxy")
    if trouble := _KNOWN_TROUBLE.get(installed):
        return Check("mitmproxy", "warning", f"mitmproxy {installed}: {trouble}", "install devcors for a newer Python")
    return Check("mitmproxy", "ok", f"mitmproxy {installed}")


def _port(loaded: Loaded) -> Check:
    host, _, port = loaded.config.server.listen.rpartition(":")
    try:
        bound = bind(host, int(port), strict=False)
    except StartError as error:
        return Check("port", "error", error.message, error.hint)
    for sock in bound.sockets:
        sock.close()
    if bound.taken is not None:
        owner = port_owner(bound.taken)
        # a devcors that runs is what one would hope to find there
        message = f"port {bound.taken} is taken" + (f", by {owner}" if owner else "")
        hint = f"fine if that is devcors; otherwise `up` takes the next free port, {bound.port} now"
        return Check("port", "warning", message, hint)
    return Check("port", "ok", f"{loaded.config.server.listen} is free")


async def _backends(loaded: Loaded) -> list[Check]:
    policy = compile_policy(loaded.config, Door(0))
    rules = [*policy.rules, *([policy.frontend] if policy.frontend else []), *policy.hosts]
    dialer = Dialer(proxies=proxies_of(os.environ), system=WayOut().proxies)
    return list(await asyncio.gather(*(_backend(rule, dialer) for rule in rules if rule.upstream)))


async def _backend(rule: Rule, dialer: Dialer) -> Check:
    upstream = rule.upstream
    assert upstream is not None
    try:
        _, writer = await dialer.dial(upstream.host, upstream.port, upstream)
    except DialError as error:
        hint = f"start the server that listens on {upstream.authority}"
        return Check(rule.name, "warning", f"{upstream.origin} cannot be reached: {error.cause}", hint)
    writer.close()
    with suppress(OSError):  # whether it says goodbye does not matter
        await writer.wait_closed()
    return Check(rule.name, "ok", f"{upstream.origin} answers")


def _way_out() -> Iterator[Check]:
    """Through which proxy devcors leaves this machine; found out as the dialer does."""
    environment = proxies_of(os.environ)
    for variable in environment.unusable:
        hint = f"give {variable} an http:// URL"
        yield Check("way-out", "warning", f"{variable} names no http:// proxy: it is not used", hint)
    found = environment or system_proxies()
    for proxy in dict.fromkeys(proxy for proxy in (found.http, found.https) if proxy is not None):
        try:
            socket.create_connection((proxy.host, proxy.port), _ANSWER).close()
        except OSError as error:
            message = f"what leaves this machine goes through {proxy}, which cannot be reached: {cause_of(error)}"
            yield Check("way-out", "warning", message, "mend that setting, or leave hosts out with NO_PROXY")
        else:
            yield Check("way-out", "ok", f"what leaves this machine goes through {proxy}")
    if not found and (told := _not_followed()):
        message = f"what leaves this machine goes directly: devcors cannot follow the system's proxy, {told}"
        yield Check("way-out", "warning", message, "where nobody gets out directly, name the proxy in HTTPS_PROXY")


def _not_followed() -> str | None:
    """The system's setting in words, where it is none that devcors goes by."""
    with suppress(DevcorsError):  # told of below
        setting = without_devcors()
        return setting.told if setting.not_followed else None
    return None


def _authority() -> Check:
    folder = data_dir() / "ca"
    key = folder / KEY_FILE
    if not key.exists():
        return Check("ca", "ok", "no certificate authority yet; one is made when the first TLS is opened")
    for path, mode in ((folder, "700"), (key, "600")):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            return Check("ca", "error", f"others can get at {path}", f"chmod {mode} {path}")
    try:
        authority = CertificateAuthority.load_or_create(folder)
    except StartError as error:
        return Check("ca", "error", error.message, error.hint)
    until = authority.certificate.not_valid_after_utc
    if until < datetime.datetime.now(datetime.UTC):
        hint = f"devcors untrust, then remove {folder}; a new one is made, and must be trusted anew"
        return Check("ca", "error", f"{authority.path} was valid until {until.date().isoformat()}", hint)
    return Check("ca", "ok", f"{authority.path}, valid until {until.date().isoformat()}")


def _trusted() -> Iterator[Check]:
    """Where each authority is trusted. Not to be trusted is no fault: `devcors browser` and `env` do without."""
    for found in whereabouts(stores_here()):
        asked = {
            state: [outcome.store for outcome in found.outcomes if outcome.state == state]
            for state in ("trusted", "absent", "unknown")
        }
        trusted, unknown = asked["trusted"], [outcome for outcome in found.outcomes if outcome.state == "unknown"]
        if not found.current:
            if trusted or unknown:
                where = "; ".join([*trusted, *asked["unknown"]])
                yield Check("trust", "warning", f"an earlier authority is trusted yet: {where}", "devcors untrust")
        elif unknown:
            message = "; ".join(f"{outcome.store} cannot be asked: {outcome.message}" for outcome in unknown)
            yield Check("trust", "warning", message, unknown[0].hint)
        elif asked["absent"]:
            told = "; ".join(asked["absent"])
            message = f"trusted by {'; '.join(trusted)}; not by {told}" if trusted else f"not trusted by {told}"
            yield Check("trust", "warning" if trusted else "ok", message, "devcors trust")
        elif trusted:
            yield Check("trust", "ok", f"trusted by {'; '.join(trusted)}")


def _system_proxy() -> Check:
    """An orphan is given back before any command begins: one that is still there could not be."""
    try:
        found = status()
    except DevcorsError as error:
        return Check("system-proxy", "warning", str(error), error.hint)
    now = f"{found.desktop}: {found.setting}"
    if not found.is_ours:
        return Check("system-proxy", "ok", f"{now}, not set by devcors")
    if found.alive:
        return Check("system-proxy", "ok", f"{now}, set by devcors, pid {found.owner}")
    hint = f"devcors system-proxy off, or by hand: {found.by_hand}"
    return Check("system-proxy", "error", f"{now}, left by a devcors that has ended, pid {found.owner}", hint)


def _browsers() -> Check:
    if found := installed():
        told = ", ".join(f"{browser.title} ({' '.join(browser.command)})" for browser in found)
        return Check("browsers", "ok", f"devcors browser can open {told}")
    hint = "install Chromium, Google Chrome, Microsoft Edge or Firefox; any browser can use devcors as its HTTP proxy"
    return Check("browsers", "warning", "no browser found that devcors browser could open", hint)
