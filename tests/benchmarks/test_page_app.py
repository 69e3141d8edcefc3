from __future__ import annotations

import re
from itertools import chain

import pytest

from benchmarks.sections.page_app import children, files


@pytest.mark.parametrize("count", [1, 10, 11, 12, 1000])
def test_every_module_but_the_first_is_imported_once(count: int) -> None:
    imported = list(chain.from_iterable(children(number, count) for number in range(count)))
    assert sorted(imported) == list(range(1, count))


def test_a_thousand_files_of_a_kilobyte_that_import_what_is_there() -> None:
    made = dict(files(1000))
    modules = {path: text for path, text in made.items() if path.endswith(".js")}
    assert len(modules) == 1000
    assert all(700 < len(text) < 3000 for text in modules.values())
    imports = {f"src/{name}" for text in modules.values() for name in re.findall(r'from "\./(.+?)"', text)}
    assert imports == {*modules} - {"src/module-0000.js"}
    assert 'src="/src/module-0000.js"' in made["index.html"]


def test_only_the_first_module_says_that_all_is_done() -> None:
    assert [path for path, text in files(50) if "finished" in text] == ["src/module-0000.js"]
