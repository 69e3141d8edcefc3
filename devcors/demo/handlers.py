"""What the handlers of all demo backends share: JSON in, JSON out, errors too, and nothing on the terminal."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tornado.web import Application, HTTPError, RequestHandler

Rules = list[tuple[str, type[RequestHandler]] | tuple[str, type[RequestHandler], dict[str, Any]]]


class RefusedError(HTTPError):
    """An HTTP error that tells the client why, in the body: a reason phrase is no place for what a request said."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(status)
        self.why = why


def _quiet(_handler: RequestHandler) -> None:
    """The access log of a demo backend: devcors' own lines tell what happened."""


def application(rules: Rules) -> Application:
    """An application whose unknown paths answer in JSON as well."""
    return Application(list(rules), default_handler_class=NotFound, log_function=_quiet)


class JsonHandler(RequestHandler):
    """A handler that speaks JSON and knows when its client has gone."""

    def prepare(self) -> None:
        """Runs before every method."""
        self.gone = asyncio.Event()

    def on_connection_close(self) -> None:
        """The client hung up, or the backend is stopping."""
        self.gone.set()

    def set_default_headers(self) -> None:
        """The demo shows live answers: none of them may come out of the browser's cache."""
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")

    def compute_etag(self) -> None:
        """No validators, for the same reason."""

    def answer(self, body: Any, status: int = 200) -> None:
        """One JSON value as the whole response."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(body))

    def body_object(self) -> dict[str, Any]:
        """The request's body, which must be a JSON object (400 otherwise)."""
        try:
            body = json.loads(self.request.body)
        except ValueError:
            raise RefusedError(400, "The body is not JSON") from None
        if not isinstance(body, dict):
            raise RefusedError(400, "The body is not a JSON object")
        return body

    def text_of(self, key: str) -> str:
        """A string out of the body, neither absent nor blank (400 otherwise)."""
        text = self.body_object().get(key)
        if not isinstance(text, str) or not text.strip():
            raise RefusedError(400, f"The body has no text under {key}")
        return text.strip()

    async def pause(self, seconds: float) -> bool:
        """Waits; False at once when the client goes away meanwhile."""
        try:
            await asyncio.wait_for(self.gone.wait(), seconds)
        except TimeoutError:
            return True
        return False

    def write_error(self, status_code: int, **context: Any) -> None:
        """Errors in the same form as everything else."""
        error = context.get("exc_info", (None, None))[1]
        self.answer({"error": error.why if isinstance(error, RefusedError) else self._reason}, status_code)


class NotFound(JsonHandler):
    """Any path that a backend does not have."""

    def prepare(self) -> None:
        """Refuses before a method is chosen."""
        super().prepare()
        raise RefusedError(404, f"Nothing is served at {self.request.path}")
