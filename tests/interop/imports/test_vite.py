"""Vite's entries, as real Vite loads them: what becomes of each, and with which line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devcors.errors import ConfigError
from devcors.interop.imports import vite
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Entry, Imported

pytestmark = pytest.mark.node
Project = Callable[..., Path]
KEPT = {"host": "keep", "origin": "keep"}


TO_1 = "target: 'http://localhost:1', changeOrigin: true"
HANDLERS = """(p) => {
  p.on('proxyReq', (r, q) => { console.log(q.url); r.setHeader('host', 'a.test'); r.setHeader('X-A', 'b') })
  p.on('proxyRes', (r, q, s) => { s.setHeader('X-B', 'c'); delete r.headers['server'] })
  p.on('error', console.error)
}"""


@pytest.fixture
def read(project: Project, node: Session) -> Callable[..., Imported]:
    def made(text: str, *, file: str = "vite.config.ts", **files: str) -> Imported:
        return vite.read(project(**{file: text}, **files), file, node)

    return made


def proxy(entries: str) -> str:
    return f"export default {{ server: {{ proxy: {{\n{entries}\n}} }} }}"


def only(read: Imported) -> Entry:
    [entry] = read.entries
    return entry


def told(entry: Entry) -> list[tuple[str, int | None]]:
    return [(remark.option, remark.source.line) for remark in entry.remarks]


@pytest.mark.parametrize(
    ("entries", "routes"),
    [
        ("'/api': 'http://localhost:1'", [("/api", {"target": "http://localhost:1"})]),
        ("'/api': { target: 'http://localhost:1' }", [("/api", {"target": "http://localhost:1", **KEPT})]),
        ("'/api/': new URL('http://localhost:1')", [("/api/", {"target": "http://localhost:1"})]),
        ("'^/a/.*': 'http://localhost:1'", [("^/a/.*", {"target": "http://localhost:1"})]),
        ("'/:id': 'http://localhost:1'", [("^/:id(?=/|$)", {"target": "http://localhost:1"})]),
        (
            "'/api': { target: 'http://localhost:1', changeOrigin: true, rewrite: (p) => p.slice(4) }",
            [("/api", {"target": "http://localhost:1", "rewrite": ""})],
        ),
        (
            f"'/api': {{ {TO_1}, rewrite: (p) => p.replace(/^\\/api\\//, '/') }}",
            [
                ("/api/", {"target": "http://localhost:1", "rewrite": ""}),
                ("/api", {"target": "http://localhost:1"}),
            ],
        ),
        (
            f"'/api': {{ {TO_1}, bypass: (q) => q.method == 'GET' ? q.url : null }}",
            [
                (
                    "/api",
                    {
                        "target": "http://localhost:1",
                        "match": {"methods": ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]},
                    },
                )
            ],
        ),
        (
            f"'/api': {{ {TO_1}, configure: {HANDLERS} }}",
            [
                (
                    "/api",
                    {
                        "target": "http://localhost:1",
                        "host": "a.test",
                        "headers": {"request": {"X-A": "b"}, "response": {"X-B": "c", "server": ""}},
                    },
                )
            ],
        ),
    ],
)
def test_an_entry_that_is_a_route(
    read: Callable[..., Imported], entries: str, routes: list[tuple[str, dict[str, Any]]]
) -> None:
    entry = only(read(proxy(entries)))
    assert (list(entry.routes), entry.remarks, entry.source.line) == (routes, (), 2)


@pytest.mark.parametrize(
    ("entries", "remarks"),
    [
        ("'/api': {\n target: 'http://localhost:1',\n rewrite: (p) => p.toLowerCase() }", [("rewrite", 4)]),
        ("'/api': {\n target: 'http://localhost:1',\n rewrite: () => { throw 1 } }", [("rewrite", 4)]),
        ("'/api': {\n target: 'http://localhost:1',\n bypass: () => '/x' }", [("bypass", 4)]),
        ("'/api': { changeOrigin: true }", [("target", 2)]),
        ("'/api': { target: 'localhost:1' }", [("target", 2)]),
        ("'/api': 3", [("", 2)]),
        ("'/api': ''", [("", 2)]),
        ("'api': 'http://localhost:1'", [("", 2)]),
        ("'/api/*': 'http://localhost:1'", [("", 2)]),
        ("'^/[^]': 'http://localhost:1'", [("", 2)]),
        ("'/a?b': 'http://localhost:1'", [("", 2)]),
    ],
)
def test_an_entry_that_cannot_be_a_route(
    read: Callable[..., Imported], entries: str, remarks: list[tuple[str, int]]
) -> None:
    entry = only(read(proxy(entries)))
    assert (entry.routes, told(entry)) == ((), remarks)


@pytest.mark.parametrize(
    ("option", "remarks"),
    [
        ("bypass: (q) => q.url.includes('x') ? q.url : undefined", ["bypass"]),
        ("bypass: (q) => q.headers.accept.includes('html') ? false : undefined", ["bypass"]),
        ("bypass: (q, r) => { r.setHeader('X-To', q.url) }", ["bypass"]),
        ("bypass: (q) => q.headers['x-requested-with'] ? undefined : '/index.html'", ["bypass"]),
        ("bypass: (q) => q.headers.accept?.includes('json') ? undefined : '/index.html'", ["bypass"]),
        ("bypass: (q) => q.url === '/api/own' ? '/other.html' : undefined", ["bypass"]),
        ("bypass: async () => undefined", []),
        ("configure: (p) => p.on('proxyReq', (r, q) => r.setHeader('X-Url', q.url))", ["configure"]),
        ("configure: (p) => p.on('proxyReq', (r) => { r.path += '&x' })", ["configure"]),
        ("configure: (p) => p.on('proxyRes', (r) => { r.statusCode = 200 })", ["configure"]),
        ("configure: (p) => p.on('proxyRes', (r, q, s) => s.end('x'))", ["configure"]),
        ("configure: (p) => p.on('proxyReqWs', (r) => r.setHeader('X-A', 'b'))", ["configure"]),
        ("configure: (p) => p.on('unheard', () => 0)", ["configure"]),
        (
            "configure: (p) => p.on('proxyReq', (r, q) => q.url.includes('/own') && r.setHeader('X', 'y'))",
            ["configure"],
        ),
        ("configure: (p) => p.on('proxyReq', (r, q) => q.headers['x-a'] && r.setHeader('X', 'y'))", ["configure"]),
        (
            (
                "configure: (p) => p.on('proxyRes', (r) => { if (String(r.headers['content-type']).includes("
                "'text/event-stream')) r.headers['cache-control'] = 'no-cache' })"
            ),
            ["configure"],
        ),
        (
            (
                "configure: (p) => p.on('proxyRes', (r, q, s) => { const c = r.headers['set-cookie'];"
                " if (c) s.setHeader('set-cookie', c) })"
            ),
            [],
        ),
        (
            (
                "configure: (p) => p.on('proxyReq', (r, q) => { if (q.headers.authorization)"
                " r.setHeader('Authorization', q.headers.authorization) })"
            ),
            [],
        ),
        ("configure: (p) => p.once('end', () => 0).on('error', () => 0)", []),
        ("agent: new (class Agent {})(), followRedirects: true", ["agent", "followRedirects"]),
    ],
)
def test_what_is_left_out_of_a_route_is_told(read: Callable[..., Imported], option: str, remarks: list[str]) -> None:
    entry = only(read(proxy(f"'/api': {{ target: 'http://localhost:1', changeOrigin: true,\n{option} }}")))
    assert entry.routes == (("/api", {"target": "http://localhost:1"}),)
    assert [remark.option for remark in entry.remarks] == remarks
    assert all(remark.source.line == 3 for remark in entry.remarks)


PAGES = {"match": {"headers": {"Sec-Fetch-Dest": "document"}}}
FRONT = "http://localhost:5173"


@pytest.mark.parametrize(
    ("bypass", "pattern", "table", "remarks"),
    [
        ("(q) => q.url.startsWith('/api/own') ? q.url : undefined", "/api/own", {"target": FRONT}, []),
        ("(q) => /^\\/api\\/own/.test(q.url) ? q.url : null", "/api/own", {"target": FRONT}, []),
        ("(q) => q.headers.accept?.includes('html') ? q.url : null", "/api", {"target": FRONT, **PAGES}, ["bypass"]),
        (
            "(q) => { if (q.method === 'GET' && q.headers.accept?.includes('text/html')) return '/index.html' }",
            "/api/:path*",
            {
                "target": FRONT,
                "rewrite": "/index.html",
                "match": {"methods": ["GET"], "headers": {"Sec-Fetch-Dest": "document"}},
            },
            ["bypass"],
        ),
        (
            "async (q) => { if (q.headers.accept.indexOf('html') > -1) return '/index.html' }",
            "/api/:path*",
            {"target": FRONT, "rewrite": "/index.html", **PAGES},
            ["bypass"],
        ),
    ],
)
def test_what_bypass_keeps_goes_to_the_front_end(
    read: Callable[..., Imported], bypass: str, pattern: str, table: dict[str, Any], remarks: list[str]
) -> None:
    entry = only(read(proxy(f"'/api': {{ {TO_1}, bypass: {bypass} }}")))
    assert entry.routes == ((pattern, table), ("/api", {"target": "http://localhost:1"}))
    assert [remark.option for remark in entry.remarks] == remarks


def test_an_origin_that_is_set_for_pages_is_the_routes_origin(read: Callable[..., Imported]) -> None:
    handler = "(r, q) => { if (q.headers.origin) r.setHeader('Origin', 'https://a.test') }"
    options = f"target: 'http://localhost:1', changeOrigin: true, configure: (p) => p.on('proxyReq', {handler})"
    entry = only(read(proxy(f"'/api': {{ {options} }}")))
    assert entry.routes == (("/api", {"target": "http://localhost:1", "origin": "https://a.test"}),)


@pytest.mark.parametrize(
    ("change", "cookies"),
    [
        ("c.replace(/; Domain=[^;]+/i, '').replace(/; Secure/i, '')", {"domain": "", "secure": False}),
        ("c.replace(/; *SameSite=None/i, '; SameSite=Lax').replace(/; Secure/, '')", None),
        ("c.replace(/; *SameSite=[^;]+/i, '')", {"samesite": ""}),
        ("c.replace('a=', 'b=')", None),
    ],
)
def test_cookies_that_a_handler_changes(
    read: Callable[..., Imported], change: str, cookies: dict[str, Any] | None
) -> None:
    handler = (
        f"(r) => {{ const all = r.headers['set-cookie']; if (all) r.headers['set-cookie'] = all.map((c) => {change}) }}"
    )
    entry = only(read(proxy(f"'/api': {{ {TO_1}, configure: (p) => p.on('proxyRes', {handler}) }}")))
    table = {"target": "http://localhost:1"} | ({} if cookies is None else {"cookies": cookies})
    assert (entry.routes, [remark.option for remark in entry.remarks]) == (
        (("/api", table),),
        [] if cookies else ["configure"],
    )


def test_a_field_that_is_always_set_may_be_there_already(read: Callable[..., Imported]) -> None:
    handler = "(r) => r.setHeader('Content-Type', 'application/json')"
    entry = only(read(proxy(f"'/api': {{ {TO_1}, configure: (p) => p.on('proxyReq', {handler}) }}")))
    assert entry.routes[0][1]["headers"] == {"request": {"Content-Type": "application/json"}}


def test_the_mode_is_that_of_the_start_script(read: Callable[..., Imported]) -> None:
    text = "import { loadEnv } from 'vite'\nexport default ({ mode, command }) => ({ server: { proxy: {\n"
    text += "  [`/${mode}-${command}`]: loadEnv(mode, process.cwd(), '').API } } })"
    env = {".env": "API=http://localhost:1\n", ".env.staging": "API=http://localhost:2\n"}
    assert only(read(text, **env)).routes == (("/development-serve", {"target": "http://localhost:1"}),)
    package = '{"scripts": {"dev": "vite --mode staging"}, "devDependencies": {"vite": "8"}}'
    assert only(read(text, **{"package.json": package})).routes == (
        ("/staging-serve", {"target": "http://localhost:2"}),
    )


def test_an_entry_whose_name_is_computed_stands_where_the_proxy_does(read: Callable[..., Imported]) -> None:
    entry = only(read(proxy("[`/${'api'}`]: { target: 'http://localhost:1',\n agent: new (class Agent {})() }")))
    assert (entry.name, entry.source.line, told(entry)) == ("/api", 1, [("agent", 3)])


@pytest.mark.parametrize(
    ("version", "sent"), [("5.4.21", "/v1/x?y=//"), ("6.0.0-beta.1", "/v1/x?y=//"), ("7.3.8", "//v1//x?y=//")]
)
def test_an_older_vite_merges_slashes(version: str, sent: str) -> None:
    assert vite.sent_by(version)("//v1//x?y=//") == sent
    assert vite.sent_by(version)("x") == "/x"


@pytest.mark.parametrize("suffix", ["js", "mjs", "ts", "mts", "cjs", "cts"])
def test_every_kind_of_file(read: Callable[..., Imported], suffix: str) -> None:
    head = "module.exports =" if suffix.startswith("c") else "export default"
    text = f"{head} {{ server: {{ proxy: {{ '/api': 'http://localhost:1' }} }} }}"
    assert only(read(text, file=f"vite.config.{suffix}")).source.file == f"vite.config.{suffix}"


@pytest.mark.parametrize(
    ("server", "frontend"),
    [
        ("", "http://localhost:5173"),
        ("port: 3000,", "http://localhost:3000"),
        ("port: 3000, host: true,", "http://localhost:3000"),
        ("port: 3000, host: '192.0.2.1',", "http://192.0.2.1:3000"),
        ("https: {},", {"target": "https://localhost:5173", "verify": False}),
    ],
)
def test_where_vite_listens(read: Callable[..., Imported], server: str, frontend: object) -> None:
    read_ = read(f"export default {{ server: {{ {server} proxy: {{ '/api': 'http://localhost:1' }} }} }}")
    assert read_.frontend == frontend


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("export default { plugins: [] }", 1),
        ("export default {\n  server: { port: 1 } }", 2),
        ("export default {\n\n  server: { proxy: {} } }", 3),
    ],
)
def test_a_config_without_a_proxy(read: Callable[..., Imported], text: str, line: int) -> None:
    with pytest.raises(ConfigError, match=r"no server\.proxy") as raised:
        read(text)
    assert raised.value.where == f"vite.config.ts:{line}"
