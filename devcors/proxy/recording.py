"""Records of exchanges, made the same way in both lanes."""

from __future__ import annotations

import time
from copy import copy
from functools import lru_cache

from devcors.heads import Fields, RequestHead, ResponseHead, value
from devcors.policy import Answer, Facts, Forward, Outcome
from devcors.traffic.jars import SeenJars
from devcors.traffic.journal import Journal
from devcors.traffic.record import Exchange, Kind, Lane
from devcors.traffic.senders import CookieSenders


class Recorder:
    """Begins and ends the records of one lane. Times are seconds since the epoch."""

    def __init__(self, journal: Journal, lane: Lane) -> None:
        self._journal = journal
        self._lane: Lane = lane
        self._senders = CookieSenders()
        self._jars = SeenJars()

    def beside(self, lane: Lane) -> Recorder:
        """A recorder for another lane of the same devcors: what one has seen of a page's cookies, both know."""
        other = copy(self)
        other._lane = lane  # noqa: SLF001 - a copy of ours
        return other

    def sends_cookies(self, head: RequestHead, facts: Facts) -> bool:
        """Whether this request's page has been seen to send cookies there (or does now)."""
        return _origin(head.fields) is not None and self._senders.note(head, _place(facts, head))

    def forwarded(self, forward: Forward, started: float) -> Exchange:
        """A request that is sent on; a preflight and its request are tied together."""
        record = Exchange(
            id=self._journal.next_id(),
            lane=self._lane,
            kind="websocket" if forward.upgrade else "http",
            method=_word(forward.received.method),
            url=forward.url,
            target=forward.target_url,
            route=forward.rule.name,
            origin=_origin(forward.received.fields),
            started=started,
            request=forward.received,
            forwarded=forward.head.fields,
            jar=self._jars.at(forward, started),
            capture=forward.policy.capture,
        )
        if forward.crosses_origins:
            if forward.is_preflight and (cors := forward.cors):
                self._journal.preflighted(record, cors.method)
            else:
                record.preflight = self._journal.preflight_of(record.origin or "", record.url, record.method)
        return record

    def answered(self, answer: Answer, head: RequestHead, started: float, kind: Kind = "http") -> Exchange:
        """A request that devcors answers itself."""
        record = Exchange(
            id=self._journal.next_id(),
            lane=self._lane,
            kind=kind,
            method=_word(head.method),
            url=answer.url,
            target=None,
            route=answer.route,
            origin=_origin(head.fields),
            started=started,
            error=answer.error,
            request=head,
        )
        self.responded(record, answer.head)
        return record

    @staticmethod
    def responded(record: Exchange, head: ResponseHead) -> None:
        """The response's head is there, as the client gets it."""
        record.first_byte = time.time()
        record.status, record.sent = head.status, head

    def received(self, record: Exchange, forward: Forward, head: ResponseHead, outcome: Outcome) -> None:
        """The upstream's response head has come, and this is what the policy makes of it."""
        record.response = head
        record.judge, record.cookies, record.warnings = outcome.judge, outcome.cookies, outcome.warnings
        if outcome.cookies:
            self._jars.receive(forward, outcome, time.time())
            self._senders.forget(f"{forward.own_origin.scheme}://{forward.own_origin.host}", outcome.head.fields)
        self.responded(record, outcome.head)

    def failed(self, record: Exchange, answer: Answer) -> None:
        """The upstream gave no answer, and this is given in its place."""
        record.error, record.judge = answer.error, answer.judge
        self.responded(record, answer.head)
        record.response_bytes = len(answer.body)

    def finish(self, record: Exchange) -> None:
        """The exchange has ended."""
        record.ended = time.time()
        self._journal.finish(record)


def _place(facts: Facts, head: RequestHead) -> str:
    """Scheme and host that the browser takes the request to be for."""
    host = facts.authority.host if facts.authority else (value(head.fields, b"host") or b"").decode("latin-1").lower()
    return f"{facts.scheme}://{host if facts.authority else host.rpartition(':')[0] or host}"


@lru_cache(maxsize=64)
def _word(method: bytes) -> str:
    """The same object each time: thousands of records hold it."""
    return method.decode("latin-1")


@lru_cache(maxsize=256)
def _origin(fields: Fields) -> str | None:
    """As received; bytes that are no text must not end in a record as half a character."""
    raw = value(fields, b"origin")
    return None if raw is None else raw.decode("latin-1")
