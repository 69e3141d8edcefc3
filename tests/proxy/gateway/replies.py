"""A reader of responses that shares nothing with the gateway's own: strict, and it says what is not whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_HEAD = re.compile(rb"HTTP/1\.1 ([0-9]{3}) [^\r\n]*\r\n((?:[^\r\n:]+: ?[^\r\n]*\r\n)*)\r\n")


@dataclass(frozen=True)
class Reply:
    """`whole`: the body ended as the head said. Interim responses are replies too, without a body."""

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes
    whole: bool = True
    trailers: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """The field's one value."""
        found = [text for key, text in self.fields if key.lower() == name]
        assert len(found) < 2, (name, found)
        return found[0] if found else None


def read_replies(data: bytes, methods: Sequence[str], *, ended: bool = False) -> list[Reply]:
    """The responses to requests with these methods. `ended`: the connection has, after `data`.

    Raises AssertionError for what is no response, and for bytes that belong to none.
    """
    out: list[Reply] = []
    waiting = list(methods)
    while data:
        found = _HEAD.match(data)
        if not found:
            assert b"\r\n\r\n" not in data, f"not a response: {data[:200]!r}"
            return out
        status, fields, data = int(found[1]), _fields(found[2]), data[found.end() :]
        assert waiting, f"a response that nobody asked for: {status}"
        method = waiting[0] if status < 200 else waiting.pop(0)
        reply, data = _body(method, status, fields, data, ended)
        out.append(reply)
    return out


def _fields(lines: bytes) -> tuple[tuple[str, str], ...]:
    pairs = (line.split(b":", 1) for line in lines.split(b"\r\n")[:-1])
    return tuple((name.decode("latin-1"), text.strip().decode("latin-1")) for name, text in pairs)


def _body(
    method: str, status: int, fields: tuple[tuple[str, str], ...], data: bytes, ended: bool
) -> tuple[Reply, bytes]:
    table = {name.lower(): text for name, text in fields}
    assert not ("content-length" in table and "transfer-encoding" in table)
    if status < 200 or status in (204, 304) or method == "HEAD":
        return Reply(status, fields, b""), data
    if "transfer-encoding" in table:
        assert table["transfer-encoding"] == "chunked"
        return _chunked(status, fields, data)
    if "content-length" in table:
        length = int(table["content-length"])
        return Reply(status, fields, data[:length], len(data) >= length), data[length:]
    return Reply(status, fields, data, ended), b""


def _chunked(status: int, fields: tuple[tuple[str, str], ...], data: bytes) -> tuple[Reply, bytes]:
    body = b""
    while found := re.match(rb"([0-9a-f]+)\r\n", data):
        size, data = int(found[1], 16), data[found.end() :]
        if not size:
            end = re.match(rb"((?:[^\r\n:]+: ?[^\r\n]*\r\n)*)\r\n", data)
            if not end:
                return Reply(status, fields, body, whole=False), b""
            return Reply(status, fields, body, trailers=_fields(end[1])), data[end.end() :]
        body, data = body + data[:size], data[size:]
        assert data[:2] == b"\r\n"[: len(data)], f"a chunk is not as long as it says: {data[:40]!r}"
        data = data[2:]
    assert re.fullmatch(rb"[0-9a-f]*\r?", data), f"not a chunk: {data[:40]!r}"
    return Reply(status, fields, body, whole=False), b""
