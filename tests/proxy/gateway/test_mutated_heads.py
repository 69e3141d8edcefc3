"""Heads with bytes changed, lost, doubled and swapped: whatever comes is answered or forwarded, and nothing raises."""

from __future__ import annotations

import itertools
import os
import random

from devcors.heads import Fields
from devcors.policy import Answer, Facts, Forward
from devcors.policy.checks import Refusal
from devcors.proxy.gateway.heads import find_end, read_request, read_response, write_request, write_response
from tests.policy.asking import policy_of

# the whole million where somebody waits for nothing else
COUNT = 1_000_000 if os.environ.get("CI") or os.environ.get("DEVCORS_FUZZ") else 50_000
SEED = 20_240_229

POLICY = policy_of(r"""
    frontend = "http://localhost:5173"
    [routes]
    "/api" = { target = "http://localhost:8080/base", rewrite = "/v2", cors = "inject", forwarded = true }
    "/a/:b/:c*" = { target = "http://[::1]:1", rewrite = "/:b/x/:c*", cors = "rewrite", cookies = "auto" }
    "^/v(\\d+)(.*)" = { target = "ws://h", rewrite = "\\2/\\1" }
""")
FACTS = Facts("http", None, "127.0.0.1", "127.0.0.1")

REQUESTS = [
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /api/x?y=%20 HTTP/1.1\r\nHost: localhost:2677\r\nOrigin: http://localhost:5173\r\nCookie: a=b\r\n\r\n",
    b"POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\nContent-Type: text/plain\r\n\r\n",
    b"PUT /a/b/c HTTP/1.1\r\nHost: [::1]:2677\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
    b"OPTIONS /api HTTP/1.1\r\nHost: [::1]\r\nOrigin: http://localhost\r\nAccess-Control-Request-Method: PUT\r\n\r\n",
    b"GET /v12/../x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, x\r\nUpgrade: websocket\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nMax-Forwards: 0\r\nTE: trailers\r\n\r\n",
    b"GET http://localhost:2677/ HTTP/1.0\r\nConnection: keep-alive\r\nReferer: http://localhost/x\r\n\r\n",
]
RESPONSES = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nVary: Origin\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nAccess-Control-Allow-Origin: *\r\n\r\n",
    b"HTTP/1.0 302 Found\r\nLocation: http://localhost:8080/base/v2/y\r\nConnection: keep-alive\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Domain=localhost; Path=/; SameSite=None\r\nKeep-Alive: timeout=5\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
]
SPLINTERS = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b":",
    b",",
    b"%2e%2e/",
    b"\xff",
    b"#",
    b"[",
    b"@",
    b"\r\n ",
    b"-1",
]
SPLINTERS += [
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 3\r\n",
    b"Host: a\r\n",
    b"HTTP/1.1",
    b"://",
    b";",
    b"\x0b",
]


def mutated(chance: random.Random, head: bytes) -> bytes:
    """One or two small changes, half of them in the first line; the end is put back, or nothing would be read."""
    data = bytearray(head)
    size = head.index(b"\r\n") if chance.random() < 0.5 else len(data)
    for _ in range(1 + (chance.random() < 0.3)):
        at = int(chance.random() * size)
        way = int(chance.random() * 5)
        if way == 0:
            data[at:at] = bytes((int(chance.random() * 256),))
        elif way == 1:
            del data[at : at + 1 + int(chance.random() * 4)]
        elif way == 2:
            data[at:at] = SPLINTERS[int(chance.random() * len(SPLINTERS))]
        elif way == 3:
            data[at:at] = data[at : at + int(chance.random() * 20)]
        else:
            data[at : at + 1] = bytes((head[at] ^ 0x20,))
    return bytes(data) + b"\r\n\r\n"


def one_message(fields: Fields) -> bool:
    """Whether nothing in these fields could begin another line."""
    text = b"".join(itertools.chain.from_iterable(fields))
    return b"\r" not in text and b"\n" not in text and b"\0" not in text


def test_requests() -> None:
    chance = random.Random(SEED)  # the same heads in each run
    forwarded = 0
    for _ in range(COUNT * 4 // 5):
        head = mutated(chance, REQUESTS[int(chance.random() * len(REQUESTS))])
        read = read_request(head[: find_end(head)])
        if isinstance(read, Refusal):
            assert read.status in (400, 414, 431, 501, 505)
            continue
        decision = POLICY.request(read.head, FACTS)
        if isinstance(decision, Forward):
            forwarded += 1
            written = write_request(decision.head, read.block.framing)
            assert written.count(b"\r\n\r\n") == 1
            assert one_message(decision.head.fields)
        else:
            assert isinstance(decision, Answer)
            assert one_message(decision.head.fields)
    assert forwarded > COUNT // 20  # most changes do no harm, or nothing but refusals would be tested


def test_responses() -> None:
    chance = random.Random(SEED + 1)
    asked = [read_request(head) for head in REQUESTS[1:3]]
    forwards = [POLICY.request(read.head, FACTS) for read in asked if not isinstance(read, Refusal)]
    passed = 0
    for number in range(COUNT // 5):
        head = mutated(chance, RESPONSES[int(chance.random() * len(RESPONSES))])
        read = read_response(head[: find_end(head)])
        if isinstance(read, Refusal):
            assert read.status == 502
            continue
        forward = forwards[number % 2]
        assert isinstance(forward, Forward)
        outcome = POLICY.response(forward, read.head)
        assert one_message(outcome.head.fields)
        written = write_response(outcome.head, read.block.framing)
        assert written.count(b"\r\n\r\n") == 1
        passed += 1
    assert passed > COUNT // 40
