"""Over TLS, HTTP/2 is spoken where the server offers it, as browsers do: only then do streamed bodies pass."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import h2.config  # type: ignore[import-untyped,unused-ignore]  # h2 4.1 has no types
import h2.connection  # type: ignore[import-untyped,unused-ignore]  # h2 4.1 has no types
import h2.events  # type: ignore[import-untyped,unused-ignore]  # h2 4.1 has no types

from devcors.diagnose.asked import Words, ask_of
from devcors.diagnose.asking import Sender
from devcors.diagnose.walk import walk
from tests.support.servers import self_made

PAGE = "http://localhost:5173"
_ANSWER = [
    (":status", "200"),
    ("access-control-allow-origin", PAGE),
    ("vary", "Origin"),
]


@contextmanager
def _http2(context: ssl.SSLContext) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """A server of HTTP/2 only; its port, and the header lists that it received."""
    context.set_alpn_protocols(["h2"])
    seen: list[dict[str, str]] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                # a client that does not trust the certificate leaves in the handshake
                with suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
                    _serve(tls, seen)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1], seen
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _serve(tls: ssl.SSLSocket, seen: list[dict[str, str]]) -> None:
    protocol = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
    protocol.initiate_connection()
    tls.sendall(protocol.data_to_send())
    while data := tls.recv(65536):
        for event in protocol.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                seen.append({str(name): str(text) for name, text in event.headers or ()})
            if isinstance(event, h2.events.StreamEnded):
                protocol.send_headers(event.stream_id or 0, _ANSWER, end_stream=True)
        tls.sendall(protocol.data_to_send())


def test_a_streamed_body_over_http_2(tmp_path: Path) -> None:
    with _http2(self_made(tmp_path, "localhost").server_context()) as (port, seen):
        asked = ask_of(Words(f"https://localhost:{port}/upload", PAGE, "POST", data="x", streamed=True))
        report = walk(asked, Sender(timeout=5, insecure=True), follow=False)
    assert report.outcome == "passes"
    own = [each for each in seen if each.get("origin") == PAGE]
    assert [(each[":method"], each[":authority"]) for each in own] == [
        ("OPTIONS", f"localhost:{port}"),
        ("POST", f"localhost:{port}"),
    ]
    assert {step.exchange.http_version for step in report.steps if step.exchange} == {"HTTP/2"}
