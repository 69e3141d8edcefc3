"""The admin API of a real devcors, asked by whoever must not be answered: the dangers of a port on loopback."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.admin import Admin
from tests.support.browser import browser
from tests.support.daemon import Daemon, running
from tests.support.ports import free_port
from tests.support.raw import connect, exchange, read_response
from tests.support.servers import Reply, Server, serve

CONFIG = """
frontend = "{app}"
[routes]
"/to-admin" = "http://localhost:{admin}"
[server]
admin = {admin}
[intercept]
"api.example.test" = {{}}
"""
SECRET = b"the-config-has-this-comment"
OWN = "Host: localhost:{port}"
TOKEN = "Authorization: Bearer {token}"
JSON = "Content-Type: application/json"
NAMES = ("localhost", "127.0.0.1", "[::1]")

READS = [
    "/api/status",
    "/api/exchanges",
    "/api/exchanges/1",
    "/api/stream",
    "/api/config",
    "/api/export.har",
    "/api/export.mitm",
]
WRITES = [
    ("POST", "/api/clear", "{}"),
    ("POST", "/api/pause", '{"paused": true}'),
    ("POST", "/api/reload", "{}"),
    ("POST", "/api/exchanges/1/replay", "{}"),
    ("POST", "/api/config/check", '{"text": ""}'),
    ("PUT", "/api/config", '{"text": "", "etag": ""}'),
    ("PATCH", "/api/routes", '{"pattern": "frontend", "target": "http://localhost:1"}'),
]
EVERYTHING = [*(("GET", path, "") for path in READS), *WRITES]


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with serve(lambda _: Reply(headers=[("Content-Type", "text/html")], body=b"<!doctype html>app")) as server:
        yield server


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, app: Server) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("guard")
    config = f"# {SECRET.decode()}\n{CONFIG.format(app=app.url, admin=free_port())}"
    with running(folder, config) as daemon:
        exchange(daemon.port, f"GET /x HTTP/1.1\r\nHost: localhost:{daemon.port}\r\nConnection: close\r\n\r\n".encode())
        yield daemon
        assert (folder / "devcors.toml").read_text() == config  # whatever was tried


@pytest.fixture(scope="module")
def admin(daemon: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Admin:
    folders = tmp_path_factory.getbasetemp().glob("guard*")
    folder = next(folder for folder in folders if list(folder.glob(f"home/state/running/{daemon.process.pid}.json")))
    return Admin(folder, daemon)


def ask(admin: Admin, method: str, path: str, body: str, *fields: str) -> tuple[int, dict[str, str], bytes]:
    """A request with these fields alone, and the length."""
    filled = [field.format(port=admin.port, token=admin.token) for field in fields]
    head = "\r\n".join([f"{method} {path} HTTP/1.1", *filled, f"Content-Length: {len(body)}", "", ""])
    with connect(admin.port) as sock:
        sock.sendall(head.encode("latin-1") + body.encode())
        return read_response(sock)


STRANGERS = [
    (401, OWN),
    (401, OWN, "Authorization: Bearer"),
    (401, OWN, "Authorization: Bearer {token}x"),
    (401, OWN, "Authorization: Basic {token}"),
    (401, OWN, "Authorization: {token}"),
    (401, OWN, TOKEN, TOKEN),
    (401, OWN, "Authorization: Bearer \xe9\xff"),
    (401, OWN, "Cookie: token={token}"),
    (401, OWN, "X-Token: {token}"),
    (403, "Host: rebound.example.test:{port}", TOKEN),
    (403, "Host: 0.0.0.0:{port}", TOKEN),
    (400, OWN, "Host: evil.example.test", TOKEN),
    (403, OWN, TOKEN, "Origin: null"),
    (403, OWN, TOKEN, "Origin: https://evil.example.test"),
    (403, OWN, TOKEN, "Origin: http://localhost:5173"),
    (403, OWN, TOKEN, "Origin: https://localhost:{port}"),
    (403, "Host: 127.0.0.1:{port}", TOKEN, "Origin: http://localhost:{port}"),
    (403, OWN, TOKEN, "Sec-Fetch-Site: cross-site"),
    (403, OWN, TOKEN, "Sec-Fetch-Site: same-site"),
]


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda case: " ".join(map(str, case)))
def test_strangers_get_nothing_and_change_nothing(admin: Admin, stranger: tuple[int, str]) -> None:
    wanted, *fields = stranger
    for method, path, body in EVERYTHING:
        status, told, answer = ask(admin, method, path, body, *fields, *([JSON] if body else []))
        assert status == wanted, (method, path)
        assert SECRET not in answer
        assert not [name for name in told if name.startswith("access-control-") or name == "set-cookie"]
        if status != 400:  # two Host fields tornado itself refuses
            assert json.loads(answer)["hint"]
    assert admin.get("/api/status")["paused"] is False
    assert admin.get("/api/exchanges")["exchanges"]


def test_with_the_token_all_are_answered(admin: Admin) -> None:
    for path in READS:
        if path != "/api/stream":
            assert ask(admin, "GET", path, "", OWN, TOKEN)[0] == 200, path
    assert ask(admin, "GET", "/api/status", "", OWN, "authorization: bearer {token}")[0] == 200
    with admin.stream() as events:
        admin.ask("POST", "/api/pause", {"paused": True})
        assert next(events)[1]["paused"] is True
        admin.ask("POST", "/api/pause", {"paused": False})


@pytest.mark.parametrize(
    "media_type",
    [
        (),
        ("Content-Type: text/plain",),
        ("Content-Type: application/x-www-form-urlencoded",),
        ("Content-Type: multipart/form-data; boundary=application/json",),
        ("Content-Type: application/jsonx",),
        (JSON, "Content-Type: text/plain"),
    ],
)
def test_what_a_form_can_send_changes_nothing_with_the_token_either(admin: Admin, media_type: tuple[str, ...]) -> None:
    for method, path, body in WRITES:
        status = ask(admin, method, path, body, OWN, TOKEN, *media_type)[0]
        # what is no multipart body tornado refuses before it asks us
        assert status == 415 or (status == 400 and "multipart" in media_type[0])


def test_reading_never_changes_and_writing_is_not_reading(admin: Admin) -> None:
    for method, path, _ in WRITES:
        if path not in READS:
            status, fields, _body = ask(admin, "GET", path, "", OWN, TOKEN)
            assert (status, fields["allow"]) == (405, method)
    for path in READS:
        assert ask(admin, "POST", path, "{}", OWN, TOKEN, JSON)[0] == 405
        assert ask(admin, "DELETE", path, "", OWN, TOKEN)[0] == 405
        status, fields, _body = ask(admin, "OPTIONS", path, "", OWN, TOKEN, "Access-Control-Request-Method: PUT")
        assert status == 405
        assert not [name for name in fields if name.startswith("access-control-")]


def test_an_error_says_what_to_do_and_every_answer_is_guarded(admin: Admin) -> None:
    for path, status in (("/api/exchanges/1", 200), ("/api/exchanges/999", 404), ("/api/exchanges?limit=x", 400)):
        got, fields, body = ask(admin, "GET", path, "", OWN, TOKEN)
        assert got == status
        assert status == 200 or set(json.loads(body)) == {"error", "status", "hint"}
        csp = fields["content-security-policy"]
        assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(csp.split("; "))
        assert "unsafe" not in csp
        assert (fields["x-content-type-options"], fields["cache-control"]) == ("nosniff", "no-store")
        assert fields["cross-origin-resource-policy"] == "same-origin"
    status, fields, _body = ask(admin, "GET", "/api/status", "", OWN)
    assert fields["www-authenticate"].startswith("Bearer")


ODD = [
    ("GET", "/api/exchanges?text=%ff%fe", ""),
    ("GET", "/api/exchanges?limit=-1", ""),
    ("GET", "/api/exchanges?limit=99999999999999999999", ""),
    ("GET", "/api/exchanges?before=%D9%A3", ""),
    ("GET", f"/api/exchanges/{'9' * 5000}", ""),
    ("GET", "/api/exchanges/1/body/none", ""),
    ("GET", "/api/stream?after=x", ""),
    ("POST", "/api/pause", "[]"),
    ("POST", "/api/pause", "[" * 100_000),
    ("POST", "/api/pause", '{"paused": 1}'),
    ("POST", "/api/clear", "null"),
    ("POST", "/api/config/check", '{"text": ["a"]}'),
    ("PUT", "/api/config", '{"text": "", "etag": 3}'),
    ("PUT", "/api/config", r'{"text": "\ud800", "etag": "TAG"}'),
    ("PUT", "/api/config", r'{"text": "a = \u0000", "etag": "TAG"}'),
    ("PUT", "/api/config", json.dumps({"text": "# " + "x" * 600_000, "etag": "TAG"})),
    ("PUT", "/api/config", json.dumps({"text": "a = " + "[" * 5_000, "etag": "TAG"})),
    ("PATCH", "/api/routes", r'{"pattern": "\ud800", "target": "http://localhost:1"}'),
    ("PATCH", "/api/routes", r'{"pattern": "frontend", "target": "\ud800"}'),
    ("PATCH", "/api/routes", r'{"pattern": "frontend", "target": "http://localhost:1\"\nx = 1"}'),
    ("PATCH", "/api/routes", '{"pattern": "__proto__", "target": ""}'),
    ("POST", "/api/exchanges/999/replay", "{}"),
]


@pytest.mark.parametrize("odd", ODD, ids=lambda case: " ".join(case)[:70])
def test_odd_questions_are_refused_with_a_hint(admin: Admin, odd: tuple[str, str, str]) -> None:
    method, path, body = odd
    body = body.replace("TAG", admin.get("/api/config")["etag"])
    status, _, answer = ask(admin, method, path, body, OWN, TOKEN, *([JSON] if body else []))
    assert 400 <= status < 500
    assert json.loads(answer)["hint"]


@pytest.mark.parametrize(
    "path", ["/assets/../guard.py", "/assets/..%2fguard.py", "/assets/", "/assets/.", "/assets/.."]
)
def test_only_the_page_is_served_from_the_disk(admin: Admin, path: str) -> None:
    status, _, body = ask(admin, "GET", path, "", OWN)
    assert status == 404
    assert b"import" not in body


@pytest.mark.parametrize("name", [*NAMES, "a.localhost", "0.0.0.0", "[::ffff:127.0.0.1]"])
@pytest.mark.parametrize("way", ["absolute-form", "CONNECT", "route"])
def test_the_proxy_side_does_not_lead_there_with_the_token_either(
    daemon: Daemon, admin: Admin, name: str, way: str
) -> None:
    at = f"{name}:{admin.port}"
    authorization = f"Authorization: Bearer {admin.token}\r\nConnection: close\r\n\r\n"
    head = {
        "CONNECT": f"CONNECT {at} HTTP/1.1\r\nHost: {at}\r\n",
        "absolute-form": f"GET http://{at}/api/config HTTP/1.1\r\nHost: {at}\r\n",
        "route": f"GET /to-admin/api/config HTTP/1.1\r\nHost: localhost:{daemon.port}\r\n",
    }[way]
    data = exchange(daemon.port, (head + authorization).encode(), timeout=0.7)
    assert data.split()[1] in (b"400", b"403", b"502", b"508"), data
    assert SECRET not in data


ATTACK = """
async ([admin, token, writes]) => {
  const out = {read: [], wrote: []};
  const known = token ? {Authorization: `Bearer ${token}`} : {};
  const note = async (list, promise) => list.push(await promise.catch(String));
  for (const path of ["/api/config", "/api/status", "/api/exchanges"]) {
    await note(out.read, fetch(admin + path, {headers: known}).then((a) => a.text()));
    await note(out.read, fetch(admin + path, {mode: "no-cors"}).then((a) => a.text()));
    await note(out.read, fetch(admin + path, {mode: "no-cors", credentials: "include"}).then((a) => a.text()));
  }
  for (const [method, path, body] of writes) {
    const type = {"Content-Type": "application/json"};
    await note(out.wrote, fetch(admin + path, {method, body, headers: {...known, ...type}}).then((a) => a.status));
    await note(out.wrote, fetch(admin + path, {method: "POST", body, mode: "no-cors"}).then((a) => a.status));
    navigator.sendBeacon(admin + path, new Blob([body], {type: "text/plain"}));
    const target = document.createElement("iframe");
    target.name = "f" + Math.random();
    document.body.append(target);
    const form = document.createElement("form");
    Object.assign(form, {action: admin + path, method: "POST", enctype: "text/plain", target: target.name});
    const field = document.createElement("input");
    Object.assign(field, {name: body.slice(0, -1) + ',"a":"', value: '"}'});
    form.append(field);
    document.body.append(form);
    await new Promise((done) => { target.onload = done; setTimeout(done, 700); form.submit(); });
    try { out.read.push(target.contentDocument ? target.contentDocument.body.innerText : ""); } catch { }
  }
  out.script = await new Promise((done) => {
    const tag = document.createElement("script");
    tag.src = admin + "/api/config";
    tag.onload = () => done("ran");
    tag.onerror = () => done("refused");
    document.head.append(tag);
  });
  const opened = (socket) => new Promise((done) => {
    socket.onopen = () => done("open");
    socket.onmessage = () => done("message");
    socket.onerror = () => done("refused");
  });
  out.socket = await opened(new WebSocket(admin.replace("http", "ws") + "/api/stream"));
  out.events = await opened(new EventSource(admin + "/api/stream"));
  out.frame = await new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.src = admin + "/";
    frame.onload = () => { try { done(frame.contentDocument.body.innerText); } catch { done("foreign"); } };
    document.body.append(frame);
  });
  return out;
}
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, app: Server, daemon: Daemon, admin: Admin) -> Iterator[Page]:
    # names of another site that lead here, as rebinding ones do
    rules = (
        f"--host-resolver-rules=MAP evil.example.test:80 127.0.0.1:{app.port},MAP rebound.example.test 127.0.0.1,"
        f"MAP door.example.test:80 127.0.0.1:{daemon.port}"
    )
    with browser(tmp_path_factory.mktemp("profile"), rules) as context:
        yield context.new_page()


