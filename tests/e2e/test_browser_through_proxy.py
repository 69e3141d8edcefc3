"""Real Chromium calls an https API of another origin: blocked by itself, let through with `cors = "inject"`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.support.browser import browser, through_proxy
from tests.support.daemon import Daemon, made_authority, running
from tests.support.servers import Reply, Seen, Server, self_made, serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

API = "https://api.example.test"
CALL = """
async ({url, credentials}) => {
  try {
    const answer = await fetch(url, {
      method: "PUT", headers: {"X-Custom": "1", "Content-Type": "application/json"}, body: "{}", credentials });
    return {status: answer.status, text: await answer.text()};
  } catch (error) { return {error: String(error)}; }
}
"""


def _api(seen: Seen) -> Reply:
    if seen.method == "OPTIONS":
        return Reply(501, body=b"no OPTIONS here")
    if seen.target == "/sign-in":
        texts = (
            "strict=1; SameSite=Strict",
            "lax=1; SameSite=Lax",
            "unset=1",
            "away=1; Path=/away; SameSite=None; Secure",
        )
        return Reply(headers=[("Set-Cookie", f"{text}; HttpOnly") for text in texts])
    if seen.target == "/control":
        return Reply(headers=[("Set-Cookie", "bad=a\x01b; Secure; SameSite=None"), ("X-Bad", "\x7f"), ("X-Good", "1")])
    if seen.method == "GET":
        return Reply(headers=[("Set-Cookie", "sid=1; Secure; SameSite=None")])
    return Reply(body=f"{seen.method} {seen.header('x-custom')} {seen.header('cookie')}".encode())


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    certificate = self_made(tmp_path_factory.mktemp("certificate"), "api.example.test", "localhost", "127.0.0.1")
    with serve(_api, tls=certificate.server_context()) as server:
        yield server


@pytest.fixture(scope="module")
def page_server() -> Iterator[Server]:
    with serve(lambda _: Reply(headers=[("Content-Type", "text/html")], body=b"<!doctype html>page")) as server:
        yield server


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, api: Server) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("proxy")
    config = f"""
        [intercept]
        "api.example.test" = {{ cors = "inject", target = "https://127.0.0.1:{api.port}", verify = false }}
        "observed.example.test" = {{ target = "https://127.0.0.1:{api.port}", verify = false }}
    """
    with running(folder, config) as running_daemon:
        made_authority(folder)
        yield running_daemon


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory, daemon: Daemon) -> Iterator[BrowserContext]:
    folder = tmp_path_factory.mktemp("through")
    ca = Path(f"/proc/{daemon.process.pid}/cwd").resolve() / "home" / "data" / "ca" / "devcors-ca.pem"
    with browser(folder / "profile", *through_proxy(daemon.port, ca)) as opened:
        yield opened


@pytest.fixture
def page(context: BrowserContext, page_server: Server) -> Iterator[Page]:
    opened = context.new_page()
    opened.goto(page_server.url)
    yield opened
    opened.close()


def _call(page: Page, url: str, credentials: str = "include") -> dict[str, Any]:
    answer: dict[str, Any] = page.evaluate(CALL, {"url": url, "credentials": credentials})
    return answer


def _events(context: BrowserContext, page: Page, name: str) -> list[dict[str, Any]]:
    """What comes of one kind from the DevTools protocol, from now on."""
    events: list[dict[str, Any]] = []

    def note(event: dict[str, Any]) -> None:  # Playwright takes no built-in function
        events.append(event)

    session = context.new_cdp_session(page)
    session.on(f"Network.{name}", note)
    session.send("Network.enable")
    return events


def _of_api(
    page: Page, events: list[dict[str, Any]], count: int, url: Callable[[dict[str, Any]], str]
) -> list[dict[str, Any]]:
    """Those that are about the API, once there are so many: they come over another way than the page's answer."""
    for _ in range(80):
        found = [event for event in events if url(event).startswith(f"{API}/")]
        if len(found) >= count:
            break
        page.wait_for_timeout(25)
    return found


def test_without_devcors_it_is_blocked(tmp_path: Path, api: Server, page_server: Server) -> None:
    rules = f"--host-resolver-rules=MAP api.example.test:443 127.0.0.1:{api.port}"
    with browser(tmp_path / "profile", rules, "--ignore-certificate-errors") as direct:
        page, console = direct.pages[0], []
        page.on("console", lambda message: console.append(message.text))
        page.goto(page_server.url)
        assert "error" in _call(page, f"{API}/put")
    assert any("blocked by CORS policy" in text for text in console)


