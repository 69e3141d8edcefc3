"""Every store in turn, whatever happens to one of them; and authorities that another has replaced."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from devcors.config.dirs import data_dir
from devcors.proxy.authority import CERTIFICATE_FILE
from devcors.system.trust.store import Done
from devcors.system.trust.trusting import Outcome, current_root, stores_here, trust, untrust, whereabouts
from tests.support.trust_stores import Recording, Shelf


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def shelves() -> list[Shelf]:
    return [Shelf("first"), Shelf("second")]


def became(outcomes: Iterable[Outcome]) -> list[tuple[str, bool]]:
    return [(outcome.state, outcome.changed) for outcome in outcomes]


def test_in_and_out_again(shelves: list[Shelf]) -> None:
    assert whereabouts(shelves) == untrust(shelves) == []
    assert not (data_dir() / "ca").exists()  # a question makes nothing
    found = trust(shelves)
    assert became(found.outcomes) == [("trusted", True)] * 2
    assert found.root == current_root()
    assert became(trust(shelves).outcomes) == [("trusted", False)] * 2
    assert [became(each.outcomes) for each in whereabouts(shelves)] == [[("trusted", False)] * 2]
    assert [became(each.outcomes) for each in untrust(shelves)] == [[("absent", True)] * 2]
    assert [became(each.outcomes) for each in untrust(shelves)] == [[("absent", False)] * 2]
    assert not (data_dir() / "trusted").exists()


@pytest.mark.parametrize("what", ["check", "install"])
def test_one_that_refuses_keeps_none_of_the_others_from_it(shelves: list[Shelf], what: str) -> None:
    shelves[0].refuses.add(what)
    first, second = trust(shelves).outcomes
    assert second.state == "trusted"
    assert (first.state, first.message, first.hint) == (
        ("absent", "no install", "do it by hand") if what == "install" else ("trusted", None, None)
    )


def test_a_store_that_cannot_be_asked_is_not_called_clean(shelves: list[Shelf]) -> None:
    trust(shelves)
    shelves[0].refuses |= {"check", "remove"}
    (found,) = untrust(shelves)
    assert became(found.outcomes) == [("unknown", False), ("absent", True)]
    assert (data_dir() / "trusted").exists()  # it is still known what to take away


def test_an_authority_that_was_replaced_is_taken_away_too(shelves: list[Shelf]) -> None:
    first = trust(shelves).root
    shutil.rmtree(data_dir() / "ca")
    assert [(each.root.sha256, each.current) for each in whereabouts(shelves)] == [(first.sha256, False)]
    second = trust(shelves).root
    assert second.sha256 != first.sha256
    assert [(each.root.sha256, each.current) for each in whereabouts(shelves)] == [
        (second.sha256, True),
        (first.sha256, False),
    ]
    untrust(shelves)
    assert [shelf.held for shelf in shelves] == [set(), set()]
    assert [each.root.sha256 for each in whereabouts(shelves)] == [second.sha256]


def test_one_that_cannot_be_read_any_more_is_taken_away(shelves: list[Shelf]) -> None:
    trust(shelves)
    (data_dir() / "ca" / CERTIFICATE_FILE).write_text("broken")
    assert [became(each.outcomes) for each in untrust(shelves)] == [[("absent", True)] * 2]


@pytest.mark.parametrize(
    ("platform", "names"), [("win32", ["Windows, current user"]), ("darwin", ["login keychain"]), ("linux", [])]
)
def test_other_platforms_stores_are_not_listed(
    platform: str, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    stores = stores_here(Recording(lambda _: Done(0, "", "")), platform)
    assert [store.name for store in stores if not store.name.startswith("system")] == names


def test_json_has_all_of_it(shelves: list[Shelf]) -> None:
    shown = trust(shelves[:1]).to_json()
    assert set(shown) == {"name", "certificate", "sha256", "valid_until", "current", "stores"}
    assert shown["stores"] == [
        {"store": "first", "place": "first", "state": "trusted", "changed": True, "message": None, "hint": None}
    ]
