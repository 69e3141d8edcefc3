"""Titles and notes of the steps: a step's outcome in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus

from devcors.cors.checks import is_redirect
from devcors.cors.explain import explain, warnings
from devcors.cors.judge import judge
from devcors.cors.locations import resolve
from devcors.cors.requests import CorsRequest
from devcors.cors.verdict import Verdict
from devcors.cors.walking import Fetched
from devcors.heads import ResponseHead, value

from .advice import on_login, on_options_status
from .plan import BROWSER_NAMES, location_of
from .report import Judged, Result

FIREFOX_STREAMS = "Firefox has no streamed request bodies: it would send the text [object ReadableStream]"
NAMES = {"chromium": "Chromium", "firefox": "Firefox"}


def named(browsers: Sequence[str]) -> str:
    """`Chromium and Firefox`."""
    return " and ".join(NAMES[browser] for browser in browsers)


def only(browsers: Sequence[str]) -> str:
    """` by Firefox only`, where it is not all of them."""
    return "" if len(browsers) == len(BROWSER_NAMES) else f" by {named(browsers)} only"


def status_text(status: int) -> str:
    """`404 Not Found`; codes that nobody has registered alone."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def result_of(judged: Judged | None) -> Result:
    """The mark of a step that was judged; what CORS does not touch is fine."""
    return "ok" if judged is None or judged.allowed else "blocked"


def reached(status: int, method: str, *, repeatable: bool) -> tuple[Result, str, tuple[str, ...]]:
    """The first question's answer: mark, title, notes."""
    if not repeatable:
        note = f"asked with GET: {method} may change something, so it is sent only once, if a browser would send it"
        return "ok", f"Something answers there, with {status_text(status)}", (note,)
    if status < 400:
        return "ok", f"It answers without an Origin, with {status_text(status)}", ()
    note = "look here first: where the API itself fails, CORS often only hides it"
    return "warning", f"It answers without an Origin, but with {status_text(status)}", (note,)


def preflight_title(judged: Judged) -> str:
    """Granted, or refused by whom."""
    return "The preflight is granted" if judged.allowed else f"The preflight is refused by {_refusing(judged)}"


def _refusing(judged: Judged) -> str:
    return named([browser for browser in judged.browsers if not judged.allows(browser)])


def no_preflight_title(browsers: Sequence[str]) -> str:
    """Of a request that goes out at once."""
    if len(browsers) < len(BROWSER_NAMES):
        return f"{named(browsers)} needs no preflight"
    return "No preflight is needed: a plain form could send this too"


def request_title(method: str, response: ResponseHead, judged: Judged | None) -> str:
    """What becomes of the answer."""
    answer = f"{method} is answered with {status_text(response.status)}"
    if judged is not None and not judged.allowed:
        refusing = _refusing(judged)
        return f"{answer}, which {refusing} {'keep' if ' and ' in refusing else 'keeps'} from the page"
    if is_redirect(response):
        return f"{answer}: a redirect"
    return f"{answer}, and the page may read it"


def explained(request: CorsRequest, response: ResponseHead) -> tuple[str, str]:
    """Explanation and fix, both empty where it passes.

    By the names of both browsers, also where only one of them asks: the rules that they name are the same.
    """
    explanation, fix = explain(judge(request, response), request, response)
    if not request.preflight or not fix:
        return explanation, fix
    if is_redirect(response):
        target = resolve(location_of(request.url), (value(response.fields, b"location") or b"").decode("latin-1"))
        return explanation, f"{fix} Here it leads to {target.href}" if target else fix
    # the right fields alone would not do: what the browser minds next is the status
    unanswered = not 200 <= response.status <= 299 and "OPTIONS with 204" not in fix
    return explanation, f"Answer OPTIONS with 204, before authentication and routing. {fix}" if unanswered else fix


def notes_on(request: CorsRequest, response: ResponseHead) -> Iterator[str]:
    """What is told of a cross-origin answer, granted or not."""
    # the walk has seen whether the answer depends on the Origin, which one answer does not tell
    yield from (told for told in warnings(request, response) if "Vary: Origin" not in told)
    yield from on_options_status(response) if request.preflight else on_login(request.url, response)


def cookie_note(response: ResponseHead, *, credentials: bool) -> Iterator[str]:
    """Cookies that come to nothing."""
    if not credentials and value(response.fields, b"set-cookie") is not None:
        yield "Set-Cookie is ignored: the request is made without credentials (--credentials asks with them)"


# where no error has a name: what stands in the console's text, title, what to do
_REFUSALS = (
    (
        "Mixed Content",
        "A page on https may not fetch from http: this is mixed content, not CORS",
        "Serve the API over https; no header mends this.",
    ),
    (
        "ERR_UNSAFE_PORT",
        "Browsers refuse to connect to this port at all (Fetch, “port blocking”): this is not CORS",
        "Let the server listen on another port.",
    ),
    (
        "ERR_ALPN_NEGOTIATION_FAILED",
        "Chromium sends no streamed body over HTTP/1.1: this is not CORS",
        "Send the body whole (a string, a Blob), or serve the API over https with HTTP/2; no header mends this.",
    ),
    (
        "ERR_INVALID_ARGUMENT",
        "A streamed body is gone once it is sent: it cannot follow a redirect",
        "Call the address that the redirect leads to, or send the body whole.",
    ),
    ("ERR_TOO_MANY_REDIRECTS", "More than 20 redirects", "Look for two addresses that redirect to each other."),
)


def refusal(verdict: Verdict, request: CorsRequest) -> tuple[str, str, str]:
    """Title, explanation and fix, for a request that a browser gives up without an answer having decided."""
    refusing = verdict.firefox if verdict.chromium.allowed else verdict.chromium
    if refusing.error:
        return f"The browser stops: {refusing.error}", *explain(verdict, request, None)
    for sign, title, fix in _REFUSALS:
        if any(sign in message for message in refusing.messages):
            return title, f"{title}.", fix
    title = "The browser does not go where the redirect leads"
    return title, f"{title}.", "Answer at this address, without a redirect."


# what every server sends and no page's code misses
_UNMISSED = frozenset(
    [
        "accept-ranges",
        "alt-svc",
        "connection",
        "content-encoding",
        "date",
        "keep-alive",
        "server",
        "set-cookie",
        "strict-transport-security",
        "transfer-encoding",
        "vary",
        "via",
        "x-content-type-options",
        "x-frame-options",
        "x-powered-by",
    ]
)


def hidden_note(response: ResponseHead, fetched: Mapping[str, Fetched]) -> Iterator[str]:
    """Response headers that are there for the page's code, it seems, and that it does not see."""
    visible = next((one.visible for one in fetched.values() if one.response is response and one.visible), None)
    if visible is None:
        return
    seen = {name for name, _ in visible}
    names = dict.fromkeys(name.decode("latin-1") for name, _ in response.fields)
    hidden = [name for name in names if name.lower() not in seen | _UNMISSED and not _is_for_browser(name.lower())]
    if hidden:
        yield f"the page's code does not see {', '.join(hidden)}: Access-Control-Expose-Headers names what it may"


def _is_for_browser(name: str) -> bool:
    return name.startswith(("access-control-", "cross-origin-", "sec-", "content-security-policy"))
