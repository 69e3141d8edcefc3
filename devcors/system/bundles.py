"""Files of certificates for programs whose setting replaces what they trust: theirs, and devcors' authority.

What was trusted before stays trusted, and nothing else: a variable that named a file keeps that file's certificates,
one that named none gets the system's. A bundle says in its first line what it was made from, so that it can be made
anew where the variable names the bundle itself, in a shell that evaluated `devcors env` already.
"""

from __future__ import annotations

import hashlib
import os
import ssl
from pathlib import Path

from devcors.config.dirs import data_dir, private_dir, write_private

_FROM = b"# made from: "

_SYSTEM = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS, BSD
)


class Bundles:
    """The bundles for one authority; each is written once."""

    def __init__(self, authority: Path) -> None:
        self._authority = authority
        self._folder = private_dir(data_dir() / "bundles")
        self._made: dict[Path, Path] = {}

    def extending(self, named: str | None) -> Path:
        """A file of what `named` holds (the system's where it names nothing that can be read) and the authority."""
        base = self._base(named)
        if base not in self._made:
            self._made[base] = self._make(base)
        return self._made[base]

    def _base(self, named: str | None) -> Path:
        if not named:
            return system_bundle()
        path = Path(named).absolute()
        if path.parent == self._folder:
            path = _made_from(path)
        return path if path.is_file() and os.access(path, os.R_OK) else system_bundle()

    def _make(self, base: Path) -> Path:
        held, own = base.read_bytes(), self._authority.read_bytes()
        path = self._folder / f"{hashlib.sha256(os.fsencode(base)).hexdigest()[:16]}.pem"
        if own in held:  # after `devcors trust`
            own = b""
        write_private(path, _FROM + os.fsencode(base) + b"\n" + held.rstrip() + b"\n" + own)
        return path


def _made_from(bundle: Path) -> Path:
    try:
        first = bundle.read_bytes().partition(b"\n")[0]
    except OSError:
        first = b""
    return Path(os.fsdecode(first.removeprefix(_FROM))) if first.startswith(_FROM) else system_bundle()


def system_bundle() -> Path:
    """The system's own file, whatever the environment says; certifi's where it has none."""
    for candidate in (*_SYSTEM, ssl.get_default_verify_paths().openssl_cafile):
        if Path(candidate).is_file():
            return Path(candidate)
    import certifi

    return Path(certifi.where())
