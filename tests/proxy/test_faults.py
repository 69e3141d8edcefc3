"""mitmproxy's texts, as failures. Those that only a real server brings about are driven in tests/e2e."""

from __future__ import annotations

import pytest

from devcors.proxy.connection import error_text
from devcors.proxy.dialing import DialError
from devcors.proxy.faults import failure_from


@pytest.mark.parametrize(
    ("message", "kind", "cause"),
    [
        (error_text(DialError("ECONNREFUSED")), "connect", "ECONNREFUSED"),
        (error_text(DialError("none within 1s", "timeout.connect")), "timeout", "none within 1s"),
        ("timer: silent for timeout.idle = 3s", "timeout", "silent for timeout.idle = 3s"),
        ("Certificate verify failed: self-signed certificate", "tls", "self-signed certificate"),
        ("certificate verify failed", "tls", "not trusted"),
        ("server closed connection", "closed", "it closed without a response"),
        ("HTTP/1 protocol error: bad response line", "malformed", "HTTP/1 protocol error: bad response line"),
        ("Received HTTP/2 garbage", "malformed", "Received HTTP/2 garbage"),
        ("anything else", "closed", "anything else"),
    ],
)
def test_failures(message: str, kind: str, cause: str) -> None:
    failure = failure_from(message)
    assert (failure.kind, failure.cause) == (kind, cause)
