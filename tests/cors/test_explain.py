"""An explanation says what is required, quotes what was sent, and names one change."""

from __future__ import annotations

import pytest

from devcors.cors.explain import _RULES, explain
from devcors.cors.judge import judge
from devcors.cors.profiles import FIREFOX
from devcors.cors.requests import CorsRequest
from devcors.cors.verdict import ALLOWED, BrowserVerdict, Verdict
from devcors.heads import Fields, ResponseHead

ORIGIN = "http://localhost:5173"


def _request(**changes: object) -> CorsRequest:
    known: dict[str, object] = {
        "url": "http://localhost:8080/x",
        "origin": ORIGIN,
        "method": "GET",
        "headers": (),
        "credentials": False,
        "kind": "fetch",
        "preflight": False,
        "assumed": (),
    }
    return CorsRequest(**{**known, **changes})  # type: ignore[arg-type]  # a table of test values


GRANT: Fields = ((b"Access-Control-Allow-Origin", ORIGIN.encode()),)
PREFLIGHT = {"preflight": True, "method": "PUT", "headers": ("x-token",)}

CASES: list[tuple[dict[str, object], int, Fields, list[str], str]] = [
    ({}, 200, (), ["has no Access-Control-Allow-Origin", ORIGIN], f"Access-Control-Allow-Origin: {ORIGIN}"),
    ({}, 500, (), ["The API failed first (500)"], "on errors"),
    ({"credentials": True}, 200, ((b"Access-Control-Allow-Origin", b"*"),), ["wildcard *"], "Allow-Credentials: true"),
    ({"credentials": True}, 200, GRANT, ["exactly true"], "Access-Control-Allow-Credentials: true"),
    (
        {},
        200,
        ((b"Access-Control-Allow-Origin", f"{ORIGIN}/".encode()),),
        [f"says Access-Control-Allow-Origin: {ORIGIN}/"],
        "without a slash",
    ),
    ({}, 200, (*GRANT, *GRANT), ["not a list"], "one value"),
    (PREFLIGHT, 405, GRANT, ["answered the preflight with 405"], "Answer OPTIONS with 204"),
    (PREFLIGHT, 204, GRANT, ["PUT must be named", "has no Access-Control-Allow-Methods"], "Add PUT"),
    (
        PREFLIGHT,
        204,
        (*GRANT, (b"Access-Control-Allow-Methods", b"PUT")),
        ["x-token must be named"],
        "Add x-token",
    ),
    (PREFLIGHT, 301, (*GRANT, (b"Location", b"/x/")), ["may not be redirected", "301 to /x/"], "address"),
]


@pytest.mark.parametrize(("changes", "status", "fields", "said", "fix"), CASES)
def test_explanations(changes: dict[str, object], status: int, fields: Fields, said: list[str], fix: str) -> None:
    request, response = _request(**changes), ResponseHead(status, b"", fields)
    explanation, change = explain(judge(request, response), request, response)
    assert all(part in explanation for part in said), explanation
    assert fix in change


@pytest.mark.parametrize("error", sorted(_RULES))
def test_every_error_has_what_is_required_and_one_change(error: str) -> None:
    """Two sentences and a fix, without a gap in the text, whether there was an answer or none."""
    request = _request(**PREFLIGHT)
    refused = BrowserVerdict(False, error, "x-token", ("said",), ("x-token",))
    verdict = Verdict("preflight", "Access-Control-Allow-Origin", refused, refused)
    for response in (ResponseHead(204, b"", ()), None):
        explanation, fix = explain(verdict, request, response)
        assert fix
        assert explanation.count(". ") >= 1
        assert "{" not in explanation + fix


@pytest.mark.parametrize("rule", sorted(FIREFOX.names))
def test_what_only_firefox_refuses_is_explained_too(rule: str) -> None:
    refused = BrowserVerdict(False, FIREFOX.names[rule])
    verdict = Verdict("preflight", None, ALLOWED, refused)
    assert all(explain(verdict, _request(**PREFLIGHT), ResponseHead(204, b"", ())))


def test_the_null_of_tainting_redirects_is_told() -> None:
    request, response = _request(origin="null", page=ORIGIN), ResponseHead(200, b"", GRANT)
    explanation, fix = explain(judge(request, response), request, response)
    assert f"lets {ORIGIN} read" in explanation
    assert "redirects over two other origins" in explanation
    assert "Access-Control-Allow-Origin: null" in fix


def test_nothing_to_explain() -> None:
    request, response = _request(), ResponseHead(200, b"", GRANT)
    assert explain(judge(request, response), request, response) == ("", "")
