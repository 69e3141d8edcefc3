"""The Host field, and names that the front door does not answer to."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Case

from .making import HOST, accept, either, reject, request, shown

_SOURCE = "RFC 9112, section 3.2"


def _host(*values: bytes) -> bytes:
    return request(host=b"".join(b"Host: " + value + b"\r\n" for value in values))


def _number() -> Iterator[Case]:
    yield reject("host/none", request(host=b""), _SOURCE, "HTTP/1.1 asks for a Host", closes=False)
    two = {
        "equal": (b"{host}", b"{host}"),
        "differing": (b"{host}", b"evil.test"),
        "evil-first": (b"evil.test", b"{host}"),
        "empty-second": (b"{host}", b""),
    }
    for name, values in two.items():
        yield reject(
            f"host/two/{name}", _host(*values), _SOURCE, "one server takes the first, another the last", closes=False
        )
    apart = request(b"X: y", b"hOsT: evil.test")
    yield reject("host/two/apart", apart, _SOURCE, "also with another spelling and a field between", closes=False)
    old = request(version=b"HTTP/1.0", host=(HOST + b"\r\n") * 2)
    yield reject("host/two/on-1.0", old, _SOURCE, "two are wrong in any version", closes=False)
    yield either(
        "host/none-on-1.0",
        request(version=b"HTTP/1.0", host=b""),
        _SOURCE,
        "allowed there; a front door may ask for it",
        statuses=frozenset({400, 403}),
    )


def _values() -> Iterator[Case]:
    faulty = [
        b"localhost/x",
        b"{host}/",
        b"user@{host}",
        b"user:secret@{host}",
        b"@{host}",
        b"{host}, {host}",
        b"{host},evil.test",
    ]
    faulty += [
        b"local host",
        b"{host} evil.test",
        b"{host}#x",
        b"{host}?x",
        b"{host}\\x",
        b"local\x00host",
        b"{host}\x00",
        b"local\x01host",
    ]
    faulty += [
        b"localhost:abc",
        b"localhost:-1",
        b"localhost:+80",
        b"localhost:80:80",
        b"localhost:8_0",
        b"localhost:0x50",
        b"localhost: 80",
    ]
    faulty += [
        b"[::1",
        b"::1",
        b"[::1]x",
        b"[::1]:x",
        b"[]",
        b"[localhost]",
        b"http://{host}",
        b"",
        b":{port}",
        b"loc\xe4lhost",
        b'"{host}"',
        b"<{host}>",
        b"local\thost",
        b"localhost:999999",
    ]
    for value in faulty:
        yield reject(f"host/{shown(value)}", _host(value), _SOURCE, "no host, or no host alone", closes=False)
    yield reject(
        "host/blank-before-colon",
        request(host=b"Host : {host}\r\n"),
        "RFC 9112, section 5.1",
        "some read it, some do not",
    )
    yield reject(
        "host/tab-before-name",
        request(host=b"\tHost: {host}\r\n"),
        "RFC 9112, section 2.2",
        "a blank after the request line hides the field from some",
    )
    yield reject("host/folded", request(b" evil.test"), "RFC 9112, section 5.2", "unfolded it is no host", closes=False)
    yield either(
        "host/empty-then-folded",
        request(host=b"Host:\r\n {host}\r\n"),
        "RFC 9112, section 5.2",
        "folded: one blank, or refused",
    )
    good = {
        "capitals": b"LOCALHOST:{port}",
        "ipv4": b"127.0.0.1:{port}",
        "ipv6": b"[::1]:{port}",
        "without-port": b"localhost",
        "subdomain": b"app.localhost:{port}",
        "blanks-around": b" \t {host} \t",
        "other-port": b"localhost:1",
    }
    for name, value in good.items():
        yield accept(f"host/good/{name}", _host(value), _SOURCE, "a valid host of this machine")
    yield either("host/loose/empty-port", _host(b"localhost:"), "RFC 3986, section 3.2.3", "port = *DIGIT")
    yield either(
        "host/loose/final-dot",
        _host(b"localhost.:{port}"),
        "RFC 1034, section 3.1",
        "the same name, absolute",
        statuses=frozenset({400, 403}),
    )
    yield either(
        "host/loose/percent-encoded",
        _host(b"local%68ost:{port}"),
        "RFC 3986, section 3.2.2",
        "a reg-name",
        statuses=frozenset({400, 403}),
    )
    yield either(
        "host/loose/underscore",
        _host(b"my_app.localhost:{port}"),
        "RFC 3986, section 3.2.2",
        "no DNS label, but a reg-name",
        statuses=frozenset({400, 403}),
    )


def _foreign() -> Iterator[Case]:
    why = "DNS rebinding: a page of that name would read everything here"
    for value in (
        b"evil.test",
        b"evil.test:{port}",
        b"localhost.evil.test",
        b"127.0.0.1.evil.test",
        b"0.0.0.0:{port}",
        b"[::]:{port}",
        b"192.0.2.1:{port}",
        b"xlocalhost",
        b"127.1.evil.test",
    ):
        yield reject(
            f"host/foreign/{shown(value)}", _host(value), "devcors: DNS rebinding", why, 403, closes=False, own=True
        )
    upgrade = (
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    )
    sent = request(*upgrade, host=b"Host: evil.test\r\n")
    yield reject("host/foreign/upgrade", sent, "devcors: DNS rebinding", why, 403, closes=False, own=True)


CASES = (*_number(), *_values(), *_foreign())
