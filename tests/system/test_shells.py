"""Settings as real shells read them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from devcors.system.shells import Shell, how_to, settings, shell_of
from tests.support.programs import needed

HARD = {
    "PLAIN": "http://localhost:2677",
    "EMPTY": "",
    "QUOTES": """it's "so" and 'so' too''',""",
    "SIGNS": r"$HOME `id` $(id) \ \n \' %PATH% ; # & | * ? ~ {a,b}",
    "BLANKS": "  a  folder/with\tblanks ",
    "LINES": "one\ntwo",
    "WORDS": "Zoë ’quoted‘ 名",
}


@pytest.mark.parametrize("shell", ["sh", "fish"])
def test_every_value_arrives_as_it_is(shell: Shell, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(settings(shell, HARD) + "env -0\n")
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    shown = subprocess.run([needed(shell), str(script)], env=environ, capture_output=True, text=True, check=True).stdout
    found = dict(entry.split("=", 1) for entry in shown.split("\0") if entry)
    assert {name: found[name] for name in HARD} == HARD


def test_powershell_doubles_whatever_it_takes_for_a_quote() -> None:
    """about_Quoting_Rules: nothing expands between single quotes; a quote is written twice."""
    assert settings("powershell", {"A": "it's ’so‘ $HOME `n"}) == "$Env:A = 'it''s ’’so‘‘ $HOME `n'\n"


@pytest.mark.parametrize(
    ("path", "platform", "shell"),
    [
        ("/bin/bash", "linux", "sh"),
        ("/usr/bin/zsh", "darwin", "sh"),
        ("/usr/local/bin/fish", "darwin", "fish"),
        ("/usr/bin/pwsh", "linux", "powershell"),
        (r"C:\Program Files\Git\bin\bash.exe", "win32", "sh"),
        ("", "win32", "powershell"),
        ("", "linux", "sh"),
    ],
)
def test_the_shell_is_the_users(path: str, platform: str, shell: Shell) -> None:
    assert shell_of({"SHELL": path} if path else {}, platform) == shell
    assert "devcors env" in how_to(shell)
