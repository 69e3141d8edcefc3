"""devcors as an HTTP proxy: what is opened, what is not, and the CORS headers put right on the way."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from tests.support.daemon import Daemon, made_authority, running
from tests.support.raw import exchange, read_response
from tests.support.servers import Reply, Seen, Server, self_made, serve

PAGE = "http://localhost:5173"
PREFLIGHT = {
    "Origin": PAGE,
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "authorization,x-custom",
}


def _api(seen: Seen) -> Reply:
    if seen.method == "OPTIONS":
        return Reply(405, body=b"no OPTIONS here")
    if seen.target == "/wild":
        return Reply(headers=[("Access-Control-Allow-Origin", "*")])
    return Reply(headers=[("X-Host", seen.header("host") or "")])


@dataclass
class Setting:
    """A daemon, the server behind it, and the client that goes through."""

    daemon: Daemon
    server: Server
    client: httpx.Client
    ca: Path


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    folder = tmp_path_factory.mktemp("proxy")
    certificate = self_made(folder, "api.example.test", "localhost", "127.0.0.1")
    context = certificate.server_context()
    with serve(_api, tls=context) as server, serve(_api, tls=context) as other, serve(_api) as plain:
        config = f"""
            [intercept]
            "api.example.test" = {{ cors = "inject", target = "https://127.0.0.1:{server.port}", verify = false }}
            "*.wild.test" = {{ cors = "rewrite", target = "https://127.0.0.1:{server.port}", verify = false }}
            "seen.test" = {{ target = "http://127.0.0.1:{plain.port}" }}
            "strict.test" = {{ target = "https://localhost:{server.port}", verify = "{certificate.path}" }}
            "untrusted.test" = {{ target = "https://127.0.0.1:{other.port}", cors = "inject" }}
        """
        with running(folder, config) as daemon:
            ca = made_authority(folder)  # devcors makes it on first need, and a client needs it before
            context = ssl.create_default_context(cafile=str(ca))
            with httpx.Client(proxy=daemon.url, verify=context, trust_env=False) as client:
                yield Setting(daemon, server, client, ca)


def test_headers_are_injected(setting: Setting) -> None:
    answer = setting.client.get("https://api.example.test/x", headers={"Origin": PAGE})
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "Origin" in answer.headers["vary"]
    assert answer.headers["x-host"] == "api.example.test"


def test_a_preflight_is_answered_though_the_server_has_no_options(setting: Setting) -> None:
    answer = setting.client.options("https://api.example.test/preflighted", headers=PREFLIGHT)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "PUT"
    assert answer.headers["access-control-allow-headers"] == "authorization, x-custom"
    assert setting.server.seen[-1].method == "OPTIONS"  # the server was asked all the same
    record = setting.daemon.record(lambda record: record["url"].endswith("/preflighted"))
    assert record["cors"]["allowed"] is True
    assert record["cors"]["server"]["allowed"] is False
    assert record["cors"]["server"]["chromium"]["error"] == "PreflightMissingAllowOriginHeader"


def test_a_preflight_and_its_request_are_tied(setting: Setting) -> None:
    setting.client.options("https://api.example.test/tied", headers=PREFLIGHT)
    setting.client.put("https://api.example.test/tied", headers={"Origin": PAGE, "X-Custom": "1"}, content=b"x")
    request = setting.daemon.record(lambda record: record["url"].endswith("/tied") and record["method"] == "PUT")
    preflight = setting.daemon.record(lambda record: record["url"].endswith("/tied") and record["method"] == "OPTIONS")
    assert request["preflight"] == preflight["id"]


def test_a_foreign_origin_gets_nothing(setting: Setting) -> None:
    answer = setting.client.get("https://api.example.test/", headers={"Origin": "https://evil.test"})
    assert "access-control-allow-origin" not in answer.headers
    assert "Origin" in answer.headers["vary"]


def test_a_star_is_narrowed(setting: Setting) -> None:
    answer = setting.client.get("https://api.example.test/wild", headers={"Origin": PAGE, "Cookie": "a=1"})
    assert answer.headers.get_list("access-control-allow-origin") == [PAGE]


def test_wildcard_hosts(setting: Setting) -> None:
    for host in ("a.wild.test", "b.a.wild.test"):
        answer = setting.client.get(f"https://{host}/wild", headers={"Origin": PAGE})
        assert answer.headers["access-control-allow-origin"] == PAGE


def test_http_2_to_the_client_where_it_is_wanted(setting: Setting) -> None:
    context = ssl.create_default_context(cafile=str(setting.ca))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", setting.daemon.port)) as sock:
        sock.sendall(b"CONNECT api.example.test:443 HTTP/1.1\r\nHost: api.example.test:443\r\n\r\n")
        assert read_response(sock)[0] == 200
        with context.wrap_socket(sock, server_hostname="api.example.test") as tls:
            assert tls.selected_alpn_protocol() == "h2"


def test_the_leaf_names_the_host_alone_and_has_a_key_of_its_own(setting: Setting) -> None:
    def certificate(host: str) -> x509.Certificate:
        context = ssl.create_default_context(cafile=str(setting.ca))
        with socket.create_connection(("127.0.0.1", setting.daemon.port)) as sock:
            sock.sendall(b"CONNECT %s:443 HTTP/1.1\r\nHost: x\r\n\r\n" % host.encode())
            assert read_response(sock)[0] == 200
            with context.wrap_socket(sock, server_hostname=host) as tls:
                return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")

    leaf, other = certificate("api.example.test"), certificate("a.wild.test")
    ca = x509.load_pem_x509_certificate(setting.ca.read_bytes())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["api.example.test"]
    assert leaf.public_key() not in (other.public_key(), ca.public_key())
    constraints = ca.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days <= 398


def test_the_ca_is_private(setting: Setting) -> None:
    assert setting.ca.parent.stat().st_mode & 0o777 == 0o700
    assert (setting.ca.parent / "devcors-ca-key.pem").stat().st_mode & 0o777 == 0o600


def test_a_certificate_file_is_trusted_for_its_host(setting: Setting) -> None:
    assert setting.client.get("https://strict.test/").status_code == 200


def test_an_untrusted_upstream_names_verify_and_is_readable(setting: Setting) -> None:
    answer = setting.client.get("https://untrusted.test/", headers={"Origin": PAGE, "Accept": "application/json"})
    assert answer.status_code == 502
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert 'intercept."untrusted.test"' in answer.json()["error"]["hint"]


def test_a_host_that_is_not_named_shows_its_own_certificate(setting: Setting) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", setting.daemon.port)) as sock:
        sock.sendall(b"CONNECT localhost:%d HTTP/1.1\r\nHost: x\r\n\r\n" % setting.server.port)
        assert read_response(sock)[0] == 200
        with context.wrap_socket(sock, server_hostname="localhost") as tls:
            shown = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
    assert shown.issuer == shown.subject  # the server's self-made one, not signed by our CA


def test_plain_http_of_other_hosts_is_relayed_and_not_recorded(setting: Setting) -> None:
    with serve(lambda _: Reply(body=b"other")) as other:
        answer = httpx.get(f"{other.url}/unnamed", proxy=setting.daemon.url, headers={"Origin": PAGE}, trust_env=False)
    assert answer.text == "other"
    assert "vary" not in answer.headers
    setting.client.get("https://api.example.test/after")
    setting.daemon.record(lambda record: record["url"].endswith("/after"))
    assert not [record for record in setting.daemon.records if "unnamed" in record["url"]]


def test_a_tunnel_to_nowhere_is_refused_before_it_is_granted(setting: Setting) -> None:
    answer = exchange(setting.daemon.port, b"CONNECT localhost:9 HTTP/1.1\r\nHost: x\r\n\r\n", timeout=2)
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert b"ECONNREFUSED" in answer


def test_the_front_door_is_served_in_process(setting: Setting) -> None:
    """A browser that is told not to bypass loopback asks for the front door through the proxy."""
    answer = httpx.get(f"{setting.daemon.url}/", proxy=setting.daemon.url, trust_env=False)
    assert answer.status_code == 404
    assert answer.json()["error"]["routes"] == []


def test_plain_http_of_a_named_host_is_judged(setting: Setting) -> None:
    httpx.get("http://seen.test/judged", proxy=setting.daemon.url, headers={"Origin": PAGE}, trust_env=False)
    record = setting.daemon.record(lambda record: record["url"] == "http://seen.test/judged")
    assert record["cors"]["chromium"]["error"] == "MissingAllowOriginHeader"
    assert record["cors"]["firefox"]["error"] == "CORSMissingAllowOrigin2"
    assert record["cors"]["fix"]
