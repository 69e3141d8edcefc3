"""The exchange record: one object for everything that terminal, `--json`, logs and dashboard say of an exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from devcors.heads import Fields, RequestHead, ResponseHead
from devcors.policy.held import HeldCookie, Jar
from devcors.policy.outcomes import CookieOutcome, CorsOutcome

from .capture import longer
from .redaction import redacted_texts, redacted_url

Lane = Literal["gateway", "mitmproxy"]
Kind = Literal["http", "websocket", "tunnel"]


@dataclass(slots=True)
class Exchange:
    """One request and what came of it. Times are seconds since the epoch; `ended` None while it lasts."""

    id: int
    lane: Lane
    kind: Kind
    method: str
    url: str
    target: str | None
    route: str | None
    origin: str | None
    started: float
    status: int | None = None
    first_byte: float | None = None
    ended: float | None = None
    request_bytes: int = 0
    response_bytes: int = 0
    preflight: int | None = None
    aborted: str | None = None
    error: str | None = None
    judge: Callable[[], CorsOutcome] | None = field(default=None, repr=False)
    cookies: tuple[CookieOutcome, ...] = ()
    warnings: tuple[str, ...] = ()
    jar: Jar | None = field(default=None, repr=False)
    request: RequestHead | None = field(default=None, repr=False)
    """As the client sent it."""
    forwarded: Fields | None = field(default=None, repr=False)
    """The request's fields as they are sent on, but for what frames the body; None where devcors answers by itself."""
    response: ResponseHead | None = field(default=None, repr=False)
    """As the upstream sent it."""
    sent: ResponseHead | None = field(default=None, repr=False)
    """As the client got it."""
    capture: int = 0
    """How many bytes of each body are kept."""
    request_kept: bytes | bytearray = field(default=b"", repr=False)
    """The beginning of the request's body, as it came."""
    response_kept: bytes | bytearray = field(default=b"", repr=False)
    """The beginning of the response's body, as it came."""
    _verdict: CorsOutcome | None = field(default=None, repr=False)

    def add_request(self, data: bytes) -> None:
        """More of the request's body has come."""
        self.request_bytes += len(data)
        if limit := self.capture:
            self.request_kept = longer(self.request_kept, data, limit)

    def add_response(self, data: bytes) -> None:
        """More of the response's body has come."""
        self.response_bytes += len(data)
        if limit := self.capture:
            self.response_kept = longer(self.response_kept, data, limit)

    @property
    def cors(self) -> CorsOutcome | None:
        """The verdict, None where the exchange is not cross-origin; made when it is first asked for."""
        judge = self.judge  # an export asks in a thread of its own: it may be gone in the next line
        if self._verdict is None and judge is not None:
            self._verdict, self.judge = judge(), None
        return self._verdict

    @cors.setter
    def cors(self, outcome: CorsOutcome | None) -> None:
        self._verdict, self.judge = outcome, None

    @property
    def is_cross_origin(self) -> bool:
        """Whether there is a verdict, made already or not."""
        return self._verdict is not None or self.judge is not None

    @property
    def blocked(self) -> bool:
        """Whether a browser withholds the response from the page."""
        return self.cors is not None and not self.cors.verdict.allowed

    @property
    def held(self) -> tuple[HeldCookie, ...]:
        """The cookies that the browser held back from the request, judged anew each time."""
        return self.jar.held() if self.jar else ()

    @property
    def concerns_cookies(self) -> bool:
        """Whether a cookie was set or held back."""
        return bool(self.cookies or self.held)

    @property
    def duration_ms(self) -> float | None:
        """From the request head to the last byte of the response."""
        return _ms(self.started, self.ended)

    def to_json(self) -> dict[str, Any]:
        """The record of the design, section 6. It holds no header and no body, so no secret either."""
        started = datetime.fromtimestamp(self.started, UTC)
        url = redacted_url(self.url)
        cors = self.cors and self.cors.to_json()
        if url != self.url:  # the browsers' messages quote it
            cors = redacted_texts(cors)
        return {
            "id": self.id,
            "time": started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "lane": self.lane,
            "kind": self.kind,
            "method": self.method,
            "url": url,
            "target": self.target and redacted_url(self.target),
            "route": self.route,
            "status": self.status,
            "duration_ms": self.duration_ms,
            "first_byte_ms": _ms(self.started, self.first_byte),
            "request_bytes": self.request_bytes,
            "response_bytes": self.response_bytes,
            "origin": self.origin,
            "preflight": self.preflight,
            "aborted": self.aborted,
            "error": self.error,
            "cors": cors,
            "cookies": [*(cookie.to_json() for cookie in self.cookies), *(cookie.to_json() for cookie in self.held)],
            "warnings": list(self.warnings),
        }


def _ms(start: float, end: float | None) -> float | None:
    return None if end is None else round((end - start) * 1000, 1)
