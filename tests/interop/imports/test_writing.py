"""What was imported, as a devcors.toml that loads: a new one, or laid into somebody's own."""

from __future__ import annotations

from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from devcors.config.schema import Config
from devcors.errors import ConfigError
from devcors.interop.imports.model import Entry, Imported, Remark, Source
from devcors.interop.imports.writing import document, merged_text, new_text, routes_table

ONE = {"target": "http://localhost:1"}
LONG = {"target": "http://localhost:2", "rewrite": "", "headers": {"request": {"X-A": "${HOME}", "X.B": "c\\d"}}}


def imported(*routes: tuple[str, dict[str, Any]], frontend: Any = "http://localhost:5173") -> Imported:
    remark = Remark("agent", "left\nout", Source("vite.config.ts", 9))
    entries = [
        Entry(pattern, Source("vite.config.ts", line), ((pattern, table),), (remark,))
        for line, (pattern, table) in enumerate(routes, 2)
    ]
    none = Entry("/no\x1b", Source("vite.config.ts", 20), (), (Remark("", "why", Source("vite.config.ts", 20)),))
    return Imported("Vite", "vite.config.ts", frontend, (*entries, none))


def test_a_new_file() -> None:
    text = new_text(imported(("/api", ONE), ("/long", LONG)))
    assert text.split("\n\n", 1)[1] == (
        'frontend = "http://localhost:5173"\n\n[routes]\n'
        '# vite.config.ts:2\n#   agent: left\N{REPLACEMENT CHARACTER}out\n"/api" = "http://localhost:1"\n'
        "# vite.config.ts:3\n#   agent: left\N{REPLACEMENT CHARACTER}out\n"
        '"/long" = { target = "http://localhost:2", rewrite = "", '
        'headers = { request = { X-A = "$${HOME}", "X.B" = "c\\\\d" } } }\n'
        '# vite.config.ts:20, left out: "/no\\u001b"\n#   why\n'
    )
    Config.model_validate(tomli.loads(text))


def test_several_tables_of_one_pattern_are_an_array() -> None:
    read = imported(("/api", {**ONE, "match": {"methods": ["GET"]}}), ("/b", ONE), ("/api", LONG))
    assert routes_table(read.routes) == {
        "/api": [{**ONE, "match": {"methods": ["GET"]}}, LONG],
        "/b": "http://localhost:1",
    }
    Config.model_validate(tomli.loads(new_text(read)))


MINE = """\
# mine
scripts = [] # none

[routes]
"/api" = "http://localhost:99" # keep this
"/own" = { target = "http://localhost:98" }

[cors]
credentials = false
"""


def test_a_file_that_is_there_keeps_everything() -> None:
    made = merged_text(MINE, imported(("/api", ONE), ("/long", LONG)), force=False)
    assert made.kept == ("/api",)
    assert 'frontend = "http://localhost:5173"\n# mine\n' in made.text
    lines = MINE.splitlines()
    assert [line for line in made.text.splitlines() if line in lines] == lines
    added = tomli.loads(made.text)
    assert added["routes"]["/long"]["headers"]["request"]["X-A"] == "$${HOME}"
    Config.model_validate(added)
    assert merged_text(made.text, imported(("/api", ONE), ("/long", LONG)), force=False).text == made.text


def test_force_replaces_a_route() -> None:
    made = merged_text(MINE, imported(("/api", ONE)), force=True)
    assert (made.kept, tomli.loads(made.text)["routes"]["/api"]) == ((), "http://localhost:1")
    assert "keep this" in made.text
    assert '"/own" = { target = "http://localhost:98" }' in made.text


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", '[routes."/x"]\ntarget = "http://localhost:9"\n', "routes = {}\n"]
)
def test_wherever_the_routes_stand(text: str) -> None:
    made = merged_text(text, imported(("/api", ONE), ("/long", LONG)), force=False)
    assert set(tomli.loads(made.text)["routes"]) >= {"/api", "/long"}


def test_a_frontend_that_is_there_stays() -> None:
    made = merged_text('frontend = "http://localhost:1234"\n', imported(("/api", ONE)), force=False)
    assert tomli.loads(made.text)["frontend"] == "http://localhost:1234"


def test_a_file_that_cannot_be_changed_is_told() -> None:
    with pytest.raises(ConfigError, match="without touching the rest"):
        merged_text('routes = "no table"\n', imported(("/api", ONE)), force=False)


TEXT = st.text(max_size=6).map(lambda text: text.encode("utf-8", "replace").decode())


@given(st.lists(st.tuples(TEXT, TEXT), max_size=4), st.booleans())
def test_any_text_survives(pairs: list[tuple[str, str]], fresh: bool) -> None:
    routes = [(f"/{pattern}", {**ONE, "rewrite": rewrite}) for pattern, rewrite in pairs]
    read = imported(*routes)
    text = new_text(read) if fresh else merged_text(MINE, read, force=True).text
    for pattern, value in document(read)["routes"].items():
        tables = value if isinstance(value, list) else [value]
        found = tomli.loads(text)["routes"][pattern]
        assert [table["rewrite"] for table in (found if isinstance(found, list) else [found])] == [
            table["rewrite"].replace("${", "$${") for table in tables
        ]
