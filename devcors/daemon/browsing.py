"""`devcors browser`: from the config to an open browser that goes through the devcors that runs by it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devcors.config.dirs import data_dir
from devcors.config.discovery import find
from devcors.config.loading import load
from devcors.config.schema import Server
from devcors.proxy.authority import CertificateAuthority
from devcors.system.browsers.browser import Name
from devcors.system.browsers.finding import choose, installed
from devcors.system.browsers.opening import Opening
from devcors.system.browsers.running import run
from devcors.urls import literal_at, shown_at

from .answering import expect_devcors


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asked for; None is the usual. `extra` goes to the browser as it is."""

    name: Name | None = None
    url: str | None = None
    extra: tuple[str, ...] = ()


def open_browser(
    wanted: Wanted,
    config: Path | None,
    profile: str | None,
    port: int | None,
    *,
    headless: bool,
    tell: Callable[[str], None],
) -> int:
    """Blocks until the browser has ended; its exit status. Raises DevcorsError where it could not be opened."""
    server = _server(config, profile)
    host, port = listening_at(server, port)
    browser = choose(wanted.name, installed())
    expect_devcors(host, port)
    authority = CertificateAuthority.load_or_create(data_dir() / "ca")
    url = wanted.url or f"{'https' if server.https else 'http'}://{shown_at(host)}:{port}/"
    place = f"{shown_at(host)}:{port}"
    tell(f"{browser.title} goes through devcors at {place}, with a profile that is removed when it ends")
    return run(browser, Opening(url, host, port, authority.path, headless, wanted.extra), tell)


def _server(config: Path | None, profile: str | None) -> Server:
    """`[server]`; its defaults where there is no file, since `up` and `demo` go without one too."""
    if find(config, os.environ, Path.cwd(), Path.home()) is None:
        return Server()
    return load(path=config, environ=os.environ, profile=profile).config.server


def listening_at(server: Server, port: int | None) -> tuple[str, int]:
    """The address by which a program on this machine reaches devcors: host (IPv6 in brackets) and port."""
    host, _, configured = server.listen.rpartition(":")
    return literal_at(host), port or int(configured)
