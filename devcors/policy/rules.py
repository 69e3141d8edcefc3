"""One route, front end or intercepted host, compiled: all that can be computed once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from devcors.config.schema import CookieEdits, CorsMode, Headers, Timeout, Verify
from devcors.cors.allowance import Allowance
from devcors.heads import Fields, canonical
from devcors.routing.pattern import Pattern
from devcors.urls import DEFAULT_PORTS, Origin

_HTTP_SCHEMES = {"ws": "http", "wss": "https"}


class Target(NamedTuple):
    """What a connection is good for: all requests to this server that check its certificate in the same way."""

    scheme: str
    host: str
    port: int
    verify: Verify


@dataclass(frozen=True, slots=True)
class Upstream:
    """A server to dial. `scheme` is http or https; `host` is without brackets; timers are seconds, 0 is none."""

    scheme: str
    host: str
    port: int
    verify: Verify = True
    wait: float = 0.0
    timeout: Timeout = field(default_factory=Timeout)
    origin: Origin = field(init=False, repr=False, compare=False)
    """The target's origin."""
    authority: str = field(init=False, repr=False, compare=False)
    """As a Host field has it."""
    target: Target = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Said once here, since they are asked for with each request."""
        origin = Origin(self.scheme, f"[{self.host}]" if ":" in self.host else self.host, self.port)
        object.__setattr__(self, "origin", origin)
        object.__setattr__(self, "authority", origin.authority)
        object.__setattr__(self, "target", Target(self.scheme, self.host, self.port, self.verify))

    def shared_with(self, other: Upstream | None) -> Upstream:
        """As dialed for two rules: with the longer wait, and the longer time to connect (0 is for ever)."""
        if other is None:
            return self
        connect = min(self.timeout.connect, other.timeout.connect) and max(self.timeout.connect, other.timeout.connect)
        return replace(self, wait=max(self.wait, other.wait), timeout=Timeout(connect=connect))

    @property
    def tls(self) -> bool:
        """Whether TLS is spoken to it."""
        return self.scheme == "https"


@dataclass(frozen=True, slots=True)
class HeaderEdit:
    """Fields to set and to remove on one way."""

    names: frozenset[bytes]
    set: Fields

    def apply(self, fields: Fields) -> Fields:
        """The fields with the edit done; set fields stand at the end."""
        if not self.names:
            return fields
        return (*(field for field in fields if field[0].lower() not in self.names), *self.set)


def header_edit(edits: dict[str, str]) -> HeaderEdit:
    """A table of the config; an empty value removes."""
    lower = {name.lower().encode(): text.encode() for name, text in edits.items()}
    return HeaderEdit(frozenset(lower), tuple((canonical(name), text) for name, text in lower.items() if text))


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What is done with requests of one route (or the front end, or an intercepted host)."""

    name: str
    kind: Literal["route", "frontend", "intercept"]
    upstream: Upstream | None
    base_path: bytes
    pattern: Pattern | None
    rewrite: str | None
    host: str
    origin: str
    forwarded: bool
    request_edit: HeaderEdit
    response_edit: HeaderEdit
    cookies: Literal["auto", "keep"] | CookieEdits
    redirects: Literal["rewrite", "keep"]
    verify: Verify
    timeout: Timeout
    cors: CorsMode
    allowance: Allowance
    loops: bool = False

    @property
    def place(self) -> str:
        """Where it stands in devcors.toml."""
        return {
            "frontend": "frontend",
            "route": f'routes."{self.name}"',
            "intercept": f'intercept."{self.name}"',
        }[self.kind]


def upstream_of(url: str, *, verify: Verify, wait: float, timeout: Timeout) -> tuple[Upstream, bytes]:
    """A target URL to what is dialed and the path put before every request's path (may be empty)."""
    parts = urlsplit(url)
    scheme = _HTTP_SCHEMES.get(parts.scheme, parts.scheme)
    port = parts.port or DEFAULT_PORTS[scheme]
    return Upstream(scheme, parts.hostname or "", port, verify, wait, timeout), parts.path.encode().rstrip(b"/")


def edits_of(headers: Headers) -> tuple[HeaderEdit, HeaderEdit]:
    """The edits for requests and for responses."""
    return header_edit(headers.request), header_edit(headers.response)
