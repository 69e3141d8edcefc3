"""The devcors.toml that `init` writes loads, holds what was found, and never replaces another unasked."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from devcors.config.schema import Config
from devcors.errors import ConfigError
from devcors.interop.frontends import FrontEnd
from devcors.interop.proxy_settings import Findings, FoundRoute, read_proxy
from devcors.interop.starter import starter_config, toml_value, write_starter


def config(text: str) -> Config:
    return Config.model_validate(tomli.loads(text))


def vite(*routes: FoundRoute, https: bool = False) -> FrontEnd:
    return FrontEnd("Vite", 5174, "pnpm dev", list(routes), [], https)


def uncommented(text: str) -> str:
    """The file after somebody took the comment signs off the proposals."""
    return "\n".join(line[2:] if line.startswith('# "/') else line for line in text.split("\n"))


def test_without_a_front_end_it_loads_and_shows_the_way() -> None:
    text = starter_config(None)
    assert config(text) == Config()
    opened = text.replace("# frontend", "frontend").replace('# "', '"').replace("# [intercept]", "[intercept]")
    whole = config(opened)
    assert whole.frontend is not None
    assert list(whole.routes) == ["/api", "/ws", "/staging"]
    assert whole.intercept["api.example.com"].cors.mode == "inject"


def test_what_was_found_stands_in_it() -> None:
    certain = FoundRoute("/api", "https://localhost:8443", "proxy.conf.json", rewrite="", more={"verify": False})
    proposal = FoundRoute("/auth", "http://localhost:8081", "vite.config.ts", certain=False)
    text = starter_config(vite(certain, proposal))
    made = config(text)
    assert made.frontend is not None
    assert made.frontend.target == "http://localhost:5174"
    assert {pattern: (route.target, route.rewrite, route.verify) for pattern, (route,) in made.routes.items()} == {
        "/api": ("https://localhost:8443", "", False)
    }
    assert "devcors up -- pnpm dev\n" in text
    assert '# "/auth" = "http://localhost:8081" # found in vite.config.ts, check it\n' in text


def test_a_dev_server_with_a_certificate_of_its_own() -> None:
    made = config(starter_config(vite(https=True)))
    assert made.frontend is not None
    assert (made.frontend.target, made.frontend.verify) == ("https://localhost:5174", False)


@pytest.mark.parametrize("found", [None, vite(), vite(https=True), vite(FoundRoute("/api", "http://localhost:1", "x"))])
def test_it_is_short_and_tidy(found: FrontEnd | None) -> None:
    lines = starter_config(found).splitlines()
    assert len(lines) < 25
    assert all(len(line) <= 120 and line == line.rstrip() for line in lines)
    assert "\n\n\n" not in "\n".join(lines)


@given(st.text())
def test_any_text_survives_toml(text: str) -> None:
    kept = text.encode("utf-8", "replace").decode()
    assert toml_value(text).isprintable()
    assert tomli.loads(f"key = {toml_value(text)}")["key"] == kept.replace("${", "$${")


CONTEXTS = st.text() | st.sampled_from(
    ["/api", "/api/**", "^/a", "^(", "/:id", "/a/:b*", "/*.php", "/\x00", "/ä", '/"']
)
TARGETS = st.text() | st.sampled_from(
    ["http://localhost:1", "https://h/${X}", "ws://h", "http://h?q", "http://[::1]:2/\x7f"]
)
OPTIONS = st.fixed_dictionaries(
    {"target": TARGETS},
    optional={
        "secure": st.booleans(),
        "pathRewrite": st.dictionaries(CONTEXTS, CONTEXTS, max_size=2),
        "x\n": st.none(),
    },
)
SOURCES = st.sampled_from(["proxy.conf.json", "a\nb.json", 'a"#.json'])


@given(st.dictionaries(CONTEXTS, TARGETS | OPTIONS, max_size=4), SOURCES, st.booleans())
def test_whatever_another_tools_file_holds_the_result_loads(given_proxy: object, source: str, certain: bool) -> None:
    findings = Findings()
    read_proxy(given_proxy, source, findings, certain=certain)
    text = starter_config(FrontEnd("Vite", 5173, "npm run dev\n", findings.routes, findings.notes))
    assert len(config(text).routes) == sum(route.certain for route in findings.routes)
    config(uncommented(text))
    assert all(note.isprintable() for note in findings.notes)


def test_it_is_written_for_others_to_read(tmp_path: Path) -> None:
    path = write_starter(tmp_path, "# ä\n", force=False)
    assert path == tmp_path / "devcors.toml"
    assert path.read_bytes() == "# ä\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) & 0o400
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("dangling", [False, True])
def test_another_is_kept_unless_asked(tmp_path: Path, dangling: bool) -> None:
    path = tmp_path / "devcors.toml"
    if dangling:
        path.symlink_to(tmp_path / "nowhere")
    else:
        path.write_text("mine")
    with pytest.raises(ConfigError, match=r"devcors\.toml: there is one already") as refused:
        write_starter(tmp_path, "new", force=False)
    assert "--force" in str(refused.value.hint)
    assert path.is_symlink() if dangling else path.read_text() == "mine"
    write_starter(tmp_path, "new", force=True)
    assert path.read_text() == "new"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot write: No such file"):
        write_starter(tmp_path / "missing", "text", force=False)
