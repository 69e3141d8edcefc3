"""A server that answers what a case says, byte for byte: HTTP/1.1, plain and TLS, in a thread of its own.

`/page` is an empty page; `/c/CASE/STEP/HOP` is one hop of a step, its preflight included. Every origin of every case
leads here: the browser (or devcors) is told where.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Json = dict[str, Any]

_TARGET = re.compile(r"/c/(?P<case>[^/]+)/(?P<step>\d+)/(?P<hop>\d+)")
_PAGE = b"<!doctype html><meta charset=utf-8><link rel=icon href='data:,'><title>page</title>"
_BODY = b"ok"
_BODILESS = (204, 304)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Lab:
    """Where it listens, and the cases that it answers for."""

    def __init__(self) -> None:
        self.plain = 0
        self.tls = 0
        self.cases: dict[str, Json] = {}
        self._open: set[asyncio.StreamWriter] = set()

    async def run(self, context: ssl.SSLContext, listening: threading.Event, stop: asyncio.Event) -> None:
        """Serves until `stop`."""
        plain = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256)
        tls = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256, ssl=context)
        self.plain, self.tls = (server.sockets[0].getsockname()[1] for server in (plain, tls))
        listening.set()
        await stop.wait()
        for server in (plain, tls):
            server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if length := _LENGTH.search(head):
                    await reader.readexactly(int(length[1]))
                writer.write(self._answer(head))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the browser has closed it
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    def _answer(self, head: bytes) -> bytes:
        method, target, _ = head.split(b" ", 2)
        if target == b"/page":
            return _message(200, [("Content-Type", "text/html"), ("Content-Length", str(len(_PAGE)))], _PAGE, method)
        found = _TARGET.fullmatch(target.decode())
        if found is None or found["case"] not in self.cases:
            return _message(404, [("Content-Length", "0")], b"", method)
        case, step, at = self.cases[found["case"]], int(found["step"]), int(found["hop"])
        preflight = method == b"OPTIONS" and b"\r\nAccess-Control-Request-Method:" in head
        answer = case["steps"][step]["hops"][at]["preflight" if preflight else "response"]
        return _message(answer["status"], response_lines(answer, case, step, at), _BODY, method)


def response_lines(answer: Json, case: Json, step: int, at: int) -> list[tuple[str, str]]:
    """The header fields of an answer as they are sent; a `location` "@next" is the next hop, where there is one."""
    lines = [(name, text) for name, text in answer["headers"]]
    lines += [("Set-Cookie", text) for text in answer.get("set_cookie", [])]
    if "location" in answer:
        hops = case["steps"][step]["hops"]
        number = at + 1
        to = answer["location"]
        lines.append(("Location", hop_url(case["id"], step, number, hops[number % len(hops)]) if to == "@next" else to))
    lines.append(("Cache-Control", "no-store"))
    return lines if answer["status"] in _BODILESS else [*lines, ("Content-Length", str(len(_BODY)))]


def hop_url(case: str, step: int, number: int, hop: Json) -> str:
    """The URL of one hop."""
    scheme, authority = hop["origin"].split("://")
    return f"{scheme}://{hop.get('userinfo', '')}{authority}/c/{case}/{step}/{number}"


def _message(status: int, lines: list[tuple[str, str]], body: bytes, method: bytes) -> bytes:
    head = [f"HTTP/1.1 {status} X", *(f"{name}: {text}" for name, text in lines), "", ""]
    return "\r\n".join(head).encode("latin-1") + (b"" if method == b"HEAD" or status in _BODILESS else body)


@contextmanager
def lab(context: ssl.SSLContext) -> Iterator[Lab]:
    """A running lab; `context` holds its certificate."""
    made, listening, stop = Lab(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    def serve() -> None:
        loop.run_until_complete(made.run(context, listening, stop))
        loop.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert listening.wait(10)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
