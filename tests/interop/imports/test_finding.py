"""Which config is meant by a folder, or by a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from devcors.errors import ConfigError
from devcors.interop.imports.finding import find, find_in
from devcors.interop.imports.options import VITE


def test_a_folder_has_the_config_that_vite_takes_first(tmp_path: Path) -> None:
    for name in ("vite.config.ts", "vite.config.mjs", "index.html"):
        (tmp_path / name).touch()
    found = find(tmp_path)
    assert (found.reader.tool, found.folder, found.file) == (VITE, tmp_path, "vite.config.mjs")
    assert found.path == tmp_path / "vite.config.mjs"


def test_a_config_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("vite.config.ts", "vite.config.staging.ts"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert find(Path("vite.config.staging.ts")).file == "vite.config.staging.ts"
    assert find(Path()).file == "vite.config.ts"


def test_nothing_that_can_be_imported(tmp_path: Path) -> None:
    assert find_in(tmp_path) is None
    with pytest.raises(ConfigError, match=r"no config of .*Vite"):
        find(tmp_path)
    with pytest.raises(ConfigError, match="no such file"):
        find(tmp_path / "vite.config.ts")
    (tmp_path / "main.ts").touch()
    with pytest.raises(ConfigError, match="no config that can be imported"):
        find(tmp_path / "main.ts")
