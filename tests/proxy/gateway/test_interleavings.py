"""Clients and upstreams that do anything in any order: nothing raises, nothing hangs, no response goes astray.

Each request carries a number in its target, and the upstream that answers it says that number in a field and the body.
"""

from __future__ import annotations

import os
import re
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from .replies import Reply
from .stage import PlayedClient, PlayedUpstream, Stage

_ASKED = re.compile(rb"([A-Z]+) (?:/api)?/m([0-9]+) HTTP/1\.1\r\n")
_LINES = {"GET": "", "HEAD": "", "POST": "Content-Length: 30\r\n", "PUT": "Transfer-Encoding: chunked\r\n"}
_BODIES = {"GET": "", "HEAD": "", "POST": "x" * 30, "PUT": "a;e\r\n0123456789\r\n5\r\nabcde\r\n0\r\nX-T: 1\r\n\r\n"}
GARBAGE = [
    b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    b"\0",
    b"GET /x HTTP/1.1\r\n\r\n",
    b"GET /\r\n\r\n",
    b"zz\r\n",
    b"\r\n",
]
NONSENSE = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    b"x",
    b"HTTP/1.1 408 Late\r\n\r\n",
    b"HTTP/1.1 100 \r\n\r\n",
]
THOROUGH = bool(os.environ.get("CI") or os.environ.get("DEVCORS_FUZZ"))
BEHIND = [
    b"",
    b"",
    b"",
    b"HTTP/1.1 200 OK\r\nX-Number: 0\r\nContent-Length: 0\r\n\r\n",
]  # a response that nobody asked for
numbers = st.integers(0, 1000)


class Asking:
    """A client, what it is still to send, and the number of each of its requests."""

    def __init__(self, played: PlayedClient) -> None:
        self.played = played
        self.waiting = b""
        self.sent = 0
        self.ends: list[int] = []  # where each request ends in the stream
        self.numbers: list[str] = []
        self.queued = 0
        self.spoilt = self.silent = False

    def queue(self, data: bytes, method: str, number: str) -> None:
        self.waiting += data
        self.queued += len(data)
        self.ends.append(self.queued)
        self.numbers.append(number)
        self.played.methods.append(method)

    def send(self, size: int) -> None:
        piece, self.waiting = self.waiting[:size], self.waiting[size:]
        self.sent += len(piece)
        self.played.says(piece)

    def drop_rest(self) -> None:
        """What was not sent yet never will be; a request of which nothing was sent gets no answer."""
        begun = sum(start < self.sent for start in [0, *self.ends][: len(self.ends)])
        if self.waiting:
            del self.played.methods[begun:]
        self.waiting = b""

    @property
    def asked(self) -> int:
        """Requests that were sent whole."""
        return sum(end <= self.sent for end in self.ends)


class Answering:
    """An upstream, and what it is still to say."""

    def __init__(self, played: PlayedUpstream) -> None:
        self.played = played
        self.waiting = b""
        self.answered = 0
        self.behind = 0  # bytes that belong to no response; they come with its end, or nobody could tell
        self.ends_after = False

    @property
    def unanswered(self) -> list[tuple[bytes, bytes]]:
        """Method and number of each."""
        return _ASKED.findall(self.played.got)[self.answered :]

    def answer(self, kind: str, behind: bytes = b"") -> None:
        method, number = self.unanswered[0]
        self.answered += 1
        self.behind = len(behind) if kind != "close" else 0
        body = b"m" + number + b"." * 40
        head = b"HTTP/1.1 200 OK\r\nX-Number: %b\r\n" % number
        if kind == "interim":
            head = b"HTTP/1.1 103 Early Hints\r\nX-Number: %b\r\n\r\n" % number + head
        if kind == "chunked":
            head += b"Transfer-Encoding: chunked\r\n\r\n"
            body = b"%x\r\n%b\r\n0\r\nX-Number: %b\r\n\r\n" % (len(body), body, number)
        elif kind == "close":
            head, self.ends_after = head + b"\r\n", True
        else:
            head += b"Content-Length: %d\r\n\r\n" % len(body)
        self.waiting += head + (b"" if method == b"HEAD" else body) + (behind if kind != "close" else b"")

    def say(self, size: int) -> None:
        if len(self.waiting) - size <= self.behind:
            size = len(self.waiting)
        piece, self.waiting = self.waiting[:size], self.waiting[size:]
        if piece:
            self.played.says(piece)
        if self.ends_after and not self.waiting:
            self.played.finishes()


