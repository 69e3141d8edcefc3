"""Sending one request as a browser does.

Known: a URL, a request head that is complete (nothing is added to it) and a body. Wanted: the response head, or a
failure by name, so that an unreachable server, an untrusted certificate and a time-out are never taken for CORS.
A redirect is an answer like any other: who walks the chain decides.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace

import httpx

from devcors.heads import RequestHead, ResponseHead, value
from devcors.urls import is_loopback_host

from .failures import Failure, failure_of


@dataclass(frozen=True, slots=True)
class Sending:
    """One request, ready for the wire."""

    url: str
    head: RequestHead
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `http_version` is "HTTP/1.1" or "HTTP/2"; `untrusted`: why a browser would not have gone on."""

    head: ResponseHead
    http_version: str
    milliseconds: float
    untrusted: Failure | None = None


Send = Callable[[Sending], Answer | Failure]


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends over a new connection each time, with HTTP/2 where a TLS server offers it, as browsers do.

    `timeout` in seconds, for the connection and for each wait for the answer. `insecure` goes on over a certificate
    that is not trusted. `proxied` uses HTTP_PROXY, HTTPS_PROXY and NO_PROXY, never for loopback.
    """

    timeout: float = 10.0
    insecure: bool = False
    proxied: bool = False

    def __call__(self, sending: Sending) -> Answer | Failure:
        tls = sending.url.startswith(("https:", "wss:"))
        # the authorities take 50 ms to load: only who needs them pays
        outcome = self._send(sending, _trusting() if tls else _unverified())
        if not self.insecure or not isinstance(outcome, Failure) or outcome.name != "untrusted-certificate":
            return outcome
        again = self._send(sending, _unverified())
        return again if isinstance(again, Failure) else replace(again, untrusted=outcome)

    def _send(self, sending: Sending, context: ssl.SSLContext) -> Answer | Failure:
        request = _request(sending)
        began = time.monotonic()
        # without trust_env nothing of the environment changes where it goes
        environ = self.proxied and not is_loopback_host(httpx.URL(sending.url).host)
        # a WebSocket opens over HTTP/1.1 (RFC 6455, section 4.1)
        http2 = value(sending.head.fields, b"upgrade") is None
        try:
            with (
                httpx.Client(verify=context, http2=http2, timeout=self.timeout, trust_env=environ) as client,
                # the body stays unread: an endpoint that streams without end is diagnosed like any other
                closing(client.send(request, stream=True)) as response,
            ):
                head = ResponseHead(response.status_code, response.reason_phrase.encode(), (*response.headers.raw,))
                return Answer(head, response.http_version, (time.monotonic() - began) * 1000)
        except httpx.TransportError as error:
            return failure_of(error, httpx.URL(sending.url), self.timeout)


def _request(sending: Sending) -> httpx.Request:
    """`stream` instead of `content`: httpx then adds no field of its own."""
    url = httpx.URL(sending.url)
    url = url.copy_with(scheme={"ws": "http", "wss": "https"}.get(url.scheme, url.scheme))
    extensions = {}
    if url.host.endswith(".localhost"):
        # browsers take every name below localhost for loopback (RFC 6761, section 6.3); many resolvers do not
        extensions["sni_hostname"] = url.host
        url = url.copy_with(host="localhost")
    head = sending.head
    stream = httpx.ByteStream(sending.body or b"")
    request = httpx.Request("GET", url, headers=list(head.fields), stream=stream, extensions=extensions)
    request.method = head.method.decode("latin-1")  # the constructor would write it in upper case
    return request


def _trusting() -> ssl.SSLContext:
    """The machine's authorities, as a browser has them, and httpx's own for a machine where none are found."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
