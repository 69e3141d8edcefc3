"""A strict reader of HTTP/1.1 messages: what a careful server or client makes of some bytes.

It is the reference on both ends of the catalogue. Where a recipient may choose to be lenient (a bare LF, a folded line,
two framings at once) this reader is not, so that whatever a proxy passes on in such a form is noticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

Field = tuple[bytes, bytes]

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
# RFC 9112, section 3: single spaces, and no byte in the target that a URI cannot hold
_REQUEST_LINE = re.compile(rb"(%s) ([\x21\x22\x24-\x7e]+) (HTTP/1\.[01])" % _TOKEN)
# RFC 9112, section 4
_STATUS_LINE = re.compile(rb"(HTTP/1\.[01]) ([1-9][0-9][0-9]) ([\t\x20-\x7e\x80-\xff]*)")
# RFC 9112, section 5, and RFC 9110, section 5.5
_FIELD_LINE = re.compile(
    rb"(%s):[ \t]*((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)[ \t]*" % _TOKEN
)
_LENGTH = re.compile(rb"[0-9]{1,18}")
# RFC 9112, section 7.1; extensions are looked at for control characters only
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")


class End(Enum):
    """How the sending side of a connection stands."""

    OPEN = "open"
    CLOSED = "closed"
    RESET = "reset"


class Malformed(Exception):  # noqa: N818 - the standards' word
    """These bytes are no HTTP/1.1 message, whatever may still come."""


class _More(Exception):  # noqa: N818 - no error: the message goes on
    """The bytes end before the message does."""


@dataclass(frozen=True, slots=True)
class Message:
    """One request or response. `size` is what it took of the stream, in bytes, so far."""

    start: bytes
    fields: tuple[Field, ...]
    body: bytes
    trailers: tuple[Field, ...]
    complete: bool
    size: int

    def values(self, name: bytes) -> list[bytes]:
        """All values of a field of the head, in order."""
        return [text for key, text in self.fields if key.lower() == name.lower()]

    @property
    def method(self) -> bytes:
        """Of a request."""
        return self.start.split(b" ")[0]

    @property
    def target(self) -> bytes:
        """Of a request."""
        return self.start.split(b" ")[1]

    @property
    def status(self) -> int:
        """Of a response."""
        return int(self.start.split(b" ")[1])


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def line(self) -> bytes:
        end = self.data.find(b"\n", self.at)
        if end < 0:
            raise _More
        line, self.at = self.data[self.at : end + 1], end + 1
        if not line.endswith(b"\r\n"):
            raise Malformed(f"a line ends with a bare LF: {line[-60:]!r}")
        if b"\r" in line[:-2]:
            raise Malformed(f"a bare CR within a line: {line[:60]!r}")
        return line[:-2]

    def take(self, count: int) -> bytes:
        if len(self.data) - self.at < count:
            raise _More
        self.at += count
        return self.data[self.at - count : self.at]

    def rest(self, most: int | None = None) -> bytes:
        out = self.data[self.at :] if most is None else self.data[self.at : self.at + most]
        self.at += len(out)
        return out

    def fields(self) -> tuple[Field, ...]:
        out: list[Field] = []
        while line := self.line():
            found = _FIELD_LINE.fullmatch(line)
            if found is None:
                raise Malformed(f"no field line: {line[:80]!r}")
            out.append((found[1], found[2]))
        return tuple(out)


def read_request(data: bytes) -> Message | None:
    """The request at the start of `data`; None while its head is not whole; raises Malformed."""
    cursor = _Cursor(data)
    try:
        start = cursor.line()
        found = _REQUEST_LINE.fullmatch(start)
        if found is None:
            raise Malformed(f"no request line: {start[:80]!r}")
        fields = cursor.fields()
    except _More:
        return None
    hosts = sum(name.lower() == b"host" for name, _ in fields)
    if hosts > 1 or (not hosts and found[3] == b"HTTP/1.1"):  # RFC 9112, section 3.2
        raise Malformed(f"{hosts} Host fields")
    return _with_body(cursor, start, fields, _length(found[3], fields) or 0)


def read_response(data: bytes, method: bytes, end: End) -> Message | None:
    """The response to `method` at the start of `data`, interim ones too; None while its head is not whole."""
    cursor = _Cursor(data)
    try:
        start = cursor.line()
        found = _STATUS_LINE.fullmatch(start)
        if found is None:
            raise Malformed(f"no status line: {start[:80]!r}")
        fields = cursor.fields()
    except _More:
        return None
    status = int(found[2])
    length = _length(found[1], fields)
    if method == b"HEAD" or status < 200 or status in (204, 304):  # RFC 9112, section 6.3, rule 1
        return Message(start, fields, b"", (), complete=True, size=cursor.at)
    if length is None:  # rule 8: until the connection is closed, and a reset does not close it
        body = cursor.rest()
        return Message(start, fields, body, (), complete=end is End.CLOSED, size=cursor.at)
    return _with_body(cursor, start, fields, length)


def _length(version: bytes, fields: tuple[Field, ...]) -> int | None:
    """The length in bytes that the head tells, -1 for chunked, None for nothing said (RFC 9112, section 6.3)."""
    codings = [text for name, text in fields if name.lower() == b"transfer-encoding"]
    lengths = [text for name, text in fields if name.lower() == b"content-length"]
    if codings and lengths:
        raise Malformed("Transfer-Encoding beside Content-Length")
    if codings:
        if version == b"HTTP/1.0" or [text.lower() for text in codings] != [b"chunked"]:
            raise Malformed(f"Transfer-Encoding {codings} in {version.decode()}")
        return -1
    if not lengths:
        return None
    if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0]):
        raise Malformed(f"Content-Length {lengths}")
    return int(lengths[0])


def _with_body(cursor: _Cursor, start: bytes, fields: tuple[Field, ...], length: int) -> Message:
    if length < 0:
        body, trailers, complete = _chunked(cursor)
    else:
        body, trailers = cursor.rest(length), ()
        complete = len(body) == length
    return Message(start, fields, body, trailers, complete=complete, size=cursor.at)


def _chunked(cursor: _Cursor) -> tuple[bytes, tuple[Field, ...], bool]:
    out = bytearray()
    try:
        while True:
            line = cursor.line()
            found = _CHUNK_LINE.fullmatch(line)
            if found is None:
                raise Malformed(f"no chunk size: {line[:80]!r}")
            if not (size := int(found[1], 16)):
                return bytes(out), cursor.fields(), True
            out += cursor.take(size)
            if cursor.take(2) != b"\r\n":
                raise Malformed("chunk data not ended by CRLF")
    except _More:
        return bytes(out), (), False


def read_responses(data: bytes, methods: tuple[bytes, ...], end: End) -> tuple[list[Message], bytes, str | None]:
    """All responses in `data`, what comes after the last of them, and why reading stopped if these are no responses.

    `methods` are those of the requests, in order; GET where there are fewer. After a 101 the rest is not HTTP.
    """
    out: list[Message] = []
    finals = 0
    while data:
        method = methods[finals] if finals < len(methods) else b"GET"
        try:
            message = read_response(data, method, end)
        except Malformed as fault:
            return out, data, str(fault)
        if message is None:
            break
        out.append(message)
        data = data[message.size :]
        finals += message.status >= 200
        if message.status == 101 or not message.complete:
            break
    return out, data, None