class Interleavings(RuleBasedStateMachine):
    """The rules choose who acts by a number, so that any sequence of them makes sense."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage()
        # so small that everybody is held up now and then
        small = {
            "client.HIGH_WATER": 150,
            "upstream.HIGH_WATER": 20,
            "exchange.HIGH_WATER": 20,
            "client.PIPELINED": 100,
        }
        self.patches = [mock.patch(f"devcors.proxy.gateway.{name}", size) for name, size in small.items()]
        self.clients: list[Asking] = []
        self.upstreams: list[Answering] = []
        self.number = 0

    @initialize()
    def begin(self) -> None:
        for patch in self.patches:
            patch.start()
        self.stage.__enter__()
        self.connect()

    @rule()
    @precondition(lambda self: len(self.clients) < 4)
    def connect(self) -> None:
        self.clients.append(Asking(self.stage.client()))

    def client(self, number: int) -> Asking:
        return self.clients[number % len(self.clients)]

    def upstream(self, number: int) -> Answering | None:
        for played in self.stage.upstreams[len(self.upstreams) :]:
            self.upstreams.append(Answering(played))
        there = [upstream for upstream in self.upstreams if not upstream.played.gone]
        return there[number % len(there)] if there else None

    # clients

    @rule(
        who=numbers,
        method=st.sampled_from(list(_LINES)),
        api=st.booleans(),
        close=st.sampled_from([0, 0, 0, 1]),
        now=numbers,
    )
    def ask(self, who: int, method: str, api: bool, close: int, now: int) -> None:
        client = self.client(who)
        if client.spoilt or client.silent:
            return
        self.number += 1
        lines = "Connection: close\r\n" * close + _LINES[method]
        head = f"{method} {'/api' * api}/m{self.number} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n"
        client.queue((head + _BODIES[method]).encode(), method, str(self.number))
        client.send(now)

    @rule(who=numbers, size=st.integers(1, 200))
    def send(self, who: int, size: int) -> None:
        self.client(who).send(size)

    @rule(who=numbers, data=st.sampled_from(GARBAGE))
    def spoil(self, who: int, data: bytes) -> None:
        client = self.client(who)
        if not client.silent:
            client.spoilt = True
            client.drop_rest()
            client.played.methods.append("GET")
            client.played.says(data)

    @rule(who=numbers, way=st.sampled_from(["reset", "half", "departed"]))
    def leave(self, who: int, way: str) -> None:
        client = self.client(who)
        if client.silent:
            return
        client.silent, client.waiting = True, b""
        if way == "reset":
            client.played.resets()
        else:
            client.played.transport.departed = way == "departed"
            client.played.finishes()

    @rule(who=numbers)
    def stop_reading(self, who: int) -> None:
        self.client(who).played.stops_reading()

    @rule(who=numbers, size=st.integers(1, 200))
    def read(self, who: int, size: int) -> None:
        self.client(who).played.reads(size)

    # upstreams

    @rule(
        who=numbers,
        kind=st.sampled_from(["length", "chunked", "close", "interim"]),
        now=st.integers(0, 400),
        behind=st.sampled_from(BEHIND),
    )
    def answer(self, who: int, kind: str, now: int, behind: bytes) -> None:
        upstream = self.upstream(who)
        if upstream is not None and upstream.unanswered and not upstream.ends_after:
            upstream.answer(kind, behind)
            upstream.say(now)

    @rule(who=numbers, size=st.integers(1, 100))
    def say(self, who: int, size: int) -> None:
        upstream = self.upstream(who)
        if upstream is not None:
            upstream.say(size)

    @rule(who=numbers, abruptly=st.booleans())
    def die(self, who: int, abruptly: bool) -> None:
        upstream = self.upstream(who)
        if upstream is not None:
            upstream.played.resets() if abruptly else upstream.played.finishes()

    @rule(who=numbers, data=st.sampled_from(NONSENSE))
    def speak_while_idle(self, who: int, data: bytes) -> None:
        upstream = self.upstream(who)
        if upstream is not None and not upstream.unanswered and not upstream.waiting:
            upstream.played.says(data)

    @rule(who=numbers, blocked=st.booleans())
    def block_upstream(self, who: int, blocked: bool) -> None:
        upstream = self.upstream(who)
        if upstream is not None:
            upstream.played.stops_reading() if blocked else upstream.played.reads()

    @rule(refused=st.booleans(), slow=st.sampled_from([0.0, 0.0, 1.0]))
    def change_dialing(self, refused: bool, slow: float) -> None:
        self.stage.refused = {8001} if refused else set()
        self.stage.loop.dial_seconds = slow

    @rule(seconds=st.sampled_from([0.05, 0.9, 3.0, 6.0]))
    def wait(self, seconds: float) -> None:
        self.stage.advance(seconds)

    # what must hold

    @invariant()
    def nothing_raised(self) -> None:
        assert not self.stage.loop.errors, self.stage.loop.errors

    @invariant()
    def responses_belong_to_their_requests(self) -> None:
        for client in self.clients:
            final = [reply for reply in self.replies(client) if reply.status >= 200]
            for number, reply in zip(client.numbers, final, strict=False):
                if reply.status == 200:
                    assert reply.get("x-number") == number
                    assert f"m{number}{'.' * 40}".encode().startswith(reply.body)
                    assert all(text == number for _, text in reply.trailers)

    def replies(self, client: Asking) -> list[Reply]:
        return client.played.replies

    def teardown(self) -> None:
        try:
            self.come_to_an_end()
            self.stage.__exit__(None, None, None)
        except BaseException as error:
            self.stage.__exit__(type(error), error, None)
            raise
        finally:
            for patch in self.patches:
                patch.stop()

    def come_to_an_end(self) -> None:
        """Everybody reads, and every request is answered; then each client has its answers, or its end."""
        self.stage.loop.dial_seconds = 0
        for client in self.clients:
            client.played.reads()
        for _ in range(4 * self.number + 8):
            self.stage.advance(0.5)
            self.upstream(0)
            for upstream in self.upstreams:
                if upstream.played.gone:
                    continue
                upstream.played.reads()
                if upstream.waiting or upstream.ends_after:
                    upstream.say(1000)
                elif upstream.unanswered:
                    upstream.answer("length")
        self.stage.advance(40)  # a head that is begun and never ended is given up too
        self.nothing_raised()
        self.responses_belong_to_their_requests()
        for client in self.clients:
            whole = [reply for reply in self.replies(client) if reply.status >= 200 and reply.whole]
            assert client.played.ended or not client.silent, "it has ended its half, and waits for ever"
            assert client.played.ended or len(whole) >= client.asked, (client.asked, client.played.got)


Interleavings.TestCase.settings = settings(
    max_examples=2000 if THOROUGH else 300,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestInterleavings: Any = Interleavings.TestCase
