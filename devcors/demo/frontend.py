"""The demo's front end: a page, its scripts and its style, out of the package."""

from __future__ import annotations

import mimetypes
from importlib import resources

from tornado.web import Application

from .handlers import JsonHandler, RefusedError, application

INDEX = "index.html"


def page_files() -> dict[str, bytes]:
    """The files of the page by name."""
    folder = resources.files(__package__) / "page"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}


class PageHandler(JsonHandler):
    """Serves one file; only names that were there at the start exist."""

    def initialize(self, files: dict[str, bytes]) -> None:
        """Called by tornado with the arguments of the rule."""
        self.files = files

    def get(self, name: str) -> None:
        """The file, or 404."""
        content = self.files.get(name or INDEX)
        if content is None:
            raise RefusedError(404, f"The demo's page has no file {name}")
        self.set_header("Content-Type", mimetypes.guess_type(name or INDEX)[0] or "application/octet-stream")
        self.finish(content)


def frontend_application() -> Application:
    """The page at /."""
    return application([(r"/(.*)", PageHandler, {"files": page_files()})])
