"""The pages of docs/import are what the code's tables make."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_import", DOCS / "generate_import.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_page_is_what_the_tables_say(generator: ModuleType) -> None:
    for name in generator.PAGES:
        written = (DOCS / "import" / f"{name}.md").read_text("utf-8")
        assert written == generator.page(name), "python docs/generate_import.py"


def test_there_is_a_page_for_each_tool(generator: ModuleType) -> None:
    assert {page.stem for page in (DOCS / "import").glob("*.md")} == set(generator.PAGES)
