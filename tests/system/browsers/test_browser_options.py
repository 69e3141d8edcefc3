"""What browsers are told: command lines, preferences, and the ways to a profile's certificate store."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from devcors.errors import StartError
from devcors.proxy.authority import CertificateAuthority
from devcors.system.browsers import chromium, firefox
from devcors.system.browsers.nss import trust_in_profile
from devcors.system.browsers.opening import Opening
from tests.support.browser import through_proxy

Ran = list[list[str]]


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return CertificateAuthority.load_or_create(tmp_path / "ca").path


def test_chromium(authority: Path, tmp_path: Path) -> None:
    opening = Opening("http://localhost:1/", "127.0.0.1", 2677, authority, extra=("--lang=de",))
    line = chromium.options(opening, tmp_path / "profile")
    assert set(through_proxy(2677, authority)) < set(line)
    assert f"--user-data-dir={tmp_path / 'profile'}" in line
    assert line[-2:] == ["--lang=de", "http://localhost:1/"]
    assert not {"--headless", "--no-sandbox"} & set(line)


def test_chromium_for_root_without_a_window(authority: Path, tmp_path: Path) -> None:
    opening = Opening("http://localhost:1/", "127.0.0.1", 2677, authority, headless=True)
    assert {"--headless", "--no-sandbox"} <= set(chromium.options(opening, tmp_path, sandbox=False))


def test_firefox_on_windows_is_waited_for(authority: Path, tmp_path: Path) -> None:
    opening = Opening("http://localhost:1/", "127.0.0.1", 2677, authority)
    assert "-wait-for-browser" in firefox.options(opening, tmp_path, "win32")
    assert "-wait-for-browser" not in firefox.options(opening, tmp_path, "darwin")


def test_firefox_sends_everything_through_devcors(authority: Path) -> None:
    told = firefox.preferences(Opening("http://localhost:1/", "127.0.0.1", 2677, authority))
    assert told["network.proxy.type"] == 1
    for scheme in ("http", "ssl"):
        assert (told[f"network.proxy.{scheme}"], told[f"network.proxy.{scheme}_port"]) == ("127.0.0.1", 2677)
    assert told["network.proxy.allow_hijacking_localhost"] is True


def _trust(tmp_path: Path, installation: Path | None, certutil: str | None, statuses: Sequence[int]) -> Ran:
    ran: Ran = []

    def run(command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        status = statuses[len(ran)]
        ran.append(list(command))
        return subprocess.CompletedProcess(command, status, b"", b"first\nno database")

    trust_in_profile(tmp_path, tmp_path / "ca.pem", installation, which=lambda _: certutil, run=run)
    return ran


def _installation(tmp_path: Path) -> Path:
    (tmp_path / "libnss3.so").touch()
    return tmp_path


def test_certutil_is_used_where_it_is(tmp_path: Path) -> None:
    (command,) = _trust(tmp_path, _installation(tmp_path), "/usr/bin/certutil", [0])
    assert command[:2] == ["/usr/bin/certutil", "-A"]
    assert f"sql:{tmp_path}" in command


def test_firefoxs_own_libraries_are_the_second_way(tmp_path: Path) -> None:
    _, second = _trust(tmp_path, _installation(tmp_path), "/usr/bin/certutil", [255, 0])
    assert second[1:] == [
        "-m",
        "devcors.system.browsers.nss",
        str(tmp_path),
        f"sql:{tmp_path}",
        str(tmp_path / "ca.pem"),
        "devcors",
    ]


def test_where_no_way_works_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"no database$") as raised:
        _trust(tmp_path, _installation(tmp_path), None, [1])
    assert "libnss3-tools" in (raised.value.hint or "")
    with pytest.raises(StartError, match=r"authority$"):
        _trust(tmp_path, tmp_path / "elsewhere", None, [])
