"""What every export keeps: nothing breaks out of its place, and nothing is lost without a word."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from devcors.cli.main import app, run
from devcors.config.schema import Config
from devcors.errors import UsageError
from devcors.interop.exports.exporting import TARGETS, export
from devcors.interop.exports.writing import comment

from .reading import READ

PIECES = [*"ab;{}$\"'`\\%#\n\r\t ()[]|^*+?<>&é~:/=,-", "${HOME}", "{$HOME}", "{env.HOME}", "%{x}e"]
NAUGHTY = st.lists(st.sampled_from(PIECES), min_size=1, max_size=10).map("".join)
PLAIN = "abc"

PLACES: dict[str, Any] = {
    "request header": lambda text: {"headers": {"request": {"X-A": text}}},
    "response header": lambda text: {"headers": {"response": {"X-A": text}}},
    "cookie path": lambda text: {"cookies": {"path": text}},
    "cookie domain": lambda text: {"cookies": {"domain": text}},
    "rewrite": lambda text: {"rewrite": "/x" + text},
    "target": lambda text: {"target": "https://api.example.com/x" + text},
    "ca file": lambda text: {"target": "https://api.example.com", "verify": "/ca/" + text},
    "condition": lambda text: {"match": {"headers": {"X-A": "x" + text}}},
}


def config(pattern: str, route: dict[str, Any]) -> Config:
    table = {"target": "http://localhost:8080", "cors": "rewrite", **route}
    return Config.model_validate({"routes": {pattern: table}, "frontend": "http://localhost:5173"})


def shape(target: str, text: str) -> list[tuple[int, str]]:
    """How many words each statement has, and its first one."""
    return [(len(words), words[0] if words else "") for words in READ[target](text)]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=25, deadline=None)
@given(text=NAUGHTY)
def test_a_value_stays_in_its_place_or_is_refused(target: str, place: str, text: str) -> None:
    try:
        naughty = config("/api", PLACES[place](text))
    except ValueError:
        return  # devcors itself does not take it
    try:
        output = export(target, naughty)
    except UsageError:
        return
    plain = export(target, config("/api", PLACES[place](PLAIN)))
    found = shape(target, output.text)
    # a `$` of nginx needs one block more
    found = [row for row in found if row not in ((2, "geo"), (2, "default"))]
    wanted = [row for row in shape(target, plain.text) if row not in ((2, "geo"), (2, "default"))]
    assert [row for row in found if row[0]] == [row for row in wanted if row[0]]


# Python warns of `[[` in an expression, which is for whoever wrote it
@pytest.mark.filterwarnings("ignore:Possible:FutureWarning")
@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=25, deadline=None)
@given(text=NAUGHTY)
def test_a_pattern_stays_in_its_place_or_is_refused(target: str, text: str) -> None:
    for pattern in ("/x" + text, "^/x" + text):
        try:
            naughty = config(pattern, {})
        except ValueError:
            continue
        try:
            output = export(target, naughty)
        except UsageError:
            continue
        known = {row for row in shape(target, export(target, config("/x" + PLAIN, {})).text) if row[0]}
        known |= {row for row in shape(target, export(target, config("^/x(.)", {})).text) if row[0]}
        new = {first for count, first in shape(target, output.text) if (count, first) not in known and count}
        # what is named by the expression itself, in a map of nginx; a slash at the end needs one statement less
        assert all(first.startswith(("~", "geo", "default", "/")) for first in new), new


@given(st.text())
def test_a_comment_is_one_line(text: str) -> None:
    made = comment(text)
    assert not made.endswith("\\")
    assert not set(made) & set(map(chr, [*range(32), 127]))


CONDITIONS = {"match": {"methods": ["GET"], "hosts": ["a.example"], "headers": {"X-A": "b"}}}


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_not_exported_is_said_in_its_place_and_beside_it(target: str) -> None:
    whole = Config.model_validate(
        {
            "routes": {"/api": {"target": "http://localhost:8080", "cors": "inject", **CONDITIONS}},
            "intercept": {"api.example.com": {}},
            "scripts": ["x.py"],
            "server": {"https": True},
        }
    )
    output = export(target, whole)
    places = {note.place for note in output.notes}
    assert places >= {'intercept."api.example.com"', "scripts", "server.https", 'routes."/api".cors'}
    left_out = any(place.startswith('routes."/api".match') for place in places)
    assert left_out == (target in ("nginx", "apache", "vite", "next"))
    for note in output.notes:
        assert comment(note) in output.text


@pytest.mark.parametrize("target", TARGETS)
def test_the_table_of_a_target_has_every_key_of_a_route(target: str) -> None:
    told = " ".join(row.key for row in TARGETS[target].KEYS)
    for key in (
        "target",
        "rewrite",
        "match",
        "host",
        "origin",
        "forwarded",
        "headers",
        "cookies",
        "redirects",
        "verify",
    ):
        assert key in told
    for row in TARGETS[target].KEYS:
        assert row.written or row.remark


def test_caddy_leaves_out_an_expression_that_go_does_not_know() -> None:
    output = export("caddy", config("^/a(?=b)", {}))
    assert any("left out" in note.text for note in output.notes)
    assert all(line.strip().startswith("#") for line in output.text.splitlines() if "(?=b)" in line)


def test_another_target_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["devcors", "export", "nginks"])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "did you mean nginx?" in said
    assert all(target in said for target in TARGETS)


def test_the_command_prints_the_config_and_warns(tmp_path: Any) -> None:
    file = tmp_path / "devcors.toml"
    file.write_text('scripts = ["x.py"]\n[routes]\n"/api" = "http://localhost:8080"\n')
    done = CliRunner().invoke(app, ["export", "haproxy", "-c", str(file)])
    assert done.exit_code == 0
    assert "devcors_route_1" in done.stdout
    assert "warning: scripts: left out" in done.stderr


DEV_SERVERS = ("vite", "webpack", "next")


@pytest.mark.parametrize("target", DEV_SERVERS)
def test_a_dev_server_is_the_front_end_itself(target: str) -> None:
    routes = {"/api": "http://localhost:8080"}
    own = export(target, Config.model_validate({"frontend": "http://localhost:5173", "routes": routes}))
    assert "5173" in own.text
    assert "frontend" not in {note.place for note in own.notes}
    other = export(target, Config.model_validate({"frontend": "https://staging.example.com", "routes": routes}))
    assert "frontend" in {note.place for note in other.notes}
    assert "staging.example.com" not in other.text
    assert "2677" in other.text
