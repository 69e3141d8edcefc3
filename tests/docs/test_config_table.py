"""The pages are true: their tables have the model's keys, their example files load, their command lines parse."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer.main

from devcors.cli.main import app
from devcors.config.loading import load
from devcors.config.schema import Server
from devcors.config.shape import Shape, file_shape
from devcors.errors import ConfigError

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CONFIG = ROOT / "docs" / "config.md"

_FENCE = re.compile(r"(?P<before>^.*\n)?^```(?P<language>\w*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)
_INLINE = re.compile(r"(?<!`)`(devcors [^`\n]+)`")


class Block(NamedTuple):
    """A fenced block; `refused` where the comment `<!-- refused -->` stands in the line before it."""

    page: str
    language: str
    text: str
    refused: bool


def blocks(language: str) -> list[Block]:
    found = [
        Block(page.name, match["language"], match["text"], "<!-- refused -->" in (match["before"] or ""))
        for page in PAGES
        for match in _FENCE.finditer(page.read_text("utf-8"))
    ]
    return [block for block in found if block.language == language]


def section(page: Path, heading: str) -> str:
    text = page.read_text("utf-8")
    assert f"\n## {heading}\n" in text
    return text.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def rows(page: Path, heading: str) -> Iterator[tuple[list[str], str]]:
    """Keys (in backquotes in the first cell) and the whole row, of the tables below a heading."""
    for line in section(page, heading).splitlines():
        first, *rest = re.split(r"(?<!\\)\|", line)[1:-1] or [""]
        keys = re.findall(r"`([^`]+)`", first)
        if keys:
            yield keys, "|".join(rest)


def keys_of(shape: Shape, *, deep: bool = True) -> set[str]:
    nested = {f"{key}.{below}" for key, inner in shape.keys.items() for below in inner.keys}
    return set(shape.keys) | (nested if deep else set())


def inner(shape: Shape, key: str) -> Shape:
    found = shape.inner(key)
    assert found
    return found


FILE = file_shape()


@pytest.mark.parametrize(
    ("heading", "wanted"),
    [
        ("Top level", keys_of(FILE, deep=False)),
        ("A route", keys_of(inner(inner(FILE, "routes"), "/api"))),
        ("An intercepted host", keys_of(inner(inner(FILE, "intercept"), "a.example"))),
        ("The CORS policy", keys_of(inner(FILE, "cors"))),
        ("The server", keys_of(inner(FILE, "server"))),
    ],
)
def test_a_table_has_the_models_keys(heading: str, wanted: set[str]) -> None:
    told = [key for keys, _ in rows(CONFIG, heading) for key in keys]
    assert set(told) == wanted
    assert len(told) == len(set(told))


def test_a_route_and_the_front_end_have_the_same_keys() -> None:
    assert keys_of(inner(FILE, "frontend")) == keys_of(inner(inner(FILE, "routes"), "/api"))


def test_what_is_not_yet_there_is_marked() -> None:
    marked = {keys[0] for keys, told in rows(CONFIG, "The server") if "Not yet" in told}
    described = {name for name, field in Server.model_fields.items() if "Not yet" in (field.description or "")}
    assert marked == described


def test_the_readme_has_keys_that_exist() -> None:
    known = keys_of(FILE, deep=False) | keys_of(inner(inner(FILE, "routes"), "/api"))
    headings = {f"[{key}]" for key in known} | {"[profiles.NAME]", '"PATTERN"', '"HOST"'}
    told = [key for keys, _ in rows(ROOT / "README.md", "Configuration") for key in keys]
    assert set(told) <= known | headings
    # all of the first floor of the file is there, and of a route
    assert {key.strip("[]").split(".")[0] for key in told} >= keys_of(inner(inner(FILE, "routes"), "/api"), deep=False)


@pytest.mark.parametrize("block", blocks("toml"), ids=lambda block: f"{block.page}: {block.text.splitlines()[0]}")
def test_an_example_file_loads(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "devcors.toml"
    file.write_text(block.text, "utf-8")
    if block.refused:
        with pytest.raises(ConfigError):
            load(path=file, environ={})
    else:
        assert load(path=file, environ={}).files[0] == file


def command_lines() -> list[str]:
    fenced = [line for block in blocks("sh") for line in block.text.splitlines() if line.startswith("devcors ")]
    inline = [found for page in PAGES for found in _INLINE.findall(page.read_text("utf-8"))]
    return list(dict.fromkeys(re.sub(r"\s+#.*| > .*", "", line) for line in (*fenced, *inline)))


@pytest.mark.parametrize("line", command_lines())
def test_a_command_line_parses(line: str) -> None:
    _, *words = shlex.split(line)
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    if hasattr(command, "commands"):  # it would run at once what its options ask for
        assert set(words) <= {option for parameter in command.params for option in parameter.opts}
    elif words:  # a command that is only named is there, and that is all it claims
        # raises for an unknown option, a missing argument, a value of the wrong type; runs nothing
        assert command.make_context(command.name, words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        name, _, anchor = target.partition("#")
        if "://" in name:
            continue
        file = page.parent / name if name else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}, target
