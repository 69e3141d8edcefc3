"""Loading as a whole: files, profile, variables and command line together, and errors that point at the right one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devcors.config.layers import Source
from devcors.config.loading import load
from devcors.config.problems import InvalidConfig, Problem
from devcors.config.schema import Table
from devcors.config.syntax import parse
from devcors.errors import ConfigError

MAIN = """\
frontend = "http://localhost:5173"
[routes]
"/api" = "http://localhost:8080"
[profiles.staging]
routes."/api" = "https://${HOST:-staging.example.com}"
cors.credentials = false
[profiles.ci]
frontend = "http://${CI_HOST}"
"""
LOCAL = """\
routes."/api" = { wait = "1s" }
[profiles.staging.routes]
"/api" = { verify = false }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def write(folder: Path, main: str, local: str | None = None) -> None:
    (folder / "devcors.toml").write_text(main, "utf-8")
    if local is not None:
        (folder / "devcors.local.toml").write_text(local, "utf-8")


def refusal(**given: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        load(**{"path": None, "environ": {}, **given})
    return str(caught.value)


def test_all_layers(folder: Path) -> None:
    write(folder, MAIN, LOCAL)
    loaded = load(
        path=None, environ={"HOST": "h.example"}, profile="staging", overrides={"server": {"listen": "[::1]:1"}}
    )
    route = loaded.config.routes["/api"][0]
    assert (route.target, route.verify) == ("https://h.example", False)
    assert route.wait == 5.0  # the profile's URL replaced the local file's table
    assert (loaded.config.cors.credentials, loaded.config.server.listen) == (False, "[::1]:1")
    assert loaded.expanded == ("HOST",)


def test_a_profile_that_is_not_chosen_changes_nothing_and_needs_no_variables(folder: Path) -> None:
    write(folder, MAIN, LOCAL)
    loaded = load(path=None, environ={})
    route = loaded.config.routes["/api"][0]
    assert (route.target, route.wait, loaded.expanded) == ("http://localhost:8080", 1.0, ())


def test_what_is_told_of_the_files(folder: Path) -> None:
    write(folder, MAIN)
    main, local = folder / "devcors.toml", folder / "devcors.local.toml"
    assert load(path=None, environ={}).files == (main, local)
    assert load(path=None, environ={}).texts == {main: MAIN}
    write(folder, MAIN, LOCAL)
    assert load(path=None, environ={}).texts == {main: MAIN, local: LOCAL}


def test_paths_are_relative_to_the_file_wherever_one_stands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, 'scripts = ["a.py"]\n[routes]\n"/a" = { target = "https://h", verify = "../ca.pem" }')
    (folder / "src").mkdir()
    monkeypatch.chdir(folder / "src")
    loaded = load(path=None, environ={})
    assert loaded.folder == folder
    assert loaded.config.scripts == (str(folder / "a.py"),)
    assert loaded.config.routes["/a"][0].verify == str(folder / "../ca.pem")


def test_the_local_file_named_with_c_is_not_laid_over_itself(folder: Path) -> None:
    write(
        folder,
        "",
        LOCAL.replace("{ wait", '{ target = "http://h", wait').replace("{ verify", '{ target = "http://h", verify'),
    )
    assert load(path=Path("devcors.local.toml"), environ={}).files == (folder / "devcors.local.toml",)


def test_no_file_is_needed_when_the_command_line_says_enough(folder: Path) -> None:
    loaded = load(path=None, environ={}, overrides={"routes": {"/api": "http://localhost:1"}})
    assert (loaded.files, loaded.folder, list(loaded.config.routes)) == ((), folder, ["/api"])


@pytest.mark.parametrize("overrides", [None, {}, {"server": {"listen": "localhost:1"}}, {"routes": {}}])
def test_without_either_it_is_told_where_was_searched(folder: Path, overrides: dict[str, Any] | None) -> None:
    assert refusal(overrides=overrides) == f"no devcors.toml in {folder}"


def test_an_unknown_profile(folder: Path) -> None:
    write(folder, MAIN)
    with pytest.raises(ConfigError) as caught:
        load(path=None, environ={}, profile="stagin")
    assert (str(caught.value), caught.value.hint) == ('there is no profile "stagin"', 'did you mean "staging"?')
    with pytest.raises(ConfigError) as caught:
        load(path=None, environ={}, profile="x")
    assert caught.value.hint == "the profiles here are: staging, ci"


def test_each_error_points_at_the_file_that_gave_the_value(folder: Path) -> None:
    write(folder, MAIN + "[cors]\nmax_age = -1\n", 'routes."/api".wait = "soon"\n[cors]\norigins = ["*"]\n')
    said = refusal(profile="staging", overrides={"frontend": "5173", "server": {"lissten": 1}})
    assert (
        said
        == """\
devcors.toml:10:11: -1 is less than 0
  10 | max_age = -1
     |           ^^
hint: write 0 or more

devcors.local.toml:3:12: "*" would let every site in
   3 | origins = ["*"]
     |            ^^^
hint: use "loopback" for this machine, or name each origin

command line: frontend: "5173" is not a URL
hint: did you mean "http://localhost:5173"?

command line: server.lissten: unknown key "lissten" in [server]
hint: did you mean "listen"?"""
    )


