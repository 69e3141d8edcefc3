"""`devcors import` where the config cannot be read: exit 2, one message with file and line, nothing written.

Of the tools' packages only what is looked at before the config has run is there: that Angular's builder is installed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.daemon import environment
from tests.support.forking import forked

pytestmark = pytest.mark.node


class Project(NamedTuple):
    """A project of one tool: where its config is, and the files that it has besides."""

    file: str
    files: Mapping[str, object]


class Fault(NamedTuple):
    """A config that cannot be read, and the line and the start of the message that tells it."""

    text: str
    line: int
    message: str


_SERVE = {"builder": "@angular/build:dev-server", "options": {"proxyConfig": "./config/proxy.conf.js"}}
_BUILD = {"builder": "@angular/build:application"}
PROJECTS = {
    "webpack": Project("webpack.config.js", {"package.json": {"devDependencies": {"webpack-dev-server": "5.2.7"}}}),
    "setupProxy": Project("src/setupProxy.js", {"package.json": {"dependencies": {"react-scripts": "5.0.1"}}}),
    "angular": Project(
        "config/proxy.conf.js",
        {
            "angular.json": {"version": 1, "projects": {"app": {"architect": {"build": _BUILD, "serve": _SERVE}}}},
            "node_modules/@angular/build/package.json": {"name": "@angular/build", "version": "20.3.41"},
        },
    ),
}
FAULTS = {
    "throws": Fault(
        "const need = (name) => {\n  throw new Error(`${name} is not set`)\n}\nmodule.exports = need('BACKEND')\n",
        2,
        "the config threw: BACKEND is not set",
    ),
    "syntax": Fault(
        "module.exports = {\n  devServer: {\n    proxy: { '/api' 'http://localhost:1' },\n  },\n}\n",
        3,
        "syntax error: Unexpected string",
    ),
    "missing": Fault(
        "// shared with the others\nconst proxies = require('@team/proxies')\n\nmodule.exports = proxies()\n",
        2,
        "Cannot find module '@team/proxies'",
    ),
    "nothing": Fault("// nothing yet\n", 1, "the config exports nothing"),
}


def _written(folder: Path, files: Mapping[str, object]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")


@pytest.mark.parametrize("tool", PROJECTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_config_that_cannot_be_read_is_one_message(tmp_path: Path, tool: str, fault: str) -> None:
    project, (text, line, message) = PROJECTS[tool], FAULTS[fault]
    folder = tmp_path / "project"
    _written(folder, {**project.files, project.file: text})
    before = sorted(folder.rglob("*"))
    command = forked(["import", "--yes"], folder, environment(tmp_path / "home"))
    assert command.stdout
    assert command.stderr
    with command.stdout, command.stderr:
        out, (said, *more) = command.stdout.read(), command.stderr.read().splitlines()
    assert (command.wait(), out, said) == (2, "", f"{project.file}:{line}: {message}")
    assert [each.partition(":")[0] for each in more] in ([], ["hint"])
    assert sorted(folder.rglob("*")) == before
