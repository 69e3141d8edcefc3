"""`export har` and `export mitm`: what a running devcors keeps, as a file for other tools."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from devcors.daemon.asking import Admin
from devcors.daemon.choosing import choose, meant
from devcors.daemon.running import all_running
from devcors.errors import DevcorsError, UsageError

from .output import console

Format = Literal["har", "mitm"]

PATIENCE = 120.0
"""Seconds: of 5,000 exchanges each is judged before the first byte comes."""


def export(form: Format, file: Path | None, port: int | None, config: Path | None, *, with_secrets: bool) -> None:
    """To `file`, or to stdout where that is None or `-`."""
    if (file is None or str(file) == "-") and form == "mitm" and sys.stdout.isatty():
        raise UsageError("a dump is no text for a terminal", hint=f"devcors export {form} devcors.{form}")
    running = choose(all_running(), meant(None, config, port), strict=port is not None)
    pieces = Admin(running, PATIENCE).download(f"/api/export.{form}", secrets=1 if with_secrets else 0)
    if file is None or str(file) == "-":
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    size = write_whole(file, pieces)
    secrets = ", with all secrets" if with_secrets else ""
    console(stderr=True).print(f"{file}: {size:,} bytes{secrets}", highlight=False)


def write_whole(file: Path, pieces: Iterable[bytes]) -> int:
    """The whole file or none, for this user's eyes only; returns its size in bytes. Raises DevcorsError.

    What was there stays until the new one is whole.
    """
    size = 0
    try:
        # mkstemp makes a file of mode 0600
        handle, made = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                for piece in pieces:
                    size += out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            Path(made).replace(file)
        except BaseException:
            with suppress(OSError):
                Path(made).unlink()
            raise
    except OSError as error:
        raise DevcorsError(f"{file} cannot be written: {error.strerror}", hint="name another file") from None
    return size
