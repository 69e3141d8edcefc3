"""What is literal in a configuration file is read as data, and any text at all can be read."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.interop.javascript import Code, Script


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("export default { port: 3001 }", [3001]),
        ("export default { 'port': '3001', }", ["3001"]),
        ("module.exports = () => ({ a: { port: 1 }, b: [{ port: 2 }] });", [1, 2]),
        ("const port = 1; x = { port, port: process.env.PORT || 3 }", [Code("process.env.PORT || 3")]),
        ("// port: 1\n/* port: 2 */ ({ port: /* 3 */ 4 // five\n})", [4]),
        ("({ a: 'port: 1', b: \"it's {\", port: `5` })", ["5"]),
        ("({ port: `${PORT}` })", [Code("`${PORT}`")]),
        ("({ r: /['\"{]port: 1/g, port: 6 })", [6]),
        ("({ half: a / 2, port: 7, b: c / 2 })", [7]),
        (r"({ port: 'a\'b\/c' })", ["a'b/c"]),
        ("({ port: true, port: null, port: [1, 'a', f(2)] })", [True, None, [1, "a", Code("f(2)")]]),
        ("({ port: (p) => p.x, other: 1 })", [Code("(p) => p.x")]),
        ("({ port: { a: 1, ...rest, [b]: 2, c() { return 1 } } })", [{"a": 1, "c": Code("c() { return 1 }")}]),
        ("({ port: 8", [8]),
        ("}}} ({ port: 9 })", [9]),
        ("({ port: })", [Code("")]),
        ("no such key", []),
    ],
)
def test_the_values_of_a_key(text: str, values: list[Any]) -> None:
    assert Script(text).named("port") == values


def test_objects_are_found_wherever_they_stand() -> None:
    text = "async rewrites() { return [{ source: '/a', destination: 'b' }, { source: '/c', has: x, destination: d }] }"
    found = Script(text).objects(lambda keys: {"source", "destination"} <= keys)
    assert found == [
        {"source": "/a", "destination": "b"},
        {"source": "/c", "has": Code("x"), "destination": Code("d")},
    ]


PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="\\"))
# deeper than DEEPEST it would be Code
DATA = st.recursive(
    st.booleans() | st.none() | st.integers(0, 999999999) | PLAIN,
    lambda inner: st.lists(inner) | st.dictionaries(PLAIN, inner),
    max_leaves=8,
)


@given(DATA)
def test_json_is_read_as_json_reads_it(data: Any) -> None:
    assert Script(json.dumps(data)).whole() == data
    assert Script(f"export default {{ wanted: {json.dumps(data, indent=1)}, }}").named("wanted")[0] == data


PIECES = st.sampled_from([*"{}[]():,;/\\'\"`\n", "//", "/*", "*/", "=>", "port", "1", "${", " ", "a"])


@given(st.text() | st.lists(PIECES).map("".join))
def test_any_text_can_be_read(text: str) -> None:
    script = Script(text)
    script.whole()
    script.named("port")
    script.objects(bool)


@pytest.mark.parametrize("text", ["{" * 50000, "[" * 50000 + "]" * 50000, "{a:" * 50000, "/" * 50000, "'" * 50001])
def test_a_hostile_text_takes_no_time(text: str) -> None:
    began = time.process_time()
    script = Script(text)
    script.whole()
    script.named("a")
    script.objects(lambda keys: "b" in keys)
    assert time.process_time() - began < 5  # seconds; quadratic ones take longer