@pytest.mark.browser
@pytest.mark.parametrize("known", [False, True], ids=["no-token", "stolen-token"])
@pytest.mark.parametrize(
    "opened", ["{app}/", "http://evil.example.test/", "{door}/"], ids=["other-port", "other-site", "front-door"]
)
def test_no_page_reads_or_drives_it(
    page: Page, daemon: Daemon, admin: Admin, app: Server, opened: str, known: bool
) -> None:
    """A page of another port, of another site, and the app's own page at the front door, in a real Chromium."""
    before = admin.get("/api/config")
    page.goto(opened.format(app=app.url, door=daemon.url))
    got = page.evaluate(ATTACK, [admin.url, admin.token if known else "", WRITES])
    assert SECRET.decode() not in json.dumps(got)
    assert not [told for told in got["read"] if '"version"' in told or '"exchanges"' in told]
    # an opaque answer (no-cors) has the status 0 and says nothing
    assert {told for told in got["wrote"] if told != 0} == {"TypeError: Failed to fetch"}
    assert (got["script"], got["socket"], got["events"]) == ("refused",) * 3
    _is_untouched(admin, before)


@pytest.mark.browser
def test_a_sandboxed_page_with_a_null_origin_is_refused(page: Page, admin: Admin, app: Server) -> None:
    page.goto(app.url)
    asked = """
    ([url, token]) => new Promise((done) => {
      window.onmessage = (event) => done([event.origin, event.data]);
      const frame = document.createElement("iframe");
      frame.sandbox = "allow-scripts";
      frame.srcdoc = `<script>fetch(${JSON.stringify(url)}, {headers: {Authorization: "Bearer ${token}"}})
        .then((answer) => answer.text(), String).then((told) => parent.postMessage(told, "*"))</` + "script>";
      document.body.append(frame);
    })"""
    origin, told = page.evaluate(asked, [f"{admin.url}/api/config", admin.token])
    assert (origin, told) == ("null", "TypeError: Failed to fetch")


