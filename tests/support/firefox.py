"""A real Firefox, driven by its own protocol (Marionette, version 3): what it says of a page is its own word.

A message is its length in bytes, a colon, and JSON: `[0, id, command, parameters]` there, `[1, id, error, result]`
back.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .programs import needed

SETTINGS = {
    "network.proxy.type": 1,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "extensions.update.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/",
    "marionette.port": 0,
}


class Firefox:
    """One that runs, with a session."""

    def __init__(self, connection: socket.socket) -> None:
        self._stream = connection.makefile("rwb")
        self._numbers = itertools.count()
        hello = self._read()
        assert hello["marionetteProtocol"] == 3
        self.ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": False}}})

    def ask(self, command: str, parameters: Mapping[str, Any]) -> tuple[str | None, Any]:
        """The name of the error, if it is one, and the result."""
        text = json.dumps([0, next(self._numbers), command, parameters]).encode()
        self._stream.write(str(len(text)).encode() + b":" + text)
        self._stream.flush()
        _, _, error, result = self._read()
        return (error["error"] if error else None), result

    def _read(self) -> Any:
        length = b""
        while (byte := self._stream.read(1)) != b":":
            assert byte, "Firefox has ended"
            length += byte
        return json.loads(self._stream.read(int(length)))

    def opens(self, url: str) -> str | None:
        """Goes there: None where the page opens, else WebDriver's name for why not, `insecure certificate` say."""
        return self.ask("WebDriver:Navigate", {"url": url})[0]


def make_profile(home: Path, environ: Mapping[str, str], proxy_port: int) -> Path:
    """A profile named `test`, made in Firefox' own way: it stands in the list of profiles."""
    profile = home / "firefox-profile"
    command = [needed("firefox-esr"), "--headless", "-CreateProfile", f"test {profile}"]
    subprocess.run(command, env=dict(environ), check=True, capture_output=True, timeout=60)
    proxy = {f"network.proxy.{scheme}": "127.0.0.1" for scheme in ("http", "ssl")}
    ports = {f"network.proxy.{scheme}_port": proxy_port for scheme in ("http", "ssl")}
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(text)});\n" for name, text in (SETTINGS | proxy | ports).items()
    ]
    (profile / "user.js").write_text("".join(lines))
    return profile


@contextmanager
def firefox(profile: Path, environ: Mapping[str, str]) -> Iterator[Firefox]:
    """Runs it with a profile while the block runs."""
    told = profile / "MarionetteActivePort"
    told.unlink(missing_ok=True)
    process = subprocess.Popen(
        [needed("firefox-esr"), "--headless", "--marionette", "--profile", str(profile)],
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with socket.create_connection(("127.0.0.1", _port(told)), 60) as connection:
            connection.settimeout(60)
            yield Firefox(connection)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _port(told: Path) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError):
            return int(told.read_text())
        time.sleep(0.1)
    raise AssertionError("Firefox did not start")
