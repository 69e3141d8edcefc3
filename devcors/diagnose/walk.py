"""The walk that a person would make: does it answer at all, is a preflight needed, is it granted, the request itself,
where do redirects lead, who else is let in.

Known: what the page asks and a way to send. Wanted: a report. The rules decide what is sent and what becomes of it;
nothing is sent that a browser would not send, and what is not GET or HEAD goes out once at most.
"""

from __future__ import annotations

from dataclasses import replace

from devcors.cors.fetching import fetch
from devcors.cors.walking import Fetched
from devcors.heads import ResponseHead

from .advice import on_browser_warnings, on_local_network, on_untrusted
from .asking import Send
from .failures import Failure
from .network import RealNetwork, space_of
from .plan import Ask, message_for, page_request
from .probing import probe
from .report import Exchange, Outcome, Report, Step
from .stepping import steps_of
from .telling import reached
from .websocket import open_socket
from .wire import Message


def walk(ask: Ask, send: Send, *, follow: bool) -> Report:
    """Sends what a browser would send and reports; `follow` goes where redirects lead."""
    network = RealNetwork(ask, send)
    names = tuple(name.decode("latin-1") for name, _ in ask.headers)
    subject = f"{ask.method} {ask.url} from a page at {ask.page}"
    report = Report(subject, ask.url, str(ask.page), ask.method, names, ask.credentials)
    if ask.location.scheme in ("ws", "wss"):
        open_socket(ask, network, report)
    else:
        _fetch(ask, network, report, follow=follow)
    if network.untrusted:
        report.warnings.append(on_untrusted(network.untrusted))
    return report


def _fetch(ask: Ask, network: RealNetwork, report: Report, *, follow: bool) -> None:
    plain = _reach(ask, network, report)
    if plain is None:
        report.outcome = "no-answer"
        return
    resource = network.address_space(ask.url)
    # where the page lies matters only for what is not public: no name is looked up in vain
    space = None if ask.page.opaque or resource == "public" else space_of(ask.page.host)
    request = page_request(ask, space or "loopback", follow=follow)
    fetched: dict[str, Fetched] = {}
    for profile in ask.browsers:
        network.begin(profile.name)
        fetched[profile.name] = fetch(request, network, profile)
    report.steps += steps_of(ask, network.events, fetched)
    report.outcome = _outcome(report, fetched)
    report.warnings += on_browser_warnings(fetched)
    report.warnings += on_local_network(ask.page, space, resource)
    if ask.crosses:
        report.warnings += probe(ask, network, plain=plain.response if ask.repeatable else None, own=_own(network))


def _reach(ask: Ask, network: RealNetwork, report: Report) -> Exchange | None:
    """Does it answer at all: without an Origin, as curl and Postman ask; what is not repeatable is asked as a GET."""
    asked = ask if ask.repeatable else replace(ask, method="GET", body=None, streamed=False)
    message = Message(message_for(asked), asked, (ask.location.origin,))
    outcome = network.exchange(message, from_page=False)
    if isinstance(outcome, Failure):
        report.steps.append(Step("reach", "failed", f"No answer: {outcome.message}", failure=outcome))
        return None
    result, title, notes = reached(outcome.response.status, ask.method, repeatable=ask.repeatable)
    report.steps.append(Step("reach", result, title, notes, outcome))
    return outcome


def _own(network: RealNetwork) -> ResponseHead | None:
    """The first answer to the request itself."""
    outcomes = (event.outcome for event in network.events if not event.sent.preflight)
    return next((outcome.response for outcome in outcomes if isinstance(outcome, Exchange)), None)


def _outcome(report: Report, fetched: dict[str, Fetched]) -> Outcome:
    results = {step.result for step in report.steps}
    if "failed" in results:
        return "no-answer"
    if "blocked" in results:
        return "blocked"
    return "undecided" if any(one.response_type == "opaqueredirect" for one in fetched.values()) else "passes"
