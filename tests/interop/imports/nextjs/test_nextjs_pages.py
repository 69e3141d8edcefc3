"""What Next asks before its rewrites, found in a project's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from devcors.interop.imports.nextjs.pages import Own, own_paths
from devcors.interop.imports.nextjs.shapes import Reach


def _project(folder: Path, *files: str) -> Path:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    return folder


@pytest.mark.parametrize(
    ("file", "segments", "more"),
    [
        ("app/page.tsx", (), False),
        ("app/api/items/route.ts", ("api", "items"), False),
        ("src/app/(shop)/cart/page.js", ("cart",), False),
        ("app/@modal/photo/page.jsx", ("photo",), False),
        ("app/blog/[slug]/page.mdx", ("blog", None), False),
        ("app/docs/[...path]/page.tsx", ("docs", None), True),
        ("app/docs/[[...path]]/page.tsx", ("docs",), True),
        ("pages/index.js", (), False),
        ("pages/api/hello.ts", ("api", "hello"), False),
        ("pages/api/users/index.ts", ("api", "users"), False),
        ("pages/api/[id].js", ("api", None), False),
        ("src/pages/api/auth/[...nextauth].js", ("api", "auth", None), True),
        ("public/img/a b.png", ("img", "a b.png"), False),
    ],
)
def test_a_file_is_found(tmp_path: Path, file: str, segments: tuple[str | None, ...], more: bool) -> None:
    (own,) = own_paths(_project(tmp_path, file), ())
    assert (own.file, own.reach.segments, own.reach.more) == (file, segments, more)
    assert own.is_dynamic == (more or None in segments)


@pytest.mark.parametrize(
    "file",
    ["app/layout.tsx", "app/_parts/page.tsx", "pages/_app.tsx", "pages/404.js", "pages/api/readme.txt", "lib/page.tsx",
     "app/node_modules/x/page.js", "public/.hidden/x"],
)  # fmt: skip
def test_what_is_no_page_is_not(tmp_path: Path, file: str) -> None:
    assert own_paths(_project(tmp_path, file), ()) == []


def test_base_path_comes_before(tmp_path: Path) -> None:
    assert own_paths(_project(tmp_path, "public/a.txt"), ("shop",)) == [
        Own("public/a.txt", Reach(("shop", "a.txt"), more=False))
    ]


def test_page_extensions_count(tmp_path: Path) -> None:
    _project(tmp_path, "pages/a.page.tsx", "pages/b.tsx")
    assert [own.file for own in own_paths(tmp_path, (), ["page.tsx"])] == ["pages/a.page.tsx"]
