"""A browser from start to end: its profile is made, it runs, and nothing of it is left.

Known: a browser is several processes, and the one that we started may end before the last of them has written its
last file; a terminal's Ctrl-C reaches all of them, a SIGTERM only us. Wanted: however it ends, no process and no file.
A devcors that was killed leaves a folder; the next `devcors browser` removes it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from devcors.errors import StartError
from devcors.system.processes import Family

from . import chromium, firefox
from .browser import Browser
from .opening import Opening

_PREFIX = "devcors-"  # short: a socket below has a path of 107 bytes at most
_OURS = re.compile(rf"{_PREFIX}(\d+)-\w+")
_CHROMIUM_SOCKET = "org.chromium.Chromium.XXXXXX/SingletonSocket"
_MAX_SOCKET_PATH = 103  # bytes: macOS has the shortest
_GRACE = 5.0  # seconds in which a browser may end by itself after SIGTERM
_PATIENCE = 5.0  # seconds for files that are written while we remove them


def run(browser: Browser, opening: Opening, tell: Callable[[str], None]) -> int:
    """Opens it and waits until it ends; its exit status, or where signals to us ended it: 0 for one, 130 for two.

    `tell` gets a sentence for the user where something is done that was not asked for. Raises StartError.
    """
    with _signals() as came, _folder(browser) as folder:
        profile = folder / "profile"
        profile.mkdir()
        command = [*browser.command, *_options(browser, opening, profile, tell)]
        try:
            # a session of its own, so that all that it starts is found; a Ctrl-C reaches it through us
            process = subprocess.Popen(  # noqa: S603 - no shell
                command,
                env=_environment(folder),
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise StartError(f"cannot run {command[0]}: {error.strerror}", hint="start it without devcors") from error
        family = Family(process.pid)
        try:
            status = _wait(process, family, came)
        finally:
            _end(family, came)
            process.wait()
    return (0 if len(came) == 1 else 130) if came else status


def _environment(folder: Path) -> dict[str, str]:
    """Ours, but what browsers write outside of the profile (crash reports, temporary files) goes to `folder` too.

    Chromium's socket among the latter must have a path that fits (unix(7), `sun_path`); in macOS's own long folder it
    would not.
    """
    environ = {**os.environ, "CHROME_CONFIG_HOME": str(folder / "config"), "MOZ_CRASHREPORTER_DISABLE": "1"}
    temporary = folder / "tmp"
    if len(str(temporary / _CHROMIUM_SOCKET)) <= _MAX_SOCKET_PATH:
        temporary.mkdir()
        environ["TMPDIR"] = str(temporary)
    return environ


def _options(browser: Browser, opening: Opening, profile: Path, tell: Callable[[str], None]) -> list[str]:
    if browser.name == "firefox":
        firefox.prepare(opening, profile, browser.libraries)
        return firefox.options(opening, profile)
    root = sys.platform == "linux" and os.geteuid() == 0
    if root:
        tell(f"{browser.title} runs without its sandbox (--no-sandbox): as root it would not start with it")
    return chromium.options(opening, profile, sandbox=not root)


def _wait(process: subprocess.Popen[bytes], family: Family, came: list[int]) -> int:
    """Until it has ended by itself, or we are told to end."""
    rounds = 0
    while not came:
        if rounds % 10 == 0:
            family.members()  # whoever is known now is found again when its parent has gone
        rounds += 1
        with suppress(subprocess.TimeoutExpired):
            status = process.wait(0.2)
            return status if status >= 0 else 128 - status
    return 0


def _end(family: Family, came: list[int]) -> None:
    """Ends whoever is left: gently, then not; a second signal does not wait. Windows knows no gentle end."""
    if sys.platform == "win32":
        family.kill()
        return
    deadline = time.monotonic() + _GRACE
    family.signal(signal.SIGTERM)
    while family.members() and len(came) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    while family.members() and time.monotonic() < deadline + _GRACE:
        family.kill()
        time.sleep(0.05)


@contextmanager
def _signals() -> Iterator[list[int]]:
    """The signals that came, in a list that grows: no profile is left because one came at a bad moment."""
    came: list[int] = []
    handled = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in handled}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _folder(browser: Browser) -> Iterator[Path]:
    """An empty folder for all that the browser writes, removed in the end."""
    place = browser.profiles or Path(tempfile.gettempdir())
    try:
        place.mkdir(parents=True, exist_ok=True)
        _sweep(place)
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))
    except OSError as error:
        raise StartError(f"cannot make a profile in {place}: {error.strerror}", hint="set TMPDIR") from error
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            time.sleep(0.1)


def _sweep(place: Path) -> None:
    """Removes profiles of devcors that were killed; of another user's we may not."""
    for folder in place.glob(f"{_PREFIX}*"):
        found = _OURS.fullmatch(folder.name)
        if found and not _lives(int(found[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    if sys.platform == "win32":  # os.kill would end it; a profile in use cannot be removed there anyway
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
