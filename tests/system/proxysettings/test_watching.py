"""The watchdog of a system's proxy setting: it may be there for days, beside every devcors that took the setting."""

from __future__ import annotations

import subprocess
import sys

_LOADED = """
import sys
from devcors.system.proxysettings import watching
print(*sorted({"asyncio", "devcors.policy", "mitmproxy", "pydantic"} & set(sys.modules)))
"""


def test_it_imports_nothing_that_is_dear() -> None:
    """A quarter of a second to start, and some 30 MB for as long as it watches."""
    ended = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, timeout=30, check=True)
    assert ended.stdout == "\n"
