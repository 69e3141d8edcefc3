"""The admin port of a real devcors: who may read proxy.pac, and by which ways nobody gets there."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

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
"api.example.test" = {{ cors = "inject" }}
"*.cdn.example.test" = {{}}
"""


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with serve(lambda _: Reply(headers=[("Content-Type", "text/html")], body=b"<!doctype html>app")) as server:
        yield server


@pytest.fixture(scope="module", params=["gateway", "mitmproxy"])
def daemon(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, app: Server) -> Iterator[Daemon]:
    """With `scripts` every request is mitmproxy's lane's."""
    folder = tmp_path_factory.mktemp("admin")
    config = CONFIG.format(app=app.url, admin=free_port())
    if request.param == "mitmproxy":
        (folder / "own.py").write_text("")
        config = f'scripts = ["own.py"]\n{config}'
    with running(folder, config) as daemon:
        yield daemon


def ask(port: int, head: str, *fields: str, version: str = "1.1") -> tuple[int, dict[str, str], bytes]:
    """One request; `{port}` in the fields is the admin port."""
    lines = [f"{head} HTTP/{version}", *(field.format(port=port) for field in fields), "", ""]
    with connect(port) as sock:
        sock.sendall("\r\n".join(lines).encode("latin-1"))
        return read_response(sock)


OWN = "Host: localhost:{port}"
SERVED = [
    ("GET /proxy.pac", OWN),
    ("GET /proxy.pac?abc", OWN),
    ("HEAD /proxy.pac", OWN),
    ("GET /proxy.pac", "Host: 127.0.0.1:{port}"),
    ("GET /proxy.pac", "Host: [::1]:{port}"),
    ("GET /proxy.pac", "Host: LOCALHOST:{port}"),
    ("GET /proxy.pac", "Host: localhost.:{port}"),
    ("GET /proxy.pac", OWN, "Sec-Fetch-Site: none"),
    ("GET /proxy.pac", OWN, "Sec-Fetch-Site: same-origin", "Origin: http://localhost:{port}"),
]
REFUSED = [
    (403, "GET /proxy.pac", "Host: rebound.example.test:{port}"),
    (403, "GET /proxy.pac", "Host: localhost.example.test:{port}"),
    (403, "GET /proxy.pac", "Host: 0.0.0.0:{port}"),
    (403, "GET /proxy.pac", "Host: 192.0.2.1:{port}"),
    (400, "GET /proxy.pac", "Host: user@localhost:{port}"),
    (400, "GET /proxy.pac", "Host: localhost:{port}, evil.example.test"),
    (400, "GET /proxy.pac", OWN, "Host: evil.example.test"),
    (400, "GET /proxy.pac", "X-No-Host: 1"),
    (400, "GET /proxy.pac", "Host:"),
    (400, "GET http://localhost:1/proxy.pac", OWN),
    (400, "GET http://evil.example.test/proxy.pac", OWN),
    (403, "GET /proxy.pac", OWN, "Origin: null"),
    (403, "GET /proxy.pac", OWN, "Origin: https://evil.example.test"),
    (403, "GET /proxy.pac", OWN, "Origin: http://localhost:5173"),
    (403, "GET /proxy.pac", OWN, "Origin: https://localhost:{port}"),
    (403, "GET /proxy.pac", OWN, "Origin: http://localhost:{port}", "Origin: null"),
    (403, "GET /proxy.pac", "Host: 127.0.0.1:{port}", "Origin: http://localhost:{port}"),
    (403, "GET /proxy.pac", OWN, "Sec-Fetch-Site: cross-site"),
    (403, "GET /proxy.pac", OWN, "Sec-Fetch-Site: same-site"),
    (403, "GET /proxy.pac", OWN, "Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"),
    (403, "GET /proxy.pac", OWN, "Sec-Fetch-Site: unheard-of"),
    (403, "OPTIONS /proxy.pac", OWN, "Origin: https://evil.example.test", "Access-Control-Request-Method: GET"),
    (405, "OPTIONS /proxy.pac", OWN),
    (405, "POST /proxy.pac", OWN, "Content-Length: 0"),
    (405, "PUT /proxy.pac", OWN, "Content-Length: 0"),
    (405, "DELETE /proxy.pac", OWN),
    (404, "GET /proxy.pac/", OWN),
    (404, "GET /PROXY.PAC", OWN),
    (404, "GET /api/records", OWN),
    (404, "GET //proxy.pac", OWN),
]


