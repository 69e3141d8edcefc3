"""Why a cookie was refused or held back, for the developer.

Two sentences: what the browser asks and what it got; the one change that puts it right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from . import rules, sending
from .browsers import CHROMIUM
from .cases import Case, Rule, SendCase, SendRule
from .rules import prefix_of
from .site import registrable_domain, site


class Why(NamedTuple):
    """Templates: what is asked, what was sent, what to change."""

    asks: str
    got: str
    change: str


_ENCODE = "Encode the value, for example with percent encoding"
_HTTPS = "Serve {host} over https"
_APART = "{apart}"

WHY: Final[dict[Rule | SendRule, Why]] = {
    rules.null_byte: Why(
        "no NUL stands in a header field: the whole response is dropped", "the server sent one", _ENCODE
    ),
    rules.empty: Why("a cookie has a name or a value", "the server sent one with neither", "Give the cookie a name"),
    rules.oversized: Why(
        "name and value take at most 4096 bytes together",
        "the server sent {size}",
        "Keep the data on the server and only its key in the cookie",
    ),
    rules.forbidden_in_name: Why(
        "no control character stands in a cookie", "the server sent one in the name", "Use letters, digits, - and _"
    ),
    rules.forbidden_in_value: Why(
        "no control character stands in a cookie", "the server sent one in the value", _ENCODE
    ),
    rules.forbidden_in_attributes: Why(
        "no control character stands in a cookie", "the server sent one in the attributes", "Take it out"
    ),
    rules.tab_in_path: Why("no TAB stands in a Path", "the server sent one", "Take it out"),
    rules.nameless: Why("a name stands before the =", "the server sent none", "Give the cookie a name"),
    rules.nameless_with_equals: Why(
        "a cookie without a name has no = in its value", "the server sent one", "Give the cookie a name"
    ),
    rules.foreign_domain: Why(
        "Domain may name {own_domains}",
        "the server sent Domain={domain}",
        "Leave Domain out: the cookie then belongs to {host}",
    ),
    rules.broken_prefix: Why(
        "a name that starts with {prefix} goes only with {promised}", "the server sent it {lacking}", "{keep}"
    ),
    rules.insecure_partitioned: Why(
        "Partitioned goes only with Secure",
        "the server sent it without",
        "{secure_it}",
    ),
    rules.partitioned_over_http: Why(
        "Partitioned goes only with {secure_urls}", "the server sent it over {url}", _HTTPS
    ),
    rules.insecure_none: Why(
        "SameSite=None goes only with Secure",
        "the server sent it without",
        "{secured_none}",
    ),
    rules.insecure_url: Why("Secure goes only with {secure_urls}", "the server sent it over {url}", _HTTPS),
    rules.foreign_strict: Why("SameSite=Strict is stored only in pages of the same site", _APART, "{open_to_others}"),
    rules.foreign_lax: Why("SameSite=Lax is stored only in pages of the same site", _APART, "{open_to_others}"),
    rules.foreign_unset: Why(
        "a cookie without SameSite counts as Lax, stored only in pages of the same site",
        _APART,
        "{open_to_others}",
    ),
    rules.foreign_any: Why("no cookie is stored for another site than the page's", _APART, "{one_site}"),
    rules.overlays_secure: Why(
        "a cookie that came over plain http neither replaces nor hides a Secure one of its name",
        "one is stored, and this came over {url}",
        "Serve {host} over https, or give it another name",
    ),
    rules.script_http_only: Why(
        "no script sets an HttpOnly cookie", "document.cookie set this one", "Let the server set it"
    ),
    rules.replaces_http_only: Why(
        "no script overwrites an HttpOnly cookie", "one of this name is stored", "Give it another name"
    ),
    sending.off_path: Why(
        "the request's path lies under the cookie's", "{path} is not under {cookie_path}", "Set it with Path=/"
    ),
    sending.other_host: Why(
        "a cookie goes back to {scope}", "this request goes to {host}", "Set it with a Domain that both hosts share"
    ),
    sending.held_strict: Why(
        "SameSite=Strict is sent only for requests that begin on the same site", _APART, "{open_to_others}"
    ),
    sending.held_lax: Why(
        "SameSite=Lax is sent to another site only by a top-level navigation with a safe method",
        _APART,
        "{open_to_others}",
    ),
    sending.held_unset: Why(
        "a cookie without SameSite counts as Lax, sent to another site only by a top-level navigation",
        _APART,
        "{open_to_others}",
    ),
    sending.other_partition: Why(
        "a cookie is kept apart for each site whose pages embed it",
        "this one is kept for {partition}",
        "{one_site}",
    ),
    sending.anonymous_context: Why(
        "a credentialless frame gets no cookie from outside of it",
        "this one was set elsewhere",
        "Take the attribute credentialless off the frame",
    ),
    sending.held_foreign: Why("no cookie is sent to another site than the page's", _APART, "{one_site}"),
}


def explanation(who: list[str], rule: Rule | SendRule, case: Case) -> str:
    """Both sentences, for the browsers named in `who`, by a rule that is broken in `case`."""
    words = _Words(case)
    asks, got, change = (part.format_map(words) for part in WHY[rule])
    return f"For {' and '.join(who) if len(who) < 3 else 'every browser'}, {asks}; {got}. {change}."


def sentence(rule: Rule | SendRule, case: Case, verb: str) -> str:
    """What a browser that prints nothing itself is said to do; `verb`: refuses, holds back."""
    words = _Words(case)
    asks, got, _ = WHY[rule]
    return f"{case.browser.name} {verb} “{_text(case.name)}”: {asks.format_map(words)}; {got.format_map(words)}"


class _Words(dict[str, str]):
    """The words of the templates, each found when it is asked for."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def __missing__(self, word: str) -> str:
        return WORDS[word](self._case)


