"""Whatever origin, method and header the command accepts: the server's own check takes the file.

Code is also looked at for the values themselves: they come out of the language's own parser as they were put in.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from devcors.errors import UsageError
from devcors.interop.fixes import Permission, fix, permission
from tests.support.programs import needed

TOKEN = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LABEL = st.from_regex(r"[a-z0-9_-]{1,8}", fullmatch=True)
HOSTS = st.lists(LABEL, min_size=1, max_size=3).map(".".join) | st.sampled_from(["[::1]", "[2001:db8::1]", "127.0.0.1"])
SCHEMES = st.sampled_from(["http", "https", "capacitor", "chrome-extension"])
PORTS = st.just("") | st.integers(1, 65535).map(":{}".format)
ORIGINS = st.builds("{}://{}{}".format, SCHEMES, HOSTS, PORTS)
METHODS = st.text(TOKEN, min_size=1, max_size=12)
HEADERS = st.text(TOKEN + "abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)


@st.composite
def permissions(draw: st.DrawFn) -> Permission:
    """What the command accepts: drawn wider, and what it refuses is left out."""
    try:
        return permission(
            draw(st.lists(ORIGINS, min_size=1, max_size=4)),
            draw(st.none() | st.lists(METHODS, max_size=4)),
            draw(st.none() | st.lists(HEADERS, max_size=4)),
            credentials=draw(st.booleans()),
        )
    except UsageError:
        assume(False)
        raise


# each example starts a program
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def accepted(command: Iterable[str | Path]) -> None:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def rendered(server: str, wanted: Permission) -> str:
    """The fix; what this server's language cannot hold is refused, which is fine too."""
    try:
        return fix(server, wanted)
    except UsageError:
        assert server == "nginx"
        assume(False)
        raise


Values = Callable[[str], list[str]]


def python_strings(text: str) -> list[str]:
    return [
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def quoted_strings(text: str) -> list[str]:
    """JavaScript and Go: tokens and origins need no escape that JSON has not."""
    code = "\n".join(line.partition("// ")[0] for line in text.splitlines())
    return [json.loads(found) for found in re.findall(r'"(?:[^"\\]|\\.)*"', code)]


@pytest.mark.parametrize(
    ("server", "strings"),
    [
        ("django", python_strings),
        ("flask-manual", python_strings),
        ("fastapi", python_strings),
        ("express", quoted_strings),
        ("express-manual", quoted_strings),
        ("go", quoted_strings),
        ("go-rs-cors", quoted_strings),
    ],
)
@given(wanted=permissions())
def test_every_value_is_in_the_code_as_it_is(server: str, strings: Values, wanted: Permission) -> None:
    found = strings(fix(server, wanted))
    # some hold the methods and headers as a list, others as the field's value
    held = {*found, *(part for text in found for part in text.split(", "))}
    assert {*wanted.origins, *wanted.methods, *wanted.headers} <= held


@given(wanted=permissions(), other=ORIGINS)
def test_flask_cors_takes_the_origins_and_no_other(wanted: Permission, other: str) -> None:
    call = next(
        node
        for node in ast.walk(ast.parse(fix("flask", wanted)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "CORS"
    )
    options = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}

    def takes(patterns: list[str], text: str) -> bool:
        """As flask-cors 6 does: a string with one of these characters is searched for from the start."""
        return any(
            re.match(pattern, text, re.IGNORECASE) if set(pattern) & set(r"*\]?$^[]()") else pattern == text
            for pattern in patterns
        )

    assert all(takes(options["origins"], origin) for origin in wanted.origins)
    assert all(takes(options["allow_headers"], name) for name in wanted.headers)
    assert takes(options["origins"], other) == (other in wanted.origins)
    assert not takes(options["origins"], f"{wanted.origins[0]}.evil.example")


@pytest.mark.parametrize("server", ["nginx", "apache"])
@given(wanted=permissions())
def test_the_origins_are_whole_in_the_regular_expressions(server: str, wanted: Permission) -> None:
    text = rendered(server, wanted)
    quoted = re.findall(r'"~?(\^(?!OPTIONS|1:)[^"]+)"', text)
    # a header may be named so that it looks like an expression
    expressions = [found for found in quoted if found != ", ".join(wanted.headers)]
    for origin in wanted.origins:
        assert any(re.search(expression, origin) for expression in expressions)
        for near in (f"{origin}.evil.example", f"x{origin}", origin.replace(".", "x"), origin.upper()):
            assert near in wanted.origins or not any(re.search(expression, near) for expression in expressions)


@pytest.mark.node
@pytest.mark.parametrize("server", ["express", "express-manual"])
@few
@given(wanted=permissions())
def test_node_takes_it(tmp_path: Path, server: str, wanted: Permission) -> None:
    path = tmp_path / "app.mjs"
    path.write_text(fix(server, wanted))
    accepted([needed("node"), "--check", path])


@pytest.mark.parametrize("server", ["go", "go-rs-cors"])
@few
@given(wanted=permissions())
def test_gofmt_takes_it_and_has_nothing_to_change(tmp_path: Path, server: str, wanted: Permission) -> None:
    path = tmp_path / "cors.go"
    path.write_text(fix(server, wanted))
    done = subprocess.run([needed("gofmt"), "-d", str(path)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("", "")


@few
@given(wanted=permissions())
def test_nginx_takes_it(tmp_path: Path, wanted: Permission) -> None:
    http, server = rendered("nginx", wanted).split("# --- in server")
    path = tmp_path / "nginx.conf"
    path.write_text(
        f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{http}\nserver {{\n# {server}\n}}\n}}\n"
    )
    accepted([needed("nginx"), "-t", "-q", "-e", tmp_path / "error.log", "-p", tmp_path, "-c", path])


@few
@given(wanted=permissions())
def test_apache_takes_it(tmp_path: Path, wanted: Permission) -> None:
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in ("mpm_event", "headers", "rewrite", "setenvif")
    )
    path = tmp_path / "httpd.conf"
    path.write_text(
        f"{modules}ServerName localhost\nListen 127.0.0.1:8\nErrorLog {tmp_path}/error.log\nPidFile {tmp_path}/pid\n"
        f"DefaultRuntimeDir {tmp_path}\n<VirtualHost *:8>\n{fix('apache', wanted)}</VirtualHost>\n"
    )
    accepted([needed("apache2"), "-t", "-f", path])
