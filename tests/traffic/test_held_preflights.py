"""A preflight that passes or not by the credentials mode is told once it is known whether its request follows."""

from __future__ import annotations

from collections.abc import Callable

from devcors.config.schema import Config
from devcors.heads import Fields, RequestHead, ResponseHead
from devcors.policy import Door, Facts, Forward, compile_policy
from devcors.policy.outcomes import CorsOutcome
from devcors.traffic.journal import Journal
from devcors.traffic.record import Exchange

PAGE, URL = "http://localhost:5173", "http://localhost:2677/api"
ASKED: Fields = (
    (b"Host", b"localhost:2677"),
    (b"Origin", PAGE.encode()),
    (b"Access-Control-Request-Method", b"PUT"),
)
GRANT: Fields = ((b"Access-Control-Allow-Origin", PAGE.encode()), (b"Access-Control-Allow-Methods", b"PUT"))


class Loop:
    """An event loop's `call_later` whose time passes when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def later(self, seconds: float, call: Callable[[], None]) -> Loop:
        self.waiting.append(call)
        return self

    def cancel(self) -> None:
        self.waiting.pop()

    def pass_time(self) -> None:
        while self.waiting:
            self.waiting.pop()()


def _outcome(grant: Fields) -> CorsOutcome:
    policy = compile_policy(Config.model_validate({"routes": {"/api": "http://localhost:8080"}}), Door(2677))
    forward = policy.request(RequestHead(b"OPTIONS", b"/api", ASKED), Facts("http", None, "127.0.0.1", "127.0.0.1"))
    assert isinstance(forward, Forward)
    cors = policy.response(forward, ResponseHead(204, b"", grant)).cors
    assert cors is not None
    return cors


def _preflight(journal: Journal, grant: Fields) -> Exchange:
    exchange = Exchange(journal.next_id(), "mitmproxy", "http", "OPTIONS", URL, None, None, PAGE, 0.0)
    exchange.cors = _outcome(grant)
    journal.preflighted(exchange, "PUT")
    journal.finish(exchange)
    return exchange


def test_no_request_follows_so_it_was_one_with_credentials() -> None:
    loop = Loop()
    told: list[Exchange] = []
    journal = Journal(later=loop.later)
    journal.listen(told.append)
    exchange = _preflight(journal, GRANT)
    assert told == []
    loop.pass_time()
    assert told == [exchange]
    assert exchange.cors is not None
    assert exchange.cors.verdict.chromium.error == "PreflightInvalidAllowCredentials"
    assert exchange.cors.request.assumed == ("credentials: include (no request followed)",)


def test_its_request_follows_so_it_passed() -> None:
    loop = Loop()
    told: list[Exchange] = []
    journal = Journal(later=loop.later)
    journal.listen(told.append)
    exchange = _preflight(journal, GRANT)
    assert journal.preflight_of(PAGE, URL, "PUT") == exchange.id
    assert told == [exchange]
    assert exchange.cors is not None
    assert exchange.cors.verdict.allowed
    loop.pass_time()
    assert told == [exchange]


def test_what_passes_either_way_is_told_at_once() -> None:
    loop = Loop()
    told: list[Exchange] = []
    journal = Journal(later=loop.later)
    journal.listen(told.append)
    _preflight(journal, (*GRANT, (b"Access-Control-Allow-Credentials", b"true")))
    assert len(told) == 1
    assert loop.waiting == []


def test_what_is_held_at_the_end_is_told_as_it_stands() -> None:
    loop = Loop()
    told: list[Exchange] = []
    journal = Journal(later=loop.later)
    journal.listen(told.append)
    exchange = _preflight(journal, GRANT)
    journal.close()
    assert told == [exchange]
    assert exchange.cors is not None
    assert exchange.cors.verdict.allowed
