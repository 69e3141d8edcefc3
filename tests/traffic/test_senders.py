"""A page that has sent cookies somewhere, and then asks without any, leaves them out on purpose."""

from __future__ import annotations

from devcors.heads import Fields, RequestHead
from devcors.traffic.senders import LIMIT, CookieSenders

PAGE, PLACE = b"http://localhost:5173", "http://127.0.0.1"


def _head(target: bytes = b"/api/items", *, cookie: bool = False, origin: bytes | None = PAGE) -> RequestHead:
    fields: Fields = ((b"Origin", origin),) if origin is not None else ()
    return RequestHead(b"GET", target, (*fields, (b"Cookie", b"sid=1")) if cookie else fields)


def test_it_is_known_after_the_first_cookie_for_this_page_and_part_of_the_place() -> None:
    senders = CookieSenders()
    assert not senders.note(_head(), PLACE)
    assert senders.note(_head(cookie=True), PLACE)
    assert senders.note(_head(b"/api/other?q"), PLACE)
    for other in (_head(b"/else"), _head(origin=b"http://localhost:3000"), _head(origin=None)):
        assert not senders.note(other, PLACE)
    assert not senders.note(_head(), "https://127.0.0.1")


def test_a_logout_makes_it_unknown() -> None:
    for deletion in (b"sid=; Max-Age=0", b"sid=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT"):
        senders = CookieSenders()
        senders.note(_head(cookie=True), PLACE)
        senders.forget(PLACE, ((b"Set-Cookie", b"theme=dark; Max-Age=60"),))
        assert senders.note(_head(), PLACE)
        senders.forget("http://other", ((b"Set-Cookie", deletion),))
        assert senders.note(_head(), PLACE)
        senders.forget(PLACE, ((b"Set-Cookie", deletion),))
        assert not senders.note(_head(), PLACE)


def test_it_is_bounded() -> None:
    senders = CookieSenders()
    for number in range(LIMIT + 1):
        senders.note(_head(b"/%d" % number, cookie=True), PLACE)
    assert not senders.note(_head(b"/0"), PLACE)
    assert senders.note(_head(b"/%d" % LIMIT), PLACE)
