"""Which cookies are said to be held back: by the browser's own rules, and never one that came along."""

from __future__ import annotations

import pytest

from devcors.cookies.browsers import CHROMIUM, FIREFOX, SAFARI
from devcors.cookies.cases import Browser
from devcors.cookies.holding import browser_of, held_back
from devcors.cookies.jar import Jar
from devcors.cookies.scope import Context

HOME = Context("https", "api.test", "/login")
FOREIGN = Context("https", "api.test", "/items", top=("https", "app.other"))
SAME = Context("https", "api.test", "/items", top=("https", "www.api.test"))
POST = Context("https", "api.test", "/items", top=("https", "app.other"), method="POST", top_level_navigation=True)


def held(
    *texts: bytes, context: Context = FOREIGN, cookie: bytes = b"", now: float = 10.0, browser: Browser = CHROMIUM
) -> dict[str, tuple[str, ...]]:
    """Name and Chromium's reasons of what stays behind, `now` seconds after it was set."""
    jar = Jar(browser)
    jar.receive(texts, HOME, 0.0)
    return {
        judged.name: judged.chromium.reasons for judged in held_back(browser, jar.contents(0.0), context, cookie, now)
    }


@pytest.mark.parametrize(
    ("text", "context", "reasons"),
    [
        (b"sid=1; Path=/; SameSite=Strict", FOREIGN, ("SchemefulSameSiteStrict",)),
        (b"sid=1; Path=/; SameSite=Lax", FOREIGN, ("SchemefulSameSiteLax",)),
        (b"sid=1; Path=/", FOREIGN, ("SchemefulSameSiteUnspecifiedTreatedAsLax",)),
        (b"sid=1; Path=/else", SAME, ("NotOnPath",)),
        (b"sid=1; Path=/; Secure", Context("http", "api.test", "/"), ("SecureOnly",)),
        (b"sid=1; Path=/", Context("https", "b.api.test", "/"), ("DomainMismatch",)),
    ],
)
def test_by_what_rule(text: bytes, context: Context, reasons: tuple[str, ...]) -> None:
    assert held(text, context=context) == {"sid": reasons}


@pytest.mark.parametrize(
    ("text", "context"),
    [
        (b"sid=1; Path=/; SameSite=None; Secure", FOREIGN),
        (b"sid=1; Path=/", SAME),
        (b"sid=1; Path=/; SameSite=Strict; Secure; Partitioned", FOREIGN),  # kept for other pages
        (b"__Host-sid=1", FOREIGN),  # was never stored
    ],
)
def test_what_is_not_held_back(text: bytes, context: Context) -> None:
    assert held(text, context=context) == {}


def test_what_came_along_is_not_held_back() -> None:
    lax = b"sid=1; Path=/; SameSite=Lax"
    assert held(lax, cookie=b"a=b; sid=1") == {}
    assert held(lax, cookie=b"a=b; sid=new") == {}  # a script has changed it
    assert held(lax, cookie=b"a=b; sid2=1").keys() == {"sid"}
    assert held(b"flag; Path=/", cookie=b"flag") == {}  # without a name
    two = (b"sid=1; Path=/", b"sid=2; Path=/else")
    assert held(*two, context=SAME, cookie=b"sid=1") == {"sid": ("NotOnPath",)}


def test_time_passes() -> None:
    assert held(b"sid=1; Path=/; Max-Age=60", now=59.0).keys() == {"sid"}
    assert held(b"sid=1; Path=/; Max-Age=60", now=60.0) == {}
    assert held(b"sid=1; Path=/", context=POST, now=119.0) == {}  # "Lax+POST"
    assert held(b"sid=1; Path=/", context=POST, now=121.0).keys() == {"sid"}


def test_it_is_the_asking_browser_that_holds_back() -> None:
    unset = b"sid=1; Path=/"
    assert held(unset, browser=FIREFOX) == {}  # kept for the pages of its own site: Firefox does not look at it
    assert held(b"sid=1; Path=/else", context=SAME, browser=FIREFOX) == {"sid": ("NotOnPath",)}


@pytest.mark.parametrize(
    ("user_agent", "browser"),
    [
        (b"Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", FIREFOX),
        (
            b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
            CHROMIUM,
        ),
        (b"Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", SAFARI),
        (b"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Servo/1.0", CHROMIUM),
        (b"curl/8", None),
        (b"", None),
    ],
)
def test_the_browser_by_its_name(user_agent: bytes, browser: Browser | None) -> None:
    assert browser_of(user_agent) is browser
