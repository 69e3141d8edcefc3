"""One value of a TOML text changed, and not a byte of the rest."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import tomli
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from devcors.config.editing import NotInFileError, parsed, retargeted, scripts_in, target_in

NEW = "https://new.example.test/v2"

EDITS = [
    ('frontend = "OLD" # mine\n', "frontend"),
    ("frontend = 'OLD'\n", "frontend"),
    ('frontend = { rewrite = "", target = "OLD" }  # in a line\n[routes]\n', "frontend"),
    ('[frontend]\n# where\ntarget    =    "OLD"    # why\n\n\n[cors]\n', "frontend"),
    ('# top\n[routes] # all\n"/a" = "http://a"\n  "/api"   = "OLD"   # here\n\n"/b" = "http://b"\n', "/api"),
    ('[routes]\n"/api" = { target = "OLD", verify = false } # c\n', "/api"),
    ('[routes]\n"/api".target = "OLD"\n"/api".verify = false\n', "/api"),
    ('[routes."/api"]\nverify = false\ntarget = "OLD"\n[routes."/x"]\ntarget = "OLD"\n', "/api"),
    ('routes = { "/api" = "OLD" }\n', "/api"),
    ("[routes]\n'^/v\\d+/' = \"OLD\"\n", "^/v\\d+/"),
    ('[routes]\n"/:a/é\\u00e9" = "OLD"\n', "/:a/éé"),
    ('x = """\n"/api" = "OLD"\n"""\n[routes]\n"/api" = "OLD"', "/api"),
    ('[[intercept]]\n[routes]\n"/api" = "OLD"\n[profiles.a.routes]\n"/api" = "OLD"\n', "/api"),
]


@pytest.mark.parametrize(("text", "name"), EDITS)
def test_nothing_but_the_target_changes(text: str, name: str) -> None:
    old = "http://localhost:8080"
    before = text.replace("OLD", old)
    after = retargeted(before, name, NEW)
    assert target_in(parsed(after) or {}, name) == NEW
    at = next(at for at in range(len(before)) if before[at] != after[at])
    # the file of before, with that one string exchanged (tomlkit writes it in double quotes)
    end = len(before) - next(
        (back for back in range(len(before) - at) if before[len(before) - 1 - back] != after[len(after) - 1 - back]), 0
    )
    assert before[at:end] in f"'{old}'" or before[at:end] in f'"{old}"'
    assert after[:at] == before[:at]
    assert after.count("\n") == before.count("\n")
    assert after.count("#") == before.count("#")


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("", "/api", "does not stand in this file"),
        ('[routes]\n"/api" = "http://a"\n', "/ap", "does not stand"),
        ('[routes]\n"/api" = "http://a"\n', "frontend", "does not stand"),
        ('[routes]\n"/api" = [{ target = "http://a" }]\n', "/api", "several targets"),
        ('[routes]\n"/api" = { verify = false }\n', "/api", "no target here"),
        ('[routes]\n"/api" = "http://${HOST}"\n', "/api", "holds a variable"),
        ('[routes]\n"/api" = false\n', "/api", "no target here"),
        ("routes = 3\n", "/api", "does not stand"),
        ('[profiles.a]\nfrontend = "http://a"\n', "frontend", "does not stand"),
    ],
)
def test_what_is_not_there_once_is_refused(text: str, name: str, why: str) -> None:
    with pytest.raises(NotInFileError, match=why):
        retargeted(text, name, NEW)
    assert target_in(parsed(text) or {}, name) is None


keys = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)
targets = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda text: "${" not in text)
routes = st.dictionaries(
    keys, targets | st.fixed_dictionaries({"target": targets, "verify": st.booleans()}), min_size=1
)


@given(routes, st.data(), targets)
def test_whatever_the_keys_and_values_are(table: dict[str, Any], data: st.DataObject, new: str) -> None:
    name = data.draw(st.sampled_from(sorted(table)))
    document = {"routes": table, "cors": {"max_age": 3}}
    wanted = copy.deepcopy(document)
    if isinstance(table[name], str):
        wanted["routes"][name] = new
    else:
        wanted["routes"][name]["target"] = new
    text = tomlkit.dumps(document).replace("\r\n", "\n")
    if name == "frontend":  # the front end's own name
        return
    try:
        edited = retargeted(text, name, new)
    except NotInFileError:
        assert tomli.loads(text) != document  # tomlkit wrote something else
        return
    assert tomli.loads(edited) == wanted


def test_scripts_are_found_wherever_they_lie_in_wait() -> None:
    text = 'scripts = ["a.py"]\n[profiles.b]\nscripts = []\n[profiles.c]\nfrontend = "http://c"\n'
    assert scripts_in(parsed(text) or {}) == {"": ["a.py"], "profiles.b": []}
    assert scripts_in({"profiles": 3}) == {}
