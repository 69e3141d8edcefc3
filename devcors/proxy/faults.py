"""From mitmproxy's error texts (and ours, which it hands on) to a Failure."""

from __future__ import annotations

from devcors.policy.failures import Failure

DIAL_FAILED = "dial failed: "
TIMER_FIRED = "timer: "
CANCELLED = "connection cancelled"
"""The client left while its upstream was being dialed."""

_MALFORMED = ("Cannot parse HTTP response", "unexpected server response", "HTTP/1 protocol error", "Received ")


def failure_from(message: str) -> Failure:
    """What happened to the upstream. The texts are those of mitmproxy 11.0.2 and 12.2.3."""
    if message.startswith(DIAL_FAILED):
        return Failure("connect", message.removeprefix(DIAL_FAILED))
    if message.startswith(TIMER_FIRED):
        return Failure("timeout", message.removeprefix(TIMER_FIRED))
    if "ertificate verify failed" in message:
        return Failure("tls", message.partition("ertificate verify failed")[2].strip(": ") or "not trusted")
    if message.startswith(_MALFORMED):
        return Failure("malformed", message)
    if message == "server closed connection":
        return Failure("closed", "it closed without a response")
    return Failure("closed", message)
