"""Which pages have been seen to send cookies where: a later request of theirs without any did not mean to.

CORS requests carry cookies with the credentials mode "include" only, and no header tells the mode. But where a page has
sent cookies to a part of a host before, the jar holds some for it; so a request that comes without is one that leaves
them out, and its response's Set-Cookie is ignored by every browser (Fetch, section 4.6, step 8.21).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from devcors.cookies.setcookie import parse_set_cookie
from devcors.heads import Field, RequestHead, value, values

LIMIT = 1024

Key = tuple[bytes, str, bytes]


class CookieSenders:
    """Bounded; `place` is the scheme and host that a request is for, without the port (cookies ignore ports)."""

    def __init__(self) -> None:
        self._seen: OrderedDict[Key, None] = OrderedDict()

    def note(self, head: RequestHead, place: str) -> bool:
        """Whether this request's page has sent cookies to this part of the place before (or does now)."""
        origin = value(head.fields, b"origin")
        if origin is None:
            return False
        key = (origin, place, b"/".join(head.target.split(b"?")[0].split(b"/", 2)[:2]))
        if value(head.fields, b"cookie") is not None:
            self._seen[key] = None
            if len(self._seen) > LIMIT:
                self._seen.popitem(last=False)
        return key in self._seen

    def forget(self, place: str, fields: Iterable[Field]) -> None:
        """Where a response deletes a cookie (a logout), the jar may be empty again."""
        if any(map(_deletes, values(fields, b"set-cookie"))):
            for key in [key for key in self._seen if key[1] == place]:
                del self._seen[key]


def _deletes(text: bytes) -> bool:
    cookie = parse_set_cookie(text)
    if cookie is None:
        return False
    return (cookie.max_age is not None and cookie.max_age <= 0) or b"1970" in (cookie.expires or b"")