@pytest.mark.parametrize("words", SERVED, ids=" ".join)
def test_served(daemon: Daemon, words: tuple[str, ...]) -> None:
    status, fields, body = ask(daemon.admin_port, *words) if not words[0].startswith("HEAD") else _head(daemon)
    assert status == 200
    assert fields["content-type"] == "application/x-ns-proxy-autoconfig"
    _is_guarded(fields)
    if body:
        first, _, rest = body.decode().partition("\n")
        assert first == 'var hosts = ["*.cdn.example.test", "api.example.test"];'
        # nothing but hosts and the way to the proxy
        said = {text for text in re.findall(r'"([^"]*)"', rest) if len(text) > 3}
        assert said == {"DIRECT", f"PROXY 127.0.0.1:{daemon.port}; "}


def _head(daemon: Daemon) -> tuple[int, dict[str, str], bytes]:
    head, _, body = _whole(daemon.admin_port, "HEAD /proxy.pac").partition(b"\r\n\r\n")
    assert body == b""
    first, *lines = head.decode().split("\r\n")
    fields = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
    return int(first.split()[1]), fields, b""


def _whole(port: int, head: str) -> bytes:
    return exchange(port, f"{head} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())


def _is_guarded(fields: dict[str, str]) -> None:
    assert fields["x-content-type-options"] == "nosniff"
    assert fields["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in fields["content-security-policy"]
    assert fields["cross-origin-resource-policy"] == "same-origin"
    assert not [name for name in fields if name.startswith("access-control-") or name == "set-cookie"]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: " ".join(map(str, case)))
def test_refused(daemon: Daemon, case: tuple[int, str, str]) -> None:
    wanted, *words = case
    status, fields, body = ask(daemon.admin_port, *words)
    assert status == wanted
    assert b"FindProxyForURL" not in body
    assert b"api.example.test" not in body
    assert not [name for name in fields if name.startswith("access-control-")]
    if fields.get("content-type", "").startswith("application/json"):  # else tornado refused it before us
        _is_guarded(fields)
        assert json.loads(body)["hint"]
    else:
        assert status == 400


def test_http_1_0_without_a_host(daemon: Daemon) -> None:
    assert ask(daemon.admin_port, "GET /proxy.pac", version="1.0")[0] == 400


@pytest.mark.parametrize(
    "name", ["localhost", "127.0.0.1", "[::1]", "a.localhost", "0.0.0.0", "127.1", "2130706433", "[::ffff:127.0.0.1]"]
)
@pytest.mark.parametrize("way", ["absolute-form", "CONNECT"])
def test_the_proxy_side_does_not_lead_there(daemon: Daemon, name: str, way: str) -> None:
    at = f"{name}:{daemon.admin_port}"
    if way == "CONNECT":
        data = exchange(daemon.port, f"CONNECT {at} HTTP/1.1\r\nHost: {at}\r\n\r\n".encode(), timeout=0.7)
    else:
        request = f"GET http://{at}/proxy.pac HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n"
        data = exchange(daemon.port, request.encode(), timeout=0.7)
    assert data.split()[1] in (b"403", b"502", b"400"), data
    assert b"FindProxyForURL" not in data


def test_a_route_does_not_lead_there(daemon: Daemon) -> None:
    data = _whole(daemon.port, "GET /to-admin/proxy.pac")
    assert data.split()[1] == b"508"


def test_it_listens_on_loopback_only_whatever_the_front_door_does(tmp_path: Path, app: Server) -> None:
    config = f'frontend = "{app.url}"\n[server]\nallowed_hosts = ["x.test"]\n[intercept]\n"api.example.test" = {{}}'
    with running(tmp_path, config, arguments=["--host", "0.0.0.0"]) as daemon:
        listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
        at = re.findall(rf"\d+: ([0-9A-F]+):{daemon.admin_port:04X} [0-9A-F:]+ 0A ", listening)
        assert sorted(at) == ["0" * 24 + "01000000", "0100007F"]


def test_a_reload_moves_and_closes_it(tmp_path: Path, app: Server) -> None:
    text = f'frontend = "{app.url}"\n[server]\nadmin = {{}}\n[intercept]\n"api.example.test" = {{{{}}}}\n'
    first, second = free_port(), free_port()
    with running(tmp_path, text.format(first)) as daemon:
        assert ask(first, "GET /proxy.pac", OWN)[0] == 200
        file = tmp_path / "devcors.toml"
        file.write_text(text.format(second).replace('"api.example.test"', '"other.example.test"'))
        daemon.message("[server] admin")
        assert b"other.example.test" in ask(second, "GET /proxy.pac", OWN)[2]
        with pytest.raises(ConnectionRefusedError):
            connect(first)
        file.write_text(text.format("false"))
        _until_refused(second)


def _until_refused(port: int) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            connect(port).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.02)
    raise AssertionError("still served")


