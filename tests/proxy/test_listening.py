"""`[server] listen`: both families, the next free port, and addresses that are not this machine's."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from devcors.config.schema import Config
from devcors.errors import StartError
from devcors.proxy import listening
from devcors.proxy.listening import Bound, bind, is_exposed, listen_address


@contextmanager
def bound(host: str, port: int, *, strict: bool = False) -> Iterator[Bound]:
    made = bind(host, port, strict=strict)
    try:
        yield made
    finally:
        for sock in made.sockets:
            sock.close()


@contextmanager
def held(address: str = "127.0.0.1") -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as sock:
        sock.bind((address, 0))
        sock.listen()
        yield int(sock.getsockname()[1])


@pytest.mark.parametrize("listen", ["localhost:0", "127.0.0.1:0", "[::1]:0", "127.0.0.2:0"])
def test_the_listen_key_is_where_we_listen(listen: str) -> None:
    host, port = listen_address(Config.model_validate({"server": {"listen": listen}}))
    with bound(host, port) as made:
        expected = ["127.0.0.1", "::1"] if host == "localhost" else [host.strip("[]")]
        assert [sock.getsockname()[0] for sock in made.sockets] == expected
        assert {sock.getsockname()[1] for sock in made.sockets} == {made.port}
        assert (made.host, made.taken) == (host, None)
        for address in expected:
            socket.create_connection((address, made.port), timeout=5).close()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_port_that_either_family_has_taken_is_not_shared(address: str) -> None:
    with held(address) as port, bound("localhost", port) as made:
        assert made.port > port
        assert made.taken == port
        assert len(made.sockets) == 2


def test_with_strict_a_taken_port_is_an_error() -> None:
    with held() as port, pytest.raises(StartError, match=f"port {port} is taken") as caught:
        bind("localhost", port, strict=True)
    assert caught.value.hint
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(("host", "said"), [("192.0.2.1", "Cannot assign"), ("no-such-host.invalid", "")])
def test_a_strange_address_is_told(host: str, said: str) -> None:
    with pytest.raises(StartError, match=f"cannot listen on {host}:0: .*{said}") as caught:
        bind(host, 0, strict=False)
    assert "listen" in (caught.value.hint or "")


def test_any_port_is_one_that_both_families_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system chooses a port for the first family alone."""
    with held("::1") as port:
        chosen = iter([port, 0])
        bind_one = listening._bind_one
        monkeypatch.setattr(listening, "_bind_one", lambda address, wanted: bind_one(address, wanted or next(chosen)))
        with bound("localhost", 0) as made:
            assert made.port != port
            assert made.taken is None


def test_no_socket_is_left_open_where_the_second_fails() -> None:
    with held("::1") as port:
        with pytest.raises(StartError):
            bind("localhost", port, strict=True)
        with bound("127.0.0.1", port, strict=True) as made:
            assert made.port == port


@pytest.mark.parametrize(
    ("host", "exposed"),
    [
        ("localhost", False),
        ("127.0.0.1", False),
        ("[::1]", False),
        ("0.0.0.0", True),
        ("[::]", True),
        ("dev.test", True),
    ],
)
def test_who_can_reach_it(host: str, exposed: bool) -> None:
    assert is_exposed(host) is exposed
