"""The dashboard's page and its files. They hold no secrets, so they want no token: the page asks with it."""

from __future__ import annotations

from importlib.resources import files

from .handling import Guarded

_MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
}


class PageHandler(Guarded):
    """`/` and `/assets/NAME`, from the folder beside this file."""

    def get(self, *path: str) -> None:
        """One file of the folder; there are none below it."""
        name = path[0] if path else "index.html"
        ending = name.rpartition(".")[2]
        # a name that the folder lists: what a path could make of `..` or an absolute name does not come into question
        found = next((one for one in _listed() if one == name), None)
        if found is None or ending not in _MEDIA_TYPES:
            super().get()
            return
        self.set_header("Content-Type", _MEDIA_TYPES[ending])
        self.finish(files("devcors.daemon.admin").joinpath("page", found).read_bytes())


def _listed() -> list[str]:
    page = files("devcors.daemon.admin").joinpath("page")
    return [one.name for one in page.iterdir() if one.is_file()] if page.is_dir() else []