def test_a_short_form_below_is_pointed_at_in_its_own_file(folder: Path) -> None:
    write(folder, '[routes]\n"/api" = "localhost:1"\n', '[routes]\n"/api" = { verify = false }\n')
    assert refusal().startswith('devcors.toml:2:10: "localhost:1" is not a URL\n')


def test_syntax_errors_of_both_files_are_told_together(folder: Path) -> None:
    write(folder, "a = \n", "b = c\n")
    assert [problem.file for problem in _problems()] == ["devcors.toml", "devcors.local.toml"]


def _problems() -> tuple[Problem, ...]:
    with pytest.raises(InvalidConfig) as caught:
        load(path=None, environ={})
    return caught.value.problems


def test_profiles_are_validated_in_both_files_whether_chosen_or_not(folder: Path) -> None:
    write(folder, MAIN + "server.listn = 1\n", LOCAL + "[profiles.local]\ncors.max_age = 'x'\n")
    expected = [("devcors.toml", 9), ("devcors.local.toml", 5)]
    assert [(problem.file, problem.line) for problem in _problems()] == expected
    with pytest.raises(InvalidConfig) as caught:
        load(path=None, environ={"CI_HOST": "h"}, profile="ci")
    assert [(problem.file, problem.line) for problem in caught.value.problems] == expected


def test_an_error_below_is_told_once_however_many_profiles_there_are(folder: Path) -> None:
    write(folder, "[cors]\nmax_age = -1\n[profiles.a]\nscripts = []\n[profiles.b]\nscripts = []\n")
    assert len(_problems()) == 1


def test_an_unset_variable_below_a_value_that_replaces_it_does_not_matter(folder: Path) -> None:
    write(folder, 'frontend = "${UNSET}"', 'frontend = "http://localhost:1"')
    assert load(path=None, environ={}).expanded == ()


def test_an_unset_variable_is_the_only_error_told_of_its_value(folder: Path) -> None:
    write(folder, 'frontend = "${UNSET}"\n[cors]\nmax_age = "x"\n')
    assert [problem.message for problem in _problems()] == [
        "the variable UNSET is not set",
        "a whole number is wanted, this is a string",
    ]


def test_the_command_line_is_not_expanded(folder: Path) -> None:
    headers = {"request": {"X": "${HOME}"}}
    loaded = load(path=None, environ={"HOME": "h"}, overrides={"frontend": {"target": "http://h", "headers": headers}})
    assert loaded.config.frontend
    assert loaded.config.frontend.headers.request == {"X": "${HOME}"}


def test_files_elsewhere_are_shown_by_their_whole_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, "x = 1")
    (folder / "src").mkdir()
    monkeypatch.chdir(folder / "src")
    assert refusal().startswith(f'{folder}/devcors.toml:1:1: unknown key "x"')


KEYS = sorted(
    {key for table in Table.__subclasses__() for key in table.model_fields} | {"profiles", "/a", "^(", "*.h", "x"}
)
WORDS = [
    "http://localhost:1",
    "https://h",
    "inject",
    "auto",
    "keep",
    "request",
    "5s",
    "",
    "/:x",
    "*",
    "${X}",
    "a.py",
    "h:1",
]
values = st.recursive(
    st.one_of(st.sampled_from(WORDS), st.booleans(), st.integers(-1, 9), st.just(0.5), st.text(max_size=3), st.dates()),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(KEYS), values, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_any_table_is_loaded_or_refused_in_our_own_words(folder: Path, table: dict[str, Any]) -> None:
    write(folder, "")
    messages = [problem.message for problem in problems_of(table)]
    assert not [said for said in messages for word in ("Input", "type=", "another value") if word in said]


def problems_of(table: dict[str, Any]) -> tuple[Problem, ...]:
    try:
        load(path=None, environ={}, overrides=table)
    except InvalidConfig as error:
        return error.problems
    return ()


@given(st.data())
def test_any_slip_in_a_text_is_pointed_at(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(MAIN)))
    gone = data.draw(st.integers(0, 3))
    text = (
        MAIN[:at]
        + data.draw(st.sampled_from(("", '"', "'", "[", "]", "{", "=", "\n", "\\", "#", "é", "\0")))
        + MAIN[at + gone :]
    )
    try:
        parse(Source("devcors.toml", None, text))
    except InvalidConfig as error:
        (problem,) = error.problems
        assert problem.source_line == text.split("\n")[problem.line - 1]
        assert 1 <= problem.column <= len(problem.source_line) + 1
        assert problem.column + problem.width <= len(problem.source_line) + 2


def test_deep_nesting_is_refused_like_any_slip(folder: Path) -> None:
    write(folder, "a = " + "[" * 5000)
    assert refusal().startswith("devcors.toml:1:1: brackets are nested too deeply")
