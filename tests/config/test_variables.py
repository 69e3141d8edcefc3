"""Variables in string values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.config.values import BadValue
from devcors.config.variables import expand, expand_text

ENVIRON = {"HOST": "a.example", "EMPTY": "", "NESTED": "${HOST}"}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("http://${HOST}:1", "http://a.example:1"),
        ("${HOST}${HOST}", "a.examplea.example"),
        ("${EMPTY}x", "x"),
        ("${UNSET:-localhost}", "localhost"),
        ("${EMPTY:-localhost}", "localhost"),
        ("${HOST:-localhost}", "a.example"),
        ("${UNSET:-}", ""),
        ("${UNSET:-a:-b}", "a:-b"),
        ("$${HOST}", "${HOST}"),
        ("$$${HOST}", "$${HOST}"),
        ("$HOST costs 5$ {x} $", "$HOST costs 5$ {x} $"),
        ("${NESTED}", "${HOST}"),
    ],
)
def test_expanded(text: str, expanded: str) -> None:
    assert expand_text(text, ENVIRON, set()) == expanded


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a${UNSET}", "the variable UNSET is not set"),
        ("a${HOST", '"${HOST" is no variable'),
        ("${}", '"${}" is no variable'),
        ("${HO-ST}", '"${HO-ST}" is no variable'),
        ("${1}", '"${1}" is no variable'),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(BadValue, match="^" + message.replace("$", r"\$").replace("{", r"\{") + "$") as caught:
        expand_text(text, ENVIRON, set())
    assert caught.value.hint


@given(st.text())
def test_text_without_a_reference_stays(text: str) -> None:
    plain = text.replace("${", "")
    assert expand_text(plain, {}, set()) == plain


@given(st.text())
def test_any_text_can_be_written_literally(text: str) -> None:
    assert expand_text(text.replace("${", "$${"), {}, set()).replace("$${", "${") == text.replace("$${", "${")


def test_a_table_keeps_its_form_its_keys_and_what_is_exempt() -> None:
    table = {"${HOST}": [1, True, {"a": "${HOST}"}], "bad": {"x": "${UNSET}"}, "shell": "${HOST}"}
    out = expand(table, ENVIRON, lambda path: path == ("shell",))
    assert out.value == {"${HOST}": [1, True, {"a": "a.example"}], "bad": {"x": "${UNSET}"}, "shell": "${HOST}"}
    assert out.names == {"HOST", "UNSET"}
    assert list(out.failed) == [("bad", "x")]
