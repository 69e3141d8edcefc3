"""Bodies for people: content codings undone, text told from bytes, JSON indented.

Known: the beginning of a body as it went over the wire, and the field lines of its head. Wanted: as much of it as can
be read, be it cut off in the middle of a compressed stream; and no more memory, whatever a small bomb asks for.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

from devcors.heads import Fields, members, value

from .redaction import redacted_body

LIMIT = 4 * 1024 * 1024
"""Bytes of a decoded body; what is beyond is cut off."""

_STEP = 16  # bytes of Brotli at a time: its decoder knows no limit, and a few bytes may stand for megabytes


@dataclass(frozen=True, slots=True)
class Shown:
    """A body for people. `size` bytes went over the wire, of which the first `kept` are known.

    Either `text` or `data` is there, decoded; neither where nothing was kept. `media_type` is without parameters.
    `encoding` names the content codings. `truncated`: this is not all. `note` says what is missing or why.
    """

    size: int
    kept: int
    media_type: str
    encoding: str
    text: str | None
    data: bytes | None
    truncated: bool
    note: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """What came out of the content codings; `problem` says why that is not all."""

    data: bytes
    problem: str = ""


def shown(fields: Fields, kept: bytes, size: int, *, with_secrets: bool = False) -> Shown:
    """`kept` is the beginning of a body of `size` bytes, `fields` are of its head."""
    decoded = decode(fields, kept)
    media_type = media_type_of(fields)
    text = text_of(fields, decoded.data)
    if text is not None:
        text = text if with_secrets else redacted_body(text, media_type)
        text = indented(text) if _is_json(media_type) else text
    notes = [f"the first {kept_of(len(kept), size)} were kept"] if len(kept) < size else []
    # that a stream ends early is no news where its end was not kept
    notes += [decoded.problem] if decoded.problem and not (notes and decoded.problem == _CUT) else []
    return Shown(
        size=size,
        kept=len(kept),
        media_type=media_type,
        encoding=", ".join(_codings(fields)),
        text=text if kept else None,
        data=decoded.data if kept and text is None else None,
        truncated=len(kept) < size or bool(decoded.problem),
        note="; ".join(notes),
    )


def kept_of(kept: int, size: int) -> str:
    """How much of a body is there, for people."""
    return f"{kept:,} of {size:,} bytes"


def decode(fields: Fields, data: bytes) -> Decoded:
    """Without the content codings that the fields name, the last applied first (RFC 9110, section 8.4)."""
    problem = ""
    for coding in reversed(_codings(fields)):
        decoder = _DECODERS.get(coding)
        if decoder is None:
            return Decoded(data, f"the content coding {coding} is not known")
        if data:
            data, said = decoder(data)
            problem = problem or said
    return Decoded(data, problem)


def _codings(fields: Fields) -> list[str]:
    named = (coding.decode("latin-1").lower() for coding in members(fields, b"content-encoding"))
    return [coding for coding in named if coding != "identity"]


_CUT = "the compressed stream ends early"
_BROKEN = "the compressed stream is broken"
_LONG = f"only the first {LIMIT:,} decoded bytes are shown"


class _Decompressor(Protocol):
    """What zlib's decompression objects are."""

    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, limit: int, /) -> bytes: ...


def _inflated(stream: _Decompressor, data: bytes) -> tuple[bytes, str]:
    out = bytearray()
    for at in range(0, len(data), 1024):  # in pieces, so that what stands before a broken place comes out
        try:
            out += stream.decompress(data[at : at + 1024], LIMIT + 1 - len(out))
        except zlib.error:
            return bytes(out), _BROKEN
        if len(out) > LIMIT:
            return bytes(out[:LIMIT]), _LONG
    return bytes(out), "" if stream.eof else _CUT


def _gunzip(data: bytes) -> tuple[bytes, str]:
    return _inflated(zlib.decompressobj(zlib.MAX_WBITS | 16), data)


