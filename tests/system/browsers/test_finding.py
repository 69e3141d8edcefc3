"""Finding browsers, on machines that answer from a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devcors.errors import StartError
from devcors.system.browsers.browser import Browser
from devcors.system.browsers.finding import choose, installed
from tests.support.browser import chromium


@dataclass
class Fake:
    """A machine; `asked` records what it was asked for."""

    programs: Mapping[str, str] = field(default_factory=dict)
    files: Iterable[str] = ()
    app_paths: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    home: Path = Path("/home/me")
    asked: list[str] = field(default_factory=list)

    def which(self, program: str) -> Path | None:
        self.asked.append(program)
        return Path(self.programs[program]) if program in self.programs else None

    def exists(self, path: Path) -> bool:
        self.asked.append(path.as_posix())
        return path.as_posix() in self.files

    def app_path(self, program: str) -> Path | None:
        self.asked.append(program)
        return Path(self.app_paths[program]) if program in self.app_paths else None


def test_linux_programs_on_path() -> None:
    fake = Fake(
        {"google-chrome-stable": "/usr/bin/google-chrome-stable", "firefox-esr": "/usr/bin/firefox-esr"},
        ["/usr/lib/firefox-esr/libnss3.so"],
    )
    assert installed(fake, "linux") == [
        Browser("chrome", ("/usr/bin/google-chrome-stable",)),
        Browser("firefox", ("/usr/bin/firefox-esr",), libraries=Path("/usr/lib/firefox-esr")),
    ]
    assert {"chromium", "chromium-browser", "microsoft-edge"} <= set(fake.asked)


def test_linux_a_script_that_starts_the_snap_is_the_snap() -> None:
    """Ubuntu: a snap cannot read a profile in /tmp."""
    programs = {"chromium-browser": "/usr/bin/chromium-browser", "firefox": "/snap/bin/firefox"}
    found = installed(Fake(programs, ["/snap/bin/chromium", "/snap/bin/firefox"]), "linux")
    assert [(browser.command, browser.profiles) for browser in found] == [
        (("/snap/bin/chromium",), Path("/home/me/snap/chromium/common")),
        (("/snap/bin/firefox",), Path("/home/me/snap/firefox/common")),
    ]


@pytest.mark.parametrize("folder", ["/home/me/.local/share/flatpak/app", "/var/lib/flatpak/app"])
def test_linux_flatpaks(folder: str) -> None:
    files = [f"{folder}/org.mozilla.firefox"]
    (found,) = installed(Fake({"flatpak": "/usr/bin/flatpak"}, files), "linux")
    assert found.command == ("flatpak", "run", "org.mozilla.firefox")
    assert found.profiles == Path("/home/me/.var/app/org.mozilla.firefox/cache")
    assert found.libraries == Path(folder) / "org.mozilla.firefox/current/active/files/lib/firefox"
    assert installed(Fake({}, files), "linux") == []


def test_a_program_comes_before_a_flatpak() -> None:
    programs = {"flatpak": "/usr/bin/flatpak", "chromium": "/usr/bin/chromium"}
    (found,) = installed(Fake(programs, ["/var/lib/flatpak/app/org.chromium.Chromium"]), "linux")
    assert found == Browser("chromium", ("/usr/bin/chromium",))


def test_macos_bundles_of_the_machine_and_of_the_user() -> None:
    files = [
        "/home/me/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Firefox.app/Contents/MacOS/firefox",
    ]
    assert installed(Fake(files=files), "darwin") == [
        Browser("chrome", (files[0],)),
        Browser("firefox", (files[1],), libraries=Path("/Applications/Firefox.app/Contents/MacOS")),
    ]


def test_windows_registry_then_folders() -> None:
    chrome = "D:/Chrome/chrome.exe"
    edge = "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe"
    fake = Fake(
        files=[chrome, edge],
        app_paths={"chrome.exe": chrome, "firefox.exe": "C:/gone/firefox.exe"},
        environ={"ProgramFiles": "C:/Program Files", "ProgramFiles(x86)": "C:/Program Files (x86)"},
    )
    assert installed(fake, "win32") == [
        Browser("chrome", (chrome,)),
        Browser("edge", (edge,)),
    ]


def test_windows_chromium_is_not_taken_for_chrome() -> None:
    path = "C:/Users/me/AppData/Local/Chromium/Application/chrome.exe"
    fake = Fake(files=[path], app_paths={"chrome.exe": path}, environ={"LocalAppData": "C:/Users/me/AppData/Local"})
    assert installed(fake, "win32") == [Browser("chromium", (path,))]


def test_this_machine() -> None:
    """The real one, as far as the other tests know it."""
    program = Path(chromium())
    assert [browser for browser in installed() if Path(browser.command[0]).resolve() == program.resolve()]


def test_choosing() -> None:
    chrome, firefox = Browser("chrome", ("c",)), Browser("firefox", ("f",))
    assert choose(None, [chrome, firefox]) == chrome
    assert choose("firefox", [chrome, firefox]) == firefox
    with pytest.raises(StartError, match="Microsoft Edge was not found") as raised:
        choose("edge", [chrome, firefox])
    assert raised.value.hint == "there is chrome, firefox: devcors browser chrome"
    with pytest.raises(StartError, match="no browser found"):
        choose(None, [])
