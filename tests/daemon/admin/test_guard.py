"""Who may ask the admin port: every combination of what a browser cannot leave out, and tokens of any kind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from devcors.daemon.admin.guard import HEADERS, Asked, refusal

TOKEN = "the-token"
HOST = "localhost:2678"
ALLOWED = ("GET", "HEAD", "PUT")


def asked(method: str = "GET", target: str = "/api/config", hosts: list[str] | None = None, **more: list[str]) -> Asked:
    known = {"authorizations": [f"Bearer {TOKEN}"], "media_types": ["application/json"], **more}
    return Asked(method, target, [HOST] if hosts is None else hosts, **known)


def status(question: Asked, token: str | None = TOKEN) -> int | None:
    found = refusal(question, ALLOWED, token)
    return found.status if found else None


def test_the_usual_questions() -> None:
    assert status(asked()) is None
    assert status(asked("PUT", origins=[f"http://{HOST}"], sites=["same-origin"])) is None
    assert status(asked("PUT", media_types=["application/json; charset=utf-8"])) is None
    assert status(asked(authorizations=[]), None) is None


def test_what_is_refused_and_why() -> None:
    assert status(asked("POST")) == 405
    assert status(asked("OPTIONS")) == 405
    assert status(asked(authorizations=[])) == 401
    assert status(asked("PUT", media_types=[])) == 415
    assert status(asked("PUT", media_types=["text/plain"], authorizations=[])) == 401  # not told what would be right
    assert status(asked(hosts=["evil.test"])) == 403


@given(st.text(max_size=20), st.sampled_from(["Bearer ", "bearer ", "Basic ", ""]))
def test_no_other_token_opens(given_token: str, scheme: str) -> None:
    opened = status(asked(authorizations=[scheme + given_token])) is None
    assert opened == (scheme.lower() == "bearer " and given_token.strip() == TOKEN)


hosts = st.sampled_from(["localhost:2678", "127.0.0.1:2678", "[::1]:2678", "a.localhost:2678", "LOCALHOST:2678"])


@given(hosts, st.text(max_size=30))
def test_a_page_of_any_other_origin_is_refused(host: str, origin: str) -> None:
    allowed = status(asked(hosts=[host], origins=[origin])) is None
    assert allowed == (origin.lower() == f"http://{host.lower()}")


@given(st.text(max_size=20))
def test_any_other_site_is_refused(site: str) -> None:
    assert (status(asked(sites=[site])) is None) == (site in ("none", "same-origin"))


@given(st.text(max_size=20), st.lists(st.text(max_size=12), max_size=3), st.lists(st.text(max_size=12), max_size=2))
def test_it_never_raises(target: str, names: list[str], origins: list[str]) -> None:
    found = refusal(Asked("GET", target, names, origins), ALLOWED, TOKEN)
    assert found is not None  # without the token at the latest
    assert found.hint


def test_no_answer_lets_another_origin_in() -> None:
    assert not [name for name in HEADERS if name.startswith("Access-Control")]
    assert "'unsafe" not in HEADERS["Content-Security-Policy"]
