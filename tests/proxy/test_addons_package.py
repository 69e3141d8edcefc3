"""What is not needed of mitmproxy is not imported, and is there all the same for a user's script."""

from __future__ import annotations

import subprocess
import sys

UNREAD = """
import sys
import devcors.daemon.session
print("flask" in sys.modules, "ldap3" in sys.modules)
"""
ASKED = """
import devcors.daemon.session
from mitmproxy.addons import core, default_addons, view
from mitmproxy import addons
print(len(default_addons()) > 20, addons.core is core, type(addons).__name__, view.View.__module__)
"""
BEFORE = """
from mitmproxy.addons import default_addons
import devcors.daemon.session
print(len(default_addons()) > 20)
"""
MISSING = """
import devcors.daemon.session
from mitmproxy import addons
print(hasattr(addons, "no_such_addon"))
"""


def printed(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_start_leaves_the_addons_alone_that_it_does_not_need() -> None:
    assert printed(UNREAD) == "False False"


def test_whoever_asks_for_the_package_gets_it() -> None:
    assert printed(ASKED) == "True True module mitmproxy.addons.view"
    assert printed(MISSING) == "False"


def test_a_package_that_was_read_before_stays() -> None:
    assert printed(BEFORE) == "True"
