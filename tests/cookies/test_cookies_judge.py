"""What the oracle's file does not hold: explanations, Safari, Firefox's other texts, and any bytes at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devcors.cookies.browsers import CHROMIUM, FIREFOX, SAFARI
from devcors.cookies.explain import WHY, WORDS
from devcors.cookies.firefox_texts import TEXTS
from devcors.cookies.judge import Context, judge_set_cookie, withheld
from devcors.cookies.rules import null_byte
from devcors.cookies.setcookie import split_set_cookie

LOCAL = Context("http", "localhost", "/api/login", ("http", "localhost"))
PLAIN = Context("http", "dev.test", "/login", ("http", "dev.test"))
CROSS = Context("https", "api.site.test", "/login", ("https", "www.other.test"))
CROSS_PLAIN = Context("http", "api.site.test", "/login", ("http", "www.other.test"))
MIXED = Context("https", "localhost", "/login", ("http", "localhost"))
LINK = Context("https", "api.site.test", "/", ("https", "www.other.test"), "GET", top_level_navigation=True)
POST = Context("https", "api.site.test", "/", ("https", "www.other.test"), "POST", top_level_navigation=True)
HOME = Context("https", "api.site.test", "/login")
OPAQUE = Context("https", "api.site.test", "/login", ("", ""))


@pytest.mark.parametrize(
    ("text", "context", "reasons"),
    [
        (b"a=1; SameSite=Lax; Secure", CROSS_PLAIN, ("SecureOnly", "SchemefulSameSiteLax")),
        (b"a=1; SameSite=None", LINK, ("SameSiteNoneInsecure",)),
        (b"a=1; SameSite=Strict", LINK, ()),
        (b"a=1; SameSite=Strict", OPAQUE, ("SchemefulSameSiteStrict",)),
        (b"__Secure-a=1; Domain=x.test", PLAIN, ("InvalidDomain", "InvalidPrefix")),
        (b"a=1; Domain=test", PLAIN, ("InvalidDomain",)),
        (b"a=1; Domain=.", LOCAL, ("InvalidDomain",)),
        (b"a=1; x=\t1\t1", LOCAL, ("DisallowedCharacter",)),
        (b"a=" + b"v" * 4096, LOCAL, ("NameValuePairExceedsMaxSize",)),
    ],
)
def test_chromium_reasons(text: bytes, context: Context, reasons: tuple[str, ...]) -> None:
    judged = judge_set_cookie(text, context).chromium
    assert judged.reasons == reasons
    assert judged.accepted is not bool(reasons)


@pytest.mark.parametrize("text", [b"a=1; Partitioned", b"=a=b"])
def test_chromium_refuses_some_without_a_reason(text: bytes) -> None:
    judged = judge_set_cookie(text, LOCAL).chromium
    assert (judged.accepted, judged.reasons) == (False, ())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (b"a=" + b"v" * 4096, "CookieOversize"),
        (b"a=1; Path=/x\ty", "CookieRejectedInvalidPath"),
        (b"=v", "CookieRejectedInvalidCharName"),
        (b"a\x02=1", "CookieRejectedInvalidCharName"),
    ],
)
def test_firefox_rejections(text: bytes, key: str) -> None:
    judged = judge_set_cookie(text, LOCAL).firefox
    assert judged.reasons == (key,)
    assert judged.message.startswith("Cookie “")


def test_firefox_warns_in_its_order() -> None:
    text = b"a=1; Path=/a; Path=/b; Domain=" + b"x" * 1025 + b"; SameSite=foo; Max-Age=x"
    assert judge_set_cookie(
        text, Context("https", "api.site.test", "/b", ("https", "www.other.test"))
    ).firefox.warnings == (
        (
            "The value of the attribute “domain” for the cookie “a” has been rejected because its size is too big."
            " Max size is 1024 B."
        ),
        "The value of the attribute “path” for the cookie “a” has been overwritten.",
        "Invalid “SameSite“ value for cookie “a”. The supported values are: “Lax“, “Strict“, “None“.",
        "Invalid “max-age“ value for cookie “a”. The attribute is ignored.",
        "Cookie “a” will soon be rejected because it is foreign and does not have the “Partitioned“ attribute.",
    )


@pytest.mark.parametrize(
    ("text", "context", "accepted"),
    [
        (b"a=1; SameSite=None", LOCAL, True),
        (b"a=1; SameSite=None; Secure", LOCAL, False),
        (b"a=1; Secure", HOME, True),
        (b"a=1; SameSite=None; Secure", CROSS, False),
        (b"__Http-a=1", LOCAL, True),
        (b"__Host-a=1; Secure; Path=/x", HOME, False),
    ],
)
def test_safari(text: bytes, context: Context, accepted: bool) -> None:
    judged = judge_set_cookie(text, context).safari
    assert judged.accepted is accepted
    assert bool(judged.message) is not accepted


@pytest.mark.parametrize(
    ("text", "context", "explanation"),
    [
        (b"a=1; Path=/; HttpOnly", LOCAL, ""),
        (
            b"a=1; SameSite=None",
            LOCAL,
            (
                "For Chromium and Firefox, SameSite=None goes only with Secure; the server sent it without."
                " Add Secure (Safari takes that only over https)."
            ),
        ),
        (
            b"a=1; SameSite=None",
            PLAIN,
            (
                "For Chromium and Firefox, SameSite=None goes only with Secure; the server sent it without."
                " Send SameSite=Lax, or serve it over https with Secure."
            ),
        ),
        (
            b"a=1; Secure",
            PLAIN,
            (
                "For every browser, Secure goes only with https, or http on a loopback host; the server sent it over"
                " http://dev.test. Serve dev.test over https."
            ),
        ),
        (
            b"a=1; Secure",
            LOCAL,
            (
                "For Safari, Secure goes only with https; the server sent it over http://localhost."
                " Serve localhost over https."
            ),
        ),
        (
            b"a=1; Domain=example.com",
            LOCAL,
            (
                "For every browser, Domain may name nothing but localhost; the server sent Domain=example.com."
                " Leave Domain out: the cookie then belongs to localhost."
            ),
        ),
        (
            b"a=1",
            CROSS,
            (
                "For Chromium, a cookie without SameSite counts as Lax, stored only in pages of the same site; the page"
                " at https://www.other.test and https://api.site.test are different sites. Send SameSite=None; Secure."
            ),
        ),
        (
            b"a=1; SameSite=Lax",
            MIXED,
            (
                "For Chromium, SameSite=Lax is stored only in pages of the same site; the page at http://localhost and"
                " https://localhost are different sites. Open the page over https too."
            ),
        ),
        (
            b"__Host-a=1; Secure; Path=/x; Domain=site.test",
            HOME,
            (
                "For every browser, a name that starts with __Host- goes only with Secure, https, Path=/, no Domain;"
                " the server sent it without Path=/, with a Domain. Set Path=/."
            ),
        ),
    ],
)
def test_explanations(text: bytes, context: Context, explanation: str) -> None:
    assert judge_set_cookie(text, context).explanation == explanation


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        (b"a=1; Path=/api", ()),
        (b"a=1; Path=/v2", ("Path=/v2 does not cover /api/login, which set it: not sent back there",)),
        (b"a=1; Path=/api/log", ("Path=/api/log does not cover /api/login, which set it: not sent back there",)),
        (b"a=1; SameSite", ("SameSite= is none of Strict, Lax, None: ignored",)),
        (b"a=1; Max-Age=1h", ("Max-Age=1h is not a number of seconds: ignored",)),
        (b"a=1; Expires=" + b"x" * 1025, ("Expires is longer than 1024 bytes: ignored",)),
    ],
)
def test_warnings(text: bytes, warnings: tuple[str, ...]) -> None:
    assert judge_set_cookie(text, LOCAL).warnings == warnings


@pytest.mark.parametrize(
    ("text", "set_in", "request_in", "chromium", "firefox", "safari"),
    [
        (b"a=1; Path=/; SameSite=Lax", HOME, LINK, True, True, True),
        (b"a=1; Path=/; SameSite=Strict", HOME, LINK, False, False, False),
        (b"a=1; Path=/; SameSite=Lax", HOME, POST, False, False, False),
        (b"a=1; Path=/", HOME, POST, True, True, True),
        (b"a=1; Path=/; Secure; SameSite=None", HOME, CROSS, True, False, False),
        (b"a=1; Path=/; Secure; SameSite=None", CROSS, CROSS, True, True, False),
        (b"a=1; Path=/; Secure; SameSite=None; Partitioned", CROSS, HOME, False, False, True),
        (b"a=1; Path=/; Secure", HOME, Context("http", "api.site.test", "/"), False, False, False),
        (b"a=1; Path=/", HOME, Context("https", "b.site.test", "/"), False, False, False),
        (b"a=1; Path=/; Domain=site.test", HOME, Context("https", "b.site.test", "/"), True, True, True),
        (b"a=1; Path=/x", HOME, Context("https", "api.site.test", "/xy"), False, False, False),
        (b"a=1; Path=/x", HOME, Context("https", "api.site.test", "/x?y"), True, True, True),
        (b"a=1; Path=/; SameSite=Lax", MIXED, MIXED, False, True, True),
    ],
)
def test_withheld(
    text: bytes, set_in: Context, request_in: Context, chromium: bool, firefox: bool, safari: bool
) -> None:
    held = withheld(split_set_cookie(text), set_in, request_in)
    assert (held.chromium.accepted, held.firefox.accepted, held.safari.accepted) == (chromium, firefox, safari)
    assert bool(held.explanation) is not held.accepted


def test_lax_by_default_lets_a_post_through_for_two_minutes() -> None:
    assert "first two minutes" in withheld(split_set_cookie(b"a=1; Path=/"), HOME, POST).chromium.warnings[0]


def test_every_rule_can_be_explained_and_named() -> None:
    for browser in (CHROMIUM, FIREFOX, SAFARI):
        setting = {rule for phase in browser.setting for rule in phase}
        assert {*setting, *browser.sending} <= set(WHY)
    # a NUL costs the whole response: neither browser speaks of cookies then
    assert {rule for phase in FIREFOX.setting for rule in phase} == {null_byte, *FIREFOX.names}
    assert set(FIREFOX.names.values()) <= set(TEXTS)


HOSTS = st.sampled_from(
    ["localhost", "dev.test", "api.site.test", "[::1]", "127.0.0.1", "co.uk", "", "a..b", "\xfc.de"]
)
CONTEXTS = st.builds(
    Context,
    st.sampled_from(["http", "https", "ws", ""]),
    st.one_of(HOSTS, st.text(max_size=8)),
    st.one_of(st.sampled_from(["/", "/a/b", "", "*", "a/b"]), st.text(max_size=8)),
    st.one_of(st.none(), st.tuples(st.sampled_from(["http", "https", ""]), HOSTS)),
    st.sampled_from(["GET", "POST", ""]),
    st.booleans(),
)
PARTS = st.sampled_from(
    [
        b"a=1", b"=", b";", b"\t", b"\x00", b"\xe9", b"__Host-", b"__Secure-", b"__Host-Http-", b"; HttpOnly",
        b"; Domain=", b"localhost", b"site.test", b"; Path=/", b"; SameSite=None", b"; SameSite=Lax", b"; Partitioned",
        b"; Secure", b"; Max-Age=", b"x" * 1100, b"y" * 4100, b"{host}",
    ]
)  # fmt: skip
TEXT = st.one_of(st.binary(max_size=60), st.lists(PARTS, max_size=8).map(b"".join))


@given(TEXT, CONTEXTS, CONTEXTS)
@example(b"__Host-{host}=1", PLAIN, CROSS)
def test_any_bytes_are_judged(text: bytes, set_in: Context, request_in: Context) -> None:
    judged = judge_set_cookie(text, set_in)
    held = withheld(split_set_cookie(text), set_in, request_in)
    for judgement in (judged, held):
        assert bool(judgement.explanation) is not judgement.accepted
    assert set(judged.chromium.reasons) <= set(CHROMIUM.names.values())


def test_every_word_of_the_explanations_exists() -> None:
    named = {word for why in WHY.values() for part in why for word in _words_in(part)}
    assert named == set(WORDS)


def _words_in(template: str) -> list[str]:
    return [piece.partition("}")[0] for piece in template.split("{")[1:]]
