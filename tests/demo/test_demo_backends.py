"""The demo's backends on real sockets: what each answers without devcors in front of it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from devcors.demo.backends import LOOPBACK, Backends, start_backends
from devcors.demo.bad_cookies import KINDS

ORIGIN = "http://localhost:2677"
CROSS = {"Origin": ORIGIN}


@asynccontextmanager
async def running() -> AsyncIterator[Backends]:
    backends = await start_backends()
    try:
        yield backends
    finally:
        await backends.stop()


def client(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", trust_env=False, timeout=5)


def on_api(scenario: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    async def main() -> None:
        async with running() as backends, client(backends.api) as api:
            await scenario(api)

    asyncio.run(main())


def on_broken(scenario: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    async def main() -> None:
        async with running() as backends, client(backends.broken) as broken:
            await scenario(broken)

    asyncio.run(main())


def test_page_holds_every_file_that_it_names() -> None:
    async def main() -> None:
        async with running() as backends, client(backends.frontend) as front:
            index = await front.get("/")
            assert index.headers["content-type"].startswith("text/html")
            wanted, seen = set(re.findall(r'(?:src|href)="(/[^"]+)"', index.text)), set()
            assert {"/app.js", "/style.css"} <= wanted
            while wanted:
                name = wanted.pop()
                seen.add(name)
                found = await front.get(name)
                assert found.status_code == 200, name
                kind = "text/css" if name.endswith(".css") else "javascript"
                assert kind in found.headers["content-type"]
                wanted |= {f"/{part}" for part in re.findall(r'from "\./([^"]+)"', found.text)} - seen
            assert (await front.get("/../backends.py")).status_code == 404

    asyncio.run(main())


def test_page_asks_nobody_but_devcors() -> None:
    async def main() -> None:
        async with running() as backends, client(backends.frontend) as front:
            for name in ("", "app.js", "style.css", "results.js", "same-origin.js", "cross-origin.js", "cookies.js"):
                assert not re.search(r"https?://[a-z]", (await front.get(f"/{name}")).text), name

    asyncio.run(main())


def test_items_are_made_read_renamed_and_removed() -> None:
    async def scenario(api: httpx.AsyncClient) -> None:
        made = await api.post("/items", json={"name": " tea "})
        assert (made.status_code, made.json()["name"]) == (201, "tea")
        path = f"/items/{made.json()['id']}"
        assert (await api.get(path)).json() == made.json()
        assert (await api.put(path, json={"name": "coffee"})).json()["name"] == "coffee"
        assert made.json()["id"] in [item["id"] for item in (await api.get("/items")).json()]
        removed = await api.delete(path)
        assert (removed.status_code, removed.content) == (204, b"")
        assert (await api.get(path)).status_code == 404

    on_api(scenario)


def test_list_of_items_does_not_grow_without_end() -> None:
    async def scenario(api: httpx.AsyncClient) -> None:
        for number in range(110):
            await api.post("/items", json={"name": str(number)})
        names = [item["name"] for item in (await api.get("/items")).json()]
        assert len(names) == 100
        assert names[-1] == "109"

    on_api(scenario)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/items", b"no json", 400),
        ("POST", "/items", b"[]", 400),
        ("POST", "/items", b'{"name": "  "}', 400),
        ("POST", "/items", b'{"name": 1}', 400),
        ("PUT", "/items/999", b'{"name": "x"}', 404),
        ("GET", "/items/x", b"", 404),
        ("GET", "/nowhere", b"", 404),
        ("GET", "/slow?seconds=soon", b"", 400),
        ("GET", "/slow?seconds=nan", b"", 400),
        ("GET", "/slow?seconds=31", b"", 400),
        ("GET", "/me", b"", 401),
        ("GET", "/error", b"", 500),
        ("OPTIONS", "/items", b"", 405),
    ],
)
def test_refusals_say_why_in_json_and_carry_no_cors(method: str, path: str, body: bytes, status: int) -> None:
    async def scenario(api: httpx.AsyncClient) -> None:
        answer = await api.request(method, path, content=body, headers=CROSS)
        assert answer.status_code == status
        assert answer.json()["error"]
        assert not [name for name in answer.headers if name.startswith("access-control-")]

    on_api(scenario)


def test_login_lasts_by_a_cookie_for_the_apis_own_host() -> None:
    async def scenario(api: httpx.AsyncClient) -> None:
        entered = await api.post("/login", json={"name": "Ada"})
        cookie = entered.headers["set-cookie"]
        assert f"Domain={LOOPBACK}" in cookie
        assert "HttpOnly" in cookie
        api.cookies.clear()  # httpx's own jar leaves out domains that are addresses
        me = await api.get("/me", headers={"Cookie": cookie.partition(";")[0]})
        assert me.json() == {"name": "Ada"}

    on_api(scenario)


def test_slow_takes_its_time() -> None:
    async def scenario(api: httpx.AsyncClient) -> None:
        start = time.monotonic()
        assert (await api.get("/slow?seconds=0.3")).json() == {"waited": 0.3}
        assert time.monotonic() - start >= 0.3

    on_api(scenario)


def test_redirect_is_absolute_and_the_apis_own_whatever_the_host_field_says() -> None:
    async def scenario(api: httpx.AsyncClient) -> None:
        answer = await api.get("/redirect", headers={"Host": "localhost:2677"})
        assert answer.status_code == 302
        assert answer.headers["location"] == str(api.base_url.join("/items"))

    on_api(scenario)


def test_clock_sends_each_event_when_it_happens() -> None:
    async def scenario(api: httpx.AsyncClient) -> None:
        arrived: list[float] = []
        numbers: list[int] = []
        async with api.stream("GET", "/clock") as stream:
            assert stream.headers["content-type"] == "text/event-stream"
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    arrived.append(time.monotonic())
                    numbers.append(json.loads(line.removeprefix("data: "))["number"])
                if len(numbers) == 2:
                    break
        assert numbers == [1, 2]
        assert 0.8 < arrived[1] - arrived[0] < 3

    on_api(scenario)


async def chatter(port: int, origin: str = ORIGIN) -> WebSocketClientConnection:
    return await websocket_connect(HTTPRequest(f"ws://{LOOPBACK}:{port}/chat", headers={"Origin": origin}))


def test_chat_reaches_everybody_and_is_told_when_the_demo_ends() -> None:
    async def main() -> None:
        backends = await start_backends()
        first, second = await chatter(backends.api), await chatter(backends.api)
        await first.write_message("hello")
        await second.write_message(b"\x00\xff", binary=True)
        for member in (first, second):
            assert {await member.read_message(), await member.read_message()} == {"hello", b"\x00\xff"}
        await backends.stop()
        assert await asyncio.wait_for(first.read_message(), 2) is None
        assert first.close_code == 1001
        first.close()
        second.close()

    asyncio.run(main())


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "not an origin", "http://localhost.evil.example"])
def test_chat_is_for_pages_of_this_machine(origin: str) -> None:
    async def scenario(api: httpx.AsyncClient) -> None:
        upgrade = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Origin": origin,
        }
        assert (await api.get("/chat", headers=upgrade)).status_code == 403

    on_api(scenario)


def preflight(method: str, headers: str = "") -> dict[str, str]:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return CROSS | {name: value for name, value in asked.items() if value}


@pytest.mark.parametrize("path", ["/no-origin", "/wildcard", "/no-preflight", "/method", "/header"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_broken_answers_are_fine_for_whoever_is_no_browser(path: str, method: str) -> None:
    async def scenario(broken: httpx.AsyncClient) -> None:
        assert (await broken.request(method, path, headers=CROSS)).json()["method"] == method

    on_broken(scenario)


@pytest.mark.parametrize(
    ("path", "allow_origin"),
    [("/no-origin", None), ("/wildcard", "*"), ("/no-preflight", ORIGIN), ("/method", ORIGIN), ("/header", ORIGIN)],
)
def test_actual_answer_is_wrong_only_where_that_is_the_fault(path: str, allow_origin: str | None) -> None:
    async def scenario(broken: httpx.AsyncClient) -> None:
        answer = await broken.get(path, headers=CROSS)
        assert answer.headers.get("access-control-allow-origin") == allow_origin

    on_broken(scenario)


def test_preflights_fail_by_status_by_method_and_by_header() -> None:
    async def scenario(broken: httpx.AsyncClient) -> None:
        refused = await broken.options("/no-preflight", headers=preflight("PUT", "content-type"))
        assert refused.status_code == 405
        method = await broken.options("/method", headers=preflight("DELETE"))
        assert method.headers["access-control-allow-origin"] == ORIGIN
        assert "DELETE" not in method.headers["access-control-allow-methods"]
        header = await broken.options("/header", headers=preflight("POST", "x-demo"))
        assert "POST" in header.headers["access-control-allow-methods"]
        assert "x-demo" not in header.headers["access-control-allow-headers"].lower()

    on_broken(scenario)


def test_session_of_the_broken_server_is_made_for_other_sites_pages() -> None:
    async def scenario(broken: httpx.AsyncClient) -> None:
        cookie = (await broken.get("/session")).headers["set-cookie"]
        assert {"Secure", "SameSite=None"} <= set(cookie.split("; "))

    on_broken(scenario)


def test_cookies_are_set_as_told_and_those_that_come_back_are_named() -> None:
    async def main() -> None:
        async with running() as backends, client(backends.cookies) as cookies:
            given = await cookies.get("/set?run=r1")
            lines = given.headers.get_list("set-cookie")
            assert [line.partition("=")[0] for line in lines] == [f"{kind.name}.r1" for kind in KINDS]
            assert [line.partition("Max-Age=60; ")[2] for line in lines] == [entry["set"] for entry in given.json()]
            cookies.cookies.clear()
            back = await cookies.get("/seen?run=r1", headers={"Cookie": "strict.r1=1; plain.r1=1; secure.other=1"})
            assert back.json() == ["plain", "strict"]
            assert (await cookies.get("/set?run=a%3B%20b")).status_code == 400

    asyncio.run(main())


def test_closed_port_refuses_while_the_demo_runs() -> None:
    async def main() -> None:
        async with running() as backends:
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(LOOPBACK, backends.closed)

    asyncio.run(main())


def test_stop_ends_streams_and_slow_answers_and_frees_the_ports() -> None:
    async def main() -> None:
        backends = await start_backends()
        readers = []
        for path in ("/clock", "/slow?seconds=30"):
            reader, writer = await asyncio.open_connection(LOOPBACK, backends.api)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\n\r\n".encode())
            readers.append((reader, writer))
        assert await readers[0][0].readuntil(b"data: ")
        start = time.monotonic()
        await backends.stop()
        await backends.stop()
        assert time.monotonic() - start < 1
        for reader, writer in readers:
            await asyncio.wait_for(reader.read(), 2)
            writer.close()
            await writer.wait_closed()
        for port in (backends.frontend, backends.api, backends.broken, backends.cookies):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(LOOPBACK, port)

    asyncio.run(main())
