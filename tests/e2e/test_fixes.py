"""`devcors fix` against the real servers: broken in its own way, named by `diagnose` as Chromium names it, and mended.

Each server is broken in five ways. For each: a real Chromium is blocked, `devcors diagnose` says why in the browser's
words, the printed fix is put into that server, the browser passes, errors included, and another origin does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page
from typer.testing import CliRunner, Result

from devcors.cli.main import app
from devcors.cors.allowance import RESPONSE_FIELDS
from devcors.interop.fixes import SERVERS
from tests.e2e.fixes.lab import PROXIES, Broken, Lab, Tools, all_broken, as_broken, with_fix
from tests.support.browser import browser
from tests.support.servers import Reply, Seen, serve

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.timeout(300)]

CALL = """
calls => Promise.all(calls.map(async ({url, init}) => {
  try {
    const answer = await fetch(url, init);
    return {status: answer.status, text: await answer.text()};
  } catch (error) { return {error: String(error)}; }
}))
"""
COOKIE = "sid=1"
BASIC = "Basic dXNlcjpzZWNyZXQ="  # user:secret


@dataclass(frozen=True)
class Call:
    """What a page fetches."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    credentials: bool = False

    def init(self) -> dict[str, object]:
        """The second argument of fetch()."""
        body = {"body": "{}"} if self.method == "PUT" else {}
        mode = "include" if self.credentials else "omit"
        return {"method": self.method, "headers": self.headers, "credentials": mode, **body}


TYPED = {"Content-Type": "application/json"}
AUTHORISED = {**TYPED, "Authorization": BASIC}
CALLS = {
    "simple": Call("/items"),
    "preflighted": Call("/items", "PUT", TYPED),
    "private": Call("/private/items", "PUT", AUTHORISED),
    "credentialed": Call("/items", credentials=True),
    "error": Call("/fail"),
}


def error_call(server: str) -> Call:
    """A request that the server itself answers with an error: a proxy whose application is down, else an exception."""
    return Call("/down") if server in PROXIES else CALLS["error"]


@dataclass
class Seat:
    """A page of one origin in the browser, and what the browser says there."""

    page: Page
    origin: str
    errors: list[tuple[str, str]] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.on("Network.loadingFailed", self._on_failed)
        session.send("Network.enable")
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.goto(self.origin)

    def _on_failed(self, event: dict[str, Any]) -> None:
        if status := event.get("corsErrorStatus"):
            self.errors.append((status["corsError"], status["failedParameter"]))

    def fetch(self, api: str, calls: Sequence[Call]) -> list[dict[str, Any]]:
        """All at once; the answers as the page sees them."""
        self.errors.clear()
        self.console.clear()
        arguments = [{"url": api + call.path, "init": call.init()} for call in calls]
        answers: list[dict[str, Any]] = self.page.evaluate(CALL, arguments)
        blocked = sum("error" in answer for answer in answers)
        for _ in range(40):  # events come over another way than the result
            if len(self.errors) >= blocked and len(self.console) >= blocked:
                break
            self.page.wait_for_timeout(25)
        return answers


@dataclass
class Browser:
    """A page that the servers are to answer, and one of an origin that they do not know."""

    page: Seat
    stranger: Seat


def _page(_: Seen) -> Reply:
    return Reply(headers=[("Content-Type", "text/html")], body=b"<!doctype html><title>page</title>")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with (
        serve(_page) as home,
        serve(_page) as foreign,
        browser(tmp_path_factory.mktemp("browser") / "profile") as context,
    ):
        name, value = COOKIE.split("=")
        context.add_cookies([{"name": name, "value": value, "url": "http://localhost"}])
        yield Browser(_seat(context, home.url), _seat(context, foreign.url))


def _seat(context: BrowserContext, origin: str) -> Seat:
    return Seat(context.new_page(), origin)


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest) -> Lab:
    assert request.config.cache is not None
    return Lab(Tools(request.config.cache))


def diagnosis(api: str, origin: str, call: Call) -> str:
    """Of `devcors diagnose --json`, for a request that is blocked."""
    headers = [part for name, text in call.headers.items() for part in ("-H", f"{name}: {text}")]
    body = ["--data", "{}"] if call.method == "PUT" else []
    mode = ["--credentials", "-H", f"Cookie: {COOKIE}"] if call.credentials else []
    done = run("diagnose", api + call.path, "--origin", origin, "-X", call.method, *headers, *body, *mode, "--json")
    assert done.exit_code == 1, done.output
    return done.stdout


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin, catch_exceptions=False)


def chromium_says(report: str) -> dict[str, Any]:
    """Chromium's verdict in a diagnosis."""
    steps = json.loads(report)["steps"]
    verdict: dict[str, Any] = next(step["cors"] for step in steps if step["result"] == "blocked")["chromium"]
    return verdict


def printed(*arguments: str, stdin: str | None = None) -> str:
    """By `devcors fix`."""
    done = run("fix", *arguments, stdin=stdin)
    assert done.exit_code == 0, done.output
    return done.stdout


BROKEN = all_broken()


