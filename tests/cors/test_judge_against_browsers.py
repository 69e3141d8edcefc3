"""The judge, given what a server saw of a real browser, says what that browser said: verdict, error, words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from devcors.cors.judge import judge
from devcors.cors.requests import cors_request
from devcors.cors.verdict import BrowserVerdict
from devcors.urls import parse_origin
from tests.support.oracle import Case, cases_of, response_of, seen_head


def _is_one_fetch(case: Case) -> bool:
    """One page, one fetch, no redirect, everything said of the answers: what follows a redirect is not judged yet."""
    steps = case["steps"]
    if [step["do"] for step in steps] != ["goto", "fetch"] or len(steps[1]["hops"]) != 1:
        return False
    if steps[0]["url"] == steps[1]["url"] or not case["chromium"]["steps"][1].get("server_saw"):
        return False  # same-origin, or refused before anything was sent (TRACE): a proxy sees nothing of it
    return steps[1].get("mode", "cors") == "cors" and "page" not in steps[0]


CASES = [case for case in cases_of("acao", "acah", "acam", "preflight") if _is_one_fetch(case)]


def _judged(case: Case, browser: str) -> BrowserVerdict:
    """The first request of the fetch that is blocked, or the last one."""
    step, answer = case["steps"][1], case[browser]["steps"][1]
    url = f"{step['url']}/c/{case['id']}/1/0"
    last = BrowserVerdict(allowed=True)
    for seen in answer["server_saw"]:
        request = cors_request(seen_head(seen), url, parse_origin(step["url"]))
        assert request is not None
        # the credentials mode is what the page knows and a proxy does not
        request = replace(request, credentials=step.get("credentials") == "include")
        verdict = judge(request, response_of(step["hops"][0], preflight=seen["preflight"]))
        last = getattr(verdict, browser)
        if not last.allowed:
            break
    return last


def _texts(answer: dict[str, Any]) -> list[str]:
    return [text.partition("] ")[2] for text in answer.get("console", [])]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_chromium(case: Case) -> None:
    verdict, answer = _judged(case, "chromium"), case["chromium"]["steps"][1]
    assert verdict.allowed == answer["allowed"]
    assert verdict.error == answer.get("corsError")
    if verdict.error == "HeaderDisallowedByPreflightResponse":
        # where several are lacking, Chromium names any one of them
        names = [name.lower() for name, _ in case["steps"][1]["headers"]]
        assert verdict.parameter in names
        assert answer["failedParameter"] in names
    elif not verdict.allowed:
        assert verdict.parameter.isascii() is False or verdict.parameter == answer.get("failedParameter", "")
        assert list(verdict.messages) == _texts(answer)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_firefox(case: Case) -> None:
    verdict, answer = _judged(case, "firefox"), case["firefox"]["steps"][1]
    assert verdict.allowed == answer["allowed"]
    blocking = [text for text in _texts(answer) if "Blocked" in text]
    assert list(verdict.messages) == blocking


def test_the_cases_are_there() -> None:
    assert len(CASES) > 80
