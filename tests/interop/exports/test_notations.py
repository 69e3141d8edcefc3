"""Values as JavaScript and as YAML are read back as they were."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from devcors.errors import UsageError
from devcors.interop.exports import javascript
from devcors.interop.exports.description import Edit
from devcors.interop.exports.envoy.yaml import block
from devcors.interop.javascript import Script

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("'\"\\$`{}:#%-[]&*!|>@, "), max_size=12
)
KEY = TEXT.filter(lambda text: text != "__proto__")
SCALAR = TEXT | st.booleans() | st.integers(0, 10**6)
VALUE = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3))


@given(st.dictionaries(KEY, VALUE, min_size=1, max_size=4), st.integers(0, 8))
def test_yaml_is_read_back(value: dict[str, Any], depth: int) -> None:
    text = "top:\n" + block(value, depth + 2)
    assert YAML(typ="safe").load(io.StringIO(text)) == {"top": value}


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_a_string_of_javascript_is_read_back(value: str) -> None:
    made = javascript.string(value)
    assert made.isascii()
    assert Script(made).whole() == value


@given(st.dictionaries(st.from_regex("[a-z$_-]{1,5}", fullmatch=True), st.from_regex("[a-z' ]{0,9}", fullmatch=True)))
def test_an_object_of_javascript_is_read_back(value: dict[str, str]) -> None:
    assert Script(javascript.literal({"all": value}, 4)).whole() == {"all": value}


@pytest.mark.parametrize("text", ["a\nb", "\x00", "\x7f"])
def test_a_control_character_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        javascript.string(text)
    with pytest.raises(UsageError):
        block({"a": text}, 0)


@pytest.mark.parametrize(
    ("regex", "made"),
    [
        ("^/a/b$", r"/^\/a\/b$/"),
        (r"^\/a[/?]", r"/^\/a[\/?]/"),
        ("(?i)^x", "/^x/i"),
        ("^/(?P<name>[^/]+)", r"/^\/(?<name>[^\/]+)/"),
    ],
)  # fmt: skip
def test_an_expression_of_javascript(regex: str, made: str) -> None:
    assert javascript.expression(regex) == made


def test_a_digit_behind_a_group_is_no_part_of_its_number() -> None:
    edit = Edit("^(a)(b)$", ("$1", 1, "0", 2, "x"))
    made = re.search("'(.*)'", javascript.pair(edit))
    assert made
    assert made[1] == "$$1$010$2x"
