"""Intercepted hosts from end to end: protocols, mapping, policy for each host, and clients that refuse us."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from playwright.sync_api import Error as PlaywrightError

from devcors.system.browsers.firefox import options, preferences
from devcors.system.browsers.opening import Opening
from tests.support.browser import browser, firefox
from tests.support.daemon import Daemon, made_authority, running
from tests.support.raw import read_response
from tests.support.servers import Certificate, Reply, Seen, Server, self_made, serve

pytestmark = pytest.mark.timeout(120)

PAGE = "http://localhost:5173"


class _Http2First(ssl.SSLContext):
    """httpx names HTTP/1.1 first, and would get it; browsers name HTTP/2 first."""

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        super().set_alpn_protocols(sorted(alpn_protocols))


@dataclass
class Setting:
    """A daemon, the servers behind it, and devcors' CA."""

    daemon: Daemon
    folder: Path
    secure: Server
    plain: Server
    certificate: Certificate
    ca: Path

    def client(self, *, http2: bool = False) -> httpx.Client:
        """One that trusts devcors and nobody else."""
        context = _Http2First(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.ca)
        return httpx.Client(proxy=self.daemon.url, verify=context, trust_env=False, http2=http2)


def _app(seen: Seen) -> Reply:
    if seen.target == "/moved":
        return Reply(302, [("Location", "https://second.test/arrived")])
    if seen.target == "/inside":
        return Reply(302, [("Location", f"https://{seen.header('host')}/arrived")])
    fields = ("host", "x-added", "x-dropped", "origin")
    told = "\n".join(f"{name}: {seen.header(name)}" for name in fields)
    return Reply(headers=[("Server", "backend"), ("X-Target", seen.target)], body=told.encode())


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    folder = tmp_path_factory.mktemp("interception")
    certificate = self_made(folder, "localhost", "first.test", "127.0.0.1")
    with serve(_app, tls=certificate.server_context()) as secure, serve(_app) as plain:
        to_secure = f'target = "https://127.0.0.1:{secure.port}", verify = false'
        config = f"""
            [intercept]
            "first.test" = {{ {to_secure}, cors = "inject" }}
            "second.test" = {{ {to_secure} }}
            "plain.test" = {{ target = "http://127.0.0.1:{plain.port}/base" }}
            "*.many.test" = {{ {to_secure}, cors = {{ mode = "rewrite", origins = ["https://app.test"] }} }}
            "one.many.test" = {{ {to_secure}, cors = "off" }}
            "localhost:{secure.port}" = {{ verify = "{certificate.path}", cors = "inject" }}
            "127.0.0.1:{secure.port}" = {{}}
            [intercept."edited.test"]
            target = "https://127.0.0.1:{secure.port}"
            verify = false
            headers = {{ request = {{ X-Added = "1", X-Dropped = "" }}, response = {{ Server = "", X-More = "2" }} }}
        """
        ca = made_authority(folder)
        with running(folder, config) as daemon:
            yield Setting(daemon, folder, secure, plain, certificate, ca)


@pytest.mark.parametrize("http2", [False, True])
def test_both_versions_of_http_reach_a_server_that_speaks_the_older(setting: Setting, http2: bool) -> None:
    with setting.client(http2=http2) as client:
        answer = client.post(f"https://first.test/v?http2={http2}", content=b"x" * 100_000, headers={"Origin": PAGE})
    assert answer.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert setting.secure.seen[-1].body == b"x" * 100_000
    record = setting.daemon.record(lambda record: record["url"] == f"https://first.test/v?http2={http2}")
    assert record["cors"]["server"]["chromium"]["error"] == "MissingAllowOriginHeader"


def test_a_real_host_is_mapped_to_a_local_server(setting: Setting) -> None:
    """TLS to the client, none to the server; the target's path stands before the request's."""
    with setting.client() as client:
        answer = client.get("https://plain.test/items?a=1")
    assert answer.headers["x-target"] == "/base/items?a=1"
    assert "host: plain.test" in answer.text
    record = setting.daemon.record(lambda record: record["url"] == "https://plain.test/items?a=1")
    assert record["target"] == f"http://127.0.0.1:{setting.plain.port}/base/items?a=1"
    assert record["route"] == "plain.test"


