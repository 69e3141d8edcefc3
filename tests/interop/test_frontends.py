"""What is found in front-end folders of each kind, written out as small as they can be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from devcors.interop.frontends import FrontEnd, detect
from devcors.interop.proxy_settings import FoundRoute

Files = dict[str, Any]


def package(*dependencies: str, dev: tuple[str, ...] = (), **rest: Any) -> dict[str, Any]:
    return {"dependencies": dict.fromkeys(dependencies, "*"), "devDependencies": dict.fromkeys(dev, "*"), **rest}


def look(folder: Path, files: Files) -> FrontEnd | None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    (folder / ".git").mkdir(exist_ok=True)  # no lock file above the test's folder counts
    return detect(folder)


def found(folder: Path, files: Files) -> FrontEnd:
    frontend = look(folder, files)
    assert frontend is not None
    return frontend


@pytest.mark.parametrize(
    ("files", "name", "port"),
    [
        ({"package.json": package(dev=("vite",))}, "Vite", 5173),
        ({"vite.config.ts": "export default {}"}, "Vite", 5173),
        ({"package.json": package("next", "react")}, "Next.js", 3000),
        ({"package.json": package("nuxt", dev=("vite",))}, "Nuxt", 3000),
        ({"package.json": package(dev=("vite", "@sveltejs/kit"))}, "SvelteKit", 5173),
        ({"package.json": package("astro", "vite")}, "Astro", 4321),
        ({"package.json": package("@angular/core")}, "Angular", 4200),
        ({"angular.json": {}}, "Angular", 4200),
        ({"package.json": package("react-router", dev=("@react-router/dev", "vite"))}, "React Router", 5173),
        ({"package.json": package(dev=("@remix-run/dev", "vite"))}, "Remix", 5173),
        ({"package.json": package("react-scripts")}, "Create React App", 3000),
        ({"package.json": package("vue", dev=("@vue/cli-service", "webpack"))}, "Vue CLI", 8080),
        ({"package.json": package("gatsby")}, "Gatsby", 8000),
        ({"package.json": package(dev=("parcel",))}, "Parcel", 1234),
        ({"package.json": package(dev=("webpack", "webpack-dev-server"))}, "webpack", 8080),
    ],
)
def test_the_tool_and_its_usual_port(tmp_path: Path, files: Files, name: str, port: int) -> None:
    frontend = found(tmp_path, files)
    assert (frontend.name, frontend.port, frontend.notes) == (name, port, [])


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"package.json": package("express", scripts={"start": "node server"})},
        {"package.json": "{"},
        {"vite.txt": ""},
    ],
)
def test_no_front_end(tmp_path: Path, files: Files) -> None:
    assert look(tmp_path, files) is None


VITE = package(dev=("vite",))
CRA = package("react-scripts", scripts={"start": "react-scripts start"})


@pytest.mark.parametrize(
    ("files", "url"),
    [
        ({"package.json": {**VITE, "scripts": {"dev": "vite --port 3001"}}}, "http://localhost:3001"),
        ({"package.json": {**VITE, "scripts": {"dev": "vite --port=3001 --host"}}}, "http://localhost:3001"),
        (
            {"package.json": {**VITE, "scripts": {"dev": 'concurrently "api -p 8080" "vite --port 3001"'}}},
            "http://localhost:3001",
        ),
        ({"package.json": package("next", scripts={"dev": "next dev -p 3002"})}, "http://localhost:3002"),
        ({"package.json": package("next", scripts={"dev": "cross-env PORT=3003 next dev"})}, "http://localhost:3003"),
        (
            {"package.json": package("next", scripts={"dev": "API_PORT=9 next dev --experimental-https"})},
            "https://localhost:3000",
        ),
        (
            {"package.json": VITE, "vite.config.ts": "export default defineConfig({ server: { port: 3004 } })"},
            "http://localhost:3004",
        ),
        (
            {"package.json": VITE, "vite.config.js": "export default { preview: { port: 1 }, plugins: [] }"},
            "http://localhost:5173",
        ),
        (
            {"package.json": VITE, "vite.config.js": "({ server: { port: Number(env.PORT), https: { key } } })"},
            "https://localhost:5173",
        ),
        ({"package.json": package(dev=("vite", "@vitejs/plugin-basic-ssl"))}, "https://localhost:5173"),
        (
            {
                "package.json": {**VITE, "scripts": {"dev": "vite --port 1"}},
                "vite.config.js": "({ server: { port: 2 } })",
            },
            "http://localhost:1",
        ),
        (
            {"package.json": package("astro"), "astro.config.mjs": "defineConfig({ server: { port: 3005 } })"},
            "http://localhost:3005",
        ),
        (
            {"package.json": package("nuxt"), "nuxt.config.ts": "defineNuxtConfig({ devServer: { port: 3006 } })"},
            "http://localhost:3006",
        ),
        (
            {
                "package.json": package("webpack-dev-server"),
                "webpack.config.js": "x = { devServer: { port: '3007', server: 'https' } }",
            },
            "https://localhost:3007",
        ),
        ({"package.json": CRA, ".env": "export PORT=3008\nHTTPS=true\n"}, "https://localhost:3008"),
        (
            {"package.json": CRA, ".env": "PORT=1", ".env.local": "# PORT=2\nPORT='3009' # mine\n"},
            "http://localhost:3009",
        ),
        ({"package.json": VITE, ".env": "PORT=3010"}, "http://localhost:5173"),
        ({"package.json": CRA, ".env": "PORT=70000"}, "http://localhost:3000"),
    ],
)
def test_where_it_listens(tmp_path: Path, files: Files, url: str) -> None:
    assert found(tmp_path, files).url == url


ANGULAR = """{ // a comment
  "projects": { "library": {}, "app": { "architect": { "serve": {
    "options": { "proxyConfig": "src/proxy.conf.json", "port": 4300 },
    "configurations": { "development": { "port": 4301, "ssl": true } },
    "defaultConfiguration": "development",
  } } } }
}"""


def test_angular_is_read_from_its_workspace_file(tmp_path: Path) -> None:
    proxy = {"/api/**": {"target": "https://localhost:8443", "secure": False, "pathRewrite": {"^/api": ""}}}
    frontend = found(tmp_path, {"angular.json": ANGULAR, "src/proxy.conf.json": proxy})
    assert frontend.url == "https://localhost:4301"
    assert frontend.command == "npx ng serve"
    assert frontend.routes == [
        FoundRoute(
            "/api",
            "https://localhost:8443",
            "src/proxy.conf.json",
            rewrite="",
            more={"host": "keep", "origin": "keep", "verify": False},
        )
    ]


def test_angulars_proxy_settings_in_a_program_are_only_a_proposal(tmp_path: Path) -> None:
    workspace = ANGULAR.replace(".json", ".js")
    program = "const PROXY = [{ context: ['/api', '/auth'], target: 'http://localhost:8080' }]; module.exports = PROXY"
    frontend = found(tmp_path, {"angular.json": workspace, "src/proxy.conf.js": program})
    assert [(route.pattern, route.certain) for route in frontend.routes] == [("/api", False), ("/auth", False)]


def test_a_file_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"/api": {"target": "http://secret"}}')
    workspace = ANGULAR.replace("src/proxy.conf.json", "../secret.json")
    frontend = found(tmp_path / "app", {"angular.json": workspace})
    assert frontend.routes == []
    assert "../secret.json" in frontend.notes[0]


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({}, "npm run dev"),
        ({"package-lock.json": ""}, "npm run dev"),
        ({"pnpm-lock.yaml": ""}, "pnpm dev"),
        ({"yarn.lock": ""}, "yarn dev"),
        ({"bun.lock": ""}, "bun run dev"),
        ({"bun.lockb": ""}, "bun run dev"),
    ],
)
def test_the_package_manager_by_its_lock_file(tmp_path: Path, files: Files, command: str) -> None:
    assert found(tmp_path, {"package.json": {**VITE, "scripts": {"dev": "vite"}}, **files}).command == command


def test_the_lock_file_of_a_workspace_lies_above(tmp_path: Path) -> None:
    (tmp_path / "pnpm-lock.yaml").touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / "apps/web").mkdir(parents=True)
    (tmp_path / "apps/web/package.json").write_text(json.dumps({**VITE, "scripts": {"dev": "vite"}}))
    frontend = detect(tmp_path / "apps/web")
    assert frontend is not None
    assert frontend.command == "pnpm dev"


@pytest.mark.parametrize(
    ("scripts", "command"),
    [
        ({"start": "node server", "dev": "vite"}, "npm run dev"),
        ({"start": "vite"}, "npm start"),
        ({"dev": "concurrently npm:web npm:api", "web": "vite", "api": "node api"}, "npm run web"),
        ({"dev": "nx serve web", "build": "vite build"}, "npm run dev"),
        ({"build": "vite build", "preview": "vite preview"}, "npx vite"),
        ({"dev; rm": "vite", "client": "vite --host"}, "npm run client"),
        ({}, "npx vite"),
    ],
)
def test_the_script_that_starts_the_dev_server(tmp_path: Path, scripts: dict[str, str], command: str) -> None:
    assert found(tmp_path, {"package.json": {**VITE, "scripts": scripts}}).command == command


def test_the_manager_that_the_package_declares(tmp_path: Path) -> None:
    declared = {**VITE, "packageManager": "yarn@4.1.0", "scripts": {"dev": "vite"}}
    assert found(tmp_path, {"package.json": declared}).command == "yarn dev"


VITE_PROXY = r"""
import { defineConfig } from 'vite'
export default defineConfig(({ mode }) => ({
  plugins: [react({ proxy: { '/no': 'http://localhost:1' } })],
  server: {
    proxy: {
      // '/old': 'http://localhost:1',
      '/plain': 'http://localhost:8081',
      '/api': { target: 'http://localhost:8082', changeOrigin: true, rewrite: (path) => path.replace(/^\/api/, '') },
      '/v1': { target: "http://localhost:8083/base", rewrite: path => path.replace(/^\/v1/, '/v2') },
      '/odd': { target: 'http://localhost:8084', rewrite: (path) => path.toLowerCase() },
      '/tls': { target: 'https://localhost:8085', secure: false, ws: true, configure: (proxy) => { proxy.on('x') } },
      '^/re/.*': 'http://localhost:8086',
      '/env': process.env.API,
      '/env2': { target: `http://${host}` },
    },
  },
}))
"""


def test_vites_literal_entries_are_proposed(tmp_path: Path) -> None:
    frontend = found(tmp_path, {"package.json": VITE, "vite.config.ts": VITE_PROXY})
    assert all(route.source == "vite.config.ts" and not route.certain for route in frontend.routes)
    kept = {"host": "keep", "origin": "keep"}  # without changeOrigin
    assert [(route.pattern, route.target, route.rewrite, route.more) for route in frontend.routes] == [
        ("/plain", "http://localhost:8081", None, {}),
        ("/api", "http://localhost:8082", "", {}),
        ("/v1", "http://localhost:8083/base", "/v2", kept),
        ("/odd", "http://localhost:8084", None, kept),
        ("/tls", "https://localhost:8085", None, {**kept, "verify": False}),
        ("^/re/.*", "http://localhost:8086", None, {}),
    ]
    assert frontend.notes == [
        'vite.config.ts: of the proxy for "/odd", a path rewrite cannot be taken over',
        'vite.config.ts: of the proxy for "/tls", configure cannot be taken over',
        'vite.config.ts proxies "/env" to a target that is computed: add it by hand',
        'vite.config.ts proxies "/env2" to a target that is computed: add it by hand',
    ]


def test_proxy_settings_that_are_computed_are_told(tmp_path: Path) -> None:
    frontend = found(tmp_path, {"package.json": VITE, "vite.config.js": "({ server: { proxy: routes() } })"})
    assert frontend.notes == ["vite.config.js computes its proxy settings: add the routes by hand"]


def test_webpacks_list(tmp_path: Path) -> None:
    program = """module.exports = { devServer: { proxy: [
        { context: ['/api', '/auth'], target: 'http://localhost:8080', pathRewrite: { '^/api': '' } },
    ] } }"""
    frontend = found(tmp_path, {"package.json": package("webpack-dev-server"), "webpack.config.js": program})
    assert [(route.pattern, route.rewrite) for route in frontend.routes] == [("/api", ""), ("/auth", None)]


def test_nexts_rewrites(tmp_path: Path) -> None:
    program = """module.exports = { async redirects() { return [
        { source: '/away/:path*', destination: 'https://example.com/:path*', permanent: true },
    ] }, async rewrites() { return [
        { source: '/api/:path*', destination: 'http://localhost:8080/:path*' },
        { source: '/same/:path*', destination: 'http://localhost:8080/same/:path*' },
        { source: '/new/:path*', has: [{ type: 'header', key: 'x-new' }], destination: 'http://localhost:8081/:path*' },
        { source: '/old', destination: '/new' },
        { source: '/env', destination: process.env.API },
        { source: '/find/:word', destination: 'http://localhost:8080/find?q=:word' },
        { source: '/some/:path*', has: conditions, destination: 'http://localhost:8080/:path*' },
        { source: '/less/:path*', missing: [{ type: 'header', key: 'x' }], destination: 'http://l:8080/:path*' },
    ] } }"""
    frontend = found(tmp_path, {"package.json": package("next"), "next.config.js": program})
    assert [(route.pattern, route.table()) for route in frontend.routes] == [
        ("/api", {"target": "http://localhost:8080", "rewrite": "", "forwarded": True}),
        ("/same", {"target": "http://localhost:8080", "forwarded": True}),
        (
            "/new",
            {
                "target": "http://localhost:8081",
                "rewrite": "",
                "match": {"headers": {"x-new": "*"}},
                "forwarded": True,
            },
        ),
    ]
    said = ["is computed", '"/find/:word"', '"/some/:path*"', '"/less/:path*"']
    assert [any(text in note for note in frontend.notes) for text in said] == [True] * 4
    assert len(frontend.notes) == 4


def test_create_react_apps_one_string(tmp_path: Path) -> None:
    frontend = found(tmp_path, {"package.json": {**CRA, "proxy": "http://localhost:4000"}, "src/setupProxy.js": ""})
    assert frontend.routes == [FoundRoute("/api", "http://localhost:4000", "package.json")]
    assert "add the other paths" in frontend.notes[0]
    assert "src/setupProxy.js" in frontend.notes[1]


@pytest.mark.parametrize(
    ("proxy", "note"),
    [
        ({"/api": "localhost:8080"}, "is not a URL"),
        ({"/a/*.php": "http://localhost:1"}, "no such patterns"),
        ({"^(": "http://localhost:1"}, "expression"),
        ({"/api": "http://localhost:1", "/api/**": "http://localhost:2"}, "more than once"),
        ({"/api": {"target": {"socketPath": "/run/api"}}}, "no URL"),
        ({"/api": {"headers": {}}}, "computed"),
        ({"/\x1b[31m": "http://localhost:1"}, "\N{REPLACEMENT CHARACTER}[31m"),
    ],
)
def test_what_cannot_be_a_route_is_a_note(tmp_path: Path, proxy: dict[str, Any], note: str) -> None:
    frontend = found(tmp_path, {"package.json": {**CRA, "proxy": proxy}})
    assert len(frontend.routes) == (note == "more than once")
    assert len(frontend.notes) == 1
    assert note in frontend.notes[0]


@pytest.mark.parametrize(
    "content", ["", "[]", "null", '{"dependencies": []}', '{"scripts": {"dev": 1}}', "{" * 9999, "\x00\xff"]
)
def test_a_package_json_that_is_none_does_no_harm(tmp_path: Path, content: str) -> None:
    assert found(tmp_path, {"package.json": content, "vite.config.js": content}).command == "npx vite"


def test_what_is_no_file_or_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "package.json").mkdir()
    (tmp_path / "vite.config.js").write_text("({ server: { port: 1 } })" + " " * 1_000_000)
    frontend = detect(tmp_path)
    assert frontend is not None
    assert frontend.port == 5173
