"""What `up` says first."""

from __future__ import annotations

from pathlib import Path

import pytest

from devcors.config.loading import Loaded, load
from devcors.daemon.banner import banner, front_door_url, notices
from devcors.proxy.listening import Bound
from tests.policy.asking import policy_of

CONFIG = """
scripts = ["a.py"]
frontend = "http://localhost:5173"
[routes]
"/api" = "https://staging.test:8443/x"
"/own" = "http://127.0.0.1:8080"
"/six" = "http://[::1]:8080"
[intercept]
"api.test" = { target = "${TARGET}" }
"""


def said(text: str, host: str = "localhost") -> list[str]:
    return [line.plain for line in banner(Bound([], host, 2677), policy_of(text), 0.123)]


def test_where_to_open_and_what_goes_where() -> None:
    lines = said("""
        frontend = "http://localhost:5173"
        [routes]
        "/api" = "https://h/base"
        [intercept]
        "a.test" = {}
        "b.test" = {}
        "c.test" = {}
        "d.test" = {}
    """)
    text = "\n".join(lines)
    assert "ready in 123 ms" in text
    assert "Local: http://localhost:2677/\n" in text
    assert "http://localhost:2677   (HTTP proxy for a.test, b.test, c.test and 1 more)" in text
    assert "/api   → https://h/base" in text
    assert "/      → http://localhost:5173  (front end)" in text
    assert "!" not in text


@pytest.mark.parametrize(
    ("host", "url", "warned"),
    [
        ("localhost", "http://localhost:2677", False),
        ("127.0.0.1", "http://localhost:2677", False),
        ("[::1]", "http://localhost:2677", False),
        ("127.0.0.2", "http://127.0.0.2:2677", False),
        ("0.0.0.0", "http://localhost:2677", True),
        ("[::]", "http://localhost:2677", True),
        ("192.168.1.2", "http://192.168.1.2:2677", True),
    ],
)
def test_an_exposed_front_door_says_what_it_exposes(host: str, url: str, warned: bool) -> None:
    assert front_door_url(Bound([], host, 2677), https=False) == url
    assert front_door_url(Bound([], host, 2677), https=True) == url.replace("http:", "https:")
    warnings = [line for line in said("frontend = 'http://h'", host) if f"listening on {host}" in line]
    assert len(warnings) == warned


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loaded:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path / "home"))
    return again(tmp_path, CONFIG)


def again(folder: Path, text: str, target: str = "https://other.test") -> Loaded:
    (folder / "devcors.toml").write_text(text)
    return load(path=folder / "devcors.toml", environ={"TARGET": target})


def test_what_a_strangers_config_would_do_is_told(loaded: Loaded, tmp_path: Path) -> None:
    assert notices(loaded) == [
        "this config expands the variables TARGET",
        f"this config runs the scripts {tmp_path / 'a.py'}",
        "this config sends requests to other.test, staging.test:8443",
    ]


def test_it_is_told_once_and_again_when_there_is_more(loaded: Loaded, tmp_path: Path) -> None:
    assert notices(loaded)
    assert notices(loaded) == []
    assert notices(again(tmp_path, CONFIG + "\n# a comment")) == []
    assert notices(again(tmp_path, CONFIG, target="https://evil.test"))


def test_the_memory_is_the_users_own(loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert notices(loaded)
    (folder,) = (tmp_path / "home").rglob("noticed")
    assert folder.stat().st_mode & 0o777 == 0o700
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path / "other"))
    assert notices(loaded)


def test_a_config_that_stays_on_this_machine_is_not_worth_a_word(loaded: Loaded, tmp_path: Path) -> None:
    assert notices(again(tmp_path, 'frontend = "http://app.localhost:1"\n[intercept]\n"api.test" = {}')) == []
