"""A strict reader of responses on a raw socket: it tells a whole message from one that was cut."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field
from typing import Literal

End = Literal["fin", "rst", "silence"]
_CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]+")


class CutError(Exception):
    """The connection ended, or nothing came any more."""


@dataclass
class Message:
    """A response as far as it came. `whole`: its framing says that nothing is missing."""

    status: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    trailers: dict[str, str] = field(default_factory=dict)
    whole: bool = False
    interim: list[int] = field(default_factory=list)


class Reader:
    """Reads responses one after another. `end` says how the connection ended, None while it lasts."""

    def __init__(self, sock: socket.socket, timeout: float = 5.0) -> None:
        self._sock = sock
        self._sock.settimeout(timeout)
        self._data = b""
        self.end: End | None = None

    def message(self, method: str = "GET") -> Message:
        """The next response, with the interim ones before it; whole or not."""
        message = Message()
        try:
            self._head(message)
            while 100 <= message.status < 200 and message.status != 101:
                message.interim.append(message.status)
                self._head(message)
            self._body(message, method)
        except CutError:
            pass
        return message

    def _head(self, message: Message) -> None:
        message.status = 0
        block = self._until(b"\r\n\r\n")
        first, *lines = block.decode("latin-1").split("\r\n")
        assert first.startswith("HTTP/1.1 "), first
        message.fields = _fields(lines)
        message.status = int(first.split(" ")[1])

    def _body(self, message: Message, method: str) -> None:
        fields = message.fields
        if method == "HEAD" or message.status in (101, 204, 304):
            message.whole = True
        elif "transfer-encoding" in fields:
            assert "content-length" not in fields
            self._chunks(message)
        elif "content-length" in fields:
            self._octets(message, int(fields["content-length"]))
            message.whole = True
        else:
            self._to_the_end(message)

    def _chunks(self, message: Message) -> None:
        while True:
            size = self._until(b"\r\n")
            assert _CHUNK_SIZE.fullmatch(size), size
            if int(size, 16) == 0:
                break
            self._octets(message, int(size, 16))
            assert self._exactly(2) == b"\r\n"
        lines = []
        while line := self._until(b"\r\n"):
            lines.append(line.decode("latin-1"))
        message.trailers, message.whole = _fields(lines), True

    def _octets(self, message: Message, count: int) -> None:
        missing = count
        while missing:
            if not self._data:
                self._more()
            piece, self._data = self._data[:missing], self._data[missing:]
            message.body += piece
            missing -= len(piece)

    def _to_the_end(self, message: Message) -> None:
        """RFC 9112, section 6.3, item 8: only an orderly end is one."""
        try:
            while True:
                message.body, self._data = message.body + self._data, b""
                self._more()
        except CutError:
            message.whole = self.end == "fin"

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._data:
            self._more()
        found, _, self._data = self._data.partition(mark)
        return found

    def _exactly(self, count: int) -> bytes:
        while len(self._data) < count:
            self._more()
        found, self._data = self._data[:count], self._data[count:]
        return found

    def rest(self) -> bytes:
        """All that comes until the connection ends."""
        try:
            while True:
                self._more()
        except CutError:
            found, self._data = self._data, b""
        return found

    def _more(self) -> None:
        try:
            data = self._sock.recv(65536)
        except TimeoutError:
            self.end = "silence"
        except (ConnectionResetError, BrokenPipeError):
            self.end = "rst"
        else:
            if data:
                self._data += data
                return
            self.end = "fin"
        raise CutError


def _fields(lines: list[str]) -> dict[str, str]:
    return {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
