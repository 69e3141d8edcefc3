"""What is no CORS is named for what it is, with the next step."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devcors.diagnose.asking import Answer, Sender, Sending
from devcors.diagnose.failures import Failure
from devcors.heads import RequestHead
from tests.support.ports import free_port
from tests.support.servers import Reply, self_made, serve


def _ask(url: str, timeout: float = 5.0, **options: bool) -> Answer | Failure:
    host = url.split("/")[2].encode()
    return Sender(timeout, **options)(Sending(url, RequestHead(b"GET", b"/", ((b"Host", host),))))


@contextmanager
def _peer(serve_one: Callable[[socket.socket], None]) -> Iterator[int]:
    """A listener that does with each connection what the test wants."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = threading.Event()

        def run() -> None:
            while not done.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    serve_one(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            done.set()
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def _closing(connection: socket.socket) -> None:
    connection.recv(4096)


def _babbling(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"220 mail.example ESMTP ready\r\n\r\n")


@pytest.mark.parametrize(("behaviour", "name"), [(_silent, "timeout"), (_closing, "closed"), (_babbling, "not-http")])
def test_bad_peers(behaviour: Callable[[socket.socket], None], name: str) -> None:
    with _peer(behaviour) as port:
        outcome = _ask(f"http://127.0.0.1:{port}/", timeout=0.4)
    assert isinstance(outcome, Failure)
    assert (outcome.name, bool(outcome.hint), outcome.net_error[:9]) == (name, True, "net::ERR_")


def test_nobody_listens() -> None:
    outcome = _ask(f"http://localhost:{free_port()}/")
    assert isinstance(outcome, Failure)
    assert (outcome.name, outcome.net_error) == ("refused", "net::ERR_CONNECTION_REFUSED")


def test_tls_spoken_to_a_plain_server() -> None:
    with serve(lambda seen: Reply()) as server:
        outcome = _ask(f"https://localhost:{server.port}/")
    assert isinstance(outcome, Failure)
    assert (outcome.name, "http://" in outcome.hint) == ("tls", True)


@pytest.mark.parametrize(
    ("names", "net_error"),
    [(("localhost",), "ERR_CERT_AUTHORITY_INVALID"), (("other.test",), "ERR_CERT_AUTHORITY_INVALID")],
)
def test_certificates_that_nobody_signed(tmp_path: Path, names: tuple[str, ...], net_error: str) -> None:
    with serve(lambda seen: Reply(), tls=self_made(tmp_path, *names).server_context()) as server:
        outcome, insecure = _ask(f"{server.url}/"), _ask(f"{server.url}/", insecure=True)
    assert isinstance(outcome, Failure)
    assert (outcome.name, outcome.net_error) == ("untrusted-certificate", f"net::{net_error}")
    assert isinstance(insecure, Answer)
    assert insecure.untrusted == outcome


def test_a_trusted_certificate_for_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = self_made(tmp_path, "other.localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    with serve(lambda seen: Reply(), tls=made.server_context()) as server:
        wrong, right = _ask(f"{server.url}/"), _ask(f"https://other.localhost:{server.port}/")
    assert isinstance(wrong, Failure)
    assert (wrong.name, wrong.net_error) == ("untrusted-certificate", "net::ERR_CERT_COMMON_NAME_INVALID")
    assert isinstance(right, Answer)
    assert right.untrusted is None


def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with serve(lambda seen: Reply()) as server:
        assert isinstance(_ask(f"{server.url}/"), Answer)
        # asked for, but this is loopback
        assert isinstance(_ask(f"{server.url}/", proxied=True), Answer)


def test_the_environments_proxy_is_used_where_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(lambda seen: Reply(418)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        outcome = _ask("http://api.test/", proxied=True)
    assert isinstance(outcome, Answer)
    assert (outcome.head.status, proxy.seen[0].target) == (418, "http://api.test/")


def test_names_below_localhost_are_this_machine() -> None:
    with serve(lambda seen: Reply()) as server:
        assert isinstance(_ask(f"http://api.localhost:{server.port}/"), Answer)
    assert server.seen[0].header("host") == f"api.localhost:{server.port}"


def test_nothing_is_added_to_the_head() -> None:
    with serve(lambda seen: Reply()) as server:
        _ask(f"{server.url}/")
    assert [name for name, _ in server.seen[0].headers] == ["Host"]


def test_a_method_keeps_its_case() -> None:
    with serve(lambda seen: Reply()) as server:
        url = f"{server.url}/"
        head = RequestHead(b"patch", b"/", ((b"Host", b"localhost"), (b"Content-Length", b"0")))
        assert isinstance(Sender(5)(Sending(url, head)), Answer)
    assert server.seen[0].method == "patch"