def _url(case: Case) -> str:
    return f"{case.context.scheme}://{case.context.host}"


def _page(case: Case) -> str:
    scheme, host = case.context.top or ("", "")
    return f"{scheme}://{host}" if host and not case.context.sandboxed else "an opaque origin"


def _apart(case: Case) -> str:
    if case.detoured and not case.cross_site:
        return f"a redirect through another site led to {_url(case)}"
    if case.context.frame is not None:
        return f"a frame stands between {_url(case)} and the page at {_page(case)}"
    return f"the page at {_page(case)} and {_url(case)} are different sites"


def _own_domains(case: Case) -> str:
    host = case.context.host
    base = registrable_domain(host)
    return f"{host} itself or a parent of it, down to {base}" if base else f"nothing but {host}"


def _scope(case: Case) -> str:
    assert isinstance(case, SendCase)
    scope = case.stored.scope
    return f"{scope.domain} only" if scope.host_only else f"{scope.domain} and the hosts below it"


def _cookie_path(case: Case) -> str:
    assert isinstance(case, SendCase)
    return _text(case.stored.path)


def _partition(case: Case) -> str:
    assert isinstance(case, SendCase)
    return f"pages of {case.stored.partition.site}" if case.stored.partition else "pages of its own site"


def _open_to_others(case: Case) -> str:
    """SameSite=None helps only where Secure does; and two schemes of one host are better made one."""
    context = case.context
    if context.top and site(*context.top).domain == site(context.scheme, context.host).domain:
        return f"Open the page over {context.scheme} too"
    return "Send SameSite=None; Secure" if case.secure_url else _one_site(case)


def _secured_none(case: Case) -> str:
    """Secure is no way out where it is refused itself."""
    if not case.secure_url:
        return "Send SameSite=Lax, or serve it over https with Secure"
    return "Add Secure" if case.context.scheme == "https" else "Add Secure (Safari takes that only over https)"


def _one_site(_: Case) -> str:
    return "Put page and server on one site, for example behind devcors' front door"


class _Promise(NamedTuple):
    """One thing that a prefix promises."""

    word: str
    kept: bool
    lack: str
    change: str


def _promises(case: Case) -> list[_Promise]:
    """What the prefix of the name promises (RFC 6265bis, section 4.1.3)."""
    cookie, prefix = case.cookie, _prefix(case).lower()
    host, http = prefix.startswith("__host-"), "http-" in prefix
    promises = [
        _Promise("Secure", cookie.secure, "without Secure", "Add Secure"),
        _Promise("https", case.secure_url, f"over {_url(case)}", f"Serve {case.context.host} over https"),
    ]
    if http:
        promises.append(_Promise("HttpOnly", cookie.http_only, "without HttpOnly", "Add HttpOnly"))
    if host:
        promises.append(_Promise("Path=/", cookie.path == b"/", "without Path=/", "Set Path=/"))
        promises.append(_Promise("no Domain", cookie.domain is None, "with a Domain", "Leave Domain out"))
    return promises


def _prefix(case: Case) -> str:
    """As written; a cookie without a name has it in its value."""
    written = case.name or case.value
    return _text(written[: len(prefix_of(written, CHROMIUM.prefixes) or b"")])


def _lacking(case: Case) -> str:
    if not case.name:
        return "as the value of a cookie without a name"
    return ", ".join(promise.lack for promise in _promises(case) if not promise.kept)


def _keep(case: Case) -> str:
    if not case.name:
        return "Give the cookie a name"
    return next((promise.change for promise in _promises(case) if not promise.kept), "Leave the prefix out")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


WORDS: Final[dict[str, Callable[[Case], str]]] = {
    "apart": _apart,
    "cookie_path": _cookie_path,
    "domain": lambda case: _text(case.cookie.domain or b"."),
    "host": lambda case: case.context.host,
    "keep": _keep,
    "lacking": _lacking,
    "one_site": _one_site,
    "open_to_others": _open_to_others,
    "own_domains": _own_domains,
    "partition": _partition,
    "path": lambda case: case.context.path,
    "prefix": _prefix,
    "promised": lambda case: ", ".join(promise.word for promise in _promises(case)),
    "scope": _scope,
    "secure_it": lambda case: "Add Secure" if case.secure_url else f"Serve {case.context.host} over https",
    "secure_urls": lambda case: "https, or http on a loopback host" if case.browser.secure_on_loopback else "https",
    "secured_none": _secured_none,
    "size": lambda case: str(len(case.name) + len(case.value)),
    "url": _url,
}
