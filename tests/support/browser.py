"""A real Chromium with an empty profile, driven by Playwright; never Playwright's own download."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import BrowserContext, Playwright, sync_playwright

from .chromium import FLAGS, find


def chromium() -> str:
    """The program. Where there is none the test is skipped, except in CI, which must have one."""
    found = find()
    if found is None:
        message = "no Chromium on this machine (apt install chromium, or set DEVCORS_CHROMIUM)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def firefox() -> str:
    """Firefox's program, as `chromium`."""
    found = os.environ.get("DEVCORS_FIREFOX") or next(filter(None, map(shutil.which, ("firefox", "firefox-esr"))), None)
    if found is None:
        message = "no Firefox on this machine (apt install firefox-esr, or set DEVCORS_FIREFOX)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@contextmanager
def browser(folder: Path, *flags: str) -> Iterator[BrowserContext]:
    """A browser context with a profile of its own in `folder`, third-party cookies allowed."""
    preferences = folder / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    # Debian's build blocks third-party cookies by default; 2 is "in private windows only"
    preferences.write_text(json.dumps({"profile": {"cookie_controls_mode": 2}}))
    program = chromium()
    with _playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder), executable_path=program, headless=True, args=[*FLAGS, *flags]
        )
        try:
            yield context
        finally:
            context.close()


_open: list[Playwright] = []


@contextmanager
def _playwright() -> Iterator[Playwright]:
    """One driver at a time: its loop runs in this thread, and a second one would refuse to start beside it."""
    if _open:
        yield _open[0]
        return
    with sync_playwright() as playwright:
        _open.append(playwright)
        try:
            yield playwright
        finally:
            _open.clear()


def through_proxy(port: int, ca: Path) -> Sequence[str]:
    """Flags: devcors as proxy, also for loopback, and its CA accepted by key alone."""
    certificate = x509.load_pem_x509_certificate(ca.read_bytes())
    key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    fingerprint = base64.b64encode(hashlib.sha256(key).digest()).decode()
    return (
        f"--proxy-server=http://127.0.0.1:{port}",
        "--proxy-bypass-list=<-loopback>",
        f"--ignore-certificate-errors-spki-list={fingerprint}",
    )
