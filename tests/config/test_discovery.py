"""Which file is the configuration, and which are not to be trusted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devcors.config.discovery import allowed_owners, find, read
from devcors.config.problems import InvalidConfig
from devcors.errors import ConfigError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """home/project/app/src, with `.git` in project."""
    (tmp_path / "home/project/app/src").mkdir(parents=True)
    (tmp_path / "home/project/.git").mkdir()
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("files", "start", "found"),
    [
        (["project/app/devcors.toml"], "project/app/src", "project/app/devcors.toml"),
        (["project/devcors.toml", "project/app/devcors.toml"], "project/app", "project/app/devcors.toml"),
        (["project/devcors.toml"], "project/app/src", "project/devcors.toml"),
        # not above the folder that holds .git
        (["devcors.toml"], "project/app", None),
        (["devcors.toml"], ".", "devcors.toml"),
        (["other/devcors.toml", "devcors.toml"], "other", "other/devcors.toml"),
        # not above home
        (["../devcors.toml"], ".", None),
        ([], "project", None),
    ],
)
def test_the_nearest_below_git_or_home(tree: Path, files: list[str], start: str, found: str | None) -> None:
    for name in files:
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).touch()
    assert find(None, {}, (tree / start).resolve(), tree) == (tree / found if found else None)


def test_a_git_file_ends_the_search_too(tree: Path) -> None:
    (tree / "devcors.toml").touch()
    (tree / "worktree/src").mkdir(parents=True)
    (tree / "worktree/.git").write_text("gitdir: elsewhere")
    assert find(None, {}, tree / "worktree/src", tree) is None


def test_what_is_named_comes_first(tree: Path) -> None:
    for name in ("devcors.toml", "a.toml", "b.toml"):
        (tree / name).touch()
    assert find(Path("a.toml"), {"DEVCORS_CONFIG": "b.toml"}, tree, tree) == tree / "a.toml"
    assert find(None, {"DEVCORS_CONFIG": str(tree / "b.toml")}, tree / "project", tree) == tree / "b.toml"
    assert find(None, {"DEVCORS_CONFIG": ""}, tree, tree) == tree / "devcors.toml"


@pytest.mark.parametrize(
    ("named", "environ", "message", "hint"),
    [
        ("no.toml", {}, "the file given with -c is not there: {tree}/no.toml", "check the path"),
        (None, {"DEVCORS_CONFIG": "x"}, "the file that DEVCORS_CONFIG names is not there: {tree}/x", "check the path"),
        (
            "project",
            {},
            "the file given with -c is a folder: {tree}/project",
            "name the file: {tree}/project/devcors.t",
        ),
    ],
)
def test_what_is_named_must_be_there(
    tree: Path, named: str | None, environ: dict[str, str], message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        find(Path(named) if named else None, environ, tree, tree)
    assert str(caught.value) == message.format(tree=tree)
    assert (caught.value.hint or "").startswith(hint.format(tree=tree))


@pytest.mark.parametrize(
    ("user", "environ", "owners"),
    [
        (1000, {}, {0, 1000}),
        (0, {}, {0}),
        (0, {"SUDO_UID": "1000"}, {0, 1000}),
        # anybody can set a variable: it counts for root alone
        (1000, {"SUDO_UID": "1001"}, {0, 1000}),
        (0, {"SUDO_UID": "x"}, {0}),
        (0, {"SUDO_UID": "-1"}, {0}),
    ],
)
def test_allowed_owners(user: int, environ: dict[str, str], owners: set[int]) -> None:
    assert allowed_owners(user, environ) == owners


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners are numbers on POSIX only")
def test_another_users_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "devcors.toml"
    file.write_text("")
    owner = file.stat().st_uid
    monkeypatch.setattr("devcors.config.discovery.allowed_owners", lambda *_: frozenset({owner + 1}))
    with pytest.raises(ConfigError, match="belongs to another user") as caught:
        read(file, {}, "devcors.toml")
    assert str(caught.value).startswith(f"{file} belongs to another user (id {owner})")
    assert caught.value.hint


def test_line_ends_and_the_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    file = tmp_path / "devcors.toml"
    file.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\n")
    assert read(file, {}, "devcors.toml") == "a = 1\nb = 2\n"


def test_bytes_that_are_no_text_are_pointed_at(tmp_path: Path) -> None:
    file = tmp_path / "devcors.toml"
    file.write_bytes("a = 1\nä = '".encode() + b"\xe4'\n")
    with pytest.raises(InvalidConfig) as caught:
        read(file, {}, "devcors.toml")
    assert str(caught.value) == (
        "devcors.toml:2:6: this is not UTF-8\n"
        "   2 | ä = '\N{REPLACEMENT CHARACTER}'\n"
        "     |      ^\n"
        "hint: save the file as UTF-8"
    )


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^cannot read ") as caught:
        read(tmp_path / "gone", {}, "gone")
    assert caught.value.hint
