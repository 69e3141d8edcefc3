"""The wheel: what it puts beside other packages, and that nothing is missing in it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.daemon import ROOT, environment


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("devcors-*-py3-none-any.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def installed(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    wheel.extractall(folder)
    return folder


def test_two_names_are_taken(wheel: zipfile.ZipFile) -> None:
    top = {name.partition("/")[0] for name in wheel.namelist()}
    assert top == {"devcors", next(name for name in top if name.endswith(".dist-info"))}


def test_every_file_of_the_package_is_there_and_no_other(wheel: zipfile.ZipFile) -> None:
    def of(folder: Path, name: str) -> set[str]:
        files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {f"{name}/{path.relative_to(folder).as_posix()}" for path in files}

    expected = of(ROOT / "devcors", "devcors") | of(ROOT / "addons", "devcors/addons")
    assert {name for name in wheel.namelist() if name.startswith("devcors/")} == expected
    assert {"devcors/py.typed", "devcors/addons/cors.py", "devcors/demo/page/index.html"} <= expected
    assert "devcors/interop/templates/devcors.toml.j2" in expected


def test_the_program_and_the_licence(wheel: zipfile.ZipFile) -> None:
    (info,) = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    assert "devcors = devcors.cli.main:run" in wheel.read(f"{info}/entry_points.txt").decode()
    assert wheel.read(f"{info}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize(
    ("words", "made"),
    [(["addons"], "devcors/addons/front_door.py"), (["init", "project"], "project/devcors.toml")],
)
def test_what_is_installed_finds_its_data(installed: Path, words: list[str], made: str) -> None:
    (installed / "project").mkdir(exist_ok=True)
    ran = subprocess.run(
        [sys.executable, "-m", "devcors", *words],
        cwd=installed,
        env=environment(installed / "home", {"PYTHONPATH": str(installed)}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert (installed / made).is_file()
    assert str((installed / made).parent) in ran.stdout or words[0] == "init"
