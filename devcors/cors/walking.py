"""Where a request stands on its way, what was sent, and how it ended: the values that the walk is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from devcors.heads import ResponseHead

from .cache import PreflightCache
from .console import failed_to_load, firefox_blocks
from .local_network import AddressSpace
from .locations import Location
from .page import PageRequest
from .profiles import Profile
from .requests import CorsRequest
from .safelist import SAFELISTED_METHODS, TextField, has_no_body, unsafe_names
from .verdict import BrowserVerdict, Step

ResponseType = Literal["basic", "cors", "opaque", "opaqueredirect", "error"]


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that the browser sends. `origin` is the Origin field, None where there is none.

    Of a preflight, `method` is OPTIONS, and `asked_method` and `asked_headers` are what it asks permission for.
    `credentials`: cookies go along.
    """

    url: str
    method: str
    origin: str | None
    fields: tuple[TextField, ...] = ()
    credentials: bool = False
    asked_method: str | None = None
    asked_headers: tuple[str, ...] = ()

    @property
    def preflight(self) -> bool:
        """Whether this is a CORS-preflight request (Fetch, section 3.3.2)."""
        return self.asked_method is not None


@dataclass(frozen=True, slots=True)
class NetworkFailure:
    """No response came. `error` is Chromium's name for why, such as ERR_CONNECTION_REFUSED."""

    error: str


class Network(Protocol):
    """Who answers what the browser sends."""

    def send(self, sent: Sent) -> ResponseHead | NetworkFailure:
        """The response to one message; redirects are not followed."""

    def address_space(self, url: str) -> AddressSpace:
        """The space of the address that this URL's host was found at."""

    def multiplexed(self, url: str) -> bool:
        """Whether the server speaks HTTP/2 or later."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """How it ended for the page.

    `step` and `header` say where it was decided; `visible` are the response's fields that the page's code sees, None
    where it sees no response.
    """

    verdict: BrowserVerdict
    sent: tuple[Sent, ...]
    step: Step = "response"
    header: str | None = None
    response_type: ResponseType = "error"
    response: ResponseHead | None = None
    visible: tuple[tuple[str, str], ...] | None = None


@dataclass(slots=True)
class Walk:
    """A request on its way. `crossed`: it has been cross-origin (Fetch: response tainting "cors" or "opaque").

    `origin` is the request's origin, serialised: the page's, until redirects taint it. `preflight_due`: a preflight was
    needed once. `now` is the clock's reading in seconds, for the cache.
    """

    request: PageRequest
    profile: Profile
    network: Network
    cache: PreflightCache
    now: float
    location: Location
    method: str
    fields: tuple[TextField, ...]
    has_body: bool
    streamed: bool
    first_url: str
    origin: str
    crossed: bool = False
    preflight_due: bool = False
    redirects: int = 0
    sent: list[Sent] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def checked(self) -> bool:
        """Whether responses go through the CORS check."""
        return self.crossed and self.request.mode == "cors"

    def is_cross_origin(self, location: Location) -> bool:
        """Whether the page's origin is another one; an opaque origin is another one than every URL's."""
        return self.request.page.origin == "null" or self.request.page.origin != str(location.origin)

    def unsafe_names(self) -> tuple[str, ...]:
        """The request headers that need permission."""
        return unsafe_names(self.fields, self.profile)

    def needs_preflight(self) -> bool:
        """Fetch, section 4.1, step 14, and what each browser adds."""
        listened = self.request.upload_listener and (self.has_body or not self.profile.upload_needs_body)
        forced = listened or self.streamed
        unsafe = self.method not in SAFELISTED_METHODS or bool(self.unsafe_names())
        due = self.profile.preflight_stays and self.preflight_due
        return self.checked and (forced or unsafe or due)

    def cors_request(self, *, preflight: bool = False, url: str | None = None) -> CorsRequest:
        """The request as the checks and the messages see it."""
        page = self.request.page.origin
        return CorsRequest(
            url=url or self.location.href,
            origin=page if preflight and self.profile.preflight_keeps_origin else self.origin,
            method=self.method,
            headers=self.unsafe_names(),
            credentials=self.request.credentials == "include",
            kind=self.request.kind,
            preflight=preflight,
            assumed=(),
            page=page,
            first_url=self.first_url,
        )

    def send(self) -> ResponseHead | NetworkFailure:
        """Sends the request itself."""
        # Fetch, section 3.2, "append a request Origin header"
        tells_origin = self.checked or not has_no_body(self.method)
        included = self.request.credentials == "include"
        own = self.request.credentials == "same-origin" and not self.crossed
        return self._send(
            Sent(
                self.location.href,
                self.method,
                self.origin if tells_origin else None,
                self.fields,
                credentials=included or own,
            )
        )

    def send_preflight(self, asked: CorsRequest) -> ResponseHead | NetworkFailure:
        """Sends the preflight; it never carries credentials."""
        return self._send(
            Sent(
                self.location.href,
                "OPTIONS",
                asked.origin,
                asked_method=asked.method,
                asked_headers=asked.headers,
            )
        )

    def _send(self, sent: Sent) -> ResponseHead | NetworkFailure:
        self.sent.append(sent)
        return self.network.send(sent)

    def ended(
        self,
        verdict: BrowserVerdict,
        step: Step = "request",
        header: str | None = None,
        response: ResponseHead | None = None,
    ) -> Fetched:
        """The page gets an error."""
        messages = (*self.warnings, *verdict.messages)
        shown = BrowserVerdict(verdict.allowed, verdict.error, verdict.parameter, messages, verdict.lacking)
        return Fetched(shown, tuple(self.sent), step, header, response=response)

    def failed(self, failure: NetworkFailure, step: Step) -> Fetched:
        """No response came."""
        if not self.profile.says_did_not_succeed:
            return self.ended(BrowserVerdict(False, messages=(failed_to_load(failure.error),)), step)
        if not self.checked:
            return self.ended(BrowserVerdict(False), step)
        return self.ended(firefox_blocks(self.cors_request(), ("CORSDidNotSucceed2",), 0), step)
