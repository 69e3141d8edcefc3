"""Positions of TOML: everything that tomli returns is found where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import tomli
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from devcors.config.positions import Path, Position, positions

EVERY_STYLE = '''# a comment with = and [brackets]
top = "a # b" # c
"quoted key" = 1979-05-27 07:32:00Z
dotted.'literal.part'."esc\\u0041ped" = [1, [2, "]"], # x
  { inline = "}", "b" . c = 3 } ,
]
multi = """a
""\\"" = 5 """""
raw = \'\'\'
[no.table] \'\' \'\'\'
empty = {}
none = [ ]

[ table . sub ]   # header
key = true
[table]
late = 1.5
[[list]]
[[list]]
a = 1
[list.inner]
b = 2
[[list.deep]]
c = [
]
\t[[list.deep]]
\td={e='f',g=07:32:00}
'''


def paths(value: Any, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*above, key), inner
        yield from paths(inner, (*above, key))


def text_at(text: str, place: tuple[int, int]) -> str:
    line, column = place
    lines = text.split("\n")
    return "\n".join([lines[line - 1][column - 1 :], *lines[line:]])


def begins_with(text: str, value: Any) -> bool:
    """Whether some start of the text is this value: read up to each place where a value may end."""
    for end in range(1, len(text) + 1):
        try:
            found = tomli.loads(f"x = {text[:end]}\n")["x"]
        except tomli.TOMLDecodeError:
            continue
        if found == value and type(found) is type(value):
            return True
    return False


def key_is(text: str, key: str) -> bool:
    return any(_key_of(text[:end]) == key for end in range(1, len(text) + 1))


def _key_of(raw: str) -> str | None:
    try:
        return next(iter(tomli.loads(f"{raw} = 0")))
    except tomli.TOMLDecodeError:
        return None


def check(text: str) -> None:
    document = tomli.loads(text)
    found = positions(text)
    expected = dict(paths(document))
    assert set(found) == set(expected)
    for path, value in expected.items():
        key = path[-1]
        if isinstance(key, str):
            assert key_is(text_at(text, found[path].key).split("\n")[0], key), path
        has_header = found[path].key == found[path].value and isinstance(key, str)
        if not has_header and not text_at(text, found[path].value).startswith("[["):
            assert begins_with(text_at(text, found[path].value), value), path


def test_every_style_of_toml() -> None:
    check(EVERY_STYLE)


def test_a_position_has_line_column_and_width() -> None:
    found = positions('[routes]\n  "/ä" = { target = "http://localhost:1" } # no\n')
    assert found["routes",] == Position((1, 2), (1, 2), 6, 6)
    assert found["routes", "/ä"] == Position((2, 3), (2, 10), 4, 33)
    assert found["routes", "/ä", "target"] == Position((2, 12), (2, 21), 6, 20)


def test_a_value_of_several_lines_is_as_wide_as_its_first() -> None:
    assert positions("a = [ # b\n 1,\n]")["a",].value_width == len("[ # b")


def test_the_members_of_an_array_of_tables_have_their_own_headers() -> None:
    found = positions("[[a]]\nb=1\n[[a]]\nb=2\n[a.c]\n")
    assert [found["a", index].value for index in (0, 1)] == [(1, 1), (3, 1)]
    assert found["a", 1, "c"].key == (5, 4)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "a=1", "a = 1 # no newline"])
def test_small_texts(text: str) -> None:
    check(text)


tame = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = st.one_of(
    st.booleans(), st.integers(-9999, 9999), st.floats(-9, 9), tame, st.datetimes(), st.dates(), st.times()
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(tame, inner, max_size=3)),
    max_leaves=8,
)
documents = st.dictionaries(tame, values, max_size=5)


@given(documents)
def test_documents_written_by_tomlkit(document: dict[str, Any]) -> None:
    check(tomlkit.dumps(document).replace("\r\n", "\n"))


def quoted(text: str) -> str:
    plain = "".join(char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08X}" for char in text)
    return f'"{plain}"'


def literal(text: str) -> str:
    return f"'{text}'" if text.isprintable() and "'" not in text else quoted(text)


def triple(text: str) -> str:
    return f'"""\n{quoted(text)[1:-1]}"""'


@st.composite
def inline(draw: st.DrawFn, value: Any) -> str:
    """A value in one of the ways to write it, with blanks and comments where they may stand."""
    if isinstance(value, str):
        return draw(st.sampled_from((quoted, literal, triple)))(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        gap = draw(st.sampled_from(("", " ", "\n  ", " # ]\n")))
        comma = "," if bool(value) and draw(st.booleans()) else ""
        return f"[{gap}{f',{gap}'.join(draw(inline(item)) for item in value)}{comma}{gap}]"
    if isinstance(value, dict):
        gap = draw(st.sampled_from(("", " ")))
        pairs = (
            f"{draw(st.sampled_from((quoted, literal)))(key)}{gap}={gap}{draw(inline(item))}"
            for key, item in value.items()
        )
        return f"{{{gap}{f'{gap},{gap}'.join(pairs)}{gap}}}"
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


@st.composite
def by_hand(draw: st.DrawFn) -> str:
    """A document whose tables are written as headers, dotted keys or inline tables."""
    head, body = [], []
    for key, value in draw(documents).items():
        name = draw(st.sampled_from((quoted, literal)))(key)
        style = draw(st.sampled_from(("inline", "dotted", "header", "list")))
        inner = value if isinstance(value, dict) and value else {"x": value}
        lines = [f"{quoted(one)} = {draw(inline(item))}" for one, item in inner.items()]
        if style == "header":
            body += [f"[ {name} ] # x", *lines]
        elif style == "list":
            body += [f"[[{name}]]", *lines, f"  [[{name}]]", *lines, f"[{name}.{quoted('sub!')}]"]
        elif style == "dotted":
            head += [f"{name} . {line}" for line in lines]
        else:
            head += [f"{name}={draw(inline(value))}"]
    return "\n".join([*head, *body, ""])


@given(by_hand())
def test_documents_in_many_styles(text: str) -> None:
    check(text)
