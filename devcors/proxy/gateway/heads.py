"""Message heads as bytes: where they end, what stands in them, and how they are written.

Known: bytes of a connection. Wanted: heads that nobody can read in two ways (RFC 9112, section 11.2), at little cost.
The first line is read here; the field lines by llhttp (strict: no folding, no blank before the colon, CRLF only),
whatever the first line was, so that every method that is a token passes. Browsers and servers send the same field
lines again and again, so what was read is remembered by its bytes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import httptools

from devcors.heads import Fields, RequestHead, ResponseHead, has_token, value, without
from devcors.policy.checks import MAX_HEAD, MAX_TARGET, Refusal

from .framing import Framing, framing_of

HEAD_END = b"\r\n\r\n"

_LONGEST_LINE = MAX_TARGET + 64
_REMEMBERED = 512
_REMEMBERED_REQUESTS = 2048  # an unbundled page has a thousand modules
MEMORABLE = 4096
"""Bytes of a head; what is longer is rare, and would make the memory of heads large."""


# RFC 9112, section 3: one blank between the parts, a target without blanks; what a target may hold, the policy checks
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^\x00-\x20\x7f]+) HTTP/([0-9])\.([0-9])\r\n")
# RFC 9112, section 4; a reason phrase may be empty, and many servers leave the blank before it out
_STATUS_LINE = re.compile(rb"HTTP/1\.([0-9]) ([1-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?\r\n")
# one object each, since thousands of records hold them
_METHODS = {method: method for method in (b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS")}
_BLANK_LINE = re.compile(rb"\n\r?\n")
_BARE_CR = re.compile(rb"\r(?!\n|\Z)")
_LIKE_A_VERSION = re.compile(rb"[^\r\n]* HTTP/[0-9]+(\.[0-9]+)?\r?\n")


class Block(NamedTuple):
    """The field lines of a head, and what they say of the message's body and of the connection."""

    fields: Fields
    framing: Framing
    close: bool
    keep_alive: bool
    idle: float | None = None  # seconds for which a server promises to keep the connection


class ReceivedRequest(NamedTuple):
    """A request head; `minor` is 0 or 1 of its HTTP/1 version."""

    head: RequestHead
    minor: int
    block: Block

    @property
    def persistent(self) -> bool:
        """RFC 9112, section 9.3."""
        return not self.block.close and (self.minor == 1 or self.block.keep_alive)


class ReceivedResponse(NamedTuple):
    """A response head; `minor` as in requests."""

    head: ResponseHead
    minor: int
    block: Block

    @property
    def persistent(self) -> bool:
        """RFC 9112, section 9.3."""
        return not self.block.close and (self.minor == 1 or self.block.keep_alive)


def find_end(data: bytes, start: int = 0) -> int:
    """The offset behind the blank line that ends a head, or -1. A blank line of bare LFs ends it too, to be refused.

    `start` is how far has been looked already, less what may be the beginning of a blank line.
    """
    at = data.find(HEAD_END, start)
    if at >= 0:
        return at + 4
    found = _BLANK_LINE.search(data, start)
    return found.end() if found else -1


def unfinished(data: bytes) -> Refusal | None:
    """Why a head that is not whole yet need not be waited for."""
    if len(data) > _LONGEST_LINE and b"\n" not in data[:_LONGEST_LINE]:
        return Refusal(414, f"the request target is longer than {MAX_TARGET} bytes", "send the data in the body")
    if len(data) > MAX_HEAD:
        return too_large()
    if _BARE_CR.search(data):
        return _bare_cr()
    return None


def _bare_cr() -> Refusal:
    return Refusal(400, "a CR without LF stands in the head (RFC 9112, section 2.2)", "end lines by CRLF")


def too_large() -> Refusal:
    """A head beyond the limit."""
    return Refusal(431, f"the head is longer than {MAX_HEAD} bytes", "clear this site's cookies, or send fewer fields")


def read_request(data: bytes) -> ReceivedRequest | Refusal:
    """A whole request head, with its blank line and without empty lines before it."""
    return _remembered_request(data) if len(data) <= MEMORABLE else _read_request(data)


def _read_request(data: bytes) -> ReceivedRequest | Refusal:
    if len(data) > _LONGEST_LINE and (refusal := unfinished(data)):
        return refusal  # the same, whether it comes at once or in pieces
    line = _REQUEST_LINE.match(data)
    read = _read_after(line, data) if line else _bad_line(data)
    if isinstance(read, Refusal) and _BARE_CR.search(data):
        return _bare_cr()  # likewise
    return read


def _read_after(line: re.Match[bytes], data: bytes) -> ReceivedRequest | Refusal:
    method, target, major, minor = line.groups()
    if major != b"1" or minor not in b"01":
        return _bad_version(f"HTTP/{major.decode()}.{minor.decode()}")
    block = read_block(data[line.end() :])
    if isinstance(block, Refusal):
        return block
    if minor == b"0" and block.framing.chunked:  # RFC 9112, section 6.1: a 1.0 hop may not know what it is
        return Refusal(400, "Transfer-Encoding in an HTTP/1.0 request (RFC 9112, section 6.1)", "use HTTP/1.1")
    fields = block.fields
    if minor == b"0":  # RFC 9110, section 7.8: Upgrade counts for nothing there
        fields = without(fields, b"upgrade")
    return ReceivedRequest(RequestHead(_METHODS.get(method, method), target, fields), int(minor), block)


