"""What is exported, in no server's language yet: routes in order of preference, and all that happens to a request.

Regular expressions are written so that PCRE and RE2 read them alike; literals in them hold no character that any
configuration language has a meaning for.
"""

from __future__ import annotations

from dataclasses import dataclass

from devcors.cors.allowance import Allowance
from devcors.routing.table import Conditions


@dataclass(frozen=True, slots=True)
class Note:
    """Something of the config that the output does not have, or has otherwise: where it stands there, and why."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass(frozen=True, slots=True)
class Backend:
    """A server to send to. `host` is without brackets; `authority` as Host has it; `connect` is seconds, 0 is none."""

    name: str
    scheme: str
    host: str
    port: int
    verify: bool | str
    connect: float
    authority: str

    @property
    def tls(self) -> bool:
        """Whether TLS is spoken to it."""
        return self.scheme == "https"

    @property
    def origin(self) -> str:
        """As a browser would write it."""
        return f"{self.scheme}://{self.authority}"

    @property
    def addresses(self) -> tuple[str, ...]:
        """What is dialed, host and port: `localhost` is both of its addresses, in one order on every machine."""
        if self.host == "localhost":
            return f"127.0.0.1:{self.port}", f"[::1]:{self.port}"
        return (self.dialed,)

    @property
    def dialed(self) -> str:
        """Host and port, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A path to another one: an expression for the whole raw path, and what it becomes, in text and group numbers."""

    regex: str
    parts: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a field's value: an expression, and what its find becomes, in text and group numbers."""

    regex: str
    parts: tuple[str | int, ...]

    @property
    def whole(self) -> Edit:
        """The same with an expression that finds the value from its start on: the find always reaches to its end."""
        flags = "(?i)" if self.regex.startswith("(?i)") else ""
        bare = self.regex.removeprefix(flags)
        if bare.startswith("^"):
            return self
        shifted = (part if isinstance(part, str) else part + 1 for part in self.parts)
        return Edit(f"{flags}^(.*?){bare}", (1, *shifted))


Move = tuple[str, str]
"""The prefix of a backend's paths and the front door's that stand for one another."""


@dataclass(frozen=True, slots=True)
class Redirects:
    """Which Location is made one of the front door: `origin` is the backend's, `own` the route's move where it is
    known, `others` those of other routes of the same server.
    """

    origin: str
    own: Move | None
    others: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Cookies:
    """What is done to each Set-Cookie: a Domain that is one of `domains` goes, a Path below the first of `move` becomes
    one below the second, and `forced` sets attributes (None: it has no value; an empty value removes).
    """

    domains: tuple[str, ...] = ()
    move: Move | None = None
    forced: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Cors:
    """The CORS policy of a route. `origins` is one expression for a whole Origin value, None where none is allowed."""

    number: int
    origins: str | None
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `path` is an expression that finds its match at the start of the raw path (which a `?` may follow),
    `decoded_path` the same for a path whose escapes are undone.

    `prefix` is the literal that the expression stands for, where it stands for no more; `base` and `replaced` are then
    what is put before the path and in place of the prefix (None: the prefix stays).
    """

    number: int
    place: str
    name: str
    is_frontend: bool
    path: str
    decoded_path: str
    prefix: str | None
    conditions: Conditions
    rewritings: tuple[Rewriting, ...]
    base: str
    replaced: str | None
    backend: Backend
    host: str
    origin: str
    forwarded: bool
    request_set: tuple[tuple[str, str], ...]
    request_removed: tuple[str, ...]
    response_set: tuple[tuple[str, str], ...]
    response_removed: tuple[str, ...]
    redirects: Redirects | None
    cookies: Cookies
    idle: float
    cors: Cors | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A whole config. `listen` holds address literals and the port."""

    listen: tuple[tuple[str, int], ...]
    routes: tuple[Route, ...]
    backends: tuple[Backend, ...]
    policies: tuple[Cors, ...]
    notes: tuple[Note, ...]
