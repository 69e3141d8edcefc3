"""Hot edits: what is swapped in, what is refused, and the port that is followed."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from devcors.config.loading import Loaded, load
from devcors.config.schema import Config
from devcors.daemon.reloading import Reloader
from devcors.daemon.terminal import Terminal
from devcors.errors import StartError
from devcors.proxy.engine import Engine

FIRST = 'frontend = "http://localhost:5173/app"\n'


class FakeEngine:
    """Keeps the configs that it was given, and refuses what `refusal` says."""

    def __init__(self) -> None:
        self.swapped: list[Config] = []
        self.refusal: StartError | None = None

    async def swap(self, config: Config) -> None:
        if self.refusal:
            raise self.refusal
        self.swapped.append(config)

    @property
    def frontend(self) -> str | None:
        """Where the last config has its front end."""
        front = self.swapped[-1].frontend
        return front.target if front else None


class Editing:
    """A file, its reloader, and what was said."""

    def __init__(self, folder: Path, text: str = FIRST) -> None:
        self.file = folder / "devcors.toml"
        self.file.write_text(text)
        self.engine = FakeEngine()
        self.said = io.StringIO()
        terminal = Terminal(as_json=False, out=io.StringIO(), err=self.said)
        self.reloader = Reloader(cast("Engine", self.engine), self._load(), self._load, terminal)

    def _load(self, *, texts: Mapping[Path, str] | None = None) -> Loaded:
        return load(path=self.file, environ={}, texts=texts)

    def save(self, text: str) -> str:
        """Saves and reloads; what is said."""
        self.file.write_text(text)
        return self.reload()

    def reload(self) -> str:
        before = len(self.said.getvalue())
        asyncio.run(self.reloader.reload())
        return self.said.getvalue()[before:]

    def follow(self, port: int) -> str:
        before = len(self.said.getvalue())
        asyncio.run(self.reloader.follow_frontend(port))
        return self.said.getvalue()[before:]


@pytest.fixture
def editing(tmp_path: Path) -> Editing:
    return Editing(tmp_path)


def test_a_good_edit_is_swapped_in_and_told(editing: Editing) -> None:
    said = editing.save(FIRST + '[routes]\n"/api" = "http://localhost:8080"\n')
    assert "/api" in said
    (config,) = editing.engine.swapped
    assert list(config.routes) == ["/api"]


def test_a_broken_edit_changes_nothing(editing: Editing) -> None:
    said = editing.save('frontend = "localhost"\n')
    assert "devcors.toml:1:12" in said
    assert "hint: did you mean" in said
    assert "the last good config serves on" in said
    assert editing.engine.swapped == []
    assert "frontend" in editing.save('frontend = "http://localhost:1"\n')
    assert editing.engine.frontend == "http://localhost:1"


def test_a_file_that_is_gone_changes_nothing(editing: Editing) -> None:
    editing.file.unlink()
    assert editing.reload() == "devcors.toml is gone: the last good config serves on\n"
    assert editing.engine.swapped == []


def test_what_the_engine_refuses_is_told(editing: Editing) -> None:
    editing.engine.refusal = StartError("port 1 is taken", hint="choose another")
    said = editing.save(FIRST + '[server]\nlisten = "localhost:1"\n')
    assert said == "error: port 1 is taken\nhint: choose another\nthe last good config serves on\n"
    editing.engine.refusal = None
    assert "listen" in editing.save(FIRST + '[server]\nlisten = "localhost:3"\n')


def test_routes_to_the_front_end_follow_it(tmp_path: Path) -> None:
    routes = """[routes]
"/api" = "http://localhost:8080"
"/api/own" = "http://localhost:5173"
"/ws" = [
    { target = "ws://localhost:5173/x", match = { methods = ["GET"] } },
    { target = "http://localhost:51730" },
]
"""
    editing = Editing(tmp_path, FIRST + routes)
    editing.follow(5174)
    (config,) = editing.engine.swapped
    assert [table.target for tables in config.routes.values() for table in tables] == [
        "http://localhost:8080",
        "http://localhost:5174",
        "ws://localhost:5174/x",
        "http://localhost:51730",
    ]
    assert editing.engine.frontend == "http://localhost:5174/app"


def test_the_port_that_the_dev_server_took_is_followed(editing: Editing) -> None:
    assert editing.reloader.frontend_port == 5173
    assert editing.follow(5173) == ""
    assert editing.follow(5174) == "the dev server listens on port 5174, not 5173: following it\n"
    assert editing.engine.frontend == "http://localhost:5174/app"
    assert editing.follow(5174) == ""
    assert editing.follow(5173) == "the dev server listens on port 5173, not 5174: following it\n"
    assert editing.engine.frontend == "http://localhost:5173/app"


def test_a_followed_port_outlives_edits_of_other_things(editing: Editing) -> None:
    editing.follow(5174)
    editing.save(FIRST + "[cors]\nmax_age = 5\n")
    assert editing.engine.frontend == "http://localhost:5174/app"
    editing.save(FIRST.replace("5173", "3000"))
    assert editing.engine.frontend == "http://localhost:3000/app"


def test_a_refused_edit_does_not_lose_the_followed_port(editing: Editing) -> None:
    editing.follow(5174)
    editing.engine.refusal = StartError("port 1 is taken")
    editing.save(FIRST.replace("5173", "3000"))
    editing.engine.refusal = None
    editing.save(FIRST + "[cors]\nmax_age = 5\n")
    assert editing.engine.frontend == "http://localhost:5174/app"


@pytest.mark.parametrize("target", ["https://staging.test:5173", "http://localhost"])
def test_only_a_front_end_with_a_port_of_this_machine_is_followed(tmp_path: Path, target: str) -> None:
    editing = Editing(tmp_path, f'frontend = "{target}"\n')
    assert editing.reloader.frontend_port is None
    assert editing.follow(5174) == ""
    assert editing.engine.swapped == []
