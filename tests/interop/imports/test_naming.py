"""What stands in a function's text."""

from __future__ import annotations

import pytest

from devcors.interop.imports.naming import MOST, fields_in, media_types_in


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        ("(req) => req.headers.accept?.includes('x')", ["accept"]),
        ("(req) => req.headers?.['X-Requested-With'] !== 'XMLHttpRequest'", ["x-requested-with"]),
        ('(r) => r.getHeader("Cookie") && r.headers [ "x-a" ]', ["cookie", "x-a"]),
        ("(req) => req.get('Origin')", ["origin"]),
        ("(req) => Object.keys(req.headers)", []),
    ],
)
def test_fields(source: str, fields: list[str]) -> None:
    assert fields_in(source) == fields


def test_media_types() -> None:
    source = """a.includes('text/html') || b === "application/json; charset=utf-8" || c == '/text/x'"""
    assert media_types_in(source) == ["text/html", "application/json"]


def test_there_are_never_many() -> None:
    assert len(fields_in("".join(f"headers.a{number};" for number in range(99)))) == MOST