def test_each_host_has_its_own_cors(setting: Setting) -> None:
    def allowed(host: str, origin: str) -> str | None:
        with setting.client() as client:
            answer = client.get(f"https://{host}/", headers={"Origin": origin})
        allowed = answer.headers.get_list("access-control-allow-origin")
        return allowed[0] if allowed else None

    assert allowed("first.test", PAGE) == PAGE
    assert allowed("first.test", "https://app.test") is None
    assert allowed("second.test", PAGE) is None  # only observed
    assert allowed("a.many.test", PAGE) is None
    assert allowed("a.many.test", "https://app.test") == "https://app.test"
    assert allowed("b.a.many.test", "https://app.test") == "https://app.test"
    assert allowed("one.many.test", "https://app.test") is None  # exact beats the wildcard


def test_a_wildcard_does_not_take_the_name_itself(setting: Setting) -> None:
    with setting.client() as client, pytest.raises(httpx.ProxyError, match="502"):
        client.get("https://many.test/")


def test_header_edits(setting: Setting) -> None:
    with setting.client() as client:
        answer = client.get("https://edited.test/", headers={"X-Dropped": "1"})
    assert "x-added: 1" in answer.text
    assert "x-dropped: None" in answer.text
    assert "server" not in answer.headers
    assert answer.headers["x-more"] == "2"


def test_a_redirect_to_another_intercepted_host_is_judged_there(setting: Setting) -> None:
    with setting.client() as client:
        headers = {"Origin": PAGE, "Sec-Fetch-Mode": "cors"}
        answer = client.get("https://first.test/moved", headers=headers)
        assert answer.headers["location"] == "https://second.test/arrived"
        # Fetch standard, "HTTP-redirect fetch": to another origin the request goes with a tainted origin, `null`
        client.get("https://second.test/arrived", headers={**headers, "Origin": "null"})
    moved = setting.daemon.record(lambda record: record["url"] == "https://first.test/moved")
    assert moved["cors"]["allowed"] is True
    assert moved["cors"]["server"]["allowed"] is False
    arrived = setting.daemon.record(lambda record: record["url"] == "https://second.test/arrived")
    assert arrived["origin"] == "null"
    assert arrived["cors"]["chromium"]["error"] == "MissingAllowOriginHeader"


def test_a_redirect_within_the_target_stays_at_the_host(setting: Setting) -> None:
    with setting.client() as client:
        location = client.get("https://first.test/inside").headers["location"]
    assert httpx.URL("https://first.test/inside").join(location) == "https://first.test/arrived"


def test_websocket_over_tls_is_relayed_byte_by_byte(setting: Setting, tmp_path: Path) -> None:
    """A close frame with a code of its own (RFC 6455, section 5.5.1) comes through as it is."""
    closing = b"\x88\x02" + struct.pack("!H", 4321)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = f'[intercept]\n"socket.test" = {{ target = "ws://127.0.0.1:{listener.getsockname()[1]}" }}'
        backend = threading.Thread(target=_echo_once, args=(listener, closing), daemon=True)
        backend.start()
        context = ssl.create_default_context(cafile=str(made_authority(tmp_path)))
        with running(tmp_path, config) as daemon:
            with (
                socket.create_connection(("127.0.0.1", daemon.port), timeout=10) as sock,
                _tunnel(sock, "socket.test:443", context) as tls,
            ):
                tls.sendall(
                    b"GET /socket HTTP/1.1\r\nHost: socket.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
                )
                out = b""
                while b"\r\n\r\n" not in out:
                    out += tls.recv(4096)
                tls.sendall(b"\x81\x82abcdxy")
                while not out.endswith(closing):
                    out += tls.recv(4096)
            assert out.startswith(b"HTTP/1.1 101 ")
            assert out.endswith(b"\r\n\r\n\x81\x02hi\x81\x82abcdxy" + closing)
            record = daemon.record(lambda record: record["kind"] == "websocket")
            assert record["url"] == "https://socket.test/socket"
        backend.join(5)


def _echo_once(listener: socket.socket, closing: bytes) -> None:
    sock, _ = listener.accept()
    with sock, sock.makefile("rb") as lines:
        while lines.readline().strip():
            pass
        sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02hi")
        sock.sendall(lines.read(8) + closing)


def _tunnel(sock: socket.socket, place: str, context: ssl.SSLContext, agent: str = "") -> ssl.SSLSocket:
    sock.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\nUser-Agent: {agent}\r\n\r\n".encode())
    assert read_response(sock)[0] == 200
    return context.wrap_socket(sock, server_hostname=place.rpartition(":")[0])


