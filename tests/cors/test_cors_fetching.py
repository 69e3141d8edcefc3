"""The walk over hops: who is asked what, with which Origin, and how it ends, in each browser."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.cors.fetching import fetch
from devcors.cors.local_network import AddressSpace, address_space
from devcors.cors.page import Body, Page, PageRequest
from devcors.cors.profiles import BROWSERS, CHROMIUM, FIREFOX, Profile
from devcors.cors.walking import Fetched, NetworkFailure, Sent
from devcors.heads import Fields, ResponseHead

PAGE = Page("http://a.test/", "http://a.test", secure=False, space="loopback")
STAR: Fields = ((b"Access-Control-Allow-Origin", b"*"),)
GRANT: Fields = (*STAR, (b"Access-Control-Allow-Methods", b"PUT"), (b"Access-Control-Allow-Headers", b"x-foo"))
BOTH = pytest.mark.parametrize("profile", BROWSERS, ids=lambda profile: profile.name)


@dataclass
class Answers:
    """A network that is a table: responses by URL, one answer for every preflight."""

    responses: dict[str, ResponseHead | NetworkFailure]
    preflight: ResponseHead | NetworkFailure = field(default_factory=lambda: ResponseHead(204, b"", GRANT))
    http2: bool = False

    def send(self, sent: Sent) -> ResponseHead | NetworkFailure:
        return self.preflight if sent.preflight else self.responses[sent.url]

    def address_space(self, url: str) -> AddressSpace:
        return address_space(url.split("/")[2]) if "127." in url else "loopback"

    def multiplexed(self, url: str) -> bool:
        return self.http2


def _to(location: str, status: int = 302, fields: Fields = STAR) -> ResponseHead:
    return ResponseHead(status, b"", (*fields, (b"Location", location.encode())))


OK = ResponseHead(200, b"", STAR)
B, C = "http://b.test/", "http://c.test/"


def _fetch(request: PageRequest, profile: Profile, **responses: ResponseHead | NetworkFailure) -> Fetched:
    return fetch(request, Answers({f"http://{name}.test/": head for name, head in responses.items()}), profile)


def _trail(fetched: Fetched) -> list[tuple[str, str, str | None]]:
    return [(sent.url[7], sent.method, sent.origin) for sent in fetched.sent]


@BOTH
def test_a_second_foreign_origin_is_told_null(profile: Profile) -> None:
    fetched = _fetch(PageRequest(PAGE, B), profile, b=_to(C), c=OK)
    assert fetched.verdict.allowed
    assert _trail(fetched) == [("b", "GET", "http://a.test"), ("c", "GET", "null")]


@BOTH
def test_the_way_home_is_no_longer_same_origin(profile: Profile) -> None:
    fetched = _fetch(PageRequest(PAGE, B), profile, b=_to("http://a.test/"), a=ResponseHead(200, b"", ()))
    assert fetched.verdict.error in ("MissingAllowOriginHeader", "CORSMissingAllowOrigin2")
    assert fetched.response_type == "error"


@pytest.mark.parametrize(("profile", "origin"), [(CHROMIUM, "null"), (FIREFOX, "http://a.test")])
def test_the_origin_of_a_preflight_after_tainting(profile: Profile, origin: str) -> None:
    fetched = _fetch(PageRequest(PAGE, B, method="PUT"), profile, b=_to(C, 307), c=OK)
    assert _trail(fetched)[2:] == [("c", "OPTIONS", origin), ("c", "PUT", "null")]


@pytest.mark.parametrize(("profile", "again"), [(CHROMIUM, False), (FIREFOX, True)])
def test_a_request_that_needs_no_more_permission(profile: Profile, again: bool) -> None:
    fetched = _fetch(PageRequest(PAGE, B, method="PUT", body=Body("text/plain")), profile, b=_to(C, 303), c=OK)
    hop = [sent for sent in fetched.sent if sent.url == C]
    assert [sent.preflight for sent in hop] == ([True, False] if again else [False])
    assert (hop[-1].method, hop[-1].fields) == ("GET", ())


@BOTH
def test_authorization_stays_behind_at_another_origin(profile: Profile) -> None:
    request = PageRequest(PAGE, "http://a.test/", headers=(("Authorization", "x"),))
    fetched = _fetch(request, profile, a=_to(B), b=OK)
    assert fetched.sent[0].fields == (("authorization", "x"),)
    assert fetched.sent[-1].fields == ()


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (301, "PUT", "PUT"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
    ],
)
def test_what_a_redirect_makes_of_the_method(status: int, method: str, then: str) -> None:
    for profile in BROWSERS:
        fetched = _fetch(PageRequest(PAGE, B, method=method), profile, b=_to(C, status), c=OK)
        assert fetched.sent[-1].method == then


@BOTH
def test_twenty_redirects_pass_and_one_more_fails(profile: Profile) -> None:
    def chain(length: int) -> Fetched:
        urls = [f"http://b.test/{number}" for number in range(length + 1)]
        responses: dict[str, ResponseHead | NetworkFailure] = {url: _to(following) for url, following in pairwise(urls)}
        return fetch(PageRequest(PAGE, urls[0]), Answers({**responses, urls[-1]: OK}), profile)

    assert chain(20).verdict.allowed
    assert not chain(21).verdict.allowed
    assert len(chain(21).sent) == 21


@pytest.mark.parametrize(
    ("location", "chromium", "firefox"),
    [
        ("ftp://x/", "CorsDisabledScheme", "CORSRequestNotHttp"),
        ("javascript:1", "CorsDisabledScheme", "CORSDidNotSucceed2"),
        ("data:,x", None, "CORSDidNotSucceed2"),
        ("http://u:p@c.test/", "RedirectContainsCredentials", "CORSDidNotSucceed2"),
        ("http://u@b.test/", "RedirectContainsCredentials", "CORSDidNotSucceed2"),
        ("http://c.test:6666/", None, None),
    ],
)
def test_targets_that_are_not_followed(location: str, chromium: str | None, firefox: str | None) -> None:
    for profile, error in ((CHROMIUM, chromium), (FIREFOX, firefox)):
        verdict = _fetch(PageRequest(PAGE, B), profile, b=_to(location)).verdict
        assert (verdict.allowed, verdict.error) == (False, error)


def test_redirect_mode_error_comes_after_the_checks_and_the_credentials() -> None:
    request = PageRequest(PAGE, B, redirect="error")
    for profile in BROWSERS:
        assert _fetch(request, profile, b=_to(C)).verdict.error is None
        assert _fetch(request, profile, b=_to(C, fields=())).verdict.error is not None
        assert _fetch(request, profile, b=_to("http://u:p@c.test/")).verdict.error is not None
        manual = _fetch(replace(request, redirect="manual"), profile, b=_to(C))
        assert (manual.verdict.allowed, manual.response_type) == (False, "opaqueredirect")


def test_an_empty_location() -> None:
    assert _fetch(PageRequest(PAGE, B), CHROMIUM, b=_to("")).verdict.allowed
    assert len(_fetch(PageRequest(PAGE, B), FIREFOX, b=_to("")).sent) == 21


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"method": "TRACE"}, 0),
        ({"headers": (("X Y", "1"),)}, 0),
        ({"url": "http://u:p@b.test/"}, 0),
        ({"body": Body("text/plain")}, 0),
        ({"mode": "no-cors", "method": "PUT"}, 0),
        ({"mode": "no-cors", "redirect": "error"}, 1),
        ({"mode": "same-origin"}, 1),
        ({"url": "foo://b.test/"}, 1),
        ({"url": "no url"}, 0),
    ],
)
def test_what_is_never_sent(changes: dict[str, object], messages: int) -> None:
    request = replace(PageRequest(PAGE, B), **changes)  # type: ignore[arg-type]  # a table of test values
    for profile in BROWSERS:
        fetched = fetch(request, Answers({}), profile)
        assert (fetched.verdict.allowed, fetched.sent, fetched.step) == (False, (), "request")
    assert len(fetch(request, Answers({}), CHROMIUM).verdict.messages) == messages


@pytest.mark.parametrize(
    ("url", "by_fetch", "by_xhr"),
    [
        ("ftp://x/", "CorsDisabledScheme", None),
        ("mailto:x", "CorsDisabledScheme", "CorsDisabledScheme"),
        ("about:blank", "CorsDisabledScheme", "CorsDisabledScheme"),
        ("chrome://version", "CorsDisabledScheme", None),
        ("file:///x", None, None),
        ("chrome-extension://abc/x", None, None),
        ("blob:http://b.test/1", "CorsDisabledScheme", "CorsDisabledScheme"),
        ("blob:http://a.test/1", None, None),
    ],
)
def test_schemes_in_chromium(url: str, by_fetch: str | None, by_xhr: str | None) -> None:
    fetched = fetch(PageRequest(PAGE, url), Answers({}), CHROMIUM).verdict
    asked = fetch(PageRequest(PAGE, url, api="xhr", kind="XMLHttpRequest"), Answers({}), CHROMIUM).verdict
    assert (fetched.allowed, fetched.error) == (False, by_fetch)
    assert (asked.allowed, asked.error) == (False, by_xhr)
    assert len(fetched.messages) == 1
    assert asked.messages


def test_a_data_url_is_read_without_a_server() -> None:
    for profile in BROWSERS:
        fetched = fetch(PageRequest(PAGE, "data:text/css;charset=x;base64,YQ=="), Answers({}), profile)
        assert (fetched.verdict.allowed, fetched.sent) == (True, ())
        assert fetched.visible == (("content-type", "text/css;charset=x"),)


def test_upload_listeners_ask_for_a_preflight_where_there_is_a_body() -> None:
    request = PageRequest(PAGE, B, api="xhr", kind="XMLHttpRequest", upload_listener=True)
    posted = replace(request, method="POST", body=Body("text/plain"))
    for profile, without_body in ((CHROMIUM, 1), (FIREFOX, 2)):
        assert len(_fetch(request, profile, b=OK).sent) == without_body
        assert len(_fetch(posted, profile, b=OK).sent) == 2


def test_a_declared_address_space_turns_mixed_content_into_a_warning_in_chromium() -> None:
    page = Page("https://a.test/", "https://a.test", secure=True, space="public", granted=frozenset({"loopback"}))
    request = PageRequest(page, B, declared_space="loopback")
    verdict = fetch(request, Answers({B: OK}), CHROMIUM).verdict
    assert (verdict.allowed, len(verdict.messages)) == (True, 1)
    assert not fetch(request, Answers({B: OK}), FIREFOX).verdict.allowed


def test_a_resource_policy_holds_for_no_cors_only() -> None:
    head = ResponseHead(200, b"", (*STAR, (b"Cross-Origin-Resource-Policy", b"same-origin")))
    element = PageRequest(PAGE, B, api="element", kind="image", mode="no-cors", credentials="include")
    for profile in BROWSERS:
        assert not _fetch(element, profile, b=head).verdict.allowed
        assert _fetch(element, profile, b=OK).verdict.allowed
        assert _fetch(replace(element, mode="cors", credentials="same-origin"), profile, b=head).verdict.allowed


def test_a_stream_takes_http2_in_chromium_and_is_text_in_firefox() -> None:
    request = PageRequest(PAGE, B, method="POST", body=Body(stream=True, half_duplex=True))
    assert [sent.method for sent in _fetch(request, CHROMIUM, b=OK).sent] == ["OPTIONS"]
    assert fetch(request, Answers({B: OK}, http2=True), CHROMIUM).verdict.allowed
    assert [sent.method for sent in _fetch(request, FIREFOX, b=OK).sent] == ["POST"]


def test_a_secure_page_reaches_this_machine_over_plain_http_but_no_other_host() -> None:
    page = Page("https://a.test/", "https://a.test", secure=True, space="loopback")
    for profile in BROWSERS:
        local = "http://localhost:8080/"
        assert fetch(PageRequest(page, local), Answers({local: OK}), profile).verdict.allowed
        assert fetch(PageRequest(page, B), Answers({B: OK}), profile).sent == ()


def test_local_network_access_comes_before_cors() -> None:
    public = Page("https://a.test/", "https://a.test", secure=True, space="public")
    request = PageRequest(public, "http://127.0.0.1/", method="PUT")
    refused = fetch(request, Answers({}), CHROMIUM)
    assert (refused.verdict.error, refused.sent) == ("LocalNetworkAccessPermissionDenied", ())
    granted = replace(request, page=replace(public, granted=frozenset({"loopback"})))
    assert fetch(granted, Answers({"http://127.0.0.1/": OK}), CHROMIUM).verdict.allowed
    insecure = replace(request, page=replace(public, url="http://a.test/", secure=False))
    assert fetch(insecure, Answers({}), CHROMIUM).verdict.error == "InsecureLocalNetwork"


@BOTH
def test_a_network_failure(profile: Profile) -> None:
    failure = NetworkFailure("ERR_CONNECTION_REFUSED")
    verdict = _fetch(PageRequest(PAGE, B), profile, b=failure).verdict
    assert (verdict.allowed, verdict.error) == (False, "CORSDidNotSucceed2" if profile is FIREFOX else None)
    assert "ERR_CONNECTION_REFUSED" in verdict.messages[0] or profile is FIREFOX
    # within the origin Firefox has nothing to say of it
    own = _fetch(PageRequest(PAGE, "http://a.test/"), profile, a=failure).verdict
    assert own.error is None


@BOTH
def test_what_the_page_sees(profile: Profile) -> None:
    fields: Fields = (*STAR, (b"X-Foo", b"1"), (b"Set-Cookie", b"c=1"), (b"Cache-Control", b"no-store"))
    response = ResponseHead(200, b"", fields)
    assert _fetch(PageRequest(PAGE, B), profile, b=response).visible == (("cache-control", "no-store"),)
    own = _fetch(PageRequest(PAGE, "http://a.test/"), profile, a=response).visible or ()
    assert [name for name, _ in own] == ["access-control-allow-origin", "cache-control", "x-foo"]
    assert _fetch(PageRequest(PAGE, B, mode="no-cors"), profile, b=response).visible is None


def test_authorization_that_only_a_wildcard_covers_is_warned_of_in_firefox() -> None:
    request = PageRequest(PAGE, B, headers=(("Authorization", "x"),))
    network = Answers({B: OK}, ResponseHead(204, b"", (*STAR, (b"Access-Control-Allow-Headers", b"*"))))
    assert fetch(request, network, CHROMIUM).verdict.messages == ()
    verdict = fetch(request, network, FIREFOX).verdict
    assert verdict.allowed
    assert "will disallow" in verdict.messages[0]


FIELD = st.tuples(
    st.sampled_from(
        [
            b"Access-Control-Allow-Origin",
            b"Access-Control-Allow-Credentials",
            b"Access-Control-Allow-Methods",
            b"Access-Control-Allow-Headers",
            b"Location",
        ]
    ),
    st.sampled_from([b"*", b"http://a.test", b"null", b"true", b"PUT", b"x-foo", b"a b", b"", b"http://c.test/"]),
)
HEADS = st.builds(
    ResponseHead, st.sampled_from([200, 204, 302, 307, 404]), st.just(b""), st.lists(FIELD, max_size=6).map(tuple)
)


@given(
    HEADS,
    HEADS,
    HEADS,
    st.sampled_from(["GET", "PUT", "POST"]),
    st.sampled_from(["omit", "include"]),
    st.booleans(),
)
def test_the_promises(
    preflight: ResponseHead, first: ResponseHead, second: ResponseHead, method: str, credentials: str, header: bool
) -> None:
    """A refusal always has words or no right to any; nothing is sent behind a refused preflight; no walk crashes."""
    headers = (("X-Foo", "1"),) if header else ()
    request = PageRequest(PAGE, B, method=method, headers=headers, credentials=credentials)  # type: ignore[arg-type]
    for profile in BROWSERS:
        network = Answers(_Everywhere({B: first}, second), preflight)
        fetched = fetch(request, network, profile)
        assert fetched.verdict.allowed == (fetched.visible is not None)
        assert fetched.verdict.allowed == (fetched.verdict.error is None and not fetched.verdict.messages)
        if fetched.step == "preflight":
            assert fetched.sent[-1].preflight


class _Everywhere(dict[str, ResponseHead | NetworkFailure]):
    """Answers at every URL."""

    def __init__(self, known: dict[str, ResponseHead | NetworkFailure], other: ResponseHead) -> None:
        super().__init__(known)
        self.other = other

    def __missing__(self, url: str) -> ResponseHead:
        return self.other
