"""The admin API of a devcors that runs, asked by other commands. Never through a proxy that the environment names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import Any
from urllib.parse import urlencode, urlsplit

from devcors.errors import SettingsError

from .running import Running

ANSWER = 5.0  # seconds
SILENCE = 40.0  # seconds of a stream, which says every 15 that it is there


class UnansweredError(SettingsError):
    """It has no admin port, or does not answer there."""


class Admin:
    """Asks one devcors. Every question raises UnansweredError, or SettingsError where the answer is an error."""

    def __init__(self, running: Running, timeout: float = ANSWER) -> None:
        self._running = running
        self._timeout = timeout

    def get(self, path: str, **query: str | int | None) -> Any:
        """The JSON of an answer; what is None in `query` is left out."""
        with self._asked("GET", _with(path, query)) as response:
            return self._read(response)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The same for a question that changes something."""
        with self._asked("POST", path, json.dumps(body or {}).encode()) as response:
            return self._read(response)

    def download(self, path: str, **query: str | int | None) -> Iterator[bytes]:
        """A body in pieces."""
        with self._asked("GET", _with(path, query)) as response:
            while piece := response.read(65536):
                yield piece
            if response.length:  # http.client says nothing of a body that ends early
                raise IncompleteRead(b"", response.length)

    def events(self, path: str, **query: str | int | None) -> Iterator[tuple[str, Any]]:
        """Server-sent events (HTML Standard, section 9.2.6), name and data's JSON, until devcors ends the stream."""
        with self._asked("GET", _with(path, query), timeout=SILENCE) as response:
            name, data = "message", ""
            for raw in response:
                field, _, text = raw.decode("utf-8", "replace").rstrip("\r\n").partition(":")
                if field == "event":
                    name = text.removeprefix(" ")
                elif field == "data":
                    data += text.removeprefix(" ")
                elif not field and not text and data:
                    yield name, json.loads(data)
                    name, data = "message", ""

    @contextmanager
    def _asked(
        self, method: str, target: str, body: bytes | None = None, timeout: float | None = None
    ) -> Iterator[HTTPResponse]:
        if self._running.admin is None:
            raise UnansweredError(
                f"{self._who} has no admin port, which this needs", hint="take `admin = false` out of [server]"
            )
        connection = HTTPConnection(urlsplit(self._running.admin).netloc, timeout=timeout or self._timeout)
        fields = {"Authorization": f"Bearer {self._running.token}"}
        if body is not None:
            fields["Content-Type"] = "application/json"
        try:
            connection.request(method, target, body, fields)
            response = connection.getresponse()
            if response.status >= 400:
                raise _refused(response)
            yield response
        except (OSError, HTTPException, ValueError) as error:
            raise self._unanswered(error) from None
        finally:
            connection.close()

    def _read(self, response: HTTPResponse) -> Any:
        return json.loads(response.read())

    @property
    def _who(self) -> str:
        return f"the devcors on port {self._running.port} (pid {self._running.process.pid})"

    def _unanswered(self, error: Exception) -> UnansweredError:
        why = f"within {self._timeout:.0f} s" if isinstance(error, TimeoutError) else f": {_reason(error)}"
        return UnansweredError(
            f"{self._who} does not answer at its admin port{' ' if why[0] != ':' else ''}{why}",
            hint="devcors logs may say why; devcors down ends it, by force if it must",
        )


def _with(path: str, query: Mapping[str, str | int | None]) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _refused(response: HTTPResponse) -> SettingsError:
    try:
        told = json.loads(response.read())
        return SettingsError(str(told["error"]), hint=str(told["hint"]) or None)
    except (ValueError, KeyError, TypeError):
        return UnansweredError(
            f"what answers at the admin port is not this devcors (status {response.status})", hint="devcors status"
        )


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
