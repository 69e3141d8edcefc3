"""Fixtures: a GNOME session for a module, a devcors in it for a test. tests/e2e/conftest.py gives them to all there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .gnome import Gnome, session
from .proxied import Proxied


@pytest.fixture(scope="module")
def gnome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gnome]:
    with session(tmp_path_factory.mktemp("gnome")) as gnome:
        yield gnome


@pytest.fixture
def proxied(gnome: Gnome, tmp_path: Path) -> Iterator[Proxied]:
    """Not started."""
    proxied = Proxied(gnome, tmp_path)
    yield proxied
    proxied.end()
