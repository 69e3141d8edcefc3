"""WebSocket frames (RFC 6455, section 5) of up to 125 bytes, as the benchmark's client and backend speak. Pure."""

from __future__ import annotations

import base64
import hashlib

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
# RFC 6455, section 1.3
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# the key hides nothing on loopback, and one that is always the same lets a client prepare its frames
MASK = b"\x12\x34\x56\x78"


def accept_key(key: str) -> str:
    """Sec-WebSocket-Accept for a Sec-WebSocket-Key (section 4.2.2)."""
    return base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()


def from_client(payload: bytes, opcode: int = TEXT) -> bytes:
    """A whole message in one masked frame. Raises ValueError above 125 bytes."""
    return bytes((0x80 | opcode, 0x80 | _checked(payload))) + MASK + masked(payload, MASK)


def from_server(payload: bytes, opcode: int = TEXT) -> bytes:
    """A whole message in one frame without mask. Raises ValueError above 125 bytes."""
    return bytes((0x80 | opcode, _checked(payload))) + payload


def _checked(payload: bytes) -> int:
    if len(payload) > 125:
        raise ValueError("only frames of up to 125 bytes here")
    return len(payload)


def masked(payload: bytes, key: bytes) -> bytes:
    """Masks or unmasks (section 5.3)."""
    size = len(payload)
    keys = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(keys, "big")).to_bytes(size, "big")


def echo(data: bytes) -> tuple[bytes, bytes, bool]:
    """What an echo server answers to these frames of a client, the incomplete rest, and whether a close was among them.

    Raises ValueError for a frame that is not masked or longer than 125 bytes.
    """
    out: list[bytes] = []
    at = 0
    while len(data) - at >= 6:
        opcode, length = data[at] & 0x0F, data[at + 1] & 0x7F
        if not data[at + 1] & 0x80 or length > 125:
            raise ValueError("a frame without mask, or too long")
        end = at + 6 + length
        if end > len(data):
            break
        payload = masked(data[at + 6 : end], data[at + 2 : at + 6])
        at = end
        if opcode == CLOSE:
            return b"".join([*out, from_server(payload, CLOSE)]), data[at:], True
        if opcode != PONG:
            out.append(from_server(payload, PONG if opcode == PING else opcode))
    return b"".join(out), data[at:], False
