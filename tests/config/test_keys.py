"""Every key of devcors.toml: what it takes, and word for word what is said of what it does not take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from devcors.config.loading import load
from devcors.config.problems import InvalidConfig
from devcors.config.schema import Config, CookieEdits, Table

SAMPLE = Path(__file__).with_name("sample.toml")
REFUSED = Path(__file__).with_name("refused.txt")
ROUTE = '[routes."/a"]\ntarget = "https://h"\n'
HOST = '[intercept."h"]\n'

ACCEPTED: list[tuple[str, str, str, Any]] = [
    ("Config.frontend", 'frontend = "http://localhost:5173"', "frontend.target", "http://localhost:5173"),
    ("Config.frontend", "frontend = false", "frontend", None),
    ("Config.routes", '[routes]\n"/a" = "http://h"', "routes./a.0.target", "http://h"),
    (
        "Config.routes",
        '[[routes."^/a"]]\ntarget = "http://1"\n[[routes."^/a"]]\ntarget = "http://2"',
        "routes.^/a.1.target",
        "http://2",
    ),
    ("Route.target", '[routes."/a"]\ntarget = "WSS://LocalHost:1/"', "routes./a.0.target", "wss://localhost:1"),
    ("Route.target", '[routes."/a"]\ntarget = "http://[::1]:80/v1/"', "routes./a.0.target", "http://[::1]:80/v1/"),
    ("Route.rewrite", f'{ROUTE}rewrite = ""', "routes./a.0.rewrite", ""),
    ("Route.match", f"{ROUTE}match = {{}}", "routes./a.0.match.hosts", ()),
    (
        "Match.hosts",
        f'{ROUTE}match.hosts = ["*.A.example", "b:81"]',
        "routes./a.0.match.hosts",
        ("*.a.example", "b:81"),
    ),
    ("Match.methods", f'{ROUTE}match.methods = ["GET", "QUERY"]', "routes./a.0.match.methods", ("GET", "QUERY")),
    ("Match.headers", f'{ROUTE}match.headers.X-A = "*"', "routes./a.0.match.headers", {"X-A": "*"}),
    ("Route.host", f'{ROUTE}host = "keep"', "routes./a.0.host", "keep"),
    ("Route.host", f'{ROUTE}host = "a.example:81"', "routes./a.0.host", "a.example:81"),
    ("Route.origin", f'{ROUTE}origin = "https://a.example"', "routes./a.0.origin", "https://a.example"),
    ("Route.forwarded", f"{ROUTE}forwarded = true", "routes./a.0.forwarded", True),
    ("Route.headers", f"{ROUTE}headers = {{}}", "routes./a.0.headers.request", {}),
    ("Headers.request", f'{ROUTE}headers.request.Cookie = ""', "routes./a.0.headers.request", {"Cookie": ""}),
    ("Headers.response", f'{ROUTE}headers.response = {{ X = "a\\tb" }}', "routes./a.0.headers.response", {"X": "a\tb"}),
    ("Route.cookies", f'{ROUTE}cookies = "keep"', "routes./a.0.cookies", "keep"),
    ("Route.cookies", f"{ROUTE}cookies = {{}}", "routes./a.0.cookies", CookieEdits()),
    ("CookieEdits.domain", f'{ROUTE}cookies.domain = ""', "routes./a.0.cookies.domain", ""),
    ("CookieEdits.path", f'{ROUTE}cookies.path = "/"', "routes./a.0.cookies.path", "/"),
    ("CookieEdits.secure", f"{ROUTE}cookies.secure = false", "routes./a.0.cookies.secure", False),
    ("CookieEdits.samesite", f'{ROUTE}cookies.samesite = "Lax"', "routes./a.0.cookies.samesite", "lax"),
    ("Route.redirects", f'{ROUTE}redirects = "keep"', "routes./a.0.redirects", "keep"),
    ("Route.verify", f"{ROUTE}verify = false", "routes./a.0.verify", False),
    ("Route.verify", f'{ROUTE}verify = "ca.pem"', "routes./a.0.verify", "{folder}/ca.pem"),
    ("Route.wait", f'{ROUTE}wait = "500ms"', "routes./a.0.wait", 0.5),
    ("Route.wait", f"{ROUTE}wait = 1.5", "routes./a.0.wait", 1.5),
    ("Route.timeout", f"{ROUTE}timeout = {{}}", "routes./a.0.timeout.connect", 10.0),
    ("Timeout.connect", f'{ROUTE}timeout.connect = "2 s"', "routes./a.0.timeout.connect", 2.0),
    ("Timeout.idle", f'{ROUTE}timeout.idle = "1.5m"', "routes./a.0.timeout.idle", 90.0),
    ("Route.cors", f'{ROUTE}cors = "off"', "routes./a.0.cors.mode", "off"),
    ("RouteCors.mode", f'{ROUTE}cors.mode = "rewrite"', "routes./a.0.cors.mode", "rewrite"),
    ("RouteCors.origins", f'{ROUTE}cors.origins = ["HTTP://A:80"]', "routes./a.0.cors.origins", ("http://a",)),
    ("RouteCors.methods", f'{ROUTE}cors.methods = ["PUT"]', "routes./a.0.cors.methods", ("PUT",)),
    ("RouteCors.headers", f'{ROUTE}cors.headers = "request"', "routes./a.0.cors.headers", "request"),
    ("RouteCors.expose", f'{ROUTE}cors.expose = ["X-A"]', "routes./a.0.cors.expose", ("X-A",)),
    ("RouteCors.credentials", f"{ROUTE}cors.credentials = false", "routes./a.0.cors.credentials", False),
    ("RouteCors.max_age", f"{ROUTE}cors.max_age = 600", "routes./a.0.cors.max_age", 600),
    ("Config.intercept", '[intercept]\n"*.A.example:8443" = {}', "intercept.*.a.example:8443.cors.mode", "observe"),
    ("Config.intercept", '[intercept]\n"[::1]" = {}', "intercept.[::1].cookies", "keep"),
    ("Intercept.cors", f'{HOST}cors = "inject"', "intercept.h.cors.mode", "inject"),
    ("Intercept.target", f'{HOST}target = "http://h:1"', "intercept.h.target", "http://h:1"),
    ("Intercept.verify", f"{HOST}verify = false", "intercept.h.verify", False),
    ("Intercept.headers", f'{HOST}headers.response.X = "1"', "intercept.h.headers.response", {"X": "1"}),
    ("Intercept.cookies", f'{HOST}cookies = "auto"', "intercept.h.cookies", "auto"),
    ("Intercept.redirects", f'{HOST}redirects = "rewrite"', "intercept.h.redirects", "rewrite"),
    ("Intercept.timeout", f'{HOST}timeout.idle = "1h"', "intercept.h.timeout.idle", 3600.0),
    ("Config.cors", "[cors]", "cors.origins", ("loopback",)),
    ("CorsTable.origins", '[cors]\norigins = ["chrome-extension://abc"]', "cors.origins", ("chrome-extension://abc",)),
    ("CorsTable.methods", "[cors]\nmethods = []", "cors.methods", ()),
    ("CorsTable.headers", '[cors]\nheaders = ["X-A"]', "cors.headers", ("X-A",)),
    ("CorsTable.expose", '[cors]\nexpose = ["X-A"]', "cors.expose", ("X-A",)),
    ("CorsTable.credentials", "[cors]\ncredentials = false", "cors.credentials", False),
    ("CorsTable.max_age", "[cors]\nmax_age = 0", "cors.max_age", 0),
    ("Config.server", "[server]", "server.listen", "localhost:2677"),
    ("Server.listen", '[server]\nlisten = "[::1]:80"', "server.listen", "[::1]:80"),
    ("Server.listen", '[server]\nlisten = "127.0.0.1:0"', "server.listen", "127.0.0.1:0"),
    ("Server.listen", '[server]\nlisten = "0.0.0.0:2677"', "server.listen", "0.0.0.0:2677"),
    (
        "Server.allowed_hosts",
        '[server]\nallowed_hosts = ["Dev.example.com"]',
        "server.allowed_hosts",
        ("dev.example.com",),
    ),
    ("Server.https", "[server]\nhttps = false", "server.https", False),
    ("Server.https", "[server]\nhttps = true", "server.https", True),
    ("Server.https", '[server]\nhttps = "h2"', "server.https", "h2"),
    ("Server.admin", "[server]\nadmin = false", "server.admin", False),
    ("Server.admin", "[server]\nadmin = 3000", "server.admin", 3000),
    ("Server.capture", "[server]\ncapture = 65536", "server.capture", 65536),
    ("Server.capture", "[server]\ncapture = 0", "server.capture", 0),
    ("Server.capture", "[server]\ncapture = false", "server.capture", 65536),  # as if it were not there
    ("Config.scripts", 'scripts = ["a.py", "/b/c.py"]', "scripts", ("{folder}/a.py", "/b/c.py")),
]


def refused() -> list[Any]:
    blocks = REFUSED.read_text("utf-8").split("\n### ")[1:]
    split = [block.partition("\n") for block in blocks]
    cases = [(title, *body.split("---\n", 1)) for title, _, body in split]
    return [
        pytest.param(toml, said.strip("\n"), id=f"{title} {number}") for number, (title, toml, said) in enumerate(cases)
    ]


def keys_of_the_schema() -> set[str]:
    return {f"{table.__name__}.{key}" for table in Table.__subclasses__() for key in table.model_fields}


def dig(value: Any, path: str) -> Any:
    """The value at a dotted path of attributes, keys (which may hold dots) and indexes."""
    if not path:
        return value
    if isinstance(value, dict):
        key = next(key for key in value if path == key or path.startswith(f"{key}."))
        return dig(value[key], path[len(key) + 1 :])
    first, _, rest = path.partition(".")
    return dig(value[int(first)] if isinstance(value, tuple) else getattr(value, first), rest)


def load_text(text: str, folder: Path) -> Config:
    (folder / "devcors.toml").write_text(text, "utf-8")
    return load(path=None, environ={}).config


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("key", "toml", "path", "expected"), ACCEPTED)
def test_accepted(key: str, toml: str, path: str, expected: Any, folder: Path) -> None:
    def here(value: Any) -> Any:
        return value.replace("{folder}", str(folder)) if isinstance(value, str) else value

    wanted = tuple(map(here, expected)) if isinstance(expected, tuple) else here(expected)
    assert dig(load_text(toml, folder), path) == wanted


@pytest.mark.parametrize(("toml", "said"), refused())
def test_refused(toml: str, said: str, folder: Path) -> None:
    with pytest.raises(InvalidConfig) as caught:
        load_text(toml, folder)
    assert str(caught.value) == said


def test_every_key_of_the_schema_stands_in_both_tables() -> None:
    titles = {case.id.rpartition(" ")[0] for case in refused()}
    assert keys_of_the_schema() <= titles
    assert keys_of_the_schema() == {key for key, *_ in ACCEPTED}


def test_defaults_of_the_design(folder: Path) -> None:
    config = load_text('frontend = "http://h"\n[intercept]\nh = {}', folder)
    front, host = config.frontend, config.intercept["h"]
    assert front
    assert (front.rewrite, front.host, front.origin, front.forwarded) == (None, "target", "target", False)
    assert (front.cookies, front.redirects, front.verify, front.wait) == ("auto", "rewrite", True, 5.0)
    assert (front.timeout.connect, front.timeout.idle, front.cors.mode) == (10.0, 0.0, "observe")
    assert (host.cookies, host.redirects, host.verify, host.target) == ("keep", "keep", True, None)
    cors = config.cors
    assert (cors.origins, cors.methods, cors.headers) == (("loopback",), "request", "request")
    assert (cors.expose, cors.credentials, cors.max_age) == ((), True, 0)
    assert config.server.listen == "localhost:2677"


def test_the_sample_of_the_design(folder: Path) -> None:
    config = load_text(SAMPLE.read_text("utf-8"), folder)
    assert list(config.routes) == ["/api", "/ws", "/auth"]
    assert config.routes["/auth"][0].rewrite == "/v2/auth"
    assert config.intercept["api.example.com"].cors.mode == "inject"


def test_a_table_of_a_route_goes_over_the_cors_table(folder: Path) -> None:
    text = '[cors]\norigins = ["https://a"]\nmax_age = 5\n[intercept]\nh.cors = { mode = "inject", max_age = 0 }'
    config = load_text(text, folder)
    over = config.intercept["h"].cors.over(config.cors)
    assert (over.origins, over.max_age, over.credentials) == (("https://a",), 0, True)


def test_a_file_cannot_steer_the_terminal(folder: Path) -> None:
    with pytest.raises(InvalidConfig) as caught:
        load_text('frontend = "\x1b[2J"', folder)
    assert "\x1b" not in str(caught.value)
