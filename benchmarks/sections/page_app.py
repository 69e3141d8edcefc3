"""A front end of many unbundled modules, as files. Pure."""

from __future__ import annotations

from collections.abc import Iterator

CHILDREN = 10

_INDEX = """\
<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>Many modules</title></head>
  <body><script type="module" src="/src/module-0000.js"></script></body>
</html>
"""


def files(count: int) -> Iterator[tuple[str, str]]:
    """Path and text. A tree: each module imports ten others, so the first one is executed last, and says when."""
    yield "index.html", _INDEX
    for number in range(count):
        yield f"src/{_name(number)}", _module(number, count)


def children(number: int, count: int) -> range:
    """The modules that one imports: a tree in the order of its levels."""
    first = number * CHILDREN + 1
    return range(min(first, count), min(first + CHILDREN, count))


def _name(number: int) -> str:
    return f"module-{number:04}.js"


def _module(number: int, count: int) -> str:
    """Roughly a kilobyte, most of it code."""
    below = children(number, count)
    lines = [f'import {{ value as v{child} }} from "./{_name(child)}"' for child in below]
    terms = " + ".join(["1", *(f"v{child}" for child in below)])
    lines += [f"export function step{line}(a, b) {{ return a * {line} + b - {number} }}" for line in range(16)]
    lines.append(f"export const value = {terms}")
    if number == 0:
        # the number of modules that were executed, and when the last one was, in ms since the navigation began
        lines.append("globalThis.finished = { modules: value, ms: performance.now() }")
    return "\n".join(lines) + "\n"
