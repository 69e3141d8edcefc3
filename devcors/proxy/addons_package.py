"""mitmproxy's addons one by one.

Known: to import any of them is to import their package, and that imports all of them, with a web framework, LDAP and
more behind it: a fifth of the time that devcors takes to start, and 12 MB. Wanted: the three that are used. So the
package is put in place unread; it is read as soon as anybody asks it for something that is no module of its own.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

PACKAGE = "mitmproxy.addons"


class _Unread(ModuleType):
    """The package until it is read."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if find_spec(f"{PACKAGE}.{name}") is not None:
            return import_module(f"{PACKAGE}.{name}")  # `from mitmproxy.addons import core` looks for it here first
        spec = self.__spec__
        assert spec is not None  # given below
        assert spec.loader is not None
        _read(self)
        spec.loader.exec_module(self)
        return getattr(self, name)


def _read(package: ModuleType) -> None:
    """From now on it is what it stands for."""
    package.__class__ = ModuleType


def leave_unread() -> None:
    """Puts the package in place, unless it is there already: within a mitmproxy of the user's own."""
    if PACKAGE in sys.modules:
        return
    spec = find_spec(PACKAGE)
    assert isinstance(spec, ModuleSpec)  # it is a package of a dependency
    package = module_from_spec(spec)
    package.__class__ = _Unread
    sys.modules[PACKAGE] = package
