"""For all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

_TESTS = Path(__file__).parent
# they take longest, or mostly wait: first, so that in the end no processor waits for one of them
_LONG = ("proxy/gateway/test_interleavings.py", "proxy/gateway/test_mutated_heads.py")
_PROGRAMS_ARE_STARTED_IN = (
    "differential",
    "compliance",
    "benchmarks",
    "parity",
    "e2e",
    "diagnose",
    "addons",
    "interop",
)
# what is asked there is what browsers, servers and dev servers do with texts and a page that are the same whichever
# Python made them, which the tests beside them look at: .ci/run has it on one version (`once`)
_OTHERS_ARE_ASKED_IN = (
    "differential/",
    "parity/",
    "e2e/dashboard/",
    "diagnose/test_blocked_page.py",
    "diagnose/test_diagnose_wire.py",
    "e2e/test_browser_command.py",
    "e2e/test_fixes.py",
    "e2e/test_proxy_pac_in_browser.py",
    "benchmarks/test_run.py",
    "interop/test_fixes_accepted.py",
)

# how long an example takes says what else the machine does: no deadline
settings.register_profile("devcors", deadline=None)
settings.load_profile("devcors")

# under sudo devcors acts for who called it, whose the folders of these tests are not
for name in ("SUDO_UID", "SUDO_GID"):
    os.environ.pop(name, None)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `-m alone`: files that do not say the word; to collect them takes longer than what is asked for."""
    if not str(config.getoption("markexpr")).startswith("alone") or collection_path.suffix != ".py":
        return None
    return True if "mark.alone" not in collection_path.read_text() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts folders in an order that keeps all processors busy (with `--no-loadscope-reorder` of pytest-xdist)."""
    items.sort(key=_turn)
    for item in items:
        if item.path.relative_to(_TESTS).as_posix().startswith(_OTHERS_ARE_ASKED_IN):
            item.add_marker("once")


def _turn(item: pytest.Item) -> int:
    path = item.path.relative_to(_TESTS)
    names = _PROGRAMS_ARE_STARTED_IN
    if path.as_posix() in _LONG:
        return -1
    return names.index(path.parts[0]) if path.parts[0] in names else len(names)
