"""The jar: what it overwrites, clears and sends, for each browser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.cookies import firefox_texts
from devcors.cookies.browsers import CHROMIUM, FIREFOX, SAFARI
from devcors.cookies.cases import Browser
from devcors.cookies.eviction import LEFT, MOST
from devcors.cookies.jar import Jar, cookie_field
from devcors.cookies.lifetime import LONGEST
from devcors.cookies.scope import Context
from devcors.cookies.verdict import Verdict

NOW = 1_793_000_000.0
BOTH = [CHROMIUM, FIREFOX]
SITE = ("https", "app.site.test")
OTHER = ("https", "www.other.test")
APP = Context(*SITE, "/")
APP_HTTP = Context("http", "app.site.test", "/")
API = Context("https", "api.site.test", "/")
BASE_HTTP = Context("http", "site.test", "/")
LOCAL = Context("http", "localhost", "/")
SCRIPT = Context(*SITE, "/", SITE, from_script=True)


def jar_of(browser: Browser, *cookies: tuple[bytes, Context]) -> Jar:
    jar = Jar(browser)
    for text, context in cookies:
        assert jar.set(text, context, NOW).accepted
    return jar


def sent(jar: Jar, context: Context, now: float = NOW) -> bytes:
    return cookie_field(jar.choose(context, now))


def names(jar: Jar) -> list[bytes]:
    return [kept.stored.name for kept in jar.contents(NOW)]


@pytest.mark.parametrize("browser", BOTH)
def test_the_cookie_field_has_longer_paths_first_then_older_cookies(browser: Browser) -> None:
    jar = jar_of(browser, (b"a=1; Path=/", LOCAL), (b"b=1; Path=/x", LOCAL), (b"c=1; Path=/", LOCAL), (b"v", LOCAL))
    nameless = b"v" if browser is CHROMIUM else b"v="
    assert sent(jar, Context("http", "localhost", "/x/y")) == b"b=1; a=1; c=1; " + nameless


@pytest.mark.parametrize(
    ("again", "chromium", "firefox"),
    [
        (b"a=2; Path=/", b"b=1; a=2", b"a=2; b=1"),
        (b"a=1; Path=/; HttpOnly", b"a=1; b=1", b"a=1; b=1"),
        (b"a=; Path=/; Max-Age=0", b"b=1", b"b=1"),
        (b"a=2; Path=/x; Max-Age=0", b"a=1; b=1", b"a=1; b=1"),
    ],
)
def test_overwriting_and_the_order(again: bytes, chromium: bytes, firefox: bytes) -> None:
    for browser, field in ((CHROMIUM, chromium), (FIREFOX, firefox)):
        jar = jar_of(browser, (b"a=1; Path=/", LOCAL), (b"b=1; Path=/", LOCAL), (again, LOCAL))
        assert sent(jar, LOCAL) == field


@pytest.mark.parametrize(
    ("old", "set_in", "new", "over", "chromium", "firefox"),
    [
        (b"c=1; Secure; Path=/", APP, b"c=2; Path=/", APP_HTTP, False, False),
        (b"c=1; Secure; Path=/", APP, b"c=2; Path=/deeper", APP_HTTP, False, False),
        (b"c=1; Secure; Path=/deeper", APP, b"c=2; Path=/", APP_HTTP, True, True),
        (b"c=1; Secure; Path=/", APP, b"c=; Max-Age=0; Path=/", APP_HTTP, False, False),
        (b"c=1; Secure; Path=/", APP, b"C=2; Path=/", APP_HTTP, True, True),
        (b"c=1; Secure; Path=/", APP, b"c=2; Path=/", APP, True, True),
        (b"c=1; Secure; Path=/", APP, b"c=2; Domain=site.test; Path=/", APP_HTTP, False, False),
        (b"c=1; Secure; Domain=site.test; Path=/", APP, b"c=2; Path=/", APP_HTTP, False, False),
        # both host-only, one host below the other
        (b"c=1; Secure; Path=/", APP, b"c=2; Path=/", BASE_HTTP, False, True),
        # on loopback every connection may
        (b"c=1; Secure; Path=/", Context("https", "localhost", "/"), b"c=2; Path=/", LOCAL, True, True),
    ],
)
def test_secure_cookies_are_left_alone(
    old: bytes, set_in: Context, new: bytes, over: Context, chromium: bool, firefox: bool
) -> None:
    for browser, accepted, reason in (
        (CHROMIUM, chromium, "OverwriteSecure"),
        (FIREFOX, firefox, "CookieRejectedNonsecureOverSecure"),
    ):
        verdict = jar_of(browser, (old, set_in)).set(new, over, NOW)
        assert verdict.accepted is accepted
        assert verdict.reasons == (() if accepted else (reason,))


def test_chromium_names_an_overwriting_beside_other_reasons() -> None:
    jar = jar_of(CHROMIUM, (b"c=1; Secure; Path=/", APP))
    assert jar.set(b"c=2; Secure; Path=/", APP_HTTP, NOW).reasons == ("SecureOnly", "OverwriteSecure")


@pytest.mark.parametrize("text", [b"a=1; HttpOnly", b"h=2; Path=/", b"h=; Max-Age=0; Path=/"])
def test_scripts_and_http_only(text: bytes) -> None:
    for browser in (CHROMIUM, FIREFOX, SAFARI):
        jar = jar_of(browser, (b"h=1; HttpOnly; Path=/", APP))
        assert not jar.set(text, SCRIPT, NOW).accepted
        assert sent(jar, APP) == b"h=1"
    assert jar_of(FIREFOX).set(b"a=1; HttpOnly", SCRIPT, NOW).message == (
        "Cookie “a” has been rejected because there is already an HTTP-Only cookie but script tried to store a new one."
    )


def test_scripts_may_set_beside_an_http_only_cookie() -> None:
    jar = jar_of(CHROMIUM, (b"h=1; HttpOnly; Path=/x", APP))
    assert jar.set(b"h=2; Path=/", SCRIPT, NOW).accepted


@pytest.mark.parametrize("browser", BOTH)
def test_cookies_end(browser: Browser) -> None:
    jar = jar_of(browser, (b"a=1; Max-Age=10", LOCAL), (b"b=1; Max-Age=99999999", LOCAL), (b"c=1", LOCAL))
    assert sent(jar, LOCAL, NOW + 9) == b"a=1; b=1; c=1"
    assert sent(jar, LOCAL, NOW + 10) == b"b=1; c=1"
    assert sent(jar, LOCAL, NOW + LONGEST) == b"c=1"


def test_no_same_site_and_a_cross_site_post() -> None:
    post = Context(*SITE, "/", OTHER, "POST", top_level_navigation=True)
    jar = jar_of(CHROMIUM, (b"unset=1; Path=/", APP), (b"lax=1; SameSite=Lax; Path=/", APP))
    assert sent(jar, post, NOW + 120) == b"unset=1"
    held = jar.choose(post, NOW + 121)
    assert [(choice.kept.stored.name, choice.verdict.reasons) for choice in held] == [
        (b"unset", ("SchemefulSameSiteUnspecifiedTreatedAsLax",)),
        (b"lax", ("SchemefulSameSiteLax",)),
    ]


def test_a_redirect_through_another_site() -> None:
    back = Context(*SITE, "/", SITE, "GET", top_level_navigation=True, via=(SITE, OTHER))
    for browser, field, message in (
        (CHROMIUM, b"none=1; lax=1; strict=1", ""),
        (
            FIREFOX,
            b"none=1; lax=1",
            firefox_texts.text("CookieBlockedCrossSiteRedirect", b"strict"),
        ),
    ):
        jar = jar_of(
            browser,
            (b"none=1; SameSite=None; Secure", APP),
            (b"lax=1; SameSite=Lax", APP),
            (b"strict=1; SameSite=Strict", APP),
        )
        choices = jar.choose(back, NOW)
        assert cookie_field(choices) == field
        assert "".join(choice.verdict.message for choice in choices) == message


def test_firefox_does_not_blame_the_redirect_where_the_page_is_of_another_site() -> None:
    linked = Context(*SITE, "/", ("https", "third.test"), top_level_navigation=True, via=(OTHER,))
    (choice,) = jar_of(FIREFOX, (b"strict=1; SameSite=Strict", APP)).choose(linked, NOW)
    assert (choice.verdict.accepted, choice.verdict.message) == (False, "")


def test_a_frame_of_another_site_between_page_and_request() -> None:
    between = Context(*SITE, "/", SITE, frame=OTHER)
    jar = jar_of(CHROMIUM, (b"lax=1; SameSite=Lax", APP), (b"none=1; SameSite=None; Secure", APP))
    assert sent(jar, between) == b"none=1"
    part = b"p=1; Secure; SameSite=None; Partitioned"
    assert jar.set(part, between, NOW).accepted
    assert sent(jar, between) == b"none=1; p=1"
    assert b"p=1" not in sent(jar, Context(*SITE, "/", SITE))


def test_a_credentialless_frame_has_cookies_of_its_own_in_chromium_alone() -> None:
    inside = Context(*SITE, "/", OTHER, frame=SITE, credentialless=True)
    jar = jar_of(CHROMIUM, (b"none=1; SameSite=None; Secure", APP))
    assert [choice.verdict.reasons for choice in jar.choose(inside, NOW)] == [("AnonymousContext",)]
    assert jar.set(b"own=1; SameSite=None; Secure", inside, NOW).accepted
    assert sent(jar, inside) == b"own=1"
    assert sent(jar, APP) == b"none=1"


@pytest.mark.parametrize("browser", BOTH)
def test_hosts_of_one_site(browser: Browser) -> None:
    jar = jar_of(browser, (b"host=1", APP), (b"all=1; Domain=site.test", APP), (b"else=1", LOCAL))
    choices = jar.choose(API, NOW)
    assert [choice.kept.stored.name for choice in choices] == [b"host", b"all"]
    assert cookie_field(choices) == b"all=1"


@pytest.mark.parametrize("browser", BOTH)
def test_a_site_has_room_for_180(browser: Browser) -> None:
    jar = jar_of(browser, *((b"c%03d=1" % number, LOCAL) for number in range(MOST)))
    assert len(jar.contents(NOW)) == MOST
    assert jar.set(b"other=1", APP, NOW).accepted
    assert jar.set(b"new=1", LOCAL, NOW).accepted
    assert names(jar)[:2] == [b"c031", b"c032"]
    assert len(jar.contents(NOW)) == LEFT + 1


@pytest.mark.parametrize("browser", BOTH)
def test_cookies_that_are_used_stay(browser: Browser) -> None:
    jar = jar_of(
        browser, (b"used=1; Path=/used", LOCAL), *((b"c%03d=1; Path=/else" % n, LOCAL) for n in range(1, MOST))
    )
    assert cookie_field(jar.choose(Context("http", "localhost", "/used"), NOW + 3600)).startswith(b"used=1")
    jar.set(b"c001=2; Path=/other", LOCAL, NOW + 7200)
    assert b"used" in [kept.stored.name for kept in jar.contents(NOW + 7200)]


@pytest.mark.parametrize(
    ("browser", "secure_left", "others_left"),
    [(CHROMIUM, 90, 60), (FIREFOX, 90, 60)],
)
def test_secure_cookies_go_last(browser: Browser, secure_left: int, others_left: int) -> None:
    texts = [b"c%03d=1%s" % (number, b"; Secure" if number % 2 else b"") for number in range(MOST + 1)]
    jar = jar_of(browser, *((text, LOCAL) for text in texts))
    secure = [kept.cookie.secure for kept in jar.contents(NOW)]
    assert (sum(secure), len(secure) - sum(secure)) == (secure_left, others_left)


def test_priorities_count_in_chromium() -> None:
    texts = [b"c%03d=1; Priority=%s" % (number, b"Low" if number >= 100 else b"High") for number in range(MOST + 1)]
    jar = jar_of(CHROMIUM, *((text, LOCAL) for text in texts))
    assert names(jar) == [b"c%03d" % number for number in (*range(100), *range(131, MOST + 1))]


def test_a_partition_has_room_for_180_in_chromium_and_only_the_oldest_goes() -> None:
    texts = [b"c%03d=1; Secure; Partitioned; Priority=%s" % (n, b"Low" if n % 2 else b"High") for n in range(MOST + 2)]
    jar = jar_of(CHROMIUM, *((text, LOCAL) for text in texts))
    assert names(jar) == [b"c%03d" % number for number in range(2, MOST + 2)]


def test_an_insecure_cookie_has_no_place_among_secure_ones_in_firefox() -> None:
    jar = jar_of(FIREFOX, *((b"c%03d=1; Secure" % number, LOCAL) for number in range(MOST)))
    jar.set(b"new=1", LOCAL, NOW)
    assert b"new" not in names(jar)
    jar.set(b"new=1; Secure", LOCAL, NOW)
    assert names(jar)[0] == b"c031"


@pytest.mark.parametrize("browser", BOTH)
def test_a_nul_costs_all_cookies_of_the_response(browser: Browser) -> None:
    jar = Jar(browser)
    assert jar.receive([b"a=1", b"b=\x00"], LOCAL, NOW) == [Verdict(accepted=False)] * 2
    assert jar.receive([b"a=1", b"b=1"], LOCAL, NOW) == [Verdict(accepted=True)] * 2


CONTEXTS = st.builds(
    Context,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["localhost", "app.site.test", "site.test"]),
    st.sampled_from(["/", "/a/b"]),
    st.sampled_from([None, SITE, OTHER, ("", "")]),
    st.sampled_from(["GET", "POST"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, SITE, OTHER, ("", "")]),
    st.sampled_from([(), (OTHER,)]),
    st.booleans(),
    st.booleans(),
)
TEXTS = st.lists(
    st.sampled_from([b"a=1", b"b=2", b"=", b"; Secure", b"; HttpOnly", b"; SameSite=Lax", b"; SameSite=None",
                     b"; Partitioned", b"; Path=/", b"; Domain=site.test", b"; Max-Age=5", b"; Max-Age=0"]),
    min_size=1,
    max_size=6,
).map(b"".join)  # fmt: skip


@given(st.sampled_from([CHROMIUM, FIREFOX, SAFARI]), st.lists(st.tuples(TEXTS, CONTEXTS), max_size=12), CONTEXTS)
def test_whatever_happens_the_jar_holds_together(
    browser: Browser, arriving: list[tuple[bytes, Context]], request: Context
) -> None:
    jar = Jar(browser)
    for second, (text, context) in enumerate(arriving):
        before = len(jar.contents(NOW + second))
        verdict = jar.set(text, context, NOW + second)
        assert verdict.accepted or len(jar.contents(NOW + second)) == before
    now = NOW + len(arriving)
    identities = [(k.stored.name, k.stored.scope, k.stored.path, k.stored.partition) for k in jar.contents(now)]
    assert len(set(identities)) == len(identities)
    going = [choice.kept for choice in jar.choose(request, now) if choice.verdict.accepted]
    assert all(kept.stored.scope.matches(request.host) for kept in going)
    assert [len(kept.stored.path) for kept in going] == sorted((len(k.stored.path) for k in going), reverse=True)
