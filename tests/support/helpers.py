"""Helpers of a test in processes of their own, so that a test that takes times does not time itself.

A helper is a module: `python -m MODULE ARGUMENTS…`. It goes on until its standard input ends, and says what it has to
say as JSON, one line each.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .daemon import ROOT


class Helper:
    """One that runs."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._last: Any = None
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Linux divides the processor between sessions first (autogroup): none is to live on the test's share
            start_new_session=True,
        )

    def said(self) -> Any:
        """The next line that it says, waiting for it."""
        assert self._process.stdout is not None
        text = self._process.stdout.readline()
        assert text, "the helper has ended without a word"
        return json.loads(text)

    def stop(self) -> Any:
        """Ends it; returns its last word, None where it has none, also when asked again."""
        if self._process.returncode is not None:
            return self._last
        try:
            last, _ = self._process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        assert self._process.returncode == 0
        self._last = json.loads(last) if last else None
        return self._last


@contextmanager
def helper(module: str, *arguments: str) -> Iterator[Helper]:
    """A helper that runs while the block does, unless it is stopped before."""
    running = Helper(module, *arguments)
    try:
        yield running
    finally:
        running.stop()


def say(word: Any) -> None:
    """In the helper: one line for the test."""
    print(json.dumps(word), flush=True)


async def until_told() -> None:
    """In the helper: returns when the test wants it to end."""
    await asyncio.to_thread(sys.stdin.read)
