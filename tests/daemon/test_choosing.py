"""Which of the running devcors a command means."""

from __future__ import annotations

from pathlib import Path

import pytest

from devcors.daemon.choosing import Meant, choose, matching, meant
from devcors.daemon.running import Running
from devcors.errors import ConfigError, SettingsError
from devcors.system.identity import Identity


def running(folder: str, port: int, config: str | None = "devcors.toml") -> Running:
    path = f"{folder}/{config}" if config else None
    return Running(Identity(port, "x"), "127.0.0.1", port, None, config=path, folder=folder)


SHOP, ADMIN, BARE = running("/w/shop", 2677), running("/w/admin", 2679), running("/w/bare", 2681, None)
ALL = [SHOP, ADMIN, BARE]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Meant("/w/shop/devcors.toml", "/w/shop/src"), [SHOP]),
        (Meant("/w/admin/devcors.toml", "/elsewhere"), [ADMIN]),
        (Meant(None, "/w/bare"), [BARE]),
        (Meant(None, "/w/shop"), [SHOP]),  # its config was removed meanwhile
        (Meant("/w/shop/other.toml", "/w/else"), []),
        (Meant("/w/shop/devcors.toml", "/w/shop", 2679), [ADMIN]),
        (Meant(None, "/w/shop", 1), []),
    ],
)
def test_by_port_config_or_folder(wanted: Meant, found: list[Running]) -> None:
    assert matching(ALL, wanted) == found


def test_the_only_one_is_meant_where_nothing_is_ended_by_it() -> None:
    nothing = Meant(None, "/else")
    assert choose([SHOP], nothing, strict=False) == SHOP
    with pytest.raises(SettingsError, match="no devcors runs for /else") as caught:
        choose([SHOP], nothing, strict=True)
    assert caught.value.hint == "these run: /w/shop (port 2677)"
    with pytest.raises(SettingsError, match="several devcors run, on the ports 2677, 2679, 2681"):
        choose(ALL, nothing, strict=False)
    with pytest.raises(SettingsError, match="no devcors runs on port 1"):
        choose([SHOP], Meant(None, "/else", 1), strict=False)
    with pytest.raises(SettingsError, match=r"no devcors runs$") as caught:
        choose([], nothing, strict=False)
    assert "devcors up -d" in (caught.value.hint or "")


def test_two_of_one_config_are_told_apart_by_port() -> None:
    second = running("/w/shop", 3000)
    with pytest.raises(SettingsError, match="on the ports 2677, 3000") as caught:
        choose([SHOP, second], Meant(SHOP.config, SHOP.folder), strict=True)
    assert caught.value.hint == "name one: --port 2677"
    assert choose([SHOP, second], Meant(SHOP.config, SHOP.folder, 3000), strict=True) == second


def test_what_the_command_line_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEVCORS_CONFIG", raising=False)
    shop, below = tmp_path / "shop", tmp_path / "shop" / "src"
    below.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    config = shop / "devcors.toml"
    config.write_text("")
    monkeypatch.chdir(below)
    assert meant(None, None, None) == Meant(str(config), str(below))
    assert meant(Path(".."), None, 3) == Meant(str(config), str(shop), 3)
    assert meant(None, Path("../devcors.toml"), None).config == str(config)
    assert meant(Path("../devcors.toml"), None, None).config == str(config)
    (tmp_path / "link").symlink_to(shop)
    assert meant(tmp_path / "link", None, None) == Meant(str(config), str(shop))
    monkeypatch.chdir(tmp_path)
    assert meant(None, None, None) == Meant(None, str(tmp_path))
    assert meant(Path("shop/src"), None, None) == Meant(None, str(below))
    monkeypatch.setenv("DEVCORS_CONFIG", str(config))
    assert meant(None, None, None).config == str(config)
    assert meant(Path("shop/src"), None, None).config is None
    with pytest.raises(ConfigError, match="is not there"):
        meant(None, Path("nope.toml"), None)
