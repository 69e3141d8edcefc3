"""The fixes as text: what is refused, what stands in them, and that each template is for a server on the list."""

from __future__ import annotations

import re
import shlex
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from devcors.cli.main import app
from devcors.errors import UsageError
from devcors.interop.fixes import SERVERS, Permission, fix, permission

DOCS = Path(__file__).parents[2] / "docs" / "fixes.md"
ORIGIN = "http://localhost:5173"


def wanted(*origins: str, methods: list[str] | None = None, headers: list[str] | None = None) -> Permission:
    return permission(origins or (ORIGIN,), methods, headers, credentials=True)


def test_each_server_has_its_template() -> None:
    folder = files("devcors.interop").joinpath("fixes")
    assert {path.name for path in folder.iterdir()} == {f"{server}.j2" for server in SERVERS}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("*", "location.origin"),
        ("null", "serve the page"),
        ("", "location.origin"),
        ("localhost:5173", "location.origin"),
        ("http://localhost:5173/", "slash: http://localhost:5173"),
        ("https://app.example.com/login?x", "slash: https://app.example.com"),
        ("http://user@host", "location.origin"),
        ("http://*.example.com", "location.origin"),
        ("http://a,b", "location.origin"),
        ("http://a b", "location.origin"),
        ("http://a\nb", "location.origin"),
        ("http://a'b", "location.origin"),
        ("http://bücher.example", "location.origin"),
        ("http://a:0", "location.origin"),
        ("http://a:", "location.origin"),
        ("http://a:70000", "location.origin"),
        ("http://[::1", "location.origin"),
        ("http://[::1::]", "location.origin"),
    ],
)
def test_origins_that_are_none_are_refused(text: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        wanted(text)
    assert hint in str(refused.value.hint)
    assert refused.value.where == f"--origin {text!r}"


@pytest.mark.parametrize(
    ("text", "as_sent"),
    [
        ("HTTP://LocalHost:80", "http://localhost"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("http://[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000"),
        ("http://my_box:8080", "http://my_box:8080"),
        ("capacitor://localhost", "capacitor://localhost"),
    ],
)
def test_origins_are_written_as_browsers_send_them(text: str, as_sent: str) -> None:
    assert wanted(text).origins == (as_sent,)


@pytest.mark.parametrize("text", ["*", "", "PU T", "PUT;", "Ä", "PUT\n"])
def test_what_is_no_method_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a method"):
        wanted(methods=[text])


def test_a_method_in_small_letters_is_the_pages_fault() -> None:
    with pytest.raises(UsageError, match="case-sensitive") as refused:
        wanted(methods=["patch"])
    assert "PATCH" in str(refused.value.hint)


@pytest.mark.parametrize("text", ["*", "", "X Y", "X:Y", 'X"Y', "Ä", "X\r\nY"])
def test_what_is_no_field_name_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a header"):
        wanted(headers=[text])


def test_without_an_origin_there_is_nothing_to_write() -> None:
    with pytest.raises(UsageError, match="no origin"):
        permission([], None, None, credentials=False)


def test_what_is_named_twice_is_written_once() -> None:
    twice = wanted(ORIGIN, ORIGIN, methods=["PUT", "GET", "PUT"], headers=["X-A", "x-a"])
    assert twice == Permission((ORIGIN,), ("GET", "HEAD", "POST", "PUT"), ("x-a",), credentials=True)


@pytest.mark.parametrize(("server", "hint"), [("ngnix", "did you mean nginx"), ("iis", "one of express")])
def test_another_server_is_refused(server: str, hint: str) -> None:
    with pytest.raises(UsageError, match=server) as refused:
        fix(server, wanted())
    assert hint in str(refused.value.hint)


def test_nginx_has_no_way_to_write_a_dollar() -> None:
    with pytest.raises(UsageError, match=r"\$"):
        fix("nginx", wanted(headers=["X-$"]))


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("credentials", [False, True])
def test_a_fix_is_short_and_says_no_more_than_was_asked(server: str, credentials: bool) -> None:
    asked = permission(["https://app.example.com"], ["PUT"], ["X-Token"], credentials=credentials)
    text = fix(server, asked)
    lines = text.splitlines()
    assert len(lines) < 60
    assert all(len(line) <= 120 and line == line.rstrip() for line in lines)
    assert text.endswith("\n")
    assert "\n\n\n\n" not in text
    # what an application behind a proxy says of credentials is taken out in either case
    said = [line for line in lines if not line.startswith(("proxy_hide_header ", "Header onsuccess unset "))]
    assert ("credentials" in "".join(said).lower()) == credentials
    assert "PATCH" not in text
    assert "Authorization" not in text
    assert not re.search(r"""(Origin|origins?)\W+["'[]*\*""", text), "a wildcard origin"


@pytest.mark.parametrize("server", SERVERS)
def test_without_headers_none_are_allowed(server: str) -> None:
    text = fix(server, permission([ORIGIN], [], [], credentials=False))
    assert "Content-Type" not in text
    assert not re.search(r'Allow-Headers\W+""', text)


def test_the_page_in_docs_lists_every_server() -> None:
    rows = re.findall(r"^\| `(\S+)` \| ([^|]+) \|", DOCS.read_text(), re.MULTILINE)
    assert dict(rows) == dict(SERVERS)


def test_the_example_in_docs_is_what_the_command_prints() -> None:
    found = re.search(r"^\$ devcors (fix express .*)\n((?:.*\n)*?)```", DOCS.read_text(), re.MULTILINE)
    assert found
    assert CliRunner().invoke(app, shlex.split(found[1]), catch_exceptions=False).stdout == found[2]