def _deflate(data: bytes) -> tuple[bytes, str]:
    # RFC 9110, section 8.4.1.2: zlib's format; some servers leave its frame out, and browsers take that too
    framed = data[0] & 0x0F == 8 and (len(data) < 2 or int.from_bytes(data[:2]) % 31 == 0)
    return _inflated(zlib.decompressobj(zlib.MAX_WBITS if framed else -zlib.MAX_WBITS), data)


def _unbrotli(data: bytes) -> tuple[bytes, str]:
    stream, out = brotli.Decompressor(), bytearray()
    for at in range(0, len(data), _STEP):
        try:
            out += stream.process(data[at : at + _STEP])
        except brotli.error:
            return bytes(out), _BROKEN
        if len(out) > LIMIT:
            return bytes(out[:LIMIT]), _LONG
    return bytes(out), "" if stream.is_finished() else _CUT


def _unzstd(data: bytes) -> tuple[bytes, str]:
    # RFC 9659: a window of at most 8 MB
    reader = zstandard.ZstdDecompressor(max_window_size=8 << 20).stream_reader(data, read_across_frames=True)
    out = bytearray()
    try:
        while piece := reader.read(65536):
            out += piece
            if len(out) > LIMIT:
                return bytes(out[:LIMIT]), _LONG
    except zstandard.ZstdError:
        return bytes(out), _BROKEN
    return bytes(out), "" if _is_whole_zstd(data) else _CUT


def _is_whole_zstd(data: bytes) -> bool:
    stream = zstandard.ZstdDecompressor(max_window_size=8 << 20).decompressobj()
    while data:
        stream.decompress(data)
        if not stream.eof:
            return False
        data, stream = stream.unused_data, zstandard.ZstdDecompressor(max_window_size=8 << 20).decompressobj()
    return True


_DECODERS: dict[str, Callable[[bytes], tuple[bytes, str]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,  # RFC 9110, section 8.4.1.3
    "deflate": _deflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


# text

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_TEXTUAL = re.compile(
    r"text/.*|.*[/+](json|xml|yaml|toml)|application/(x-)?(javascript|ecmascript|x-www-form-urlencoded|graphql|x-ndjson"
    r"|json-seq|sql|typescript|manifest)|multipart/form-data"
)
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"))


def media_type_of(fields: Fields) -> str:
    """The type and subtype of Content-Type, in lower case; empty where there is none."""
    return _content_type(fields).partition(";")[0].strip().lower()


def _content_type(fields: Fields) -> str:
    return (value(fields, b"content-type") or b"").decode("latin-1")


def text_of(fields: Fields, data: bytes) -> str | None:
    """Decoded data as text, by its mark, its charset or UTF-8; None where it is none. A character cut in half goes."""
    media_type = media_type_of(fields)
    if media_type and not _TEXTUAL.fullmatch(media_type):
        return None
    # Encoding Standard, "decode": a byte order mark counts more than what the type says
    for mark, named in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(named, "replace")
    found = _CHARSET.search(_content_type(fields))
    try:
        text = data.decode(found[1] if found else "utf-8")
    except LookupError:
        text = data.decode("utf-8", "replace")
    except UnicodeDecodeError as error:
        cut = error.reason in ("unexpected end of data", "truncated data")
        text = data[: error.start].decode(error.encoding) if cut else data.decode("latin-1")
    # what does not say that it is text has to look like it
    return None if not media_type and _NO_TEXT.search(text) else text


def _is_json(media_type: str) -> bool:
    return media_type in ("application/json", "text/json") or media_type.endswith("+json")


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_DEPTH = 200


def indented(json: str) -> str:
    """JSON with a line for each member, whole or cut off; numbers and spelling stay as they are."""
    out: list[str] = []
    depth, opened = 0, False
    for part in _TOKEN.findall(json):
        if part in "}]":
            depth = max(depth - 1, 0)
            out.append(part if opened else _line(depth) + part)
            opened = False
            continue
        if opened:
            out.append(_line(depth))
            opened = False
        out.append(f"{part} " if part == ":" else part)
        if part in "{[":
            depth, opened = depth + 1, True
        elif part == ",":
            out.append(_line(depth))
    return "".join(out)


def _line(depth: int) -> str:
    return "\n" + "  " * min(depth, _DEPTH)
