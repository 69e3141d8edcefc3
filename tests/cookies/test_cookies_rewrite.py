"""Set-Cookie made to work at the front door."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.cookies.judge import Context, judge_set_cookie
from devcors.cookies.rewrite import FrontDoor, rewrite_auto, rewrite_table
from devcors.cookies.setcookie import parse_set_cookie


def _back(path: bytes) -> bytes | None:
    """The route `"/auth" = { target = …, rewrite = "/v2/auth" }`."""
    return path[3:] if path == b"/v2/auth" or path.startswith(b"/v2/auth/") else None


def _door(scheme: str = "http", host: str = "localhost", target: str = "api.example.com") -> FrontDoor:
    return FrontDoor(scheme, host, _back, target, "https", b"/v2/auth")


LOCAL, HTTPS, PLAIN = _door(), _door("https"), _door(host="dev.test")


@pytest.mark.parametrize(
    "text",
    [
        b"a=1",
        b"a=1;Path=/ ;  HttpOnly;Secure ; SameSite=None",
        b"a=1; SameSite=Strict",
        b"__Host-a=1; Secure; Path=/",
        b"a=1; Secure; Partitioned; SameSite=None; Path=/",
        b"a=1; Path=relative",
        b"a=1; Domain=",
        b"a=1; Domain=other.com; Path=/",  # nobody would take it from the target either
        b"a=1; Domain=com",
        b"",
        b"a=\x001; Domain=api.example.com",
        b"v",
        b"=v",
    ],
)
@pytest.mark.parametrize("door", [LOCAL, HTTPS])
def test_what_works_already_comes_back_as_it_was(text: bytes, door: FrontDoor) -> None:
    rewritten = rewrite_auto(text, door)
    assert (rewritten.text, rewritten.changes) == (text, ())


@pytest.mark.parametrize(
    ("text", "door", "sent", "changes"),
    [
        (b"a=1; Domain=.API.example.com; Path=/", LOCAL, b"a=1; Path=/", ("Domain=.API.example.com removed",)),
        (b"a=1;domain=example.com", LOCAL, b"a=1", ("Domain=example.com removed",)),
        (b"a=1; Domain=x.com; Domain=example.com", LOCAL, b"a=1", ("Domain=example.com removed",)),
        (b"a=1; path=/v2/auth", LOCAL, b"a=1; path=/auth", ("Path /v2/auth -> /auth",)),
        (b"a=1; Path=/v2/auth/x; HttpOnly", LOCAL, b"a=1; Path=/auth/x; HttpOnly", ("Path /v2/auth/x -> /auth/x",)),
        (b"a=1; Path=/v2", LOCAL, b"a=1; Path=/auth", ("Path /v2 -> /auth",)),
        (b"a=1; SameSite=None", LOCAL, b"a=1; SameSite=Lax", ("SameSite=None -> Lax",)),
        (b"a=1; Partitioned", LOCAL, b"a=1", ("Partitioned removed",)),
        (
            b"a=1; Secure; SameSite=None; Partitioned",
            PLAIN,
            b"a=1; SameSite=Lax",
            (
                "Secure removed (http://dev.test is not a secure context)",
                "SameSite=None -> Lax",
                "Partitioned removed",
            ),
        ),
    ],
)
def test_made_to_work(text: bytes, door: FrontDoor, sent: bytes, changes: tuple[str, ...]) -> None:
    rewritten = rewrite_auto(text, door)
    assert (rewritten.text, rewritten.changes) == (sent, changes)


@pytest.mark.parametrize(
    ("text", "door", "warnings"),
    [
        (b"a=1; Secure", HTTPS, ()),
        (b"a=1; Secure", LOCAL, ("Safari stores no Secure cookie over http://localhost: turn on [server] https",)),
        (b"a=1; Path=/v3", LOCAL, ("Path=/v3 is outside of the route: the cookie is not sent back through it",)),
        (
            b"__Host-a=1; Secure; Path=/",
            PLAIN,
            ("__Host- cookies are not stored over http://dev.test by any browser: turn on [server] https",),
        ),
    ],
)
def test_what_cannot_be_made_to_work_is_told(text: bytes, door: FrontDoor, warnings: tuple[str, ...]) -> None:
    assert rewrite_auto(text, door) == type(rewrite_auto(b"", door))(text, (), warnings)


def test_a_domain_that_holds_at_the_front_door_stays() -> None:
    door = _door("https", "app.example.com")
    assert rewrite_auto(b"a=1; Domain=example.com", door).text == b"a=1; Domain=example.com"


NAMES = st.sampled_from([b"a=1", b"v", b"__Host-a=1", b"__Secure-a=1"])
ATTRIBUTES = st.lists(
    st.sampled_from(
        [
            b"Secure", b"HttpOnly", b"Path=/", b"Path=/v2/auth", b"Path=/v2", b"Path=/x", b"Domain=api.example.com",
            b"Domain=example.com", b"SameSite=None", b"SameSite=Lax", b"SameSite=foo", b"Partitioned", b"Max-Age=5",
        ]
    ),
    max_size=6,
)  # fmt: skip
DOORS = st.sampled_from([LOCAL, HTTPS, PLAIN])


@given(NAMES, ATTRIBUTES, DOORS)
def test_what_browsers_take_from_the_target_they_take_at_the_front_door(
    name: bytes, attributes: list[bytes], door: FrontDoor
) -> None:
    text = b"; ".join((name, *attributes))
    at_target = judge_set_cookie(text, Context("https", door.target_host, "/v2/auth/login"))
    rewritten = rewrite_auto(text, door)
    judged = judge_set_cookie(rewritten.text, Context(door.scheme, door.host, "/auth/login"))
    told = bool(rewritten.warnings)
    assert judged.chromium.accepted or not at_target.chromium.accepted or told
    assert judged.firefox.accepted or not at_target.firefox.accepted or told
    assert judged.safari.accepted or not at_target.safari.accepted or told


@given(st.one_of(st.binary(max_size=60), st.tuples(NAMES, ATTRIBUTES).map(lambda t: b"; ".join((t[0], *t[1])))), DOORS)
def test_rewriting_twice_is_rewriting_once(text: bytes, door: FrontDoor) -> None:
    once = rewrite_auto(text, door)
    back_only_once = FrontDoor(door.scheme, door.host, lambda path: path, door.target_host, door.target_scheme)
    again = rewrite_auto(once.text, back_only_once)
    assert (again.text, again.changes) == (once.text, ())
    assert (once.text == text) or once.changes


@pytest.mark.parametrize(
    ("edits", "sent", "changes"),
    [
        ({}, b"a=1;Path=/x; SameSite=None; Domain=b.test", ()),
        ({"path": "/x", "secure": False}, b"a=1;Path=/x; SameSite=None; Domain=b.test", ()),
        ({"domain": ""}, b"a=1; Path=/x; SameSite=None", ("Domain=b.test removed",)),
        ({"domain": "c.test"}, b"a=1; Path=/x; SameSite=None; Domain=c.test", ("Domain=b.test -> c.test",)),
        ({"path": "/"}, b"a=1; Path=/; SameSite=None; Domain=b.test", ("Path=/x -> /",)),
        ({"samesite": "lax"}, b"a=1; Path=/x; SameSite=Lax; Domain=b.test", ("SameSite=None -> Lax",)),
        ({"secure": True}, b"a=1; Path=/x; SameSite=None; Domain=b.test; Secure", ("Secure added",)),
        (
            {"domain": "", "path": "", "samesite": ""},
            b"a=1",
            ("Domain=b.test removed", "Path=/x removed", "SameSite=None removed"),
        ),
    ],
)
def test_table(edits: dict[str, object], sent: bytes, changes: tuple[str, ...]) -> None:
    rewritten = rewrite_table(b"a=1;Path=/x; SameSite=None; Domain=b.test", **edits)  # type: ignore[arg-type] # mixed
    assert (rewritten.text, rewritten.changes) == (sent, changes)


def test_table_adds_and_removes() -> None:
    assert rewrite_table(b"a=1", samesite="none", secure=True).text == b"a=1; SameSite=None; Secure"
    assert rewrite_table(b"a=1; secure; Secure", secure=False).text == b"a=1"
    assert rewrite_table(b"", secure=True).text == b""


@given(st.binary(max_size=60), st.none() | st.text(max_size=5), st.none() | st.booleans())
def test_table_takes_any_bytes(text: bytes, path: str | None, secure: bool | None) -> None:
    rewritten = rewrite_table(text, domain=path, path=path, secure=secure, samesite=None)
    assert (rewritten.text == text) or rewritten.changes
    if parse_set_cookie(text) is None:
        assert rewritten.text == text
