"""Who else is let in, and what a cache would do: the same question from origins that nobody has allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from devcors.heads import ResponseHead
from devcors.urls import OPAQUE, parse_origin

from .advice import FOREIGN, on_caching, on_foreign_origins
from .failures import Failure
from .network import RealNetwork
from .plan import Ask, message_for
from .report import Advice
from .wire import Message


def probe(ask: Ask, network: RealNetwork, *, plain: ResponseHead | None, own: ResponseHead | None) -> Iterator[Advice]:
    """What the answers to others give away, beside the answer without an Origin and the page's own."""
    foreign = _answer_to(FOREIGN, ask, network)
    opaque = None if ask.page == OPAQUE else _answer_to("null", ask, network)
    yield from on_foreign_origins(foreign, opaque)
    if own is not None and ask.repeatable:
        yield from on_caching(plain, own, foreign)


def _answer_to(origin: str, ask: Ask, network: RealNetwork) -> ResponseHead | None:
    """To the method itself only where that changes nothing on the server; else to a preflight for it."""
    asked = replace(ask, page=parse_origin(origin), cookie=None)
    outcome = network.exchange(Message(message_for(asked), asked, (ask.location.origin,)))
    return None if isinstance(outcome, Failure) else outcome.response
