"""What `trust` and `untrust` print, and their exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from devcors.cli import trusting as module
from devcors.system.trust.linux import LAYOUTS
from devcors.system.trust.store import Store
from tests.system.trust.test_linux import Machine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path / "home"))
    machine = Machine(LAYOUTS[0], tmp_path / "machine")

    def stores() -> list[Store]:
        return [machine.store]

    monkeypatch.setattr(module, "stores_here", stores)
    return machine


def test_each_store_is_named_with_what_became_of_it(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert module.print_untrust(as_json=False) == 0
    assert "nothing to remove" in capsys.readouterr().out
    assert module.print_status(as_json=False) == 0
    assert "no certificate authority yet" in capsys.readouterr().out
    lines = []
    for call in (module.print_trust, module.print_trust, module.print_status, module.print_untrust):
        assert call(as_json=False) == 0
        out = capsys.readouterr().out.splitlines()
        assert out[0].startswith("devcors development CA ")
        assert out[2] == f"  {machine.anchors}"
        lines.append(out[1])
    assert lines == [
        f"✓ system (update-ca-trust)  {word}" for word in ("installed", "already there", "trusted", "removed")
    ]
    assert module.print_status(as_json=False) == 0
    assert "· system (update-ca-trust)  not trusted" in capsys.readouterr().out


def test_a_store_that_refuses_is_a_failure_with_its_command(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.status = 1
    assert module.print_trust(as_json=False) == 1
    out = capsys.readouterr().out
    assert "✗ system (update-ca-trust)  update-ca-trust: p11-kit: the folder cannot be written" in out
    assert "  hint: sudo install " in out
    assert module.print_untrust(as_json=True) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert found["stores"][0]["message"]


@pytest.mark.parametrize("call", [module.print_trust, module.print_status, module.print_untrust])
def test_json_is_a_list_of_authorities(
    machine: Machine, capsys: pytest.CaptureFixture[str], call: Callable[..., int]
) -> None:
    module.print_trust(as_json=True)
    capsys.readouterr()
    assert call(as_json=True) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert [store["store"] for store in found["stores"]] == ["system (update-ca-trust)"]
