"""An explanation says what is required, quotes what was sent, and names one change."""

from __future__ import annotations

import pytest

from devcors.cors.explain import explain
from devcors.cors.judge import judge
from devcors.cors.requests import CorsRequest
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


def test_nothing_to_explain() -> None:
    request, response = _request(), ResponseHead(200, b"", GRANT)
    assert explain(judge(request, response), request, response) == ("", "")