@pytest.mark.browser
def test_a_rebound_name_gets_nothing_from_a_page_of_its_own_origin(page: Page, admin: Admin) -> None:
    answer = page.goto(f"http://rebound.example.test:{admin.port}/")
    assert answer
    assert answer.status == 403
    told = page.evaluate(
        "async (token) => (await fetch('/api/config', {headers: {Authorization: `Bearer ${token}`}})).status",
        admin.token,
    )
    assert told == 403


@pytest.mark.browser
def test_its_own_page_is_answered(page: Page, admin: Admin) -> None:
    """So that the refusals above are not those of a port that refuses everybody."""
    page.goto(f"{admin.url}/nothing-here")
    told = page.evaluate(
        """async (token) => {
          const known = {Authorization: `Bearer ${token}`, "Content-Type": "application/json"};
          const asked = [
            fetch("/api/status"), fetch("/api/status", {headers: known}),
            fetch("/api/config/check", {method: "POST", body: '{"text": "x = 1"}', headers: known}),
          ];
          return (await Promise.all(asked)).map((answer) => answer.status);
        }""",
        admin.token,
    )
    assert told == [401, 200, 200]


def _is_untouched(admin: Admin, before: object) -> None:
    time.sleep(0.1)  # what a page sent last may be on its way
    assert admin.get("/api/config") == before
    assert admin.get("/api/status")["paused"] is False
    assert admin.get("/api/exchanges")["exchanges"]
