"""The line of an exchange: what stands in it, and that nothing from the network steers the terminal."""

from __future__ import annotations

import io
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from devcors.cookies.browsers import CHROMIUM
from devcors.cookies.jar import Jar
from devcors.cookies.scope import Context
from devcors.heads import Fields, ResponseHead
from devcors.policy import Policy, held
from devcors.traffic import lines
from devcors.traffic.record import Exchange
from tests.policy.asking import PAGE, facts_of, forward_of, head_of, policy_of

POLICY = policy_of("[intercept]\n'api.test' = {}\n'inject.test' = { cors = 'inject' }")
ROUTED = policy_of("[routes]\n'/api' = { target = 'http://h/v2', rewrite = '' }")


def line(ended: Exchange, repeats: int = 1) -> Text:
    return lines.line(read_back(ended), repeats)


def details(ended: Exchange) -> list[Text]:
    return lines.details(read_back(ended))


def read_back(ended: Exchange) -> dict[str, Any]:
    """The record as a log gives it."""
    record: dict[str, Any] = json.loads(json.dumps(ended.to_json()))
    return record


def exchange(url: str = "http://localhost:2677/api/x?q=1", status: int | None = 200, method: str = "GET") -> Exchange:
    return Exchange(
        1, "mitmproxy", "http", method, url, "http://h:1/v2/x", "/api", None, 0.0, status=status, ended=0.0029
    )


def judged(fields: Fields, host: str = "api.test", policy: Policy = POLICY) -> Exchange:
    proxied = host.endswith(".test")
    facts = facts_of(f"https://{host}" if proxied else "")
    forward = forward_of(policy, head_of("GET /api", {"Origin": PAGE}, host=host), facts)
    outcome = policy.response(forward, ResponseHead(200, b"", fields))
    made = exchange()
    made.cors, made.cookies = outcome.cors, outcome.cookies
    return made


def test_what_stands_in_a_line() -> None:
    _, text = line(exchange()).plain.split(" ", 1)
    assert text == "GET     /api/x?q=1 → h:1 200 3 ms [/api]"
    assert line(exchange(), repeats=3).plain.endswith("  ×3")
    bare = Exchange(1, "mitmproxy", "http", "GET", "http://localhost:2677/", None, None, None, 0.0)
    assert bare.blocked is False
    assert line(bare).plain.split(" ", 1)[1] == "GET     / ERR"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.0004, "0 ms"), (0.25, "250 ms"), (9.999, "9999 ms"), (10.0, "10.0 s"), (75.26, "75.3 s")]
)
def test_durations(seconds: float, shown: str) -> None:
    ended = exchange()
    ended.ended = seconds
    assert f" {shown} [" in line(ended).plain


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://localhost:2677", "/"),
        ("http://localhost:2677*", "*"),
        ("http://[/x", "/x"),
        ("http://[::1]:2677/x", "/x"),
        ("http:///x", "/x"),
        ("http://localhost/a:b://c", "/a:b://c"),
        ("http://localhost/" + "a" * 100, "/" + "a" * 88 + "…"),
    ],
)
def test_paths(url: str, path: str) -> None:
    assert f"GET     {path} → h:1" in line(exchange(url)).plain


def test_flags() -> None:
    socket, aborted, failed = exchange(), exchange(), exchange(status=None)
    socket.kind, aborted.aborted, failed.error = "websocket", "client", "ECONNREFUSED"
    assert line(socket).plain.endswith("  websocket")
    assert line(aborted).plain.endswith("  aborted by the client")
    assert " ERR 3 ms [/api]  ECONNREFUSED" in line(failed).plain
    assert line(judged(())).plain.endswith("  CORS blocked: MissingAllowOriginHeader")
    assert line(judged((), "inject.test")).plain.endswith("  CORS passes only through devcors")
    assert "CORS" not in line(judged(((b"Access-Control-Allow-Origin", b"*"),))).plain


def test_details_say_what_the_console_says_and_what_to_do() -> None:
    blocked = judged(((b"Set-Cookie", b"sid=1; SameSite=None"),))
    said = [text.plain.strip() for text in details(blocked)]
    assert said[0].startswith(
        "✗ Access to fetch at 'https://api.test/api' from origin 'http://localhost:5173' has been"
    )
    assert "✗ cookie sid refused by Chromium, Firefox" in said
    assert all(after.startswith("hint: ") for one, after in pairwise(said) if one.startswith("✗"))
    rewritten = judged(((b"Set-Cookie", b"sid=1; Path=/v2"),), "localhost", ROUTED)
    assert [text.plain.strip() for text in details(rewritten)][-1] == "~ cookie sid: Path /v2 -> /api"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            b"sid=1; Path=/; SameSite=Lax",
            ["✗ cookie sid held back by Chromium, Firefox", "hint: For every browser, Same"],
        ),
        (b"sid=1; Path=/else; SameSite=None; Secure", []),  # as its Path says
    ],
)
def test_a_cookie_that_stays_behind(text: bytes, said: list[str]) -> None:
    included = {"Origin": "https://app.other", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Storage-Access": "active"}
    forward = forward_of(POLICY, head_of("GET /x", included, host="api.test"), facts_of("https://api.test"))
    jar = Jar(CHROMIUM)
    jar.receive([text], Context("https", "api.test", "/"), 0.0)
    ended = exchange()
    ended.jar = held.Jar(CHROMIUM, tuple(jar.contents(0.0)), forward, 1.0)
    told = [text.plain.strip() for text in details(ended)]
    assert len(told) == len(said)
    assert all(map(str.startswith, told, said))


def test_warnings_follow_the_line() -> None:
    warned = exchange()
    warned.warnings = ("any page may open it\x07",)
    assert [text.plain.strip() for text in details(warned)] == ["! any page may open it�"]


def printed(ended: Exchange) -> str:
    out = io.StringIO()
    console = Console(file=out, highlight=False, soft_wrap=True, no_color=True)
    for text in (line(ended), *details(ended)):
        console.print(text)
    return out.getvalue()


LIVE = "\x1b[2J\x07\x08\x0b\x7f\x9b31m\r"


@given(st.text(st.characters(max_codepoint=0x2100), max_size=12), st.sampled_from(["", "; Path=/v2/{}", "; Domain={}"]))
@example(LIVE, "; Path=/v2/{}")
def test_nothing_from_the_network_steers_the_terminal(text: str, attribute: str) -> None:
    ended = exchange(f"http://localhost/{text}", method=text)
    ended.target, ended.route, ended.error = f"http://{text}/", text, text
    raw = text.encode("utf-8", "replace")
    cookie = raw + b"=1; SameSite=None" + attribute.encode().replace(b"{}", raw)
    allowed = (b"Access-Control-Allow-Origin", raw)
    for seen in (
        ended,
        judged(((b"Set-Cookie", cookie), allowed)),
        judged(((b"Set-Cookie", cookie),), "localhost", ROUTED),
    ):
        told = printed(seen).split("\n")
        assert all(one.isprintable() for one in told), told
