"""The pages of docs/import, made from the code's own tables: `python docs/generate_import.py` from the checkout.

What each option becomes stands in `options`, what differs on purpose in `better`, how a tool's entries are read in its
own module (`FORMS`). A test makes sure that the pages are what this makes of them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from devcors.interop.imports import options, vite  # noqa: E402
from devcors.interop.imports.better import BETTER  # noqa: E402
from devcors.interop.imports.nextjs import forms, reading  # noqa: E402
from devcors.interop.imports.options import Row  # noqa: E402


class Page(NamedTuple):
    """A tool's page: its name in `options`, what is read and how, and the forms that its entries have.

    options: where they are not http-proxy's. without: what becomes of an entry or option without a key.
    """

    tool: str
    what: str
    forms: tuple[Row, ...]
    options: tuple[Row, ...] | None = None
    without: str = "What has no key is left out, and said to be where it is used."


PAGES = {
    "vite": Page(
        options.VITE,
        "`server.proxy` of `vite.config.js`, `.mjs`, `.ts`, `.cjs`, `.mts` or `.cts` is taken over, as the project's "
        "own Vite loads it: with its imports, its env files, as an object, a function of the mode (that of the start "
        "script, else `development`) or a promise. The tests compare devcors with Vite 7 and 8.",
        vite.FORMS,
    ),
    "next": Page(
        reading.TOOL,
        "`rewrites()` of `next.config.js`, `.mjs`, `.ts`, `.mts` or `.cjs` is taken over, as the project's own Next "
        "loads it: with its imports, its env files, as an object or a function of the phase. Rewrites to another "
        "server become routes. All others stay with Next, and go on working: devcors hands what it does not take to "
        "the front end, which is Next. The tests compare devcors with Next.js 16.",
        forms.FORMS,
        forms.OPTIONS,
        "What has no key stays with Next, which is said where it is used.",
    ),
}

_PAGE = """# Coming from {tool}

```sh
devcors import              # in the project's folder; devcors import path/to/it does as well
devcors import --dry-run    # prints the devcors.toml, writes nothing
```

{what}

The config is a program, and reading it runs it, with the project's own Node. devcors asks before it does so; `--yes`
says yes. Each entry is told with its line and what became of it; what cannot be a route is a comment in the file.
Functions are called with paths and requests made for the purpose; a rule is written only where it gives the same for
all of them. A `devcors.toml` that is there keeps its text and comments and gets the new routes; `--force` also replaces
routes of the same pattern.

## What becomes of each entry

| {tool} | devcors.toml | remark |
| --- | --- | --- |
{forms}

## What becomes of each option

| {tool} | key of the route | remark |
| --- | --- | --- |
{rows}

{without}

## What is otherwise, on purpose

The tests send the same requests through {tool} and through devcors with the imported config. These are the only
differences that they let pass:

| devcors | why |
| --- | --- |
{better}
"""


def page(name: str) -> str:
    """The text of one page."""
    made = PAGES[name]
    return _PAGE.format(
        tool=made.tool,
        what=made.what,
        forms="\n".join(map(_row, made.forms)),
        rows="\n".join(map(_row, made.options or options.rows_for(made.tool))),
        without=made.without,
        better="\n".join(f"| {each.what} | {each.why} |" for each in BETTER),
    )


def _row(row: Row) -> str:
    return f"| `{row.option}` | {row.key or 'none'} | {row.remark.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    for name in PAGES:
        (ROOT / "docs" / "import" / f"{name}.md").write_text(page(name), "utf-8")