def _door_before(taken: socket.socket) -> int:
    """A free port, whose next one `taken` listens on from now on."""
    for _ in range(50):
        door = free_port()
        try:
            taken.bind(("127.0.0.1", door + 1))
        except OSError:
            continue
        taken.listen()
        return door
    raise AssertionError("no two ports side by side")


def test_where_the_port_after_is_taken_the_next_free_one_is_used(tmp_path: Path, app: Server) -> None:
    with socket.socket() as taken:
        door = _door_before(taken)
        config = f'frontend = "{app.url}"\n[server]\nlisten = "localhost:{door}"\n[intercept]\n"h.test" = {{}}'
        with running(tmp_path, config, any_port=False, arguments=["--strict-port"]) as daemon:
            assert daemon.message(f"port {door + 1} is taken: the admin port is {daemon.admin_port}")
            assert daemon.admin_port > door + 1


READ = """
async (url) => {
  const out = {};
  for (const mode of ["cors", "no-cors"]) {
    try { out[mode] = await (await fetch(url, {mode})).text(); } catch (error) { out[mode] = String(error); }
  }
  out.script = await new Promise((done) => {
    const tag = document.createElement("script");
    tag.src = url;
    tag.onload = () => done(typeof FindProxyForURL);
    tag.onerror = () => done("refused");
    document.head.append(tag);
  });
  const frame = document.createElement("iframe");
  frame.src = url;
  await new Promise((done) => { frame.onload = done; document.body.append(frame); });
  try { out.frame = frame.contentDocument && frame.contentDocument.body.innerText; } catch (error) { out.frame = ""; }
  return out;
}
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, app: Server) -> Iterator[Page]:
    # a name of another site that leads here, as a rebinding one does
    rules = f"--host-resolver-rules=MAP evil.example.test:80 127.0.0.1:{app.port},MAP rebound.example.test 127.0.0.1"
    with browser(tmp_path_factory.mktemp("profile"), rules) as context:
        yield context.new_page()


@pytest.mark.browser
@pytest.mark.parametrize("opened", ["{app}/", "http://evil.example.test/", "{door}/"])
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_no_page_can_read_it(page: Page, daemon: Daemon, app: Server, opened: str, name: str) -> None:
    """A page of another port, of another site, and the app's own page at the front door."""
    page.goto(opened.format(app=app.url, door=daemon.url))
    got = page.evaluate(READ, f"http://{name}:{daemon.admin_port}/proxy.pac")
    assert "Failed to fetch" in got["cors"]
    assert "FindProxyForURL" not in got["no-cors"]
    assert got["script"] == "refused"
    assert "FindProxyForURL" not in (got["frame"] or "")


@pytest.mark.browser
def test_a_rebound_name_is_refused_and_the_own_address_opens(page: Page, daemon: Daemon) -> None:
    answer = page.goto(f"http://rebound.example.test:{daemon.admin_port}/nothing")
    assert answer
    assert answer.status == 403
    answer = page.goto(f"http://localhost:{daemon.admin_port}/nothing")
    assert answer
    assert (answer.status, answer.json()["error"]) == (404, "nothing here")
