"""A nuxt.config that cannot be read is one message with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.errors import ConfigError
from devcors.interop.imports import nuxt
from devcors.interop.imports.evaluating import Session, session
from tests.support.npm import installed

HERE = Path(__file__).parent
pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def projects(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose folders have Nuxt's loader."""
    folder = tmp_path_factory.mktemp("nuxt-faults")
    (folder / "node_modules").symlink_to(installed(request.config.cache, HERE), target_is_directory=True)
    return folder


@pytest.fixture(scope="module")
def node(projects: Path) -> Iterator[Session]:
    with session(projects) as made:
        yield made


FAULTS = {
    "throws": (
        "const need = (name: string) => {\n  throw new Error(`no ${name}`)\n}\nexport default need('BACKEND')\n",
        "nuxt.config.ts:2: the config threw: no BACKEND",
    ),
    "syntax": (
        "export default defineNuxtConfig({\n  routeRules: {\n    '/api/**' { proxy: '' },\n  },\n})\n",
        "nuxt.config.ts:3: syntax error: Unexpected token",
    ),
    "missing": (
        "// with a plugin\nimport mdx from 'nuxt-no-such-module'\n\nexport default { modules: [mdx] }\n",
        "nuxt.config.ts:2: Cannot find module 'nuxt-no-such-module'",
    ),
    "nothing": ("// nothing yet\n", "nuxt.config.ts:1: the config has neither routeRules nor a proxy"),
    "none": (
        "export default defineNuxtConfig({\n  routeRules: { '/': { prerender: true } },\n})\n",
        "nuxt.config.ts:2: there is no proxy in it",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_config_that_cannot_be_read_is_one_message(projects: Path, node: Session, name: str) -> None:
    text, message = FAULTS[name]
    folder = projects / name
    folder.mkdir()
    (folder / "nuxt.config.ts").write_text(text)
    with pytest.raises(ConfigError) as told:
        nuxt.read(folder, "nuxt.config.ts", node)
    assert str(told.value).startswith(message)
    assert told.value.exit_code == 2
    assert [path.name for path in folder.iterdir()] == ["nuxt.config.ts"]


def test_env_files_and_what_is_for_development_are_read(projects: Path, node: Session) -> None:
    folder = projects / "env"
    folder.mkdir()
    (folder / ".env").write_text("NUXT_BACKEND_OF_TEST=http://b.test:8000\n")
    rule = "'/api/**': { proxy: `${process.env.NUXT_BACKEND_OF_TEST}/**` }"
    rules = f"$development: {{\n    routeRules: {{\n      {rule},\n    }},\n  }},"
    (folder / "nuxt.config.ts").write_text(f"export default defineNuxtConfig({{\n  {rules}\n}})\n")
    read = nuxt.read(folder, "nuxt.config.ts", node)
    assert read.routes == (("/api", {"target": "http://b.test:8000", "rewrite": ""}),)
    assert str(read.entries[0].source) == "nuxt.config.ts:4"


def test_a_nitro_config_is_read_as_nitro_reads_it(projects: Path, node: Session) -> None:
    folder = projects / "nitro"
    folder.mkdir()
    (folder / ".env").write_text("BACKEND_OF_NITRO=http://b.test:8000\n")
    (folder / "nitro.config.ts").write_text(
        "const to: string = `${process.env.BACKEND_OF_NITRO}/v1/**`\n\nexport default defineNitroConfig({\n"
        "  routeRules: { '/api/**': { proxy: to } },\n  devProxy: { '/dev': 'http://c.test' },\n})\n"
    )
    read = nuxt.read_nitro(folder, "nitro.config.ts", node)
    assert (read.tool, read.frontend) == ("Nitro", "http://localhost:3000")
    assert dict(read.routes) == {
        "/dev": {"target": "http://c.test", "rewrite": "", "host": "keep", "forwarded": True},
        "/api": {"target": "http://b.test:8000", "rewrite": "/v1"},
    }
    assert [str(entry.source) for entry in read.entries] == ["nitro.config.ts:5", "nitro.config.ts:4"]


def test_a_nitro_config_without_a_proxy_is_an_error(projects: Path, node: Session) -> None:
    folder = projects / "nitro-without"
    folder.mkdir()
    (folder / "nitro.config.ts").write_text("export default defineNitroConfig({})\n")
    with pytest.raises(ConfigError, match="neither routeRules nor devProxy") as told:
        nuxt.read_nitro(folder, "nitro.config.ts", node)
    assert told.value.where == "nitro.config.ts:1"
