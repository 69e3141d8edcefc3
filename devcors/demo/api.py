"""The demo's well-behaved API: items, a login that rests on a cookie, slow answers, a clock stream and a chat.

It is written the way a backend is that was never told of a proxy: it redirects to its own absolute URL, sets its
cookie for its own host, answers no preflight and sends no CORS header. What devcors adds is all that makes it work.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tornado.iostream import StreamClosedError
from tornado.web import Application
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from devcors.errors import MalformedError
from devcors.urls import is_loopback_host, parse_origin

from .handlers import JsonHandler, RefusedError, application

SESSION_COOKIE = "demo_session"
LONGEST_PAUSE = 30.0  # seconds that /slow may be asked for
MOST_ITEMS = 100
GOING_AWAY = 1001  # RFC 6455, section 7.4.1


@dataclass
class Api:
    """What the API remembers while it runs; `address` is its own host and port, as it knows them."""

    address: str
    items: dict[int, str] = field(default_factory=lambda: {1: "bread", 2: "butter"})
    sessions: dict[str, str] = field(default_factory=dict)
    chatting: set[ChatHandler] = field(default_factory=set)

    def next_id(self) -> int:
        """An id that no item has."""
        return max(self.items, default=0) + 1

    def hang_up(self) -> None:
        """Ends all chats, as a server does that goes away."""
        for member in tuple(self.chatting):
            member.close(GOING_AWAY, "the demo ends")


class ApiHandler(JsonHandler):
    """A handler that knows the API's memory."""

    def initialize(self, api: Api) -> None:
        """Called by tornado with the arguments of the rule."""
        self.api = api


class ItemsHandler(ApiHandler):
    """All items: list and add."""

    def get(self) -> None:
        """The list, oldest first."""
        self.answer([{"id": item_id, "name": name} for item_id, name in self.api.items.items()])

    def post(self) -> None:
        """A new item; the oldest makes room when there are too many."""
        item_id = self.api.next_id()
        self.api.items[item_id] = self.text_of("name")
        if len(self.api.items) > MOST_ITEMS:
            del self.api.items[min(self.api.items)]
        self.answer({"id": item_id, "name": self.api.items[item_id]}, 201)


class ItemHandler(ApiHandler):
    """One item: read, rename, remove."""

    def _known(self, item_id: str) -> int:
        if int(item_id) not in self.api.items:
            raise RefusedError(404, f"There is no item {item_id}")
        return int(item_id)

    def get(self, item_id: str) -> None:
        """The item."""
        known = self._known(item_id)
        self.answer({"id": known, "name": self.api.items[known]})

    def put(self, item_id: str) -> None:
        """A new name for it."""
        known = self._known(item_id)
        self.api.items[known] = self.text_of("name")
        self.answer({"id": known, "name": self.api.items[known]})

    def delete(self, item_id: str) -> None:
        """Gone, with no body."""
        del self.api.items[self._known(item_id)]
        self.set_status(204)


class LoginHandler(ApiHandler):
    """Signs in whoever gives a name, by a cookie for the API's own host."""

    def post(self) -> None:
        """The cookie names the API's host in Domain, so that at another host a browser refuses it as it is."""
        name = self.text_of("name")
        token = secrets.token_urlsafe(16)
        self.api.sessions[token] = name
        host = self.api.address.partition(":")[0]
        self.set_cookie(SESSION_COOKIE, token, domain=host, path="/", httponly=True, samesite="Lax")
        self.answer({"name": name})


class MeHandler(ApiHandler):
    """Tells who is signed in."""

    def get(self) -> None:
        """The name behind the cookie, else 401."""
        name = self.api.sessions.get(self.get_cookie(SESSION_COOKIE) or "")
        if name is None:
            raise RefusedError(401, "Nobody is signed in: the session cookie did not come")
        self.answer({"name": name})


class SlowHandler(ApiHandler):
    """Answers late."""

    async def get(self) -> None:
        """After `seconds` (2 where absent), which may have a fraction."""
        try:
            seconds = float(self.get_query_argument("seconds", None) or "2")
        except ValueError:
            raise RefusedError(400, "seconds is not a number") from None
        if not 0 <= seconds <= LONGEST_PAUSE:
            raise RefusedError(400, f"seconds must lie between 0 and {LONGEST_PAUSE:g}")
        if await self.pause(seconds):
            self.answer({"waited": seconds})


class RedirectHandler(ApiHandler):
    """Sends the client to an absolute URL of the API's own, away from the front door if nobody rewrites it."""

    def get(self) -> None:
        """302 to the list of items."""
        self.redirect(f"http://{self.api.address}/items")


class ErrorHandler(ApiHandler):
    """Fails, as backends do, without the CORS headers that its better answers might have."""

    def get(self) -> None:
        """Always 500."""
        self.answer({"error": "The database is on holiday"}, 500)


class ClockHandler(ApiHandler):
    """Server-Sent Events: the time, every second."""

    async def get(self) -> None:
        """A stream without end; it stops when the client goes."""
        self.set_header("Content-Type", "text/event-stream")
        number = 0
        try:
            while True:
                number += 1
                tick = {"number": number, "time": datetime.now(UTC).isoformat(timespec="milliseconds")}
                self.write(f"id: {number}\ndata: {json.dumps(tick)}\n\n")
                await self.flush()
                if not await self.pause(1):
                    return
        except StreamClosedError:
            return


class ChatHandler(WebSocketHandler):
    """A chat room: every message goes to everybody in it, its writer included."""

    def initialize(self, api: Api) -> None:
        """Called by tornado with the arguments of the rule."""
        self.api = api

    def check_origin(self, origin: str) -> bool:
        """Pages of this machine only: a WebSocket asks for no CORS, so the server itself has to look."""
        try:
            return is_loopback_host(parse_origin(origin).host)
        except MalformedError:
            return False

    def open(self, *_args: str, **_named: str) -> None:
        """Somebody came in."""
        self.api.chatting.add(self)

    def on_message(self, message: str | bytes) -> None:
        """Passes it on."""
        for member in tuple(self.api.chatting):
            try:
                member.write_message(message, binary=isinstance(message, bytes))
            except WebSocketClosedError:
                self.api.chatting.discard(member)

    def on_close(self) -> None:
        """Somebody left."""
        self.api.chatting.discard(self)


def api_application(api: Api) -> Application:
    """The API's paths."""
    memory = {"api": api}
    return application(
        [
            (r"/items", ItemsHandler, memory),
            (r"/items/([0-9]{1,9})", ItemHandler, memory),
            (r"/login", LoginHandler, memory),
            (r"/me", MeHandler, memory),
            (r"/slow", SlowHandler, memory),
            (r"/redirect", RedirectHandler, memory),
            (r"/error", ErrorHandler, memory),
            (r"/clock", ClockHandler, memory),
            (r"/chat", ChatHandler, memory),
        ]
    )
