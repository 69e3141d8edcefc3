"""devcors.toml as a typed model: every key of the design's table, what it may hold and what it is when absent.

Known: a merged and expanded table (`loading` makes it). Wanted: immutable values that the policy can be compiled
from, and for every refusal a sentence and a hint; where in which file it stands is `problems`' business, which has
the path. The short forms (a URL for a route, a word for a CORS mode) are widened here, so that nobody above sees them.
The docstrings below the keys are the descriptions of the JSON Schema, which editors show.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    Tag,
    model_validator,
)
from pydantic_core import InitErrorDetails, ValidationError

from . import addresses, consistency
from . import values as check
from .kinds import (
    CookieAttribute,
    Duration,
    HeaderEdits,
    HeaderName,
    HeaderSetting,
    HeaderValue,
    MaxAge,
    Methods,
    MethodSetting,
    Origins,
    SameSite,
    Url,
    first,
    from_folder,
    kind,
    refuse,
    then,
)


class Table(BaseModel):
    """Base of all tables: immutable, and a key that is not in the design is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    short_form: ClassVar[str | None] = None  # the key that a string in the table's place is for

    @model_validator(mode="before")
    @classmethod
    def _widened(cls, given: Any) -> Any:
        return {cls.short_form: given} if cls.short_form and isinstance(given, str) else given


class Timeout(Table):
    """Timers of one upstream, in seconds; 0 is none. There is no total timeout."""

    connect: Duration = 10.0
    """How long a connection may take to come about: "10s" unless said otherwise."""
    idle: Duration = 0.0
    """How long the backend may be silent in the middle of an answer: no limit unless said otherwise."""


class Headers(Table):
    """Fields to set on the way to the backend and on the way back; an empty value removes."""

    request: HeaderEdits = Field(default_factory=dict)
    """Fields of the request, as the backend sees it."""
    response: HeaderEdits = Field(default_factory=dict)
    """Fields of the response, as the browser sees it."""


class Match(Table):
    """Further conditions of a route; all of them must hold."""

    hosts: tuple[Annotated[str, then(addresses.host_condition)], ...] = ()
    """Host names that the request may be for; `*.example.com` takes any name below."""
    methods: Methods = ()
    """Methods that the request may have, in upper case."""
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    """Fields that the request must have with exactly this value; `*` asks only that it is there."""


class CookieEdits(Table):
    """Attributes to force on every Set-Cookie; an empty string removes the attribute."""

    domain: CookieAttribute | None = None
    """The Domain attribute."""
    path: CookieAttribute | None = None
    """The Path attribute."""
    secure: StrictBool | None = None
    """Whether the Secure attribute is there."""
    samesite: SameSite | None = None
    """The SameSite attribute."""


class CorsTable(Table):
    """What the CORS policy allows; a route's own table may override any key of it."""

    origins: Origins = ("loopback",)
    """Origins that are let in; "loopback" is any http(s) origin on this machine."""
    methods: MethodSetting = "request"
    """Methods to allow: a list, or "request" to echo what the preflight asks for."""
    headers: HeaderSetting = "request"
    """Request headers to allow: a list, or "request" to echo what the preflight asks for."""
    expose: tuple[HeaderName, ...] = ()
    """Response headers that the page may read."""
    credentials: StrictBool = True
    """Whether cookies and other credentials are allowed."""
    max_age: MaxAge = 0
    """How many seconds a browser may keep a preflight's answer."""


CorsMode = Literal["off", "observe", "inject", "rewrite"]


class RouteCors(Table):
    """A CORS mode, and keys of `[cors]` that differ here."""

    short_form: ClassVar[str | None] = "mode"

    mode: CorsMode = "observe"
    """`observe` judges only, `inject` adds what is absent, `rewrite` replaces what the server says."""
    origins: Origins | None = None
    """Origins that are let in, instead of those of [cors]."""
    methods: MethodSetting | None = None
    """Methods to allow, instead of those of [cors]."""
    headers: HeaderSetting | None = None
    """Request headers to allow, instead of those of [cors]."""
    expose: tuple[HeaderName, ...] | None = None
    """Response headers that the page may read, instead of those of [cors]."""
    credentials: StrictBool | None = None
    """Whether credentials are allowed, instead of what [cors] says."""
    max_age: MaxAge | None = None
    """How many seconds a browser may keep a preflight's answer, instead of what [cors] says."""

    def over(self, base: CorsTable) -> CorsTable:
        """`base` with what this table says instead."""
        own = self.model_dump(exclude={"mode"}, exclude_none=True)
        return base.model_copy(update=own)


CookieSetting = Annotated[
    Annotated[Literal["auto", "keep"], Tag("word")] | Annotated[CookieEdits, Tag("table")],
    Discriminator(kind),
    first(check.auto_keep_or_table),
]
Port = Annotated[int, Field(json_schema_extra={"minimum": 1, "maximum": 65535})]
Https = Literal[False, True, "h2"]
Verify = Annotated[bool | str, first(check.verify), AfterValidator(from_folder)]


