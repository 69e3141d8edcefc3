"""Readers of message bodies: by length, chunked, and to the end of the connection. They do no I/O.

`feed` takes what has come and gives the body's octets in it; once `done`, `rest` is what follows the body.
"""

from __future__ import annotations

import re
from typing import Protocol

from devcors.errors import MalformedError
from devcors.heads import Fields
from devcors.policy.checks import MAX_FIELDS, Refusal

from .heads import find_end, read_block

# RFC 9112, section 7.1. Strict: hexadecimal digits at once, no more than 15 that count; then at most an extension
_SIZE = rb"0*[0-9A-Fa-f]{1,15}"
_SIZE_LINE = re.compile(rb"(" + _SIZE + rb")(;[\t\x20-\x7e\x80-\xff]*)?\r\n")
_SIZE_BEGUN = re.compile(_SIZE + rb"(?:;[\t\x20-\x7e\x80-\xff]*)?\r?")
_MAX_SIZE_LINE = 4096
_MAX_EXTENSIONS = 16 * 1024  # bytes in one message: they are of no use to anybody, and a way to keep a server busy
_MAX_TRAILERS = 16 * 1024


class Body(Protocol):
    """A reader of one message's body."""

    done: bool
    rest: bytes
    trailers: Fields

    def feed(self, data: bytes) -> bytes:
        """The body's octets in `data`. Raises MalformedError."""
        ...

    def end(self) -> bool:
        """The connection has ended: whether the body is whole."""
        ...


class NoBody:
    """Nothing at all: what comes next is another message."""

    done = True
    trailers: Fields = ()

    def __init__(self, rest: bytes = b"") -> None:
        self.rest = rest

    def feed(self, data: bytes) -> bytes:
        """Nothing of it."""
        self.rest += data
        return b""

    def end(self) -> bool:
        """It was whole from the start."""
        return True


class LengthBody:
    """So many octets."""

    trailers: Fields = ()

    def __init__(self, length: int) -> None:
        self._left = length
        self.done = length == 0
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """Up to the length."""
        size, left = len(data), self._left
        if size < left:
            self._left = left - size
            return data
        self._left, self.done = 0, True
        if size == left:
            return data
        self.rest = data[left:]
        return data[:left]

    def end(self) -> bool:
        """RFC 9112, section 8: less than was announced is incomplete."""
        return self.done


class CloseBody:
    """All that comes until the connection ends (RFC 9112, section 6.3, item 8)."""

    trailers: Fields = ()
    rest = b""
    done = False

    def feed(self, data: bytes) -> bytes:
        """All of it."""
        return data

    def end(self) -> bool:
        """Nobody can tell; it is taken to be whole."""
        self.done = True
        return True


class ChunkedBody:
    """The chunked transfer coding (RFC 9112, section 7.1). Extensions are dropped, trailers are kept apart."""

    def __init__(self) -> None:
        self.done = False
        self.rest = b""
        self.trailers: Fields = ()
        self._waiting = b""  # an unfinished size line, end of a chunk, or trailer section
        self._left = 0  # octets of the present chunk
        self._in_chunk = False  # its data or the CRLF behind it is awaited
        self._last = False  # the chunk of size 0 was seen
        self._extensions = 0

    def feed(self, data: bytes) -> bytes:
        """The data of all chunks in it, joined."""
        if self._waiting:
            data, self._waiting = self._waiting + data, b""
        at, out = 0, []
        while at < len(data) and not self.done:
            if self._left:
                piece = data[at : at + self._left]
                self._left -= len(piece)
                at += len(piece)
                out.append(piece)
            elif (then := self._between(data, at)) < 0:
                self._waiting = data[at:]
                break
            else:
                at = then
        return out[0] if len(out) == 1 else b"".join(out)

    def _between(self, data: bytes, at: int) -> int:
        """Reads what is not chunk data; the offset behind it, or -1 where it is not whole."""
        if self._last:
            return self._read_trailers(data, at)
        if self._in_chunk:
            return self._read_chunk_end(data, at)
        return self._read_size(data, at)

    def _read_size(self, data: bytes, at: int) -> int:
        end = data.find(b"\n", at)
        if end < 0:
            if len(data) - at > _MAX_SIZE_LINE or not _SIZE_BEGUN.fullmatch(data, at):
                raise MalformedError("a chunk's size is not a hexadecimal number (RFC 9112, section 7.1)")
            return -1
        line = _SIZE_LINE.fullmatch(data, at, end + 1)
        if line is None or end - at > _MAX_SIZE_LINE:
            raise MalformedError("a chunk's size is not a hexadecimal number (RFC 9112, section 7.1)")
        self._extensions += len(line[2] or b"")
        if self._extensions > _MAX_EXTENSIONS:
            raise MalformedError("too many chunk extensions (RFC 9112, section 7.1.1)")
        self._left = int(line[1], 16)
        self._last = self._left == 0
        self._in_chunk = not self._last
        return end + 1

    def _read_chunk_end(self, data: bytes, at: int) -> int:
        if not b"\r\n".startswith(data[at : at + 2]):
            raise MalformedError("a chunk is longer than its size says (RFC 9112, section 7.1)")
        if len(data) - at < 2:
            return -1
        self._in_chunk = False
        return at + 2

    def _read_trailers(self, data: bytes, at: int) -> int:
        if data.startswith(b"\r\n", at):
            return self._finish(data, at + 2)
        section = data[at:]
        end = find_end(section)
        if end < 0:
            if len(section) > _MAX_TRAILERS:
                raise MalformedError("the trailer section is too long (RFC 9112, section 7.1.2)")
            return -1
        block = read_block(section[:end])
        if isinstance(block, Refusal):
            raise MalformedError(f"in the trailer section, {block.message}")
        if len(block.fields) > MAX_FIELDS:
            raise MalformedError(f"more than {MAX_FIELDS} trailer fields")
        self.trailers = block.fields
        return self._finish(data, at + end)

    def _finish(self, data: bytes, at: int) -> int:
        self.done, self.rest = True, data[at:]
        return at

    def end(self) -> bool:
        """RFC 9112, section 8: without the last chunk it is incomplete."""
        return self.done


def chunk(data: bytes) -> bytes:
    """One chunk of `data`, which must not be empty: an empty one is the last."""
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"


def last_chunk(trailers: Fields) -> bytes:
    """The end of a chunked body."""
    if not trailers:
        return LAST_CHUNK
    return b"0\r\n%b\r\n" % b"".join([b"%b: %b\r\n" % field for field in trailers])
