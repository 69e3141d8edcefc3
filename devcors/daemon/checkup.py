"""What `doctor` looks at: versions with known trouble, port, config, backends, certificate authority."""

from __future__ import annotations

import asyncio
import os
import platform
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
from devcors.proxy.dialing import Dialer, DialError
from devcors.proxy.listening import bind
from devcors.proxy.upstream_proxy import proxies_of
from devcors.system.browsers.finding import installed
from devcors.system.ports import port_owner

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
    yield _authority()
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
    return list(await asyncio.gather(*(_backend(rule) for rule in rules if rule.upstream)))


async def _backend(rule: Rule) -> Check:
    upstream = rule.upstream
    assert upstream is not None
    try:
        _, writer = await Dialer(proxies=proxies_of(os.environ)).dial(upstream.host, upstream.port, upstream)
    except DialError as error:
        hint = f"start the server that listens on {upstream.authority}"
        return Check(rule.name, "warning", f"{upstream.origin} cannot be reached: {error.cause}", hint)
    writer.close()
    with suppress(OSError):  # whether it says goodbye does not matter
        await writer.wait_closed()
    return Check(rule.name, "ok", f"{upstream.origin} answers")


def _authority() -> Check:
    folder = data_dir() / "ca"
    key = folder / KEY_FILE
    if not key.exists():
        return Check("ca", "ok", "no certificate authority yet; one is made when the first TLS is opened")
    if stat.S_IMODE(key.stat().st_mode) & 0o077:
        return Check("ca", "error", f"others can read {key}", f"chmod 600 {key}")
    try:
        authority = CertificateAuthority.load_or_create(folder)
    except StartError as error:
        return Check("ca", "error", error.message, error.hint)
    until = authority.certificate.not_valid_after_utc.date().isoformat()
    return Check("ca", "ok", f"{authority.path}, valid until {until}")


def _browsers() -> Check:
    if found := installed():
        told = ", ".join(f"{browser.title} ({' '.join(browser.command)})" for browser in found)
        return Check("browsers", "ok", f"devcors browser can open {told}")
    hint = "install Chromium, Google Chrome, Microsoft Edge or Firefox; any browser can use devcors as its HTTP proxy"
    return Check("browsers", "warning", "no browser found that devcors browser could open", hint)
