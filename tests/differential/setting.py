"""The same cases asked in three ways: straight, with devcors as the browser's proxy, and at devcors' front door."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.support.browser import browser, through_proxy
from tests.support.daemon import Daemon, Record, made_authority, running
from tests.support.servers import self_made

from .asking import Browser
from .lab import Lab, lab

Json = dict[str, Any]

PLAIN_PORTS, TLS_PORTS = (18081, 18082), (18443, 18444)
HOSTS = ("localhost", "127.0.0.1", "[::1]", "foo.localhost", "app.site.test", "api.site.test", "other.test")
_ORIGINS = tuple(f"{scheme}://{host}" for host in HOSTS for scheme in ("http", "https"))
DOOR_PORT = 18082
"""At the front door, devcors is what answers at this port on every loopback host."""


@contextmanager
def straight(folder: Path) -> Iterator[Browser]:
    """A browser that asks the lab itself."""
    with _lab(folder) as (made, key):
        flags = (_rules(made), f"--ignore-certificate-errors-spki-list={key}")
        with browser(folder / "profile", *flags) as context:
            yield Browser(context, made)


@contextmanager
def proxied(folder: Path) -> Iterator[tuple[Browser, Daemon]]:
    """A browser that has devcors as its proxy, for every host of the cases."""
    with _lab(folder) as (made, _):
        plain = [
            f'"{host}:{port}" = {{ target = "http://127.0.0.1:{made.plain}" {_AS_IT_IS} }}'
            for host, port in _all(PLAIN_PORTS)
        ]
        tls = [
            f'"{host}:{port}" = {{ target = "https://127.0.0.1:{made.tls}", verify = false {_AS_IT_IS} }}'
            for host, port in _all(TLS_PORTS)
        ]
        with running(folder, "\n".join(["[intercept]", *plain, *tls])) as daemon:
            flags = through_proxy(daemon.port, made_authority(folder))
            with browser(folder / "profile", *flags) as context:
                yield Browser(context, made, signed_in=_ORIGINS), daemon


@contextmanager
def at_the_door(folder: Path) -> Iterator[tuple[Browser, Daemon]]:
    """A browser for whose pages one of the origins is devcors' front door; the others are the lab itself."""
    with _lab(folder) as (made, key):
        config = f'[routes]\n"/" = {{ target = "http://127.0.0.1:{made.plain}" {_AS_IT_IS} }}\n'
        with running(folder, config) as daemon:
            elsewhere = f"MAP *.test:{DOOR_PORT} 127.0.0.1:{made.plain}"
            door = f"MAP *:{DOOR_PORT} 127.0.0.1:{daemon.port}"
            flags = (_rules(made, elsewhere, door), f"--ignore-certificate-errors-spki-list={key}")
            with browser(folder / "profile", *flags) as context:
                yield Browser(context, made, signed_in=_ORIGINS), daemon


_AS_IT_IS = ', cookies = "keep", redirects = "keep"'


def _all(ports: Sequence[int]) -> Iterator[tuple[str, int]]:
    return ((host, port) for host in HOSTS for port in ports)


@contextmanager
def _lab(folder: Path) -> Iterator[tuple[Lab, str]]:
    """A running lab, and its key as Chromium's flag names it."""
    certificate = self_made(folder, "localhost")
    key = x509.load_pem_x509_certificate(certificate.path.read_bytes()).public_key()
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    with lab(certificate.server_context()) as made:
        yield made, base64.b64encode(hashlib.sha256(encoded).digest()).decode()


def _rules(made: Lab, *first: str) -> str:
    """Every origin leads to the lab: of its host nothing is ever resolved."""
    plain = [f"MAP *:{port} 127.0.0.1:{made.plain}" for port in PLAIN_PORTS]
    tls = [f"MAP *:{port} 127.0.0.1:{made.tls}" for port in TLS_PORTS]
    return f"--host-resolver-rules={','.join((*first, *plain, *tls))}"


def records_of(daemon: Daemon, wanted: Callable[[Record], bool]) -> list[Record]:
    """The records that are wanted, once no more come."""
    count = -1
    while count != len(daemon.records):
        count = len(daemon.records)
        time.sleep(0.4)
    return sorted(filter(wanted, daemon.records), key=lambda record: int(record["id"]))
