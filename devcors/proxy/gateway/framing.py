"""Where a message's body ends: RFC 9112, section 6, strictly. A length goes on only if it was checked here."""

from __future__ import annotations

import re
from typing import NamedTuple

from devcors.heads import Fields, values
from devcors.policy.checks import Refusal

# RFC 9110, section 8.6: digits only; more than 20 are beyond what anybody counts in
_LENGTH = re.compile(rb"[0-9]{1,20}")
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Framing(NamedTuple):
    """What the fields say: chunked, or a length, or neither. `line` is the field line that says it again."""

    chunked: bool = False
    length: int | None = None

    @property
    def line(self) -> bytes:
        """For a head that is sent."""
        if self.chunked:
            return b"Transfer-Encoding: chunked\r\n"
        return b"" if self.length is None else b"Content-Length: %d\r\n" % self.length


UNFRAMED = Framing()
CHUNKED = Framing(chunked=True)


def framing_of(fields: Fields) -> Framing | Refusal:
    """The framing that all lines agree on."""
    codings, lengths = values(fields, b"transfer-encoding"), values(fields, b"content-length")
    if codings and lengths:  # RFC 9112, section 6.1: a sign of smuggling
        return _refused(400, "both Content-Length and Transfer-Encoding are there", "send one of them")
    if codings:
        return _coding(codings)
    return _length(lengths) if lengths else UNFRAMED


def _coding(lines: list[bytes]) -> Framing | Refusal:
    """Only `chunked`, alone and once, can be taken apart and framed anew."""
    names = [name.strip(b" \t").lower() for line in lines for name in line.split(b",")]
    if names == [b"chunked"]:
        return CHUNKED
    if names.count(b"chunked") > 1 or not all(map(_TOKEN.fullmatch, names)) or b"chunked" in names[:-1]:
        return _refused(400, "Transfer-Encoding is malformed", "send `chunked` alone")
    # RFC 9112, section 6.1
    return _refused(501, f"the transfer coding {names[0].decode('ascii')!r} is not known here", "send `chunked` alone")


def _length(lines: list[bytes]) -> Framing | Refusal:
    texts = {text.strip(b" \t") for line in lines for text in line.split(b",")}
    text = texts.pop()
    if texts or not _LENGTH.fullmatch(text):  # RFC 9112, section 6.3, item 5
        return _refused(400, "Content-Length is not one decimal number", "send the body's length in bytes")
    return Framing(length=int(text))


def _refused(status: int, message: str, hint: str) -> Refusal:
    return Refusal(status, f"{message} (RFC 9112, section 6)", hint)
