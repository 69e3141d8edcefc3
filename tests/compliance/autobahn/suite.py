"""The Autobahn test suite: found an interpreter for, installed once into the checkout, and run.

It needs Python 2.7, and a folder that pip fills is enough: no virtual environment, which newer tools cannot make for
so old a version.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).parent
_CONSTRAINTS = _HERE / "constraints.txt"
_CACHE = Path(__file__).parents[3] / ".autobahn"
_INSTALLING = 600  # seconds
_RUNNING = 240

# a folder that pip filled is no site: zope is a namespace package, which only a site puts together
_START = """
import site, sys
site.addsitedir(sys.argv[1])
sys.argv[:2] = ["wstest"]
from autobahntestsuite.wstest import run
run()
"""

Verdicts = dict[str, tuple[str, str]]
"""By case: how the peer behaved, and how it closed."""


def interpreter() -> str:
    """A Python 2.7: on the path, or among pyenv's versions. Without one the test is skipped, except in CI."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [shutil.which("python2.7"), *sorted(map(str, root.glob("versions/2.7*/bin/python")))]
    for candidate in candidates:
        if candidate and _is_2_7(candidate):
            return candidate
    message = "the Autobahn test suite needs Python 2.7, and there is none: neither on the path nor in pyenv's versions"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def _is_2_7(python: str) -> bool:
    """pyenv's shim on the path is there for versions that it does not give."""
    probe = subprocess.run(
        [python, "-c", "import sys; print(sys.version_info[:2] == (2, 7))"], capture_output=True, text=True, check=False
    )
    return probe.stdout.strip() == "True"


def installed(python: str) -> Path:
    """The folder with the suite, filled the first time."""
    key = hashlib.sha256(_CONSTRAINTS.read_bytes() + python.encode()).hexdigest()[:12]
    folder = _CACHE / key
    if folder.exists():
        return folder
    _CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as scratch:
        filling = Path(scratch) / "suite"
        line = [python, "-W", "ignore", "-m", "pip", "--quiet", "install", "--target", str(filling)]
        made = subprocess.run(
            [*line, "-c", str(_CONSTRAINTS), "autobahntestsuite"],
            capture_output=True,
            text=True,
            timeout=_INSTALLING,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        try:
            filling.rename(folder)  # only a whole one is there
        except OSError:
            assert folder.is_dir()  # another run was quicker
    return folder


def verdicts(servers: Mapping[str, str], cases: list[str], without: list[str], scratch: Path) -> dict[str, Verdicts]:
    """Runs the suite's client against WebSocket URLs by name; the verdicts by name."""
    python = interpreter()
    suite = installed(python)
    spec = scratch / "spec.json"
    spec.write_text(
        json.dumps(
            {
                "outdir": str(scratch / "reports"),
                "servers": [{"agent": name, "url": url} for name, url in servers.items()],
                "cases": cases,
                "exclude-cases": without,
                "exclude-agent-cases": {},
            }
        )
    )
    ran = subprocess.run(
        [python, "-W", "ignore", "-c", _START, str(suite), "-m", "fuzzingclient", "-s", str(spec)],
        cwd=scratch,
        capture_output=True,
        text=True,
        timeout=_RUNNING,
        check=False,
    )
    index = scratch / "reports" / "index.json"
    assert index.exists(), f"{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
    told: dict[str, dict[str, Any]] = json.loads(index.read_text())
    return {
        name: {case: (found["behavior"], found["behaviorClose"]) for case, found in by_case.items()}
        for name, by_case in told.items()
    }
