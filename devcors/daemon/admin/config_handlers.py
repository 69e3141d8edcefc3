"""GET and PUT /api/config, POST /api/config/check, PATCH /api/routes."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import ClassVar

from devcors.config.editing import NotInFileError
from devcors.config.saving import ChangedError, NotWritableError
from devcors.errors import DevcorsError

from .config_edits import NoFileError, OverriddenError, Saved, ScriptsError, check, config_json, edit, retarget
from .handling import Api, ApiError

_STATUSES: dict[type[DevcorsError], int] = {
    NoFileError: 409,
    ChangedError: 409,
    OverriddenError: 409,
    ScriptsError: 403,
    NotWritableError: 403,
    NotInFileError: 404,
}
"""What is not here is 422: the text itself is refused."""


class ConfigHandler(Api):
    """The config's text and what is wrong with it."""

    allowed: ClassVar[tuple[str, ...]] = ("GET", "HEAD", "PUT")

    def get(self, *_: str) -> None:
        """As it is on disk now."""
        self.answer(config_json(self.backstage.reloader))

    async def put(self, *_: str) -> None:
        """Another text."""
        body = self.body()
        text, tag = self.member(body, "text", str), self.member(body, "etag", str)
        self.answer((await _told(edit(self.backstage.reloader, text, tag))).to_json())


class CheckHandler(Api):
    """What would be wrong with a text."""

    allowed: ClassVar[tuple[str, ...]] = ("POST",)

    def post(self, *_: str) -> None:
        """Nothing is changed."""
        problems = check(self.backstage.reloader, self.member(self.body(), "text", str))
        self.answer({"problems": [problem.to_json() for problem in problems]})


class RoutesHandler(Api):
    """The targets of routes."""

    allowed: ClassVar[tuple[str, ...]] = ("PATCH",)

    async def patch(self, *_: str) -> None:
        """Another target for one."""
        body = self.body()
        pattern, target = self.member(body, "pattern", str), self.member(body, "target", str)
        self.answer((await _told(retarget(self.backstage.reloader, pattern, target))).to_json())


async def _told(edited: Awaitable[Saved]) -> Saved:
    """Raises ApiError for what has a status of its own."""
    try:
        return await edited
    except DevcorsError as error:
        status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), None)
        if status is None:
            raise
        raise ApiError(status, str(error), error.hint or "") from error
