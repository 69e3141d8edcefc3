"""Packages from npm for tests, installed by their lock file into a folder that is kept between runs."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from .programs import needed


def installed(cache: pytest.Cache, project: Path) -> Path:
    """`node_modules` of the project in this folder; the folder itself is left as it is."""
    npm = needed("npm")
    digest = hashlib.sha256((project / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = Path(cache.mkdir(f"{project.name}-npm-{digest}"))
    # several processes of one run may want the same packages
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _install(npm, project, folder)
    return folder / "node_modules"


def _install(npm: str, project: Path, folder: Path) -> None:
    shutil.rmtree(folder)  # an install that was broken off is made anew
    folder.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(project / name, folder)
    command = [npm, "ci", "--no-audit", "--no-fund"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    (folder / "done").touch()
