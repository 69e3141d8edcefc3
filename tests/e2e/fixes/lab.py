"""The servers that the fixes are for, really installed, and started with one piece of configuration or another.

Each folder beside this file is a small application for one server: `NAME.in` is written as NAME, with `@CORS@` and the
other words in @ replaced; broken.toml holds ways to get CORS wrong there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.programs import needed, program
from tests.support.servers import Reply, Seen, serve

HERE = Path(__file__).parent
PROXIES = ("nginx", "apache", "caddy")
RS_CORS = Path("/usr/share/gocode/src/github.com/rs/cors")


@dataclass(frozen=True)
class Broken:
    """One way to get it wrong; `upstream` is what the application behind a proxy sends itself."""

    server: str
    name: str
    request: str
    error: str
    cors: str
    upstream: Mapping[str, str] = field(default_factory=dict)


def all_broken() -> list[Broken]:
    """Of all servers."""
    files = sorted(HERE.glob("*/broken.toml"))
    return [Broken(path.parent.name, **row) for path in files for row in tomllib.loads(path.read_text())["broken"]]


class Tools:
    """What the servers are made of, installed when first wanted into a folder that is kept between runs."""

    def __init__(self, cache: pytest.Cache) -> None:
        self._cache = cache

    @cached_property
    def scripts(self) -> Path:
        """The folder of the programs of a virtual environment with Django, Flask, FastAPI and Caddy."""
        folder = self._installed("python", "requirements.txt", sys.version, make=self._python)
        return folder / "bin"

    @cached_property
    def node_modules(self) -> Path:
        """With express and cors."""
        return self._installed("node", "package-lock.json", make=self._node) / "node_modules"

    def _installed(self, name: str, lock: str, *more: str, make: Callable[[Path], None]) -> Path:
        digest = hashlib.sha256((HERE / lock).read_bytes() + "".join(more).encode()).hexdigest()[:12]
        folder = Path(self._cache.mkdir(f"fixes-{name}-{digest}"))
        done = folder / "done"
        if not done.exists():  # an install that was broken off is made anew
            shutil.rmtree(folder)
            folder.mkdir()
            make(folder)
            done.touch()
        return folder

    def _python(self, folder: Path) -> None:
        _run(sys.executable, "-m", "venv", folder)
        pip = (folder / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check")
        _run(*pip, "install", "-r", HERE / "requirements.txt")

    def _node(self, folder: Path) -> None:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, folder)
        _run(needed("npm"), "ci", "--no-audit", "--no-fund", folder=folder)


def _run(*command: str | Path, folder: Path | None = None, environ: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env={**os.environ, **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass
class Lab:
    """Starts servers."""

    tools: Tools

    @contextmanager
    def running(self, folder: Path, server: str, words: Mapping[str, str], sent: Mapping[str, str]) -> Iterator[str]:
        """A server with `words` put into its files; its origin. `sent`: fields that the application behind it sends."""
        with serve(lambda seen: application(seen, sent)) as upstream:
            port = free_port()
            places = {"PORT": port, "UPSTREAM": upstream.port, "CLOSED": free_port(), "FOLDER": folder}
            write(folder, server, {**words, **{name: str(value) for name, value in places.items()}})
            command, environ = _COMMANDS[server](self.tools, folder, port)
            with program(command, port=port, folder=folder, environ=environ):
                yield f"http://localhost:{port}"


def application(seen: Seen, sent: Mapping[str, str]) -> Reply:
    """What stands behind a proxy: it knows no OPTIONS."""
    more = list(sent.items())
    if seen.method == "OPTIONS":
        return Reply(405, more)
    if seen.target == "/fail":
        return Reply(500, more, b"on purpose")
    if seen.target not in ("/items", "/private/items"):
        return Reply(404, more)
    body = f'{{"method": "{seen.method}", "cookie": "{seen.header("cookie") or ""}"}}'
    return Reply(200, [*more, ("Content-Type", "application/json")], body.encode())


def write(folder: Path, server: str, words: Mapping[str, str]) -> None:
    """The application's files."""
    for source in (HERE / server).glob("*.in"):
        text = source.read_text()
        # twice: what is put in holds such words too
        for _ in range(2):
            text = re.sub(r"@([A-Z_]+)@", lambda found: words.get(found[1], ""), text)
        (folder / source.name.removesuffix(".in")).write_text(text)


def with_fix(server: str, text: str) -> dict[str, str]:
    """The words that put a printed fix where its comments say."""
    if server == "nginx":
        http, inner = re.split(r"^# --- in server .*\n", text, flags=re.MULTILINE)
        return {"HTTP": http, "CORS": inner}
    if server == "caddy":
        whole = re.sub(r"(?:\t\t#.*\n)+(\t\}\n\}\n)$", r"\t\timport site\n\1", text)
        found = re.search(r"# +(header_down .*)", text)
        assert found
        return {"CORS": whole, "REVERSE_PROXY": found[1]}
    return {"CORS": text}


def as_broken(broken: Broken, origin: str) -> dict[str, str]:
    """The words for a broken configuration."""
    text = f"{broken.cors}\nimport site" if broken.server == "caddy" else broken.cors
    return {"CORS": text, "ORIGIN": origin}


Command = tuple[list[str], dict[str, str]]


def _express(tools: Tools, folder: Path, port: int) -> Command:
    modules = folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(tools.node_modules)
    return [needed("node"), "app.mjs"], {"PORT": str(port)}


def _django(tools: Tools, folder: Path, port: int) -> Command:
    arguments = ("-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}")
    return [str(tools.scripts / "python"), *arguments], _python_path(folder, DJANGO_SETTINGS_MODULE="settings")


def _flask(tools: Tools, folder: Path, port: int) -> Command:
    return [str(tools.scripts / "flask"), "--app", "app", "run", "--port", str(port)], _python_path(folder)


def _fastapi(tools: Tools, folder: Path, port: int) -> Command:
    return [str(tools.scripts / "uvicorn"), "app:app", "--port", str(port)], _python_path(folder)


def _python_path(folder: Path, **more: str) -> dict[str, str]:
    return {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **more}


def _go(tools: Tools, folder: Path, port: int) -> Command:
    # the packages of the distribution, so that nothing is fetched
    environ = {"GO111MODULE": "off", "GOPATH": str(RS_CORS.parents[3])}
    _run(needed("go"), "build", "-o", "server", ".", folder=folder, environ=environ)
    return [str(folder / "server")], {"PORT": str(port)}


def _go_rs_cors(tools: Tools, folder: Path, port: int) -> Command:
    if not RS_CORS.is_dir():
        reason = "rs/cors is not on this machine (apt install golang-github-rs-cors-dev)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return _go(tools, folder, port)


def _nginx(tools: Tools, folder: Path, port: int) -> Command:
    return [needed("nginx"), "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")], {}


def _apache(tools: Tools, folder: Path, port: int) -> Command:
    return [needed("apache2"), "-DFOREGROUND", "-f", str(folder / "httpd.conf")], {}


def _caddy(tools: Tools, folder: Path, port: int) -> Command:
    command = [str(tools.scripts / "caddy"), "run", "--adapter", "caddyfile", "--config", "Caddyfile"]
    return command, {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}


_COMMANDS: dict[str, Callable[[Tools, Path, int], Command]] = {
    "express": _express,
    "express-manual": _express,
    "django": _django,
    "flask": _flask,
    "flask-manual": _flask,
    "fastapi": _fastapi,
    "go": _go,
    "go-rs-cors": _go_rs_cors,
    "nginx": _nginx,
    "apache": _apache,
    "caddy": _caddy,
}