# a page is loaded again and again, and asks for the same things each time
_remembered_request = lru_cache(maxsize=_REMEMBERED_REQUESTS)(_read_request)


def _bad_line(data: bytes) -> Refusal:
    line = data[:80].split(b"\n", 1)[0].rstrip(b"\r").decode("latin-1")
    if len(data) > MAX_TARGET and b"\n" not in data[:MAX_TARGET]:
        return Refusal(414, f"the request target is longer than {MAX_TARGET} bytes", "send the data in the body")
    found = _LIKE_A_VERSION.match(data)
    if found and not found[0].endswith((b"HTTP/1.1\r\n", b"HTTP/1.0\r\n", b"HTTP/1.1\n", b"HTTP/1.0\n")):
        return _bad_version(line.rpartition(" ")[2])
    return Refusal(
        400,
        f"not a request line: {line!r} (RFC 9112, section 3)",
        "send a method, a target and HTTP/1.1, one blank apart",
    )


def _bad_version(version: str) -> Refusal:
    return Refusal(505, f"{version} is not spoken here (RFC 9112, section 2.3)", "use HTTP/1.1")


def read_response(data: bytes) -> ReceivedResponse | Refusal:
    """A whole response head. The refusal's message says what is wrong; its status is the answer to the client."""
    if len(data) <= MEMORABLE:
        return _remembered_response(data)
    return _read_response(data)


def _read_response(data: bytes) -> ReceivedResponse | Refusal:
    line = _STATUS_LINE.match(data)
    if line is None:
        first = data[:80].split(b"\n", 1)[0].rstrip(b"\r").decode("latin-1")
        return Refusal(502, f"not a status line: {first!r}", "")
    minor, status, reason = line.groups()
    block = _read_block(data[line.end() :])
    if isinstance(block, Refusal):
        return Refusal(502, block.message, "")
    return ReceivedResponse(ResponseHead(int(status), reason or b"", block.fields), int(minor), block)


# the whole of it, which a server sends again and again, until its Date is another
_remembered_response = lru_cache(maxsize=_REMEMBERED)(_read_response)


def read_block(lines: bytes) -> Block | Refusal:
    """Field lines with the blank line behind them; also those of a trailer section."""
    if len(lines) <= MEMORABLE:
        return _remembered(lines)
    return _read_block(lines)


class _Lines:
    """What llhttp calls."""

    def __init__(self) -> None:
        self.fields: list[tuple[bytes, bytes]] = []

    def on_header(self, name: bytes, text: bytes) -> None:
        """One field line; llhttp leaves the blanks at the end of a value (RFC 9112, section 5.1)."""
        self.fields.append((name, text.strip(b" \t")))


def _read_block(lines: bytes) -> Block | Refusal:
    seen = _Lines()
    parser = httptools.HttpRequestParser(seen)
    try:
        parser.feed_data(b"POST / HTTP/1.1\r\n" + lines)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError as error:
        if _BARE_CR.search(lines):
            return _bare_cr()
        return Refusal(
            400, f"the field lines are malformed: {error} (RFC 9112, section 5)", "send `name: value` and CRLF"
        )
    fields = tuple(seen.fields)
    framing = framing_of(fields)
    if isinstance(framing, Refusal):
        return framing
    close = has_token(fields, b"connection", b"close")
    return Block(fields, framing, close, has_token(fields, b"connection", b"keep-alive"), _promised(fields))


_TIMEOUT = re.compile(rb"timeout\s*=\s*([0-9]{1,6})", re.IGNORECASE)


def _promised(fields: Fields) -> float | None:
    """Keep-Alive: timeout=5, as Node.js and Apache send it (RFC 2068, section 19.7.1.1)."""
    found = _TIMEOUT.search(value(fields, b"keep-alive") or b"")
    return float(found[1]) if found else None


_remembered = lru_cache(maxsize=_REMEMBERED)(_read_block)


def write_request(head: RequestHead, framing: Framing) -> bytes:
    """The head for the next hop; its length is the one that was checked, whatever the fields say."""
    return b"%b %b HTTP/1.1\r\n%b%b\r\n" % (head.method, head.target, _lines(head.fields), framing.line)


def write_response(head: ResponseHead, framing: Framing, connection: bytes = b"") -> bytes:
    """The head for the client. `connection` is a whole field line for this hop, or empty."""
    return b"HTTP/1.1 %d %b\r\n%b%b%b\r\n" % (head.status, head.reason, _lines(head.fields), framing.line, connection)


@lru_cache(maxsize=_REMEMBERED)
def _lines(fields: Fields) -> bytes:
    return b"".join([b"%b: %b\r\n" % field for field in fields if field[0].lower() != b"content-length"])
