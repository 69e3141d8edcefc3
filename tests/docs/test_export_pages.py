"""The pages of docs/export are what the code's tables make."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from devcors.interop.exports.exporting import TARGETS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_export", DOCS / "generate_export.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("target", TARGETS)
def test_a_page_is_what_the_table_says(target: str, generator: ModuleType) -> None:
    made = generator.page(target)
    assert (DOCS / "export" / f"{target}.md").read_text("utf-8") == made, "python docs/generate_export.py"


def test_there_is_a_page_for_each_target() -> None:
    assert {page.stem for page in (DOCS / "export").glob("*.md")} == set(TARGETS)