class Route(Table):
    """One target of a pattern, and how a request and its response are changed on the way."""

    short_form: ClassVar[str | None] = "target"

    target: Url
    """The URL to send to: http, https, ws or wss; its path is put before the rewritten path."""
    rewrite: str | None = None
    """What the matched part of the path becomes; "" removes it, `:name` and `\\1` refer to it."""
    match: Match = Match()
    """Further conditions; where they do not hold, the next table or pattern is tried."""
    host: Annotated[str, then(addresses.host_value)] = "target"
    """The Host that the backend sees: "target", "keep" or a value."""
    origin: Annotated[str, then(addresses.origin_value)] = "target"
    """The Origin and Referer of devcors' own page, as the backend sees them: "target", "keep" or a value."""
    forwarded: StrictBool = False
    """Whether X-Forwarded-For, -Host, -Proto and -Port are sent; Origin is kept then."""
    headers: Headers = Headers()
    """Fields to set or remove on both ways."""
    cookies: CookieSetting = "auto"
    """`auto` makes the target's cookies work at the front door, `keep` leaves them, a table forces attributes."""
    redirects: Literal["rewrite", "keep"] = "rewrite"
    """Whether a Location inside the target comes back through the front door."""
    verify: Verify = True
    """Whether the backend's TLS certificate is checked, or the CA file to check it with."""
    wait: Duration = 5.0
    """How long a request is held while the backend starts: "5s" unless said otherwise."""
    timeout: Timeout = Timeout()
    """Timers; there is no total timeout."""
    cors: RouteCors = RouteCors()
    """A CORS mode, or a table with `mode` and keys of [cors]."""


def _listed(given: Any) -> Any:
    """One route is a list of one; a list of none would be a pattern that leads nowhere."""
    if given in ([], ()):
        raise refuse("an empty list has no target", "false removes the route")
    return [given] if isinstance(given, (str, dict, Route)) else given


class Intercept(Table):
    """A host whose TLS is opened when a browser reaches it through the proxy."""

    cors: RouteCors = RouteCors()
    """A CORS mode, or a table with `mode` and keys of [cors]."""
    target: Url | None = None
    """Another server to send this host's requests to."""
    verify: Verify = True
    """Whether the server's TLS certificate is checked, or the CA file to check it with."""
    headers: Headers = Headers()
    """Fields to set or remove on both ways."""
    cookies: CookieSetting = "keep"
    """`keep` leaves the cookies as they are, `auto` makes them work in the browser, a table forces attributes."""
    redirects: Literal["rewrite", "keep"] = "keep"
    """Whether a Location is changed on the way back."""
    timeout: Timeout = Timeout()
    """Timers; there is no total timeout."""


class Server(Table):
    """devcors' own listeners."""

    listen: Annotated[str, first(addresses.listen_address)] = "localhost:2677"
    """Address and port of the front door; `localhost` is both 127.0.0.1 and ::1."""
    allowed_hosts: tuple[Annotated[str, then(addresses.allowed_host)], ...] = ()
    """Names besides the loopback ones under which the front door may be reached."""
    https: Annotated[Https, first(check.https)] = False
    """TLS at the front door, with a certificate of devcors' own authority: true, or "h2" for HTTP/2 as well."""
    admin: Annotated[Literal[False] | Port | None, first(check.admin)] = None
    """The admin port, on loopback only: a port, or false for none; the port after the front door's unless said."""
    capture: Annotated[int, first(check.capture), Field(json_schema_extra={"minimum": 0})] = 65_536
    """How many bytes of each body are kept in memory for inspection; 0 is none."""


class Config(Table):
    """A whole devcors.toml with everything laid over it; `routes` keep the order of the file."""

    frontend: Route | None = None
    """The front end's dev server: a URL, or a table like a route's."""
    routes: dict[
        Annotated[str, then(check.pattern)],
        Annotated[tuple[Route, ...], BeforeValidator(_listed), Field(json_schema_extra={"minItems": 1})],
    ] = Field(default_factory=dict)
    """Patterns, each with a URL, a table, or a list of tables of which the first that matches counts."""
    intercept: dict[Annotated[str, then(addresses.intercept_host)], Intercept] = Field(default_factory=dict)
    """Hosts whose TLS devcors opens when a browser reaches them through the proxy."""
    cors: CorsTable = CorsTable()
    """The CORS policy of all routes and intercepted hosts."""
    server: Server = Server()
    """Where devcors itself listens, and by which names it may be reached."""
    scripts: tuple[Annotated[str, then(check.script), AfterValidator(from_folder)], ...] = ()
    """mitmproxy addon files, relative to this file."""

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        faults = [
            InitErrorDetails(type=refuse(str(error), error.hint), loc=loc, input=None)
            for loc, error in consistency.faults(self)
        ]
        if faults:
            raise ValidationError.from_exception_data("Config", faults)
        return self
