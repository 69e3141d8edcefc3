"""Switching protocols: WebSocket handshakes, tunnels, refusals."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Answered, Case, Do, Steps, Until
from tests.compliance.checks import begins, gets, gets_content, in_order, lacks, sees, tunnelled

from .making import accept, bad_answer, request, response, sized

_WS = "RFC 6455, section 4"
_UPGRADE = "RFC 9110, section 7.8"
_KEY = (b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Version: 13")
_ASK = (b"Connection: Upgrade", b"Upgrade: websocket", *_KEY)
_SWITCH = response(
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    start=b"HTTP/1.1 101 Switching Protocols",
)
_TEXT = b"\x81\x85\x00\x00\x00\x00hello"
_ECHO = b"\x81\x05hello"
_CLOSE_4001 = b"\x88\x05\x0f\xa1bye"


def _accepted() -> Iterator[Case]:
    handshake = (
        sees(b"Upgrade", b"websocket"),
        sees(b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ=="),
        sees(b"Sec-WebSocket-Version", b"13"),
    )
    back = (gets(b"Upgrade", b"websocket"), gets(b"Sec-WebSocket-Accept", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
    ways = {
        "plain": _ASK,
        "capitals": (b"connection: UPGRADE", b"UPGRADE: websocket", *_KEY),
        "beside-keep-alive": (b"Connection: keep-alive, Upgrade", b"Upgrade: websocket", *_KEY),
    }
    for name, lines in ways.items():
        answer: Steps = (_SWITCH, _ECHO, Do.PAUSE, Do.CLOSE)
        yield accept(
            f"upgrade/{name}",
            request(*lines),
            _WS,
            "the handshake and a frame",
            *handshake,
            *back,
            tunnelled(_ECHO),
            answers=(answer,),
            finals=(101,),
            closes=True,
        )
    both = (request(*_ASK), Answered(1), _TEXT, Do.PAUSE)
    answer = (_SWITCH, Do.PAUSE, Do.PAUSE, _ECHO, _CLOSE_4001, Do.PAUSE, Do.CLOSE)
    yield accept(
        "upgrade/frames-verbatim",
        both,
        "RFC 6455, section 7",
        "frames and the close code, byte for byte",
        tunnelled(_ECHO + _CLOSE_4001),
        answers=(answer,),
        finals=(101,),
        closes=True,
    )
    sent = (
        request(*_ASK),
        Answered(1),
        b"\x81\x85\x01\x02\x03\x04masked",
        Until(b"\x81\x85\x01\x02\x03\x04masked"),
        Do.HALF_CLOSE,
    )
    yield accept(
        "upgrade/to-the-backend",
        sent,
        "RFC 6455, section 5",
        "the mask is not touched",
        answers=((_SWITCH, Do.UNTIL_END),),
        finals=(101,),
    )
    answer = (_SWITCH, _ECHO, Do.PAUSE, Do.RESET)
    yield accept(
        "upgrade/backend-dies",
        request(*_ASK),
        "RFC 6455, section 7.1.5",
        "an abnormal end stays abnormal: no close frame is made up",
        tunnelled(_ECHO),
        answers=(answer,),
        finals=(101,),
        closes=True,
    )
    first = (request(*_ASK) + _TEXT,)
    answer = (_SWITCH, Do.PAUSE, _ECHO, Do.PAUSE, Do.CLOSE)
    yield accept(
        "upgrade/frame-right-behind",
        first,
        _UPGRADE,
        "what came with the request is the tunnel's first",
        tunnelled(_ECHO),
        answers=(answer,),
        finals=(101,),
        closes=True,
    )


def _refused() -> Iterator[Case]:
    for status, reason in (
        (200, b"OK"),
        (400, b"Bad Request"),
        (403, b"Forbidden"),
        (404, b"Not Found"),
        (426, b"Upgrade Required"),
    ):
        answer = (Do.BODY, sized(b"no tunnel", start=b"HTTP/1.1 %d %s" % (status, reason)))
        yield accept(
            f"upgrade/refused/{status}",
            request(*_ASK),
            _WS,
            "the backend's own answer is relayed",
            gets_content(b"no tunnel"),
            answers=(answer,),
            finals=(status,),
        )
    sent = request(*_ASK, target=b"{path}/1") + request(target=b"{path}/2")
    answer = (Do.BODY, sized(b"no", start=b"HTTP/1.1 403 Forbidden"))
    yield accept(
        "upgrade/refused/then-another",
        (request(*_ASK, target=b"{path}/1"), Answered(1), request(target=b"{path}/2")),
        _UPGRADE,
        "HTTP goes on",
        in_order(b"", b"/2"),
        answers=(answer,),
        reach=2,
        finals=(403, 200),
        may_end=True,
    )
    yield accept(
        "upgrade/refused/pipelined",
        sent,
        _UPGRADE,
        "what follows is a request after all, not a tunnel's bytes",
        in_order(b"", b"/2"),
        answers=(answer,),
        reach=2,
        finals=(403, 200),
        may_end=True,
    )
    yield accept(
        "upgrade/unknown-protocol",
        request(b"Connection: Upgrade", b"Upgrade: foo/2"),
        _UPGRADE,
        "a wish that the backend ignores",
        begins(b"GET", b"{path}"),
        gets_content(b"answer to {path}"),
    )
    h2c = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__")
    yield accept(
        "upgrade/h2c",
        request(*h2c),
        "RFC 9113, section 3.1",
        "its settings are for one hop; the request itself passes",
        lacks(b"HTTP2-Settings"),
        gets_content(b"answer to {path}"),
    )
    old = request(*_ASK, version=b"HTTP/1.0")
    yield accept(
        "upgrade/on-1.0", old, _UPGRADE, "ignored from HTTP/1.0", lacks(b"Upgrade"), gets_content(b"answer to {path}")
    )
    bare = request(b"Upgrade: websocket", *_KEY)
    yield accept(
        "upgrade/without-connection",
        bare,
        _UPGRADE,
        "Upgrade that Connection does not name is nothing",
        lacks(b"Upgrade"),
    )
    why = "a switch that nobody asked for would make a tunnel out of the next request"
    yield bad_answer("upgrade/unasked-101", (_SWITCH + _ECHO, Do.UNTIL_END), _UPGRADE, why)
    yield bad_answer(
        "upgrade/101-within-a-tunnel-less-post",
        (Do.BODY, response(start=b"HTTP/1.1 101 Switching Protocols"), Do.UNTIL_END),
        _UPGRADE,
        why,
        sent=(request(b"Content-Length: 2", method=b"POST", body=b"ab"),),
    )


CASES = (*_accepted(), *_refused())
