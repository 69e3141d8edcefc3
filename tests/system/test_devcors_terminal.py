"""devcors' own terminal while a child runs: a program that uses Child is itself driven on a pty, as a user would."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# starts the command line given as its arguments, prints what it prints, ends with its status; Ctrl-C stops it
HARNESS = """
import asyncio, os, signal, sys
from pathlib import Path
from devcors.system.children import Child

async def main():
    child = await Child.start(sys.argv[1:], cwd=Path.cwd(), environ={}, on_output=lambda data: os.write(1, data))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    os.write(1, b"<up>")
    waits = [asyncio.get_running_loop().create_task(what) for what in (child.wait(), stop.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    if stop.is_set():
        os.write(1, b"<interrupted>")
    if "CRASH" in os.environ:
        raise RuntimeError("crash")
    status = await child.stop()
    waits[1].cancel()
    return status

sys.exit(asyncio.run(main()))
"""
SHOW_SIZE = """
import os, signal
def show(*_): print("size", *os.get_terminal_size(), flush=True)
signal.signal(signal.SIGWINCH, show); show()
while True: signal.pause()
"""


class User:
    """Somebody at a terminal in which devcors runs."""

    def __init__(self, *command: str, **environ: str) -> None:
        self.fd, self._theirs = pty.openpty()
        self.resize(100, 30)
        self.modes = termios.tcgetattr(self.fd)
        self.seen = ""
        self.devcors = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                'exec "$@" <>"$0" >&0 2>&0',
                os.ttyname(self._theirs),
                sys.executable,
                "-c",
                HARNESS,
                *command,
            ],
            start_new_session=True,
            env={**os.environ, **environ},
            cwd=Path(__file__).parents[2],
        )

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def types(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    def sees(self, wanted: str) -> None:
        deadline = time.monotonic() + 15
        while wanted not in self.seen:
            assert select.select([self.fd], [], [], deadline - time.monotonic())[0], f"{wanted!r} not in {self.seen!r}"
            self.seen += os.read(self.fd, 65536).decode()

    def close(self) -> None:
        self.devcors.kill()
        self.devcors.wait()
        os.close(self.fd)
        os.close(self._theirs)


@pytest.fixture
def users() -> Iterator[list[User]]:
    there: list[User] = []
    yield there
    for user in there:
        user.close()


def raw_flags(modes: list[object]) -> int:
    flags = modes[3]
    assert isinstance(flags, int)
    return flags & (termios.ICANON | termios.ECHO | termios.ISIG)


def test_keys_go_to_the_command_without_waiting_for_a_line(users: list[User]) -> None:
    one_key = "stty -icanon -echo; echo ready; key=$(dd bs=1 count=1 2>/dev/null); echo got $key"
    users.append(user := User("sh", "-c", one_key))
    user.sees("ready")
    assert raw_flags(termios.tcgetattr(user.fd)) == termios.ISIG
    user.types(b"h")
    user.sees("got h")
    assert user.devcors.wait(10) == 0
    assert termios.tcgetattr(user.fd) == user.modes
    assert user.seen.count("h") == 1, "devcors' own terminal must not echo"


def test_ctrl_c_is_devcors_own(users: list[User]) -> None:
    users.append(
        user := User(
            "sh", "-c", "trap 'echo child interrupted' INT; trap 'exit 5' TERM; echo ready; while :; do sleep 0.1; done"
        )
    )
    user.sees("ready")
    user.types(b"\x03")
    user.sees("<interrupted>")
    assert user.devcors.wait(10) == 5
    assert "child interrupted" not in user.seen
    assert termios.tcgetattr(user.fd) == user.modes


def test_the_size_and_its_changes_reach_the_command(users: list[User]) -> None:
    users.append(user := User(sys.executable, "-c", SHOW_SIZE))
    user.sees("size 100 30")
    user.resize(120, 40)
    user.sees("size 120 40")


def test_the_terminal_is_restored_when_devcors_fails(users: list[User]) -> None:
    users.append(user := User("sh", "-c", "echo ready; read key", CRASH="1", NO_COLOR="1"))
    user.sees("ready")
    user.types(b"\x03")
    user.sees("RuntimeError: crash")
    assert user.devcors.wait(10) == 1
    assert termios.tcgetattr(user.fd) == user.modes


def test_a_command_ends_when_devcors_is_killed(users: list[User]) -> None:
    users.append(user := User("sh", "-c", "echo pid $$.; while :; do sleep 0.1; done"))
    user.sees(".\r\n")
    pid = int(user.seen.partition("pid ")[2].partition(".")[0])
    user.devcors.kill()
    user.devcors.wait()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def test_after_ctrl_z_and_fg_the_keys_go_to_the_command_again(users: list[User]) -> None:
    users.append(user := User("sh", "-c", "echo ready; read key; echo got $key"))
    user.sees("ready")
    user.devcors.send_signal(signal.SIGSTOP)
    termios.tcsetattr(user.fd, termios.TCSANOW, user.modes)  # as the shell does for its prompt
    user.devcors.send_signal(signal.SIGCONT)
    deadline = time.monotonic() + 5
    while raw_flags(termios.tcgetattr(user.fd)) != termios.ISIG and time.monotonic() < deadline:
        time.sleep(0.02)
    user.types(b"again\n")
    user.sees("got again")
    assert user.devcors.wait(10) == 0
