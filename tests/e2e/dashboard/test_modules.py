"""The page's modules that decide something, run by the Chromium that they are for; and their types."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.programs import needed

from .stage import Stage

PAGE = Path(__file__).parents[3] / "devcors" / "daemon" / "admin" / "page"
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def page(stage: Stage) -> Iterator[Page]:
    """A document of the dashboard's origin, which may load its modules; the dashboard itself waits for a token."""
    page = stage.context.new_page()
    page.goto(f"{stage.admin}/")
    yield page
    page.close()


def call(page: Page, module: str, script: str, value: Any = None) -> Any:
    """The value of `script`, in which `m` is the module and `value` what is given."""
    return page.evaluate(
        f"async (value) => {{ const m = await import('/assets/{module}'); return {script.strip()} }}", value
    )


STREAM = (
    ': devcors\n\nevent: exchanges\ndata: {"exchanges":\ndata: []}\n\n: still here\n\ndata:1\r\n\r\nid: 4\n\n'
    "event: lost\n"
)
EVENTS = [{"event": "exchanges", "data": '{"exchanges":\n[]}'}, {"event": "message", "data": "1"}]


@pytest.mark.browser
@pytest.mark.parametrize("size", [1, 2, 7, len(STREAM)])
def test_the_stream_is_read_whole_and_in_pieces(page: Page, size: int) -> None:
    pieces = [STREAM[at : at + size] for at in range(0, len(STREAM), size)]
    script = "(() => { const parser = new m.EventParser(); return value.flatMap((piece) => parser.push(piece)); })()"
    assert call(page, "stream.js", script, pieces) == EVENTS


@pytest.mark.browser
@pytest.mark.parametrize(
    ("received", "sent", "wanted"),
    [
        ([["A", "1"]], [["a", "1"]], [("same", "A", "1", "1")]),
        ([["A", "1"]], [["A", "2"]], [("changed", "A", "1", "2")]),
        ([["A", "1"]], [], [("removed", "A", "1", None)]),
        ([], [["A", "1"]], [("added", "A", None, "1")]),
        # of several with one name, those that are equal belong together
        ([["S", "1"], ["S", "2"]], [["S", "2"]], [("removed", "S", "1", None), ("same", "S", "2", "2")]),
        ([["S", "1"], ["S", "2"]], [["S", "2"], ["S", "3"]], [("changed", "S", "1", "3"), ("same", "S", "2", "2")]),
        # a name that JavaScript's objects have already
        (
            [["constructor", "1"]],
            [["__proto__", "1"]],
            [("removed", "constructor", "1", None), ("added", "__proto__", None, "1")],
        ),
    ],
)  # fmt: skip
def test_fields_are_paired(page: Page, received: Any, sent: Any, wanted: Any) -> None:
    script = "m.compare(...value).map((pair) => [pair.difference, pair.name, pair.received, pair.sent])"
    assert [*map(tuple, call(page, "fields.js", script, [received, sent]))] == wanted


@pytest.mark.browser
@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [("", "", [0, 0]), ("aa", "a", [1, 0]), ("Path=/api", "Path=/", [6, 0]), ("a; b", "a; c; b", [3, 1])],
)
def test_what_differs_within_two_values(page: Page, one: str, other: str, wanted: list[int]) -> None:
    assert call(page, "fields.js", "m.common(...value)", [one, other]) == wanted


ROW = {"id": 7, "method": "POST", "url": "http://localhost:2677/api/items?q=Tea", "path": "/api/items?q=Tea",
       "route": "/api", "status": 404, "origin": None, "error": None, "kind": "http", "verdict": "blocked",
       "cookies": {"set": 0, "refused": 0}}  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("", True),
        ("tea", True),
        ("post tea", True),
        ("coffee", False),
        ("-coffee", True),
        ("-tea", False),
        ("status:4", True),
        ("status:40x", True),
        ("status:2", False),
        ("-status:2", True),
        ("method:post route:/api", True),
        ("localhost:8080", True),  # where the route leads
        ("http://localhost:2677", True),  # no column's name before the colon
        ("origin:x", False),
        ("-", True),
    ],
)
def test_a_filter_s_words(page: Page, text: str, passes: bool) -> None:
    filter_ = {"text": text, "route": "", "blocked": False, "cookies": False}
    script = "(m.matcher(value[0], () => 'http://localhost:8080') ?? (() => true))(value[1])"
    assert call(page, "filters.js", script, [filter_, ROW]) is passes


JOURNAL = """
(() => {
  const journal = new m.Journal(value.limit);
  const row = (id) => ({ id, method: id % 2 ? "GET" : "POST", verdict: "unmade" });
  if (value.filtered) journal.filter((one) => one.method === "GET");
  for (const ids of value.batches) journal.add(ids.map(row));
  return [journal.rows.map((one) => one.id), journal.shown.map((one) => one.id), journal.seen,
    journal.shown.every((one, at) => journal.index(one.id) === at && journal.get(one.id) === one), journal.index(99)];
})()
"""


@pytest.mark.browser
@pytest.mark.parametrize("filtered", [False, True])
@pytest.mark.parametrize(
    ("batches", "kept", "seen"),
    [
        ([[1, 2], [3]], [1, 2, 3], 3),
        ([[2, 5], [4, 1], [3]], [1, 2, 3, 4, 5], 5),  # they come as they end, and are shown as they began
        ([[1, 2], [2, 3], [1], [4, 4]], [1, 2, 3, 4], 4),  # one that comes twice is one
        ([[1, 2, 3, 4, 5, 6, 7]], [3, 4, 5, 6, 7], 7),
        ([[5, 6, 7, 8, 9], [1]], [5, 6, 7, 8, 9], 6),
    ],
)
def test_the_journal_keeps_the_newest_in_order(
    page: Page, batches: list[list[int]], kept: list[int], seen: int, filtered: bool
) -> None:
    rows, shown, came, places, nowhere = call(
        page, "journal.js", JOURNAL, {"limit": 5, "batches": batches, "filtered": filtered}
    )
    assert rows == kept
    assert shown == [id_ for id_ in kept if id_ % 2 or not filtered]
    assert (came, places, nowhere) == (seen, True, -1)


@pytest.mark.browser
def test_numbers_in_few_characters(page: Page) -> None:
    sizes = [0, 999, 1000, 9_949, 999_400, 999_600, 5_000_000_000]
    assert call(page, "format.js", "value.map(m.bytes)", sizes) == [
        "0 B", "999 B", "1.0 kB", "9.9 kB", "999 kB", "1.0 MB", "5.0 GB",
    ]  # fmt: skip
    times = [0, 9.94, 9.96, 999.4, 1000, 59_000, 61_000, 3_700_000]
    assert call(page, "format.js", "value.map(m.duration)", times) == [
        "0.0 ms", "9.9 ms", "10 ms", "999 ms", "1.0 s", "59.0 s", "1 min", "1 h 1 min",
    ]  # fmt: skip


@pytest.mark.node
def test_the_types_hold(node_modules: Path, tmp_path: Path) -> None:
    """TypeScript reads the modules with their JSDoc: strictly, without a build."""
    config = json.loads((HERE / "tsconfig.json").read_text())
    config["include"] = [str(PAGE / "*.js")]
    (tmp_path / "tsconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [needed("node"), str(node_modules / "typescript" / "bin" / "tsc"), "-p", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")


def test_files_stay_small_and_nothing_makes_markup_of_data() -> None:
    for file in PAGE.glob("*.js"):
        text = file.read_text()
        assert len(text.splitlines()) < 400, file.name
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert way not in text, file.name
