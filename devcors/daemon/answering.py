"""Whether what listens somewhere is a devcors that answers. Imports little: `status` asks it."""

from __future__ import annotations

import socket

from devcors.errors import StartError
from devcors.urls import shown_at

ANSWER = 3.0  # seconds


def expect_devcors(host: str, port: int) -> None:
    """Raises StartError where nothing listens there, or something that is no proxy for itself."""
    place = f"{shown_at(host)}:{port}"
    try:
        with socket.create_connection((host.strip("[]"), port), timeout=ANSWER) as sock:
            sock.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            answer = sock.recv(64)
    except ConnectionRefusedError:
        hint = "start it first: devcors up; if it listens on another port, name that with --port"
        raise StartError(f"no devcors listens at {place}", hint=hint) from None
    except OSError as error:
        answer = str(error).encode()
    words = answer.split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or words[1] != b"200":
        raise StartError(
            f"what listens at {place} is not devcors",
            hint="devcors took another port, which it printed when it started: name that with --port",
        )