def _issuer(setting: Setting, context: ssl.SSLContext, agent: str) -> str:
    """Whose certificate this kind of client is shown for the intercepted localhost; ssl.SSLError where it refuses."""
    with (
        socket.create_connection(("127.0.0.1", setting.daemon.port), timeout=10) as sock,
        _tunnel(sock, f"localhost:{setting.secure.port}", context, agent) as tls,
    ):
        certificate = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
        return certificate.issuer.rfc4514_string()


def test_a_client_that_pins_a_certificate_is_passed_through(setting: Setting) -> None:
    pinning = ssl.create_default_context(cafile=str(setting.certificate.path))
    trusting = ssl.create_default_context(cafile=str(setting.ca))
    for _ in range(3):
        with pytest.raises(ssl.SSLCertVerificationError):
            _issuer(setting, pinning, "Pinned/1")
    assert "devcors run" in setting.daemon.message("Pinned/1")
    said = setting.daemon.message("restart devcors or edit devcors.toml")
    assert "(Pinned/1) refused devcors' certificate for localhost (TLS alert: unknown ca)" in said
    assert _issuer(setting, pinning, "Pinned/1") == "CN=localhost"
    assert "devcors" in _issuer(setting, trusting, "Trusting/1")
    assert len([text for text in setting.daemon.messages if "certificate" in text]) == 2

    config = setting.folder / "devcors.toml"
    config.write_text(config.read_text() + '\n[intercept."new.test"]\ncors = "inject"\n')
    setting.daemon.message("new.test")
    with pytest.raises(ssl.SSLCertVerificationError):
        _issuer(setting, pinning, "Pinned/1")


def test_a_client_that_closes_at_our_certificate_is_passed_through(setting: Setting) -> None:
    """Without a word, as some apps do: the third time in a row counts."""

    def close_at_certificate() -> None:
        context = ssl.create_default_context(cafile=str(setting.certificate.path))
        context.set_alpn_protocols(["closing"])
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        with pytest.raises(ssl.SSLWantReadError):
            tls.do_handshake()
        with socket.create_connection(("127.0.0.1", setting.daemon.port), timeout=10) as sock:
            sock.sendall(f"CONNECT localhost:{setting.secure.port} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert read_response(sock)[0] == 200
            sock.sendall(outgoing.read())
            assert sock.recv(5)[0] == 0x16  # a handshake record: ServerHello; the certificate follows

    for _ in range(3):
        close_at_certificate()
    setting.daemon.message("closed each time that it saw it")
    context = ssl.create_default_context(cafile=str(setting.certificate.path))
    context.set_alpn_protocols(["closing"])
    assert _issuer(setting, context, "") == "CN=localhost"


@pytest.mark.browser
def test_a_browser_that_does_not_trust_devcors_is_told_of(setting: Setting, tmp_path: Path) -> None:
    flags = (f"--proxy-server=http://127.0.0.1:{setting.daemon.port}", "--proxy-bypass-list=<-loopback>")
    with browser(tmp_path / "profile", *flags) as context:
        page = context.pages[0]
        for _ in range(3):  # a browser on a busy machine may give its first connection up before it has seen a thing
            # it may ask again by itself, and is then passed through to a host that there is not
            with pytest.raises(PlaywrightError, match=r"ERR_CERT_AUTHORITY_INVALID|ERR_CONNECTION_CLOSED"):
                page.goto("https://second.test/")
    said = setting.daemon.message("refused devcors' certificate for second.test (TLS alert: certificate unknown)")
    assert "Chrome/" in said


def test_an_upstream_whose_certificate_is_not_trusted_names_verify(setting: Setting) -> None:
    with setting.client() as client:
        answer = client.get(f"https://127.0.0.1:{setting.secure.port}/", headers={"Accept": "application/json"})
        assert client.get(f"https://localhost:{setting.secure.port}/").status_code == 200  # with its `verify`
    assert answer.status_code == 502
    error = answer.json()["error"]
    assert f'in intercept."127.0.0.1:{setting.secure.port}"' in error["hint"]
    assert "verify = false" in error["hint"]


@pytest.mark.browser
def test_firefox_that_does_not_trust_devcors_is_told_of(setting: Setting, tmp_path: Path) -> None:
    opening = Opening("https://first.test/", "127.0.0.1", setting.daemon.port, setting.ca, headless=True)
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(to)});" for name, to in preferences(opening).items()]
    (tmp_path / "user.js").write_text("\n".join(lines))
    process = subprocess.Popen(
        [firefox(), *options(opening, tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        setting.daemon.message("Firefox/", timeout=60)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    (said,) = [text for text in setting.daemon.messages if "Firefox/" in text]
    assert "refused devcors' certificate for first.test (TLS alert: " in said
