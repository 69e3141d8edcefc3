"""For which names the CA signs: those that a config names, whatever a client asks for once it is let in."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from tests.support.daemon import Daemon, running
from tests.support.raw import read_response

CONFIG = """
[intercept]
"api.test" = {}
"*.wild.test" = {}
"""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with running(tmp_path_factory.mktemp("leaves"), CONFIG) as daemon:
        yield daemon


@pytest.mark.parametrize(
    ("connect", "asked", "signed"),
    [
        ("api.test:443", "api.test", "api.test"),
        ("api.test:443", "a.wild.test", "a.wild.test"),
        ("api.test:443", "bank.test", "api.test"),
        ("a.b.wild.test:8443", "wild.test", "a.b.wild.test"),
        ("api.test:443", None, "api.test"),
    ],
)
def test_no_other_name_is_signed(daemon: Daemon, connect: str, asked: str | None, signed: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=10) as sock:
        sock.sendall(f"CONNECT {connect} HTTP/1.1\r\nHost: {connect}\r\n\r\n".encode())
        assert read_response(sock)[0] == 200
        with context.wrap_socket(sock, server_hostname=asked) as tls:
            leaf = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [signed]


def test_the_ca_is_made_only_when_it_is_needed(tmp_path: Path) -> None:
    with running(tmp_path, CONFIG):
        assert not (tmp_path / "home" / "data" / "ca").exists()
