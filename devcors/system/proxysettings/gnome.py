"""GNOME, and the desktops that keep its setting (Cinnamon, Budgie, Unity, MATE, Xfce's browsers): `gsettings`.

The schema is org.gnome.system.proxy (gsettings-desktop-schemas): `mode` is none, manual or auto; `autoconfig-url` and
the child schemas' `host` and `port` are what it points to. Values stand here as gsettings prints them (GVariant text).
"""

from __future__ import annotations

import ast
import os
import shutil
from collections.abc import Mapping, Sequence
from typing import TypeVar

from devcors.routing.upstream_proxies import UpstreamProxies, exceptions_of

from .commands import Run, run
from .values import Manual, Pac, Values, Wanted, named_by_system

SCHEMA = "org.gnome.system.proxy"
MODE = f"{SCHEMA} mode"
SCRIPT = f"{SCHEMA} autoconfig-url"
SERVERS = tuple(f"{SCHEMA}.{scheme} {part}" for scheme in ("http", "https") for part in ("host", "port"))
EXCEPTIONS = f"{SCHEMA} ignore-hosts"
SAME = f"{SCHEMA} use-same-proxy"
_ALL = (SCRIPT, *SERVERS, EXCEPTIONS, SAME, MODE)

T = TypeVar("T")


class Gnome:
    """See `values.Desktop`."""

    name = "GNOME"

    def __init__(self, run: Run = run) -> None:
        self._run = run

    def check(self) -> bool:
        """The tool, a session bus to reach the settings by, and the schema."""
        bus = os.environ.get("DBUS_SESSION_BUS_ADDRESS") or os.environ.get("XDG_RUNTIME_DIR")
        return bool(shutil.which("gsettings") and bus and SCHEMA in self._run(["gsettings", "list-schemas"]).split())

    def get(self) -> Values:
        """One line for each key: schema, key, value (gsettings(1), list-recursively)."""
        return self._listed(self._run(["gsettings", "list-recursively", SCHEMA]))

    @staticmethod
    def _listed(listing: str) -> Values:
        found: Values = {}
        for line in listing.splitlines():
            schema, key, value = line.split(" ", 2)
            if f"{schema} {key}" in _ALL:
                found[f"{schema} {key}"] = value
        return found

    def wanted(self, wanted: Wanted, now: Values) -> Values:  # noqa: ARG002 - the interface's
        """What hosts are left out of a manual proxy (`ignore-hosts`) stays the user's."""
        if isinstance(wanted, Pac):
            return {SCRIPT: _text(wanted.url), MODE: "'auto'"}
        state: Values = {key: _text(wanted.host) if key.endswith("host") else str(wanted.port) for key in SERVERS}
        return {**state, MODE: "'manual'"}

    def switches(self, keys: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """There is one."""
        return {MODE: (SCRIPT, *SERVERS)} if MODE in keys else {}

    def put(self, key: str, value: str | None) -> None:
        """A value that is the schema's own default is reset, so that none of the user's is left where none was."""
        if value is None or (value == self._defaults().get(key)):
            self._run(["gsettings", "reset", *key.split(" ")])
            if value is None or self.get().get(key) == value:  # an administrator's default may be another
                return
        self._run(["gsettings", "set", *key.split(" "), value])

    def _defaults(self) -> Values:
        """The memory backend begins empty."""
        return self._listed(self._run(["gsettings", "list-recursively", SCHEMA], {"GSETTINGS_BACKEND": "memory"}))

    def told(self) -> None:
        """dconf tells every program itself."""

    def summary(self, values: Values) -> str:
        """As `values.Desktop.summary`."""
        mode = (values.get(MODE) or "").strip("'")
        if mode == "auto":
            return f"PAC {(values.get(SCRIPT) or '').strip(chr(39))}"
        if mode == "manual":
            host, port = _string(values.get(SERVERS[0])), int(values.get(SERVERS[1]) or 0)
            return str(Manual(host, port)) if host else "manual"  # SOCKS, or https alone
        return mode or "none"

    def proxies(self, values: Values) -> UpstreamProxies:
        """As GLib's resolver reads it: `use-same-proxy` gives https the proxy of http where it has none of its own."""
        if (values.get(MODE) or "").strip("'") != "manual":
            return UpstreamProxies()
        http, https = (
            named_by_system(_string(values.get(host)), values.get(port)) for host, port in (SERVERS[:2], SERVERS[2:])
        )
        if https is None and values.get(SAME) == "true":
            https = http
        return UpstreamProxies(http, https, exceptions_of(_strings(values.get(EXCEPTIONS)), below=True))

    def by_hand(self) -> str:
        """As `values.Desktop.by_hand`."""
        return f"gsettings set {MODE} none"


def _string(text: str | None) -> str:
    """The other way round."""
    return _literal(text, str) or ""


def _strings(text: str | None) -> list[str]:
    """A GVariant list of strings; an empty one has its type in front."""
    return [entry for entry in _literal((text or "").removeprefix("@as "), list) or [] if isinstance(entry, str)]


def _literal(text: str | None, kind: type[T]) -> T | None:
    """Strings and lists of strings are written in GVariant's text form as in Python."""
    try:
        found = ast.literal_eval(text or "")
    except (ValueError, SyntaxError):
        return None
    return found if isinstance(found, kind) else None


def _text(text: str) -> str:
    """A GVariant string as gsettings prints it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
