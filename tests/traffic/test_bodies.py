"""Bodies for people: whole, cut off, broken, huge; and what is text."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from devcors.heads import Fields
from devcors.traffic.bodies import LIMIT, decode, indented, shown
from devcors.traffic.redaction import redacted_body

TEXT = "".join(f"line {number}: grüße €{number * 7919 % 10007}\n" for number in range(20_000))
PLAIN = TEXT.encode()


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


def quick_brotli(data: bytes) -> bytes:
    return bytes(brotli.compress(data, quality=4))


def two_frames(data: bytes) -> bytes:
    half = len(data) // 2
    return zstandard.compress(data[:half]) + zstandard.compress(data[half:])


CODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-Gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "br": ("br", quick_brotli),
    "zstd": ("zstd", zstandard.compress),
    "zstd in two frames": ("zstd", two_frames),
}
EACH = pytest.mark.parametrize("coder", CODERS)


def fields(coding: str = "", content_type: str = "text/plain; charset=utf-8") -> Fields:
    typed = ((b"Content-Type", content_type.encode()),) if content_type else ()
    return (*typed, (b"Content-Encoding", coding.encode())) if coding else typed


@EACH
def test_a_whole_stream(coder: str) -> None:
    coding, encode = CODERS[coder]
    body = encode(PLAIN)
    seen = shown(fields(coding), body, len(body))
    assert seen.text == TEXT
    assert (seen.truncated, seen.note, seen.encoding, seen.data) == (False, "", coding.lower(), None)


@EACH
def test_a_stream_that_was_cut_off_gives_its_beginning(coder: str) -> None:
    coding, encode = CODERS[coder]
    body = encode(PLAIN)
    seen = shown(fields(coding), body[: len(body) // 2], len(body))
    assert seen.text is not None
    assert len(seen.text) > 1000
    assert TEXT.startswith(seen.text)
    assert seen.truncated
    assert seen.note == f"the first {len(body) // 2:,} of {len(body):,} bytes were kept"


@EACH
def test_a_stream_that_ended_early_by_itself_says_so(coder: str) -> None:
    coding, encode = CODERS[coder]
    body = encode(PLAIN)[:-9]
    seen = shown(fields(coding), body, len(body))
    assert (seen.truncated, seen.note) == (True, "the compressed stream ends early")


@EACH
@given(st.data())
def test_any_bytes_end_well(coder: str, data: st.DataObject) -> None:
    coding, encode = CODERS[coder]
    good = encode(PLAIN[:3000])
    at = data.draw(st.integers(0, len(good)))
    body = good[:at] + data.draw(st.binary(max_size=40)) + good[at + data.draw(st.integers(0, 40)) :]
    seen = shown(fields(coding), body, len(body))
    assert seen.text is not None or not body


@EACH
def test_a_bomb_is_cut_off(coder: str) -> None:
    coding, encode = CODERS[coder]
    bomb = encode(bytes(LIMIT * 2))
    decoded = decode(fields(coding), bomb)
    assert decoded.data == bytes(LIMIT)
    assert "only the first" in decoded.problem


def test_codings_on_top_of_one_another() -> None:
    body = gzip.compress(quick_brotli(PLAIN))
    assert shown(fields("br, gzip"), body, len(body)).text == TEXT
    assert shown((*fields("br"), (b"Content-Encoding", b"gzip")), body, len(body)).text == TEXT


def test_a_coding_that_nobody_knows() -> None:
    seen = shown(fields("rot13", ""), b"uryyb", 5)
    assert (seen.text, seen.truncated, seen.note) == ("uryyb", True, "the content coding rot13 is not known")


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html; charset=iso-8859-1", b"\xe4", "ä"),
        ('text/css; charset="UTF-8"', b"\xc3\xa4", "ä"),
        ("text/plain; charset=shift_jis", b"\x83A", "ア"),
        ("text/plain; charset=nonsense", b"\xc3\xa4", "ä"),
        ("text/plain", b"\xef\xbb\xbfa", "a"),
        ("text/plain", b"\xff\xfea\0", "a"),
        ("text/plain", b"\xe4 is no UTF-8", "ä is no UTF-8"),
        ("text/plain", b"cut \xe2\x82", "cut "),
        ("application/vnd.api+json", b'{"a":1}', '{\n  "a": 1\n}'),
        ("image/svg+xml", b"<svg/>", "<svg/>"),
        ("image/png", b"\x89PNG", None),
        ("application/octet-stream", b"text all the same", None),
        ("", b"looks like text\n", "looks like text\n"),
        ("", b"\x00\x01", None),
    ],
)
def test_what_is_text(content_type: str, body: bytes, text: str | None) -> None:
    seen = shown(fields("", content_type), body, len(body))
    assert (seen.text, seen.data) == (text, None if text is not None else body)


def test_of_what_was_not_kept_there_is_nothing() -> None:
    seen = shown(fields("gzip"), b"", 100)
    assert (seen.text, seen.data, seen.truncated, seen.kept) == (None, None, True, 0)
    assert seen.note == "the first 0 of 100 bytes were kept"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 1]), st.booleans())
def test_indented_json_is_the_same(data: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    assert json.loads(indented(text)) == data
    assert indented(indented(text)) == indented(text)


@given(JSON, st.data())
def test_json_that_was_cut_off_loses_nothing_but_blanks(data: object, draw: st.DataObject) -> None:
    text = json.dumps(data, separators=(",", ":"))
    cut = text[: draw.draw(st.integers(0, len(text)))]
    assert "".join(indented(cut).split()) == "".join(cut.split())


def test_spelling_and_order_stay() -> None:
    assert indented('{"b":1.10,"a":[],"b":{},"c":[1e400,"\\u00e4"]}').splitlines() == [
        "{",
        '  "b": 1.10,',
        '  "a": [],',
        '  "b": {},',
        '  "c": [',
        "    1e400,",
        '    "\\u00e4"',
        "  ]",
        "}",
    ]


@pytest.mark.parametrize(
    ("media_type", "body", "kept"),
    [
        ("application/json", '{"user":"a","password":"s3\\"cr3t"}', '{"user":"a","password":"[redacted]"}'),
        ("application/json", '{"accessToken" : 12345, "n": 1}', '{"accessToken" : "[redacted]", "n": 1}'),
        ("application/json", '{"token": "s3cr', '{"token": "[redacted]"'),
        ("application/json", '{"token": null, "max_tokens": 5}', '{"token": null, "max_tokens": 5}'),
        ("application/x-www-form-urlencoded", "password=s3cr3t&a=1&code=9", "password=[redacted]&a=1&code=[redacted]"),
        ("text/plain", "password=open", "password=open"),
    ],
)
def test_secrets_of_forms_and_json(media_type: str, body: str, kept: str) -> None:
    assert redacted_body(body, media_type) == kept


def test_secrets_are_shown_where_they_are_asked_for() -> None:
    form, body = fields("", "application/x-www-form-urlencoded"), b"password=s3cr3t"
    assert shown(form, body, len(body)).text == "password=[redacted]"
    assert shown(form, body, len(body), with_secrets=True).text == "password=s3cr3t"
