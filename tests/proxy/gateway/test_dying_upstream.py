"""An upstream that dies after each byte of its response: the client never takes a part for the whole."""

from __future__ import annotations

import pytest

from .replies import Reply
from .stage import Stage

BODY = b"0123456789"
RESPONSES = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n" + BODY,
    "interim": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n" + BODY,
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n456789\r\n0\r\nX-S: 1\r\n\r\n",
    "close": b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
    "empty": b"HTTP/1.1 204 No Content\r\n\r\n",
}


@pytest.mark.parametrize("version", ["1.1", "1.0"])
@pytest.mark.parametrize("death", ["reset", "end"])
@pytest.mark.parametrize("reused", [False, True])
@pytest.mark.parametrize("kind", RESPONSES)
def test_at_every_byte(kind: str, reused: bool, death: str, version: str) -> None:
    response = RESPONSES[kind]
    for length in range(len(response) + 1):
        with Stage() as stage:
            client = stage.client()
            if reused:
                client.asks()
                stage.upstream().answers()
            client.asks("POST /", "Connection: keep-alive", version=version)
            upstream = stage.upstream()
            upstream.says(response[:length])
            upstream.resets() if death == "reset" else upstream.finishes()
            stage.advance(0.1)
            assert upstream.gone
            assert len(stage.upstreams) == 1
            check(stage, client.replies[int(reused) :][-1], response, length, death == "end", client.transport.aborted)
            assert stage.idle == 0
            if not client.ended:  # it goes on as if nothing had happened
                client.asks("GET /next")
                stage.upstream().answers(b"next")
                assert client.reply.body == b"next"


def check(stage: Stage, reply: Reply, response: bytes, length: int, ended: bool, aborted: bool) -> None:
    record = stage.records[-1]
    final = response.find(b"HTTP/1.1 2")
    headed = length >= response.index(b"\r\n\r\n", final) + 4
    to_the_end = b"Content-Length" not in response and b"chunked" not in response and b" 204 " not in response
    whole = length == len(response) if not to_the_end else headed and ended
    if not headed:
        assert (reply.status, reply.whole, record.status) == (502, True, 502)
        assert record.error
        assert record.aborted is None
        return
    assert reply.status == record.status == int(response[final + 9 : final + 12])
    assert BODY.startswith(reply.body)
    assert record.response_bytes == len(reply.body)
    assert (record.aborted, bool(record.error)) == ((None, False) if whole else ("server", True))
    assert reply.whole == whole
    if whole and not to_the_end:
        assert reply.body == (BODY if b"204" not in response else b"")
    # a client that reads to the end of the connection must see that it was no good end
    assert aborted == (not whole and reply.get("content-length") is None and reply.get("transfer-encoding") is None)
