"""What a case of the catalogue is, and what is seen when it runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from .reading import End, Message
from .wire import Wire


class Expect(Enum):
    """What a proxy must do with the case's bytes."""

    REJECT = "reject"
    PASS = "pass"
    EITHER = "either"


class Do(Enum):
    """A step of a client or of the backend that sends nothing."""

    HALF_CLOSE = "no more from here"
    CLOSE = "end the connection"
    RESET = "end it by a reset"
    PAUSE = "wait 0.1 s"
    BODY = "wait for the whole request (backend)"
    CLOSE_IF_REUSED = "end the connection where it has carried a request before (backend)"
    UNTIL_END = "wait for the proxy to end the connection (backend)"


# from the end of one chunk's data to the beginning of the next one's
_CHUNK_EDGE = re.compile(rb"\r\n[0-9A-Fa-f]+\r\n")


@dataclass(frozen=True, slots=True)
class Until:
    """A step: wait until the other end of the proxy has got `what`; not getting it is a fault of the proxy."""

    what: bytes
    seconds: float = 4.0


@dataclass(frozen=True, slots=True)
class Answered:
    """A step of a client: wait until `count` responses have come, interim ones too."""

    count: int
    seconds: float = 4.0


@dataclass(frozen=True, slots=True)
class Glued:
    """A step of the backend: these bytes in one segment, also where others go byte by byte."""

    data: bytes


Step = bytes | Do | Until | Answered | Glued
Steps = tuple[Step, ...]
Check = Callable[["Seen"], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case.

    `sent` is what the client does; `{host}`, `{port}` and `{path}` are filled in, and every request carries `{path}`
    somewhere, by which the backend knows the case. `answers`: what the backend does for a request to `{path}/1`,
    `{path}/2`, …; the first for any other target; absent: 200 with the target as its content.
    """

    id: str
    expect: Expect
    source: str
    why: str
    sent: Steps
    # how many requests the backend rightly gets: all of a passed case's, or those before the faulty one
    reach: int = 1
    # the final statuses of a passed case, in order
    finals: tuple[int, ...] = ()
    # what may come in place of a refused request or response
    statuses: frozenset[int] = frozenset({400})
    # a refused request: the fault is in the body, whose head may have gone on already
    in_body: bool = False
    # a refused request: the client's connection must end; may end without an answer
    closes: bool = False
    may_hang_up: bool = False
    answers: tuple[Steps, ...] = ()
    # the fault is in the backend's answer, not in the request
    in_answer: bool = False
    # a refused answer: also good is a message that the client can see to be incomplete
    may_cut: bool = False
    # fewer finals are good where the proxy ended the client's connection
    may_end: bool = False
    # asking once more on another connection is right: the backend may get more than `reach`
    may_retry: bool = False
    # the last of `finals` must not come whole
    cut: bool = False
    # the first answer's connection must carry no other request
    drops_upstream: bool = False
    methods: tuple[bytes, ...] = ()
    checks: tuple[Check, ...] = ()
    # how many seconds of silence end the client's last wait; what is slow runs beside all others
    patience: float = 4.0
    slow: bool = False
    # about devcors' own front door: nothing to ask of another proxy
    own: bool = False

    @property
    def leaves(self) -> bool:
        """Whether the client ends the connection itself, so that it sees no more."""
        return self.sent[-1] in (Do.CLOSE, Do.RESET)


@dataclass(slots=True)
class Received:
    """What came to the backend: a request, or bytes that are none."""

    connection: int
    raw: bytes
    message: Message | None = None
    fault: str | None = None

    @property
    def complete(self) -> bool:
        """A whole request, by a strict reading."""
        return self.message is not None and self.message.complete and self.fault is None


@dataclass(slots=True)
class Exchange:
    """One run of a case, shared by the client and the backend."""

    case: Case
    token: bytes
    port: int
    pieces: bool
    received: list[Received] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    client: Wire | None = None
    # the backend's connections that carry it
    upstream: list[Wire] = field(default_factory=list)

    def came_to_client(self, what: bytes) -> bool:
        """Whether the client has got these bytes, cut into chunks or not."""
        return self.client is not None and what in _CHUNK_EDGE.sub(b"", self.client.received)

    def came_to_backend(self, what: bytes) -> bool:
        """Whether the backend has got these bytes, for a request under way."""
        return any(what in wire.received for wire in self.upstream)

    def filled(self, template: bytes) -> bytes:
        """The template's bytes for this run."""
        port = str(self.port).encode()
        out = template.replace(b"{path}", b"/" + self.token).replace(b"{host}", b"localhost:" + port)
        return out.replace(b"{port}", port)


@dataclass(frozen=True, slots=True)
class Seen:
    """How a run ended, on both sides."""

    exchange: Exchange
    responses: tuple[Message, ...]
    # what the client got after the last response; after a 101 that is the tunnel
    rest: bytes
    # why what the client got is not HTTP
    fault: str | None
    end: End

    @property
    def finals(self) -> list[Message]:
        """The responses without the interim ones; a 101 counts as final."""
        return [message for message in self.responses if message.status >= 200 or message.status == 101]

    @property
    def requests(self) -> list[Message]:
        """The requests whose head came to the backend in good order."""
        return [each.message for each in self.exchange.received if each.message is not None]
