"""Chromium and its family: everything is said on the command line."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from .opening import Opening

_ALWAYS = (
    "--no-first-run",
    "--no-default-browser-check",
    # what goes through devcors is the pages' own
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # the system's keyring is not asked, so it need not be unlocked (Linux, macOS)
    "--password-store=basic",
    "--use-mock-keychain",
)


def options(opening: Opening, profile: Path, *, sandbox: bool = True) -> list[str]:
    """The options after the program. Without `sandbox` Chromium also starts for root."""
    return [
        f"--user-data-dir={profile}",
        f"--proxy-server=http://{opening.host}:{opening.port}",
        # else Chromium reaches localhost on its own, whatever the proxy
        "--proxy-bypass-list=<-loopback>",
        # one key, and only in a profile of its own: Chromium ignores this without --user-data-dir
        f"--ignore-certificate-errors-spki-list={key_digest(opening.authority.read_bytes())}",
        *_ALWAYS,
        *(["--headless"] if opening.headless else []),
        *([] if sandbox else ["--no-sandbox"]),
        *opening.extra,
        opening.url,
    ]


def key_digest(pem: bytes) -> str:
    """Base64 of the SHA-256 of a certificate's SubjectPublicKeyInfo (as RFC 7469, section 2.4, has it)."""
    key = x509.load_pem_x509_certificate(pem).public_key()
    info = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(info).digest()).decode()
