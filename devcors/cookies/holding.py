"""Which cookies a browser holds back from a request, told from outside.

Known: the cookies that it was seen to store, the request, and the Cookie field that came with it. Wanted: those that
the browser's rules hold back. What does come along is not held back, whatever the rules say; and of what should have
come and did not, nothing is known: it is no longer there, or the page left cookies out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from .browsers import CHROMIUM, FIREFOX, SAFARI
from .cases import Browser, Kept, send_case_of
from .judge import Judgement, withheld
from .scope import Context
from .sending import other_partition
from .verdict import broken_sending


def browser_of(user_agent: bytes) -> Browser | None:
    """The profile to judge by: Chromium's for a browser that has none; None for what is no browser and has no jar."""
    if not user_agent.startswith(b"Mozilla/"):  # which all browsers say, and curl and the like do not
        return None
    if b"Firefox/" in user_agent:
        return FIREFOX
    if b"Safari/" in user_agent and b"Chrome/" not in user_agent:
        return SAFARI
    return CHROMIUM


def held_back(
    browser: Browser, stored: Iterable[Kept], context: Context, cookie_field: bytes, now: float
) -> Iterator[Judgement]:
    """What each browser says of every cookie in `stored` that `browser` holds back from the request of `context`.

    `cookie_field` is the request's, b"" where it has none; `now` is when it came, in seconds. Cookies that are kept for
    other pages are left out: no browser looks at them.
    """
    kept = [each for each in stored if each.expires is None or each.expires > now]
    names = Counter(each.stored.name for each in kept)
    carried = _pairs(cookie_field)
    for each in kept:
        if _came_along(each, carried, alone=names[each.stored.name] == 1):
            continue
        age = now - each.created
        case = send_case_of(browser, each.cookie, each.stored, context, age)
        if not other_partition(case) and broken_sending(case):
            yield withheld(each.cookie, each.context, context, age)


def _pairs(cookie_field: bytes) -> set[tuple[bytes, bytes]]:
    """Names and values (RFC 6265bis, section 5.8.3); what has no `=` is the value of a cookie without a name."""
    pairs = set()
    for part in cookie_field.split(b";"):
        name, equals, text = part.strip(b" \t").partition(b"=")
        pairs.add((name, text) if equals else (b"", name))
    return pairs


def _came_along(kept: Kept, carried: set[tuple[bytes, bytes]], *, alone: bool) -> bool:
    """By name; by name and value where several have the name. A script may have given it another value since."""
    name, text = kept.stored.name, kept.stored.value
    return (name, text) in carried or (alone and any(name == other for other, _ in carried))