def test_with_inject_it_passes_and_the_record_says_why(page: Page, daemon: Daemon) -> None:
    page.evaluate("url => fetch(url, {credentials: 'include'}).then(answer => answer.text())", f"{API}/login")
    assert _call(page, f"{API}/put") == {"status": 200, "text": "PUT 1 sid=1"}
    preflight = daemon.record(lambda record: record["url"] == f"{API}/put" and record["method"] == "OPTIONS")
    request = daemon.record(lambda record: record["url"] == f"{API}/put" and record["method"] == "PUT")
    assert request["preflight"] == preflight["id"]
    for record in (preflight, request):
        assert record["cors"]["allowed"]
        assert not record["cors"]["server"]["allowed"]


def test_cookies_that_stay_behind_are_told_with_chromiums_own_reasons(
    context: BrowserContext, page: Page, daemon: Daemon, page_server: Server
) -> None:
    page.goto(f"{API}/sign-in")
    page.goto(page_server.url)
    events = _events(context, page, "requestWillBeSentExtraInfo")
    page.evaluate("url => fetch(url, {credentials: 'include'}).then(answer => answer.text())", f"{API}/held")
    record = daemon.record(lambda record: record["url"] == f"{API}/held")
    (event,) = _of_api(page, events, 1, lambda event: f"https://{event['headers'].get(':authority')}/")
    cookies = [cookie for cookie in event["associatedCookies"] if cookie["blockedReasons"]]
    theirs = {cookie["cookie"]["name"]: cookie["blockedReasons"] for cookie in cookies}
    ours = {cookie["name"]: cookie["chromium"]["reasons"] for cookie in record["cookies"] if cookie["way"] == "sent"}
    assert ours == theirs
    assert theirs.keys() == {"strict", "lax", "unset", "away"}


def test_a_control_character_costs_its_own_line_and_not_the_connection(
    context: BrowserContext, page: Page, daemon: Daemon
) -> None:
    events = _events(context, page, "responseReceived")
    paths = [f"{API}/beside/{number}" for number in range(6)]
    answers = page.evaluate(
        """async urls => {
          const ask = url => fetch(url).then(async answer => [answer.status, await answer.text()], String);
          return Promise.all(urls.map(ask));
        }""",
        [*paths[:3], f"{API}/control", *paths[3:]],
    )
    assert answers == [[200, "ok"]] * 7
    spoken = _of_api(page, events, 7, lambda event: event["response"]["url"])
    assert [event["response"]["protocol"] for event in spoken] == ["h2"] * 7
    record = daemon.record(lambda record: record["url"] == f"{API}/control")
    (cookie,) = record["cookies"]
    assert not cookie["chromium"]["accepted"]


def test_what_is_only_observed_is_told_in_the_browsers_own_words(page: Page, daemon: Daemon) -> None:
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    url = "https://observed.example.test/put"
    assert "error" in _call(page, url)
    record = daemon.record(lambda record: record["url"] == url)
    said = record["cors"]["chromium"]["messages"]
    page.wait_for_timeout(100)
    assert console[: len(said)] == said


def test_an_https_host_that_is_not_named_shows_its_own_certificate(
    tmp_path: Path, daemon: Daemon, api: Server, page_server: Server
) -> None:
    ca = Path(f"/proc/{daemon.process.pid}/cwd").resolve() / "home" / "data" / "ca" / "devcors-ca.pem"
    with browser(tmp_path / "profile", *through_proxy(daemon.port, ca)) as through:
        page = through.pages[0]
        failures: list[str] = []
        page.on("requestfailed", lambda request: failures.append(request.failure or ""))
        page.goto(page_server.url)
        assert "error" in _call(page, f"{api.url}/put", "omit")
        # our CA's key is accepted by this browser, the server's self-made certificate is not
        assert failures == ["net::ERR_CERT_AUTHORITY_INVALID"]


def test_the_front_door_opens_through_the_proxy_too(page: Page, daemon: Daemon) -> None:
    answer = page.goto(f"{daemon.url}/")
    assert answer is not None
    assert answer.status == 404  # no routes here: devcors' own page
