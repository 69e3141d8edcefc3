"""What is sent is what a browser sends: field by field, against the real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from devcors.diagnose.asked import Words, ask_of
from devcors.diagnose.asking import Answer, Sender, Sending
from devcors.diagnose.failures import Failure
from devcors.diagnose.walk import walk
from devcors.heads import ResponseHead
from tests.support.browser import browser
from tests.support.servers import Reply, Seen, Server, serve

# what differs from one build and machine to the next
_OWN = frozenset({"user-agent", "sec-ch-ua", "sec-ch-ua-platform", "accept-language"})


def _api(seen: Seen) -> Reply:
    if seen.target == "/page":
        return Reply(200, [("Content-Type", "text/html")], b"<title>page</title>")
    headers = [
        ("Access-Control-Allow-Origin", seen.header("origin") or "*"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Headers", "content-type, x-token, authorization"),
        ("Access-Control-Max-Age", "0"),
    ]
    if seen.target == "/old":
        return Reply(303, [*headers, ("Location", "/new")], b"")
    return Reply(200, headers)


# path, what fetch() is given, the same in words
ASKED: list[tuple[str, str, dict[str, object]]] = [
    ("/", "{}", {}),
    ("/a?b=c", "{headers: {Accept: 'text/csv', 'X-Token': 'a'}}", {"headers": ["Accept: text/csv", "X-Token: a"]}),
    ("/", "{method: 'POST', body: 'x=1'}", {"method": "POST", "data": "x=1"}),
    ("/", "{method: 'POST'}", {"method": "POST"}),
    ("/", "{method: 'DELETE'}", {"method": "DELETE"}),
    (
        "/",
        "{method: 'put', body: '{}', headers: {'content-type': 'application/json', Authorization: 'Basic YTpi'}}",
        {"method": "put", "data": "{}", "headers": ["content-type: application/json", "Authorization: Basic YTpi"]},
    ),
    ("/old", "{method: 'PUT', body: 'a'}", {"method": "PUT", "data": "a", "follow": True}),
    ("/", "{credentials: 'include'}", {"credentials": True, "headers": ["Cookie: s=1"]}),
]


def _received(server: Server) -> list[tuple[str, str, list[tuple[str, str]], bytes]]:
    """Every message, its fields less those that a build has of its own, by name: their order is not the page's."""
    return [
        (seen.method, seen.target, [field for field in seen.headers if field[0].lower() not in _OWN], seen.body)
        for seen in server.seen
        if seen.target != "/page"
    ]


@pytest.mark.browser
def test_chromium_sends_the_same(tmp_path: Path) -> None:
    with serve(_api) as home, serve(_api) as api, browser(tmp_path / "profile") as context:
        page = context.new_page()
        page.goto(f"{home.url}/page")
        page.evaluate("document.cookie = 's=1'")  # cookies know no ports: the API gets it, too
        for path, init, words in ASKED:
            api.seen.clear()
            page.evaluate(f"fetch('{api.url}{path}', {init}).then(response => response.text(), String)")
            expected = _received(api)
            api.seen.clear()
            follow = bool(words.get("follow"))
            rest = {name: value for name, value in words.items() if name != "follow"}
            asked = ask_of(Words(f"{api.url}{path}", home.url, **rest))  # type: ignore[arg-type]  # a table
            walk(asked, Sender(5), follow=follow)
            ours = [each for each in _received(api) if ("Origin", home.url) in each[2]]
            assert ours == expected, init


def test_a_url_that_is_not_trustworthy_gets_no_metadata() -> None:
    """Nor client hints: plain HTTP to anything but this machine."""
    sent: list[list[bytes]] = []

    def send(sending: Sending) -> Answer | Failure:
        sent.append([name for name, _ in sending.head.fields])
        return Answer(ResponseHead(200, b"OK", ()), "HTTP/1.1", 1.0)

    walk(ask_of(Words("http://api.test/", "http://app.test")), send, follow=False)
    assert sent
    assert [name for names in sent for name in names if name.lower().startswith(b"sec-")] == []