def test_every_server_is_broken_in_five_ways() -> None:
    assert {server: sum(broken.server == server for broken in BROKEN) for server in SERVERS} == dict.fromkeys(
        SERVERS, 5
    )


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.server}: {broken.name}")
def test_what_is_broken_is_named_and_mended(tmp_path: Path, lab: Lab, chromium: Browser, broken: Broken) -> None:
    page = chromium.page
    call = error_call(broken.server) if broken.request == "error" else CALLS[broken.request]
    sent = {name: text.replace("@ORIGIN@", page.origin) for name, text in broken.upstream.items()}
    with lab.running(tmp_path, broken.server, as_broken(broken, page.origin), sent) as api:
        assert [*page.fetch(api, [call])[0]] == ["error"]
        said = chromium_says(diagnosis(api, page.origin, call))
    assert [error for error, _ in page.errors] == [broken.error]
    assert (said["error"], said["parameter"]) == page.errors[0]
    assert page.console[: len(said["messages"])] == said["messages"]
    fixed = with_fix(
        broken.server, printed(broken.server, "--origin", page.origin, "--methods", "PUT", "--credentials")
    )
    with lab.running(tmp_path, broken.server, fixed, sent) as api:
        _passes(page, api, broken.server)
        _refuses(chromium.stranger, api, broken.server)
        _varies(api, page.origin, chromium.stranger.origin, broken.server)


def _passes(page: Seat, api: str, server: str) -> None:
    together = Call("/private/items", "PUT", AUTHORISED, credentials=True)
    good = page.fetch(api, [CALLS["simple"], CALLS["preflighted"], CALLS["private"], CALLS["credentialed"], together])
    assert [answer.get("status") for answer in good] == [200] * 5, (good, page.console)
    said = [json.loads(answer["text"]) for answer in good]
    assert [answer["method"] for answer in said] == ["GET", "PUT", "PUT", "GET", "PUT"]
    assert [answer["cookie"] for answer in said] == ["", "", "", COOKIE, COOKIE]
    bad = page.fetch(api, [error_call(server), CALLS["error"], Call("/nothing"), Call("/private/items")])
    first = 502 if server in PROXIES else 500
    if server == "apache":
        first = 503  # mod_proxy's word for a server that refuses the connection
    assert [answer.get("status") for answer in bad] == [first, 500, 404, 401], (bad, page.console)


def _refuses(stranger: Seat, api: str, server: str) -> None:
    calls = [CALLS["simple"], CALLS["private"], CALLS["credentialed"], error_call(server)]
    assert ["error" in answer for answer in stranger.fetch(api, calls)] == [True] * 4
    assert {error for error, _ in stranger.errors} == {"MissingAllowOriginHeader", "PreflightMissingAllowOriginHeader"}


def _varies(api: str, origin: str, foreign: str, server: str) -> None:
    """Vary: Origin on everything, to whomever it goes; one Access-Control-Allow-Origin; none without an Origin."""
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    # uvicorn closes a connection after an unhandled exception
    once = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=api, trust_env=False, limits=once) as client:
        for who in (origin, foreign, None):
            own = {} if who is None else {"Origin": who}
            answers = [client.get(path, headers=own) for path in ("/items", "/nothing", error_call(server).path)]
            if who is not None:
                answers.append(client.options("/private/items", headers={**own, **asked}))
            for answer in answers:
                assert "origin" in answer.headers.get("vary", "").lower(), (who, answer.url)
                allowed = answer.headers.get_list("access-control-allow-origin")
                assert allowed == ([origin] if who == origin else []), (who, answer.url)


def test_a_diagnosis_is_enough(tmp_path: Path, lab: Lab, chromium: Browser) -> None:
    page, call = chromium.page, Call("/items", "PUT", {"X-Token": "1", **TYPED}, credentials=True)
    nothing = next(broken for broken in BROKEN if broken.server == "caddy")
    with lab.running(tmp_path, "caddy", as_broken(nothing, page.origin), {}) as api:
        report = diagnosis(api, page.origin, call)
    text = printed("caddy", "--from-diagnosis", "-", stdin=report)
    with lab.running(tmp_path, "caddy", with_fix("caddy", text), {}) as api:
        others = [Call("/items", "DELETE"), Call("/items", headers={"Authorization": BASIC})]
        answers = page.fetch(api, [call, *others])
    assert [answer.get("status") for answer in answers] == [200, None, None]
    assert {error for error, _ in page.errors} == {
        "MethodDisallowedByPreflightResponse",
        "HeaderDisallowedByPreflightResponse",
    }


@pytest.mark.parametrize("server", SERVERS)
def test_awkward_names_work_too(tmp_path: Path, lab: Lab, server: str) -> None:
    """Values with a meaning of their own in some language come out of the server as they went in."""
    origins = ["http://[::1]:5173", "https://a-b_c.example.com:8443", "capacitor://localhost"]
    headers = ["X_Under.Dot", "X-100%", "X-it's|a`b", "X-*", "X-#!&+^~"]
    if server == "go-rs-cors":
        headers = ["X_Under"]  # before 1.11 it reads letters, digits, - and _ off a preflight, no more
    options = [part for origin in origins for part in ("--origin", origin)]
    text = printed(server, *options, "--methods", "M-SEARCH", "--headers", ",".join(headers))
    with lab.running(tmp_path, server, with_fix(server, text), {}) as api:
        asked = {
            "Access-Control-Request-Method": "M-SEARCH",
            "Access-Control-Request-Headers": ",".join(sorted(name.lower() for name in headers)),
        }
        for origin in (*origins, "http://[::1]:51730", "https://a-b_cxexample.com:8443", "capacitor://localhost.evil"):
            answer = httpx.options(f"{api}/items", headers={"Origin": origin, **asked}, trust_env=False)
            sent = {name: answer.headers.get(name.decode()) for name in RESPONSE_FIELDS}
            if origin not in origins:
                assert sent[b"access-control-allow-origin"] is None
                continue
            assert sent[b"access-control-allow-origin"] == origin
            assert sent[b"access-control-allow-credentials"] is None
            methods, names = (
                str(sent[name]).replace(" ", "").split(",")
                for name in (b"access-control-allow-methods", b"access-control-allow-headers")
            )
            assert "M-SEARCH" in methods
            assert {name.lower() for name in headers} <= {name.lower() for name in names}
