"""A WebSocket's opening handshake, as a page makes it: CORS has no part in it, and that is the danger.

Known: the handshake's answer to the page's origin and to one that nobody has allowed. Wanted: whether it opens, and
whether it opens for every website (RFC 6455, section 10.2: the server is the one that looks at Origin).
"""

from __future__ import annotations

import base64
import secrets

from devcors.cors.locations import is_mixed
from devcors.cors.verdict import BrowserVerdict, Verdict
from devcors.cors.websockets import open_to_any
from devcors.heads import Fields, RequestHead

from .advice import FOREIGN
from .failures import Failure
from .network import RealNetwork
from .plan import BROWSER_NAMES, Ask, location_of
from .report import Advice, Exchange, Judged, Report, Step
from .telling import status_text
from .wire import USER_AGENT, target_of


def open_socket(ask: Ask, network: RealNetwork, report: Report) -> None:
    """Fills the report with the handshake and with what a foreign origin is answered."""
    report.subject = f"A WebSocket to {ask.url} from a page at {ask.page}"
    report.steps.append(Step("cross-origin", "info", "CORS does not apply to WebSockets: any page may try to open one"))
    if not ask.page.opaque and is_mixed(location_of(f"{ask.page}/"), ask.location):
        title = "A page on https may not open ws://: this is mixed content, not CORS"
        report.steps.append(Step("handshake", "blocked", title, judged=_refused(title, "Use wss://.")))
        report.outcome = "blocked"
        return
    answer = network.deliver(ask.url, _handshake(ask, str(ask.page)))
    if isinstance(answer, Failure):
        report.steps.append(Step("handshake", "failed", f"No answer: {answer.message}", failure=answer))
        report.outcome = "no-answer"
    elif answer.response.status == 101:
        report.steps.append(Step("handshake", "ok", "The WebSocket opens", exchange=answer))
        report.warnings += _foreign(ask, network)
    else:
        report.steps.append(_unopened(answer))
        report.outcome = "blocked"


def _unopened(exchange: Exchange) -> Step:
    status = exchange.response.status
    fix = (
        "Let the server accept the page's origin in its WebSocket handshake."
        if status in (400, 403)
        else "Check the path, and that a proxy before the server passes Upgrade and Connection on."
    )
    title = f"The server answers {status_text(status)} instead of 101: the WebSocket does not open"
    return Step("handshake", "blocked", title, exchange=exchange, judged=_refused(title, fix))


def _refused(why: str, fix: str) -> Judged:
    stopped = BrowserVerdict(allowed=False)
    return Judged(Verdict("request", None, stopped, stopped), BROWSER_NAMES, f"{why}.", fix)


def _foreign(ask: Ask, network: RealNetwork) -> list[Advice]:
    head = _handshake(ask, FOREIGN)
    answer = network.deliver(ask.url, head)
    told = None if isinstance(answer, Failure) else open_to_any(head, answer.response)
    return [Advice("websocket-any-origin", f"Security: {told}")] if told else []


def _handshake(ask: Ask, origin: str) -> RequestHead:
    """RFC 6455, section 4.1."""
    fields: Fields = (
        (b"Host", ask.location.origin.authority.encode("ascii")),
        (b"Connection", b"Upgrade"),
        (b"Pragma", b"no-cache"),
        (b"Cache-Control", b"no-cache"),
        (b"User-Agent", USER_AGENT),
        (b"Upgrade", b"websocket"),
        (b"Origin", origin.encode("latin-1")),
        (b"Sec-WebSocket-Version", b"13"),
        (b"Accept-Encoding", b"gzip, deflate, br, zstd"),
        (b"Accept-Language", b"en-US,en;q=0.9"),
        *(((b"Cookie", ask.cookie),) if ask.cookie else ()),
        (b"Sec-WebSocket-Key", base64.b64encode(secrets.token_bytes(16))),
        (b"Sec-WebSocket-Extensions", b"permessage-deflate; client_max_window_bits"),
    )
    return RequestHead(b"GET", target_of(ask.url), fields)
