"""Why there is no answer: what went wrong below HTTP, by name, with what each browser shows and the next step.

Known: an exception of httpx, whose causes lead down to the operating system's or OpenSSL's own. Wanted: one of a few
names. Firefox calls every one of them a CORS error ("CORS request did not succeed"), which sends people looking in
the wrong place; Chromium shows a net::ERR_… and no CORS text.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import httpx

FailureName = Literal[
    "unresolved",
    "refused",
    "unreachable",
    "timeout",
    "untrusted-certificate",
    "tls",
    "closed",
    "not-http",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer. `net_error` is what Chromium shows in its place."""

    name: FailureName
    message: str
    hint: str
    net_error: str

    def to_json(self) -> dict[str, Any]:
        """For `diagnose --json`."""
        return {"name": self.name, "message": self.message, "hint": self.hint, "chromium": self.net_error}


def failure_of(error: httpx.TransportError, url: httpx.URL, timeout: float) -> Failure:
    """The failure that an exception of httpx means; `timeout` in seconds, as it was given to httpx."""
    place = url.netloc.decode("ascii")
    causes = list(_causes(error))
    for kind, build in _BY_CAUSE:
        if cause := next((cause for cause in causes if isinstance(cause, kind)), None):
            return build(place, cause)
    if isinstance(error, httpx.TimeoutException):
        return _timed_out(place, timeout, connecting=isinstance(error, httpx.ConnectTimeout))
    if isinstance(error, httpx.ConnectError):
        return _unreachable(place, error)
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in str(error):
        return Failure(
            "not-http",
            f"{place} answers with something that is not HTTP: {error}",
            "check that the port is the HTTP server's, not a database's or another protocol's",
            "net::ERR_INVALID_HTTP_RESPONSE",
        )
    return _closed(place, error)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and all that it came from."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


# Chromium's names for what OpenSSL's X509_V_ERR_* say; any other is a matter of who signed it
_CERTIFICATE_ERRORS = {
    9: "net::ERR_CERT_DATE_INVALID",
    10: "net::ERR_CERT_DATE_INVALID",
    62: "net::ERR_CERT_COMMON_NAME_INVALID",
    64: "net::ERR_CERT_COMMON_NAME_INVALID",
}


def _untrusted(place: str, cause: BaseException) -> Failure:
    assert isinstance(cause, ssl.SSLCertVerificationError)
    return Failure(
        "untrusted-certificate",
        f"the certificate of {place} is not trusted: {cause.verify_message}",
        "open the URL in the browser once and accept the certificate, or install the authority that signed it"
        " (SSL_CERT_FILE names it for devcors); --insecure goes on here without",
        _CERTIFICATE_ERRORS.get(cause.verify_code, "net::ERR_CERT_AUTHORITY_INVALID"),
    )


def _no_tls(place: str, cause: BaseException) -> Failure:
    return Failure(
        "tls",
        f"no TLS connection with {place}: {getattr(cause, 'reason', None) or cause}",
        "if the server speaks plain HTTP, write http:// in the URL",
        "net::ERR_SSL_PROTOCOL_ERROR",
    )


def _unresolved(place: str, _: BaseException) -> Failure:
    return Failure(
        "unresolved",
        f"the name in {place} does not resolve to an address",
        "check its spelling, DNS, the hosts file, and whether it needs a VPN",
        "net::ERR_NAME_NOT_RESOLVED",
    )


def _refused(place: str, _: BaseException) -> Failure:
    return Failure(
        "refused",
        f"nothing listens on {place}: the connection was refused",
        "start the server or correct the port; in a container it must listen on 0.0.0.0, with the port published",
        "net::ERR_CONNECTION_REFUSED",
    )


def _reset(place: str, cause: BaseException) -> Failure:
    return _closed(place, cause)


_BY_CAUSE = (
    (ssl.SSLCertVerificationError, _untrusted),
    (ssl.SSLError, _no_tls),
    (socket.gaierror, _unresolved),
    (ConnectionRefusedError, _refused),
    (ConnectionResetError, _reset),
)


def _closed(place: str, _: BaseException) -> Failure:
    return Failure(
        "closed",
        f"{place} closed the connection without an HTTP answer",
        "look at the server's log for a crash; if the server speaks TLS on this port, write https:// in the URL",
        "net::ERR_EMPTY_RESPONSE",
    )


def _unreachable(place: str, error: Exception) -> Failure:
    return Failure(
        "unreachable",
        f"no connection to {place}: {error}",
        "check the network, the VPN and the firewall between here and the server",
        "net::ERR_ADDRESS_UNREACHABLE",
    )


def _timed_out(place: str, timeout: float, *, connecting: bool) -> Failure:
    if connecting:
        return Failure(
            "timeout",
            f"no connection to {place} within {timeout:g} s",
            "check the address, the VPN and the firewall; --timeout SECONDS waits longer",
            "net::ERR_CONNECTION_TIMED_OUT",
        )
    return Failure(
        "timeout",
        f"{place} took the request and did not answer within {timeout:g} s",
        "look at the server's log for what it waits for; --timeout SECONDS waits longer",
        "net::ERR_TIMED_OUT",
    )
