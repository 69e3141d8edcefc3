"""What Next asks before its rewrites: its own pages and the files of `public`, read from the project's folder.

Next looks for files and for pages without `[…]` before `afterFiles`, for those with `[…]` before `fallback`. `app` and
`pages` stand in the folder itself or in `src`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .shapes import Reach

MOST_FILES = 5000
"""Files of `public` that are looked at: a folder with more is somebody's disk, not a front end."""

_APP_FILE = re.compile(r"(?:page|route)\.(?:[cm]?[jt]sx?|mdx?)")
_PAGE_FILE = re.compile(r"(.+)\.(?:[cm]?[jt]sx?|mdx?)")
_GROUP = re.compile(r"\([^()]+\)|@.+")
_NO_PAGES = {"_app", "_document", "_error", "404", "500"}


@dataclass(frozen=True, slots=True)
class Own:
    """A page or a file of the project: its file, and what it takes."""

    file: str
    reach: Reach

    @property
    def is_dynamic(self) -> bool:
        """Whether Next asks it only after the rewrites in `afterFiles`."""
        return None in self.reach.segments or self.reach.more


def own_paths(folder: Path, base: Sequence[str], extensions: Sequence[str] = ()) -> list[Own]:
    """All pages and files; `base` are the segments of basePath, `extensions` what pageExtensions says."""
    found = [*_public(folder)]
    for root in (folder, folder / "src"):
        found += _app(folder, root / "app")
        found += _pages(folder, root / "pages", extensions)
    return [Own(own.file, Reach((*base, *own.reach.segments), own.reach.more, own.reach.exact)) for own in found]


def _files(folder: Path) -> Iterator[Path]:
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "node_modules" and not name.startswith("."))
        for name in sorted(names):
            yield Path(path, name)


def _public(folder: Path) -> Iterator[Own]:
    for number, file in enumerate(_files(folder / "public")):
        if number == MOST_FILES:
            return
        yield Own(_shown(folder, file), Reach(file.relative_to(folder / "public").parts, more=False))


def _app(folder: Path, app: Path) -> Iterator[Own]:
    """https://nextjs.org/docs/app: a folder with a page or route file; `(group)` and `@slot` are no segments, `_name`
    is private.
    """
    for file in _files(app):
        parts = file.relative_to(app).parts[:-1]
        if _APP_FILE.fullmatch(file.name) and not any(part.startswith("_") for part in parts):
            yield Own(_shown(folder, file), _reach([part for part in parts if not _GROUP.fullmatch(part)]))


def _pages(folder: Path, pages: Path, extensions: Sequence[str]) -> Iterator[Own]:
    for file in _files(pages):
        named = _PAGE_FILE.fullmatch(file.name)
        name = next((file.name.removesuffix(f".{end}") for end in extensions if file.name.endswith(f".{end}")), None)
        if not extensions and named:
            name = named[1]
        if name is None or name in _NO_PAGES:
            continue
        parts = [*file.relative_to(pages).parts[:-1], *([] if name == "index" else [name])]
        yield Own(_shown(folder, file), _reach(parts))


def _reach(parts: Sequence[str]) -> Reach:
    """`[name]` is any segment, `[...name]` one or more, `[[...name]]` none or more."""
    segments: list[str | None] = []
    for part in parts:
        if part.startswith("[[..."):
            return Reach(tuple(segments), more=True)
        if part.startswith("[..."):
            return Reach((*segments, None), more=True)
        segments.append(None if part.startswith("[") else part)
    return Reach(tuple(segments), more=False)


def _shown(folder: Path, file: Path) -> str:
    return file.relative_to(folder).as_posix()
