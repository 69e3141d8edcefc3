"""The cases that real browsers answered (tests/oracle/cases.jsonl), in the form in which tests ask for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from devcors.heads import Fields, RequestHead, ResponseHead

Case = dict[str, Any]
CASES = Path(__file__).parents[1] / "oracle" / "cases.jsonl"


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case of the file."""
    return tuple(json.loads(line) for line in CASES.read_text().splitlines())


def cases_of(*groups: str) -> Iterator[Case]:
    """The cases of some groups."""
    return (case for case in all_cases() if case["group"] in groups)


def fields(pairs: list[list[str]]) -> Fields:
    """Header fields as the lab's server sent them."""
    return tuple((name.encode("latin-1"), text.encode("latin-1")) for name, text in pairs)


def seen_head(seen: dict[str, Any]) -> RequestHead:
    """A request as the lab's server received it."""
    received = {"host": seen["host"], **seen["headers"]}
    pairs = tuple((name.encode("latin-1"), text.encode("latin-1", "replace")) for name, text in received.items())
    return RequestHead(seen["method"].encode(), b"/", pairs)


def response_of(hop: dict[str, Any], *, preflight: bool) -> ResponseHead:
    """What the lab's server answered at this hop; where a case names no preflight answer, the lab allows everything."""
    answer = hop["preflight" if preflight else "response"]
    return ResponseHead(answer["status"], b"", fields(answer["headers"]))
