"""The dev server of `devcors up -- COMMAND…`, with real processes on real terminals."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from devcors.errors import StartError
from devcors.system.children import Child, find_program
from devcors.system.pipes import start_on_pipes
from devcors.system.processes import from_proc, from_ps, living

pytestmark = pytest.mark.alone

Starter = Callable[..., Awaitable[Child]]


class Screen:
    """What a child printed, piece by piece, with the time of each piece."""

    def __init__(self) -> None:
        self.pieces: list[tuple[float, bytes]] = []
        self._changed = asyncio.Event()

    def __call__(self, data: bytes) -> None:
        self.pieces.append((time.monotonic(), data))
        self._changed.set()

    @property
    def text(self) -> str:
        return b"".join(piece for _, piece in self.pieces).decode()

    async def shows(self, wanted: str, times: int = 1) -> None:
        async with asyncio.timeout(10):
            while self.text.count(wanted) < times:
                self._changed.clear()
                await self._changed.wait()


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 30))


async def start(screen: Screen, *command: str, cwd: Path | None = None, **environ: str) -> Child:
    return await Child.start(command, cwd=cwd or Path.cwd(), environ=environ, on_output=screen)


async def start_piped(screen: Screen, *command: str) -> Child:
    return Child(*await start_on_pipes(command, Path.cwd(), os.environ, screen))


BOTH_WIRES = pytest.mark.parametrize("starter", [start, start_piped], ids=["pty", "pipes"])


def alive(pid: int) -> bool:
    return any(process.pid == pid for process in living())


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


@BOTH_WIRES
@pytest.mark.parametrize(
    ("script", "status", "printed"),
    [
        ("echo ready", 0, "ready\n"),
        ("echo out; echo err >&2; exit 3", 3, "out\nerr\n"),
        ("kill -TERM $$", 128 + signal.SIGTERM, ""),
        ("printf 'no newline'", 0, "no newline"),
    ],
)
def test_output_and_status(starter: Starter, script: str, status: int, printed: str) -> None:
    async def scene() -> None:
        screen = Screen()
        child = await starter(screen, "sh", "-c", script)
        assert await child.wait() == status
        assert screen.text == printed
        assert await child.stop() == status

    run(scene())


@BOTH_WIRES
def test_shortcuts_reach_the_command(starter: Starter) -> None:
    async def scene() -> None:
        screen = Screen()
        child = await starter(screen, "sh", "-c", "echo ready; read key; echo got $key")
        await screen.shows("ready")
        child.send(b"h\n")
        assert await child.wait() == 0
        assert "got h\n" in screen.text

    run(scene())


@BOTH_WIRES
def test_a_large_output_arrives_whole_also_when_the_command_ends_at_once(starter: Starter) -> None:
    async def scene() -> None:
        screen = Screen()
        child = await starter(screen, *python("for n in range(50000): print('line', n)"))
        assert await child.wait() == 0
        assert screen.text == "".join(f"line {n}\n" for n in range(50000))

    run(scene())


def test_a_large_paste_reaches_a_command_that_reads_slowly() -> None:
    async def scene() -> None:
        screen = Screen()
        code = "import sys,tty,time; tty.setraw(0); print('ready', flush=True); time.sleep(.3)\n"
        code += "n=0\nwhile n<200000: n+=len(sys.stdin.buffer.read1(1000))\nprint('read', n)"
        child = await start(screen, *python(code))
        await screen.shows("ready")
        child.send(b"x" * 200000)
        assert await child.wait() == 0
        assert "read 200000" in screen.text

    run(scene())


def test_lines_come_whole_and_the_start_of_a_line_within_a_moment() -> None:
    async def scene() -> None:
        screen = Screen()
        code = "printf 'on'; sleep 0.01; printf 'e\\ntwo'; sleep 1; printf ' and more\\n'"
        child = await start(screen, "sh", "-c", code)
        await child.wait()
        (_, first), (_, second), *rest = screen.pieces
        assert [first, second] == [b"one\n", b"two"]
        assert b"".join(piece for _, piece in rest) == b" and more\n"
        assert rest[0][0] - screen.pieces[1][0] > 0.7  # `two` did not wait for the end of its line

    run(scene())


def test_the_command_has_a_terminal_of_its_own_and_is_its_foreground_job() -> None:
    code = """
