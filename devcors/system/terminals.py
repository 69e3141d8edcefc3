"""Two terminals (POSIX only): the pty that a child runs on, and devcors' own, whose keys go to the child.

Known: a program that sees a terminal shows colours and takes keyboard shortcuts; a change of size reaches it as
SIGWINCH only if the pty is its controlling terminal. Wanted: exactly that for the child, while Ctrl-C and Ctrl-Z stay
devcors' own and the user's terminal is as before when all is over. So devcors' terminal leaves line mode and echo (the
child's pty echoes) but keeps its signals (termios(3): ICANON, ECHO, IEXTEN off, ISIG on).
"""

from __future__ import annotations

import asyncio
import atexit
import fcntl
import os
import signal
import struct
import termios
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .lines import LineBuffer

STDIN, STDOUT, STDERR = 0, 1, 2
DEFAULT_SIZE = (80, 24)
CHUNK = 65536
LAST_CHUNKS = 64

# A session leader that opens a terminal gets it as its controlling terminal. `sh` does the opening because the other
# way, a preexec_fn, runs Python between fork and exec, which is unsafe beside threads (the file watcher is one).
ON_TERMINAL = 'exec "$@" <>"$0" >&0 2>&0'


def terminal_size() -> tuple[int, int]:
    """Columns and lines of devcors' own terminal, 80 by 24 where there is none."""
    for fd in (STDOUT, STDERR, STDIN):
        with suppress(OSError):
            columns, lines = os.get_terminal_size(fd)
            if columns and lines:
                return columns, lines
    return DEFAULT_SIZE


async def start_on_pty(
    command: Sequence[str],
    cwd: Path,
    environ: Mapping[str, str],
    on_output: Callable[[bytes], None],
    keys: Callable[[bytes], bytes] | None = None,
) -> tuple[asyncio.subprocess.Process, Pty]:
    """Starts `command` as the leader of a new session whose controlling terminal is a new pty. Raises OSError."""
    ours, theirs = os.openpty()
    try:
        _plain_line_ends(theirs)
        _set_size(ours)
        process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            *("-c", ON_TERMINAL, os.ttyname(theirs), *command),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=cwd,
            env=environ,
            start_new_session=True,
        )
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    return process, Pty(ours, on_output, keys)


def _plain_line_ends(fd: int) -> None:
    """Leaves `\\n` as it is: devcors' own terminal makes `\\r\\n` of it, and a log file wants none."""
    modes = termios.tcgetattr(fd)
    modes[1] &= ~termios.ONLCR
    termios.tcsetattr(fd, termios.TCSANOW, modes)


def _set_size(fd: int) -> None:
    columns, lines = terminal_size()
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


class Pty:
    """devcors' end of a child's terminal: output to a callback, input from `send` and from devcors' own terminal.

    `keys` parts what is typed there: it gives back what is the child's.
    """

    def __init__(
        self, fd: int, on_output: Callable[[bytes], None], keys: Callable[[bytes], bytes] | None = None
    ) -> None:
        self._fd = fd
        self._lines = LineBuffer(on_output)
        self._unsent = bytearray()
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        os.set_blocking(fd, False)
        self._loop.add_reader(fd, self._read)
        self._keyboard = Keyboard(
            STDIN, on_keys=lambda data: self.send(keys(data) if keys else data), on_resize=lambda: _set_size(fd)
        )
        self._keyboard.attach()

    def send(self, data: bytes) -> None:
        """Types `data` into the child's terminal."""
        if not self._ended.is_set():
            self._unsent += data
            self._write()

    async def ended(self, within: float) -> None:
        """Waits until nobody has the child's end open any more, at most `within` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._ended.wait()

    def close(self) -> None:
        """Gives up the pty (who still has it open is hung up: SIGHUP) and the keyboard. May be called twice."""
        if self._fd >= 0:
            for _ in range(LAST_CHUNKS):  # not for ever: what the child left running may print without end
                if not self._read():
                    break
            self._end()
            self._keyboard.detach()
            os.close(self._fd)
            self._fd = -1

    def _read(self) -> bool:
        try:
            data = os.read(self._fd, CHUNK)
        except BlockingIOError:
            return False
        except OSError:  # Linux: EIO when the last one closed the other end; elsewhere an empty read
            data = b""
        if data:
            self._lines.feed(data)
        else:
            self._end()
        return bool(data)

    def _write(self) -> None:
        try:
            sent = os.write(self._fd, self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            sent = len(self._unsent)
        del self._unsent[:sent]
        if self._unsent:
            self._loop.add_writer(self._fd, self._write)
        else:
            self._loop.remove_writer(self._fd)

    def _end(self) -> None:
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        self._lines.flush()
        self._ended.set()


class Keyboard:
    """devcors' own terminal while a child has its keys; does nothing where `fd` is no terminal."""

    def __init__(self, fd: int, on_keys: Callable[[bytes], object], on_resize: Callable[[], None]) -> None:
        self._fd = fd
        self._on_keys = on_keys
        self._on_resize = on_resize
        self._before: list[Any] | None = None
        self._loop = asyncio.get_running_loop()

    def attach(self) -> None:
        """Takes the keys from now on. Signals can only be watched from the main thread."""
        if not os.isatty(self._fd) or threading.current_thread() is not threading.main_thread():
            return
        self._loop.add_signal_handler(signal.SIGWINCH, self._on_resize)
        self._loop.add_signal_handler(signal.SIGCONT, self._continued)
        self._before = termios.tcgetattr(self._fd)
        atexit.register(self.detach)
        self._continued()

    def detach(self) -> None:
        """Gives the terminal back as it was. May be called twice."""
        if self._before is None:
            return
        atexit.unregister(self.detach)
        if self._in_foreground():
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)
        self._before = None
        if not self._loop.is_closed():
            self._loop.remove_reader(self._fd)
            self._loop.remove_signal_handler(signal.SIGWINCH)
            self._loop.remove_signal_handler(signal.SIGCONT)

    def _continued(self) -> None:
        """At the start, and after Ctrl-Z with `fg` or `bg`: a shell may have set the terminal to its own liking."""
        if self._in_foreground():
            modes = termios.tcgetattr(self._fd)
            modes[3] &= ~(termios.ICANON | termios.ECHO | termios.IEXTEN)
            modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self._fd, termios.TCSADRAIN, modes)
            self._loop.add_reader(self._fd, self._read)
            self._on_resize()
        else:  # the keys are the shell's: to read or to set modes would stop us (SIGTTIN, SIGTTOU)
            self._loop.remove_reader(self._fd)

    def _in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self._fd) == os.getpgrp()
        except OSError:  # it is not our controlling terminal, or it was closed
            return False

    def _read(self) -> None:
        try:
            keys = os.read(self._fd, CHUNK)
        except OSError:
            keys = b""
        if keys:
            self._on_keys(keys)
        else:
            self._loop.remove_reader(self._fd)
