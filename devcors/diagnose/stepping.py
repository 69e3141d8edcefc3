"""From what was sent, and how it ended in each browser, to the steps of the report.

Known: the messages in the order of sending, with their answers, and for each browser the rules' last word. Wanted: one
step a message, with the verdict of the browsers that send it, and one for whatever ended it without a message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from devcors.cookies.judge import Context, judge_set_cookie, withheld
from devcors.cookies.setcookie import split_set_cookie
from devcors.cors.requests import CorsRequest
from devcors.cors.verdict import ALLOWED, BrowserVerdict, Verdict
from devcors.cors.walking import Fetched, Sent
from devcors.heads import values

from .failures import Failure
from .network import Event
from .plan import Ask, judged_request, location_of, message_for, preflight_reasons
from .report import Cookie, Exchange, Judged, Step
from .telling import (
    FIREFOX_STREAMS,
    cookie_note,
    explained,
    hidden_note,
    no_preflight_title,
    notes_on,
    only,
    preflight_title,
    refusal,
    request_title,
    result_of,
)
from .wire import target_of


def steps_of(ask: Ask, events: Sequence[Event], fetched: Mapping[str, Fetched]) -> Iterator[Step]:
    """The steps after the first question, which is not the browser's."""
    if not ask.crosses:
        yield Step("cross-origin", "info", "Page and URL are one origin: CORS does not apply")
    elif events and not events[0].sent.preflight:
        yield Step("preflight-needed", "info", no_preflight_title(events[0].browsers))
    crossed = False
    for event in events:
        # once cross-origin, always: its response tainting stays (Fetch, "main fetch")
        crossed = crossed or location_of(event.sent.url).origin != ask.page
        if event.sent.preflight:
            title = f"A preflight is needed{only(event.browsers)}"
            yield Step("preflight-needed", "info", title, tuple(preflight_reasons(ask, event.sent)))
        yield _event_step(ask, event, fetched, crossed=crossed)
    yield from _ended(ask, events, fetched)


def _event_step(ask: Ask, event: Event, fetched: Mapping[str, Fetched], *, crossed: bool) -> Step:
    name = "preflight" if event.sent.preflight else "request"
    if isinstance(event.outcome, Failure):
        return Step(name, "failed", f"No answer: {event.outcome.message}", failure=event.outcome)
    response = event.outcome.response
    judged = _judged(ask, event, event.outcome, fetched) if crossed else None
    notes = tuple(notes_on(judged_request(ask, event.sent), response)) if crossed else ()
    if event.sent.preflight:
        assert judged is not None
        return Step(name, result_of(judged), preflight_title(judged), notes, event.outcome, judged)
    notes += (*cookie_note(response, credentials=event.sent.credentials), *hidden_note(response, fetched))
    title, cookies = request_title(event.sent.method, response, judged), _cookies(ask, event.sent, event.outcome)
    return Step(name, result_of(judged), title, notes, event.outcome, judged, cookies)


def _judged(ask: Ask, event: Event, exchange: Exchange, fetched: Mapping[str, Fetched]) -> Judged:
    """A browser refuses the answer that its walk ended with; all before it have passed."""
    refusing = {browser: fetched[browser] for browser in event.browsers if _refuses(fetched[browser], exchange)}
    first = next(iter(refusing.values()), None)
    verdict = Verdict(
        first.step if first else ("preflight" if event.sent.preflight else "response"),
        first.header if first else None,
        _verdict(refusing, "chromium"),
        _verdict(refusing, "firefox"),
    )
    told = explained(judged_request(ask, event.sent), exchange.response) if first else ("", "")
    return Judged(verdict, tuple(event.browsers), *told)


def _refuses(fetched: Fetched, exchange: Exchange) -> bool:
    return fetched.response is exchange.response and fetched.response_type == "error"


def _verdict(refusing: Mapping[str, Fetched], browser: str) -> BrowserVerdict:
    return refusing[browser].verdict if browser in refusing else ALLOWED


def _ended(ask: Ask, events: Sequence[Event], fetched: Mapping[str, Fetched]) -> Iterator[Step]:
    """What came of it where no answer decided: a request that was not made, or a redirect that was not followed."""
    if any(isinstance(event.outcome, Failure) for event in events):
        return
    if any(one.response_type == "opaqueredirect" for one in fetched.values()):
        yield Step("redirect", "warning", "The redirect is not followed here: --follow goes on, as fetch() does")
    ended = {name: one for name, one in fetched.items() if one.response is None and not one.verdict.allowed}
    if ended:
        step = next(iter(ended.values())).step
        verdict = Verdict(step, None, _verdict(ended, "chromium"), _verdict(ended, "firefox"))
        title, explanation, fix = refusal(verdict, _last_request(ask, events))
        notes = (FIREFOX_STREAMS,) if ask.streamed else ()
        yield Step("refused", "blocked", title, notes, judged=Judged(verdict, tuple(ended), explanation, fix))
    if events and all(event.sent.preflight for event in events):
        yield Step("request", "info", f"The {ask.method} itself is not sent, as in the browser")


def _last_request(ask: Ask, events: Sequence[Event]) -> CorsRequest:
    """What was under way."""
    return judged_request(ask, events[-1].sent if events else message_for(ask))


def _cookies(ask: Ask, sent: Sent, exchange: Exchange) -> tuple[Cookie, ...]:
    """Without credentials a response sets none (Fetch, "HTTP-network fetch")."""
    if not sent.credentials:
        return ()
    origin, page = location_of(sent.url).origin, ask.page
    path = target_of(sent.url).decode("latin-1")
    context = Context(origin.scheme, origin.host, path, (page.scheme, page.host), sent.method)
    return tuple(
        Cookie(judge_set_cookie(text, context), withheld(split_set_cookie(text), context, context))
        for text in values(exchange.response.fields, b"set-cookie")
    )