import os, sys
print([os.isatty(fd) for fd in (0, 1, 2)], os.getsid(0) == os.getpid(), os.tcgetpgrp(0) == os.getpid())
print(os.path.samestat(os.fstat(0), os.fstat(1)), os.open('/dev/tty', os.O_RDWR) > 2, tuple(os.get_terminal_size()))
"""

    async def scene() -> None:
        screen = Screen()
        child = await start(screen, *python(code))
        await child.wait()
        assert screen.text == "[True, True, True] True True\nTrue True (80, 24)\n"

    run(scene())


def test_the_environment_is_devcors_own_with_what_the_caller_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "kept")
    monkeypatch.setenv("CHANGED", "before")

    async def scene() -> None:
        screen = Screen()
        code = "import os; print(sorted(os.environ.items()))"
        child = await start(screen, *python(code), CHANGED="after", ADDED="added")
        await child.wait()
        wanted = {**os.environ, "CHANGED": "after", "ADDED": "added"}
        seen = dict(eval(screen.text))
        # `sh` keeps PWD up to date; Python's C locale coercion may set LC_CTYPE
        assert {
            name: value for name, value in seen.items() if name not in ("PWD", "LC_CTYPE", "OLDPWD", "_", "SHLVL")
        } == {name: value for name, value in wanted.items() if name not in ("PWD", "LC_CTYPE", "OLDPWD", "_", "SHLVL")}

    run(scene())


def test_the_command_runs_in_the_folder(tmp_path: Path) -> None:
    script = tmp_path / "serve it"
    script.write_text("#!/bin/sh\npwd\n")
    script.chmod(0o755)

    async def scene() -> None:
        screen = Screen()
        child = await start(screen, "./serve it", cwd=tmp_path)
        assert await child.wait() == 0
        assert screen.text == f"{tmp_path}\n"

    run(scene())


# a launcher, as npm is, whose child and grandchild do not care for SIGTERM
STUBBORN = "trap '' TERM; sh -c 'sh -c \"echo $$; while :; do sleep 0.1; done\"; :' & echo $!; echo $$; wait"
# a grandchild in a session of its own
DETACHED = """
import os, signal, subprocess, sys
inner = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\\n"
inner += "print(os.getpid(), flush=True); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", inner], start_new_session=True)
print(os.getpid(), child.pid, sep="\\n", flush=True)
signal.pause()
"""


@pytest.mark.parametrize("command", [("sh", "-c", STUBBORN), python(DETACHED)], ids=["stubborn", "detached"])
@pytest.mark.parametrize("at_once", [False, True], ids=["stop", "kill"])
def test_nothing_is_left_behind(command: tuple[str, ...], at_once: bool) -> None:
    async def scene() -> None:
        screen = Screen()
        child = await start(screen, *command)
        await screen.shows("\n", times=3)
        pids = {int(word) for word in screen.text.split()}
        assert all(alive(pid) for pid in pids)
        before = time.monotonic()
        if at_once:
            child.kill()
            assert await child.wait() == 128 + signal.SIGKILL
            assert time.monotonic() - before < 1
            await asyncio.sleep(0.1)
        else:
            await child.stop(grace=0.3)
            assert 0.3 < time.monotonic() - before < 3
        assert not any(alive(pid) for pid in pids)

    run(scene())


def test_a_gentle_end_lets_the_command_tidy_up_and_takes_no_longer_than_that() -> None:
    async def scene() -> None:
        screen = Screen()
        tidy = "trap 'sleep 0.2; echo tidied; exit 7' TERM; echo ready; while :; do read key; done"
        child = await start(screen, "sh", "-c", tidy)
        await screen.shows("ready")
        before = time.monotonic()
        assert await child.stop(grace=20) == 7
        assert time.monotonic() - before < 5
        assert screen.text == "ready\ntidied\n"

    run(scene())


def test_stop_after_the_command_ended_takes_what_it_left_running() -> None:
    async def scene() -> None:
        screen = Screen()
        # `trap ''`: the kernel hangs up on the terminal when its leader ends
        child = await start(screen, "sh", "-c", "trap '' HUP; sleep 60 & echo $!; exit 4")
        assert await child.wait() == 4
        left = int(screen.text)
        assert alive(left)
        assert await child.stop() == 4
        assert not alive(left)

    run(scene())


def test_what_prints_without_end_does_not_hold_devcors_up() -> None:
    async def scene() -> None:
        child = await start(Screen(), "sh", "-c", "trap '' HUP; yes & exit 3")
        assert await child.wait() == 3
        assert await child.stop() == 3

    run(scene())


def test_neither_descriptors_nor_zombies_are_left() -> None:
    async def scene() -> None:
        for _ in range(3):
            child = await start(Screen(), "sh", "-c", "sleep 60 & wait")
            await child.stop()
            quick = await start(Screen(), "true")
            await quick.wait()

    def descriptors() -> set[str]:
        gc.collect()
        return {fd.name for fd in Path("/proc/self/fd").iterdir()}

    run(scene())  # warm: whatever the loop and the modules open once
    before = descriptors()
    run(scene())
    assert len(descriptors()) == len(before)
    with suppress(ChildProcessError):  # no child at all is as good
        assert os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None, "a zombie is left"


@pytest.mark.parametrize(
    ("command", "message", "hint"),
    [
        (["no-such-program", "dev"], "command not found: no-such-program", "is no-such-program installed"),
        (["./missing"], "command not found: ./missing", "installed"),
        (["npm run dev"], "command not found: npm run dev", "without quotes: devcors up -- npm run dev"),
        (["PORT=3001", "npm", "start"], "command not found: PORT=3001", "PORT=3001 devcors up -- npm start"),
        (["vite-x", "--host"], "command not found: vite-x", "npx vite-x --host"),
        (["./plain"], "not executable: ./plain", "chmod +x ./plain"),
    ],
)
def test_a_command_that_cannot_be_started(tmp_path: Path, command: list[str], message: str, hint: str) -> None:
    (tmp_path / "node_modules/.bin").mkdir(parents=True)
    (tmp_path / "node_modules/.bin/vite-x").touch()
    (tmp_path / "plain").touch()
    with pytest.raises(StartError) as refused:
        asyncio.run(Child.start(command, cwd=tmp_path, environ={}, on_output=Screen()))
    assert refused.value.message == message
    assert hint in str(refused.value.hint)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="folder not found"):
        find_program(["true"], tmp_path / "gone", os.environ)


def test_proc_and_ps_agree() -> None:
    before, by_ps, after = (
        {(p.pid, p.parent, p.session) for p in table()} for table in (from_proc, from_ps, from_proc)
    )
    assert (os.getpid(), os.getppid(), os.getsid(0)) in before & by_ps
    assert before & after <= by_ps
