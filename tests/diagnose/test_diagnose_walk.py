"""The walk against real servers: each usual fault is named, and what a browser would not send is not sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devcors.diagnose.asked import Words, ask_of
from devcors.diagnose.asking import Answer, Send, Sender, Sending
from devcors.diagnose.report import Report, Step
from devcors.diagnose.walk import walk
from devcors.heads import ResponseHead
from tests.support.servers import App, Reply, Seen, Server, self_made, serve

PAGE = "http://localhost:5173"
ACAO = "Access-Control-Allow-Origin"
VARY = ("Vary", "Origin")
GRANT = [
    (ACAO, PAGE),
    ("Access-Control-Allow-Credentials", "true"),
    ("Access-Control-Allow-Methods", "PUT, DELETE"),
    ("Access-Control-Allow-Headers", "content-type, x-token"),
    VARY,
]
PUT: dict[str, Any] = {"method": "PUT", "data": "{}", "headers": ["Content-Type: application/json"]}


def diagnose(
    url: str, *, origin: str = PAGE, follow: bool = False, sender: Sender | None = None, **words: Any
) -> Report:
    asked = ask_of(Words(url, origin, **words))
    return walk(asked, sender or Sender(timeout=5), follow=follow)


def named(report: Report, name: str) -> list[Step]:
    return [step for step in report.steps if step.name == name]


def to_page(*fields: tuple[str, str], status: int = 200) -> App:
    """An API that knows one origin, and says so."""

    def app(seen: Seen) -> Reply:
        return Reply(status, [*fields, VARY] if seen.header("origin") == PAGE else [VARY])

    return app


def on_options(reply: Reply) -> App:
    """As `to_page` with everything granted, but for OPTIONS."""
    granted = to_page(*GRANT)
    return lambda seen: reply if seen.method == "OPTIONS" else granted(seen)


# name: the server, what is asked, each browser's error, words of the explanation, words of the fix
FAULTS: dict[str, tuple[App, dict[str, Any], str, str, str, str]] = {
    "no permission": (
        to_page(),
        {},
        "MissingAllowOriginHeader",
        "CORSMissingAllowOrigin2",
        "has no Access-Control-Allow-Origin",
        f"{ACAO}: {PAGE}",
    ),
    "another origin": (
        to_page((ACAO, f"{PAGE}/")),
        {},
        "AllowOriginMismatch",
        "CORSAllowOriginNotMatchingOrigin",
        f"{ACAO}: {PAGE}/",
        f"{ACAO}: {PAGE}",
    ),
    "wildcard with cookies": (
        to_page((ACAO, "*")),
        {"credentials": True},
        "WildcardOriginNotAllowed",
        "CORSNotSupportingCredentials",
        "wildcard",
        "Access-Control-Allow-Credentials: true",
    ),
    "OPTIONS behind authentication": (
        on_options(Reply(401, [("WWW-Authenticate", "Bearer")])),
        PUT,
        "PreflightMissingAllowOriginHeader",
        "CORSMissingAllowOrigin2",
        "(401)",
        "OPTIONS",
    ),
    "OPTIONS without a handler": (
        on_options(Reply(405, GRANT)),
        PUT,
        "PreflightInvalidStatus",
        "CORSPreflightDidNotSucceed3",
        "405",
        "OPTIONS",
    ),
    "method not named": (
        on_options(Reply(204, [(ACAO, PAGE), ("Access-Control-Allow-Headers", "content-type"), VARY])),
        PUT,
        "MethodDisallowedByPreflightResponse",
        "CORSMethodNotFound",
        "PUT",
        "Access-Control-Allow-Methods",
    ),
    "header not named": (
        on_options(Reply(204, [(ACAO, PAGE), VARY])),
        {"headers": ["X-Token: a"]},
        "HeaderDisallowedByPreflightResponse",
        "CORSMissingAllowHeaderFromPreflight2",
        "x-token",
        "Access-Control-Allow-Headers",
    ),
    "error without headers": (
        lambda seen: Reply(500),
        {},
        "MissingAllowOriginHeader",
        "CORSMissingAllowOrigin2",
        "500",
        ACAO,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named(fault: str) -> None:
    app, words, chromium, firefox, said, fix = FAULTS[fault]
    with serve(app) as server:
        report = diagnose(f"{server.url}/items", **words)
    assert report.outcome == "blocked"
    judged = report.deciding and report.deciding.judged
    assert judged
    assert (judged.verdict.chromium.error, judged.verdict.firefox.error) == (chromium, firefox)
    assert said in report.explanation
    assert fix in report.fix


@pytest.mark.parametrize(
    "words", [{}, {"credentials": True}, PUT, {"headers": ["X-Token: a"]}, {"method": "POST", "data": "x"}]
)
def test_a_right_server_passes(words: dict[str, Any]) -> None:
    with serve(to_page(*GRANT)) as server:
        report = diagnose(f"{server.url}/items", **words)
    assert (report.outcome, report.explanation, report.fix, report.warnings) == ("passes", "", "", [])


def test_after_a_refused_preflight_nothing_follows() -> None:
    with serve(on_options(Reply(404))) as server:
        report = diagnose(f"{server.url}/items", **PUT)
    assert report.outcome == "blocked"
    assert "PUT" not in [seen.method for seen in server.seen]
    assert [step.title for step in named(report, "request")] == ["The PUT itself is not sent, as in the browser"]


def test_what_may_change_something_is_sent_once() -> None:
    with serve(to_page(*GRANT)) as server:
        diagnose(f"{server.url}/items", method="POST", data="a=1")
    assert [seen.body for seen in server.seen if seen.method == "POST"] == [b"a=1"]


def test_reasons_for_a_preflight() -> None:
    with serve(to_page(*GRANT)) as server:
        report = diagnose(
            f"{server.url}/items", method="PUT", data="{}", headers=["Content-Type: application/json", "X-Token: a"]
        )
    (step,) = named(report, "preflight-needed")
    assert [note.split()[:3] for note in step.notes] == [
        ["the", "method", "is"],
        ["Content-Type", "is", "application/json,"],
        ["the", "header", "X-Token"],
    ]


def test_one_browser_alone_may_ask() -> None:
    """Chromium ignores the User-Agent of a page; Firefox asks whether it may send it."""
    with serve(to_page((ACAO, PAGE))) as server:
        report = diagnose(f"{server.url}/items", headers=["User-Agent: mine"])
    assert report.outcome == "blocked"
    assert [(step.name, step.result) for step in report.steps if step.judged] == [
        ("request", "ok"),
        ("preflight", "blocked"),
    ]
    assert report.deciding
    assert not report.deciding.blocked_by("chromium")
    assert report.deciding.blocked_by("firefox")
    assert "user-agent" in report.fix


def test_the_same_origin_needs_nothing() -> None:
    with serve(lambda seen: Reply()) as server:
        report = diagnose(f"{server.url}/items", origin=server.url, **PUT)
    assert report.outcome == "passes"
    assert [seen.method for seen in server.seen] == ["GET", "PUT"]
    assert server.seen[1].header("origin") == server.url


def _redirecting(location: str, *, grant: str = "*") -> App:
    def app(seen: Seen) -> Reply:
        if seen.target == "/old":
            return Reply(307, [(ACAO, seen.header("origin") or grant), ("Location", location), VARY], b"")
        return Reply(200, [(ACAO, grant), ("X-Total", "7")])

    return app


def test_a_redirect_is_not_followed_unless_asked() -> None:
    with serve(_redirecting("/old/")) as server:
        report = diagnose(f"{server.url}/old")
    assert report.outcome == "undecided"
    assert any("same path with a slash behind it" in note for step in report.steps for note in step.notes)
    assert not [seen for seen in server.seen if seen.target == "/old/"]


def test_a_followed_redirect_taints_the_origin() -> None:
    with serve(lambda seen: Reply(200, [(ACAO, PAGE)])) as other, serve(_redirecting(f"{other.url}/new")) as server:
        report = diagnose(f"{server.url}/old", follow=True, headers=["Accept: text/csv"])
    assert [seen.header("origin") for seen in other.seen] == ["null"]
    assert other.seen[0].header("accept") == "text/csv"
    assert report.outcome == "blocked"
    assert report.deciding
    assert report.deciding.blocked_by("chromium")


def test_a_followed_redirect_may_pass() -> None:
    with serve(_redirecting("/new")) as server:
        report = diagnose(f"{server.url}/old", follow=True)
    assert report.outcome == "passes"
    assert [seen.target for seen in server.seen if seen.header("origin") == PAGE] == ["/old", "/new"]


def test_endless_redirects_end() -> None:
    with serve(_redirecting("/old")) as server:
        report = diagnose(f"{server.url}/old", follow=True)
    assert (report.outcome, report.explanation) == ("blocked", "More than 20 redirects.")
    assert {step.judged.browsers for step in report.steps if step.judged} == {("chromium", "firefox")}


def test_what_the_code_does_not_see_is_told() -> None:
    with serve(_redirecting("/new")) as server:
        report = diagnose(f"{server.url}/new")
    assert any("does not see X-Total" in note for step in report.steps for note in step.notes)


# origins whom the server allows, with credentials; names of the warnings
LETTING_IN: dict[str, tuple[Callable[[str], bool], bool, list[str]]] = {
    "any": (lambda origin: True, True, ["any-origin-reflected-with-credentials"]),
    "any, without cookies": (lambda origin: True, False, ["any-origin-reflected"]),
    "null": (lambda origin: origin in (PAGE, "null"), True, ["null-origin-allowed"]),
    "its own": (lambda origin: origin == PAGE, True, []),
}


@pytest.mark.parametrize("whom", LETTING_IN)
@pytest.mark.parametrize("words", [{}, PUT])
def test_who_else_is_let_in(whom: str, words: dict[str, Any]) -> None:
    allows, credentials, expected = LETTING_IN[whom]

    def app(seen: Seen) -> Reply:
        origin = seen.header("origin") or ""
        if not allows(origin):
            return Reply(200, [VARY])
        rest = [field for field in GRANT[1:] if credentials or "Credentials" not in field[0]]
        return Reply(200, [(ACAO, origin), *rest])

    with serve(app) as server:
        report = diagnose(f"{server.url}/items", **words)
    assert [warning.name for warning in report.warnings] == expected
    assert "PUT" not in [seen.method for seen in server.seen if seen.header("origin") != PAGE]


@pytest.mark.parametrize(
    ("app", "missing"),
    [
        (lambda seen: Reply(200, [(ACAO, PAGE)] if seen.header("origin") == PAGE else []), True),
        (lambda seen: Reply(200, [(ACAO, PAGE), VARY] if seen.header("origin") == PAGE else []), True),
        (lambda seen: Reply(200, [(ACAO, "*")] if seen.header("origin") else []), True),
        (lambda seen: Reply(200, [(ACAO, PAGE)]), False),
        (lambda seen: Reply(200, [(ACAO, "*")]), False),
        (to_page((ACAO, PAGE)), False),
    ],
    ids=["never", "only when allowed", "wildcard for who asks", "constant", "wildcard", "always"],
)
def test_vary(app: App, missing: bool) -> None:
    with serve(app) as server:
        report = diagnose(f"{server.url}/items")
    assert ("vary-origin-missing" in [warning.name for warning in report.warnings]) is missing


def test_cookies() -> None:
    cookies = [("Set-Cookie", "a=1; SameSite=None"), ("Set-Cookie", "b=2; HttpOnly")]
    with serve(to_page(*GRANT, *cookies)) as server:
        report = diagnose(f"{server.url}/items", credentials=True, headers=["Cookie: s=secret"])
        without = diagnose(f"{server.url}/items")
    (step,) = named(report, "request")
    assert [(cookie.stored.name, cookie.stored.chromium.accepted) for cookie in step.cookies] == [
        ("a", False),
        ("b", True),
    ]
    assert step.cookies[1].sent_back.chromium.accepted
    assert [seen.header("cookie") for seen in server.seen if seen.header("origin") == PAGE] == ["s=secret", None]
    assert "secret" not in str(report.to_json())
    assert [step.cookies for step in named(without, "request")] == [()]


def test_a_streamed_body_needs_http_2() -> None:
    with serve(to_page(*GRANT)) as server:
        report = diagnose(f"{server.url}/items", method="POST", data="x", streamed=True)
    assert report.outcome == "blocked"
    assert "HTTP/1.1" in report.explanation
    assert "OPTIONS" in [seen.method for seen in server.seen]
    assert "POST" not in [seen.method for seen in server.seen]


def test_a_streamed_body_passes_over_http_2() -> None:
    def send(sending: Sending) -> Answer:
        fields = tuple((name.encode(), text.encode()) for name, text in GRANT)
        return Answer(ResponseHead(200, b"", fields), "HTTP/2", 1.0)

    asked = ask_of(Words("https://api.localhost/", PAGE, "POST", data="x", streamed=True))
    assert walk(asked, send, follow=False).outcome == "passes"


def test_a_redirected_preflight_names_the_address_to_call() -> None:
    with serve(on_options(Reply(301, [("Location", "/items/")]))) as server:
        report = diagnose(f"{server.url}/items", **PUT)
    assert report.fix.endswith(f"{server.url}/items/")


def test_a_login_page_is_no_answer_for_code() -> None:
    with serve(to_page(*GRANT, ("Location", "/login?next=/items"), status=302)) as server:
        report = diagnose(f"{server.url}/items")
    assert any("login page" in note for step in report.steps for note in step.notes)


@pytest.mark.parametrize("status", [403, 500])
def test_what_refuses_options_is_told(status: int) -> None:
    with serve(on_options(Reply(status))) as server:
        report = diagnose(f"{server.url}/items", **PUT)
    (step,) = named(report, "preflight")
    assert [note for note in step.notes if f"answered {status}" in note]
    assert report.fix.startswith("Answer OPTIONS with 204")


def test_mixed_content_is_not_cors() -> None:
    with serve(to_page(*GRANT)) as server:
        url = f"http://api.test:{server.port}/"
        report = walk(ask_of(Words(url, "https://app.test")), _at(server), follow=False)
    assert (report.outcome, "mixed content" in report.explanation) == ("blocked", True)
    assert [seen.header("origin") for seen in server.seen] == [None, "https://devcors-probe.example", "null"]


def _at(server: Server) -> Send:
    """Sends everything to this server, whatever host the URL names."""
    sender = Sender(timeout=5)
    return lambda sending: sender(replace(sending, url=f"http://127.0.0.1:{server.port}/"))


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[Server]:
    with serve(to_page(*GRANT), tls=self_made(tmp_path, "localhost").server_context()) as server:
        yield server


def test_an_untrusted_certificate_is_told_and_may_be_passed_by(tls: Server) -> None:
    refused = diagnose(f"{tls.url}/")
    assert refused.outcome == "no-answer"
    assert refused.deciding
    assert refused.deciding.failure
    assert refused.deciding.failure.name == "untrusted-certificate"
    assert "--insecure" in refused.fix
    passed = diagnose(f"{tls.url}/", sender=Sender(timeout=5, insecure=True))
    assert passed.outcome == "passes"
    assert [warning.name for warning in passed.warnings] == ["untrusted-certificate"]


def test_a_websocket_is_no_matter_of_cors() -> None:
    def app(seen: Seen) -> Reply:
        allowed = seen.header("upgrade") == "websocket" and (seen.target == "/any" or seen.header("origin") == PAGE)
        return Reply(101, [("Upgrade", "websocket"), ("Connection", "Upgrade")], b"") if allowed else Reply(403)

    with serve(app) as server:
        address = f"ws://localhost:{server.port}"
        good, careless = diagnose(f"{address}/chat"), diagnose(f"{address}/any")
        refused = diagnose(f"{address}/chat", origin="http://localhost:1")
    assert (good.outcome, good.warnings) == ("passes", [])
    assert [warning.name for warning in careless.warnings] == ["websocket-any-origin"]
    assert (refused.outcome, "accept the page's origin" in refused.fix) == ("blocked", True)
