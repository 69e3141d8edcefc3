"""What all handlers of the admin port have in common: the guard, and answers as JSON, errors too."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

from tornado.web import HTTPError, RequestHandler

from devcors.config.problems import problems_of
from devcors.errors import DevcorsError
from devcors.traffic.filters import Filter
from devcors.traffic.record import Exchange

from .backstage import Backstage
from .guard import HEADERS, READING, Asked, refusal

T = TypeVar("T", str, bool, list[Any])

NEXT = "open / for the dashboard; docs/admin-api.md lists what else is here"

_KINDS = {str: "a string", bool: "true or false", list: "a list"}


class ApiError(DevcorsError):
    """What an answer with this status says; `problems` are those of a config."""

    def __init__(self, status: int, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class Guarded(RequestHandler):
    """Base of everything that the admin port serves: asks the guard first, and answers errors as JSON."""

    SUPPORTED_METHODS = ("GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS")
    allowed: ClassVar[tuple[str, ...]] = READING
    token: str | None = None

    def set_default_headers(self) -> None:
        """Also on errors."""
        self.clear_header("Server")
        for name, text in HEADERS.items():
            self.set_header(name, text)

    def prepare(self) -> None:
        """Refuses what is not for this port."""
        request, fields = self.request, self.request.headers
        asked = Asked(
            request.method or "",
            request.uri or "",
            fields.get_list("Host"),
            fields.get_list("Origin"),
            fields.get_list("Sec-Fetch-Site"),
            fields.get_list("Authorization"),
            fields.get_list("Content-Type"),
        )
        found = refusal(asked, self.allowed, self.token)
        if found is not None:
            if found.status == 405:
                self.set_header("Allow", ", ".join(self.allowed))
            if found.status == 401:  # RFC 9110, section 15.5.2
                self.set_header("WWW-Authenticate", 'Bearer realm="devcors"')
            self.problem(found.status, found.message, found.hint)

    def problem(self, status: int, message: str, hint: str, **more: Any) -> None:
        """Ends the request with an error that says what to do."""
        self.set_status(status)
        self.answer({"error": message, "status": status, "hint": hint, **more})

    def answer(self, value: Any) -> None:
        """Ends the request with JSON."""
        self.answer_text(json.dumps(value, ensure_ascii=False))

    def answer_text(self, text: str) -> None:
        """Ends the request with what is JSON already."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(f"{text}\n".encode("utf-8", "replace"))

    def write_error(self, status_code: int, **more: Any) -> None:
        """What tornado itself refuses, and what handlers raise, in the same form."""
        error = more.get("exc_info", (None, None))[1]
        if isinstance(error, ApiError):
            self.problem(error.status, error.message, error.hint or "")
        elif isinstance(error, DevcorsError):
            problems = [problem.to_json() for problem in problems_of(error)]
            hint = error.hint or problems[0]["hint"] or "correct it and send it again"
            self.problem(422, problems[0]["message"], hint, problems=problems)
        elif status_code == 500:
            self.problem(500, "devcors has a fault here", "its terminal says which; please report it")
        else:
            self.problem(status_code, HTTPStatus(status_code).phrase.lower(), NEXT)

    def send_error(self, status_code: int = 500, **more: Any) -> None:
        """tornado's own, with our statuses; nothing can be added to an answer that has begun."""
        error = more.get("exc_info", (None, None))[1]
        if isinstance(error, DevcorsError):
            status_code = getattr(error, "status", 422)
        super().send_error(status_code, **more)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """What is said in the answer needs no line of its own."""
        if not isinstance(value, (DevcorsError, HTTPError)):
            super().log_exception(typ, value, tb)

    def head(self, *path: str) -> Any:
        """RFC 9110, section 9.3.2: as GET; the server leaves the body out."""
        return self.get(*path)

    def get(self, *_: str) -> Any:
        """What is not there."""
        self.problem(404, "nothing here", NEXT)


class Api(Guarded):
    """Base of what wants the token."""

    def initialize(self, backstage: Backstage) -> None:
        """`backstage` is what is shown and changed."""
        self.backstage = backstage
        self.token = backstage.token

    def flag(self, name: str) -> bool:
        """Whether the query says `name=1`."""
        return self.get_query_argument(name, "0") not in ("", "0", "false")

    def number(self, name: str) -> int | None:
        """A number of the query, None where it is not there. Raises ApiError."""
        text = self.get_query_argument(name, "")
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 16):
            raise ApiError(400, f"{name} is no number", f"send {name}=12 or leave it out")
        return int(text)

    def wanted(self) -> Filter:
        """The filter that the query asks for."""
        return Filter(
            text=self.get_query_argument("text", "") or "",
            route=self.get_query_argument("route", "") or None,
            blocked=self.flag("blocked"),
            cookies=self.flag("cookies"),
        )

    def teller(self) -> Callable[[Exchange], dict[str, Any]]:
        """What makes an object of an exchange: a row, or with `records=1` the record."""
        return Exchange.to_json if self.flag("records") else self.backstage.rows.row

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent; an empty body is an empty one. Raises ApiError."""
        try:
            value = json.loads(self.request.body or b"{}")
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise ApiError(400, "the body is no JSON object", 'send {"name": value}')
        return value

    def member(self, body: dict[str, Any], name: str, kind: type[T]) -> T:
        """A member of the body that must be there. Raises ApiError."""
        value = body.get(name)
        if not isinstance(value, kind):
            raise ApiError(422, f"{name} is missing or not {_KINDS[kind]}", f"send {name}")
        return value
