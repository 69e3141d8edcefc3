"""A GNOME session of its own: real gsettings and dconf on a session bus and a home that nobody else has."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .programs import needed

SCHEMA = "org.gnome.system.proxy"
Setting = dict[str, str]

# each as a user may have it; every key that is not here is at its default
NONE: Setting = {}
MANUAL: Setting = {
    f"{SCHEMA} mode": "'manual'",
    f"{SCHEMA}.http host": "'proxy.corp.test'",
    f"{SCHEMA}.http port": "3128",
    f"{SCHEMA}.https host": "'proxy.corp.test'",
    f"{SCHEMA}.https port": "3129",
    f"{SCHEMA} ignore-hosts": "['localhost', '*.corp.test']",
}
SCRIPT: Setting = {
    f"{SCHEMA} mode": "'auto'",
    f"{SCHEMA} autoconfig-url": "'http://wpad.corp.test/proxy.pac?a=1'",
}


class Gnome:
    """`environ` is what a program of the session has in its environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)

    def tool(self, *words: str) -> str:
        """`gsettings WORDS…`."""
        done = subprocess.run(
            ["gsettings", *words],
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        return done.stdout

    def now(self) -> list[str]:
        """Every value of the schema, as gsettings lists it."""
        return sorted(self.tool("list-recursively", SCHEMA).splitlines())

    def database(self) -> bytes:
        """What the user has set, defaults excluded: empty keys and values are not in dconf's listing."""
        found = Path(self.environ["XDG_CONFIG_HOME"], "dconf", "user")
        return found.read_bytes() if found.exists() else b""

    def set(self, setting: Setting) -> None:
        """These values, the rest as before."""
        for key, value in setting.items():
            self.tool("set", *key.split(" "), value)

    def begin(self, setting: Setting) -> list[str]:
        """Exactly this setting; returns what `now` gives of it."""
        self.tool("reset-recursively", SCHEMA)  # its children too
        self.set(setting)
        return self.now()


@contextmanager
def session(folder: Path) -> Iterator[Gnome]:
    """While the block runs."""
    environ = {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_RUNTIME_DIR": str(folder / "runtime"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CURRENT_DESKTOP": "GNOME",
    }
    (folder / "runtime").mkdir(mode=0o700)
    needed("gsettings")
    with subprocess.Popen(
        [needed("dbus-run-session"), "--", "sh", "-c", "echo $DBUS_SESSION_BUS_ADDRESS; exec cat"],
        env={**os.environ, **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as bus:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        assert address, "no session bus"
        gnome = Gnome({**environ, "DBUS_SESSION_BUS_ADDRESS": address})
        assert SCHEMA in gnome.tool("list-schemas").split(), "gsettings-desktop-schemas is not installed"
        gnome.tool("set", f"{SCHEMA}", "mode", "'none'")
        yield gnome
        bus.communicate(timeout=10)
