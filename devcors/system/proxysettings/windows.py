"""Windows: WinINET's values in the user's registry, and the notification by which running programs read them again.

AutoConfigURL counts if it is there; ProxyServer counts while ProxyEnable is 1 (Internet Settings, WinINET). What
changed is told by InternetSetOption with INTERNET_OPTION_SETTINGS_CHANGED (39) and INTERNET_OPTION_REFRESH (37).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Protocol

from devcors.errors import SettingsError
from devcors.routing.upstream_proxies import UpstreamProxies, exceptions_of, proxy_at

from .values import SOURCE, Manual, Pac, Values, Wanted

KEY = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
SCRIPT, ENABLE, SERVER, OVERRIDE = "AutoConfigURL", "ProxyEnable", "ProxyServer", "ProxyOverride"
SETTINGS_CHANGED, REFRESH = 39, 37


class Registry(Protocol):
    """The values of `KEY` below HKEY_CURRENT_USER: a str is REG_SZ, an int REG_DWORD, None is absent."""

    def read(self, name: str) -> str | int | None: ...

    def write(self, name: str, value: str | int | None) -> None: ...

    def notify(self, option: int) -> None: ...


class WinRegistry:
    """The real one."""

    def read(self, name: str) -> str | int | None:
        """Absent where there is no such value."""
        if sys.platform == "win32":
            import winreg

            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, KEY) as key:
                    value = winreg.QueryValueEx(key, name)[0]
                    return value if isinstance(value, int) else str(value)
            except FileNotFoundError:
                pass
        return None

    def write(self, name: str, value: str | int | None) -> None:
        """Raises OSError."""
        if sys.platform == "win32":
            import winreg

            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, KEY) as key:
                if value is not None:
                    kind = winreg.REG_DWORD if isinstance(value, int) else winreg.REG_SZ
                    winreg.SetValueEx(key, name, 0, kind, value)
                elif self.read(name) is not None:
                    winreg.DeleteValue(key, name)

    def notify(self, option: int) -> None:
        """InternetSetOptionW without a handle: for all programs of the user."""
        if sys.platform == "win32":
            import ctypes

            ctypes.WinDLL("wininet").InternetSetOptionW(None, option, None, 0)


class Windows:
    """See `values.Desktop`."""

    name = "Windows"

    def __init__(self, registry: Registry | None = None) -> None:
        self._registry = registry or WinRegistry()

    def check(self) -> bool:
        """By the system alone."""
        return sys.platform == "win32"

    def get(self) -> Values:
        """Numbers stand here as their decimal text."""
        found = {name: self._registry.read(name) for name in (SCRIPT, SERVER, OVERRIDE, ENABLE)}
        return {name: None if value is None else str(value) for name, value in found.items()}

    def wanted(self, wanted: Wanted, now: Values) -> Values:
        """A script counts before a manual proxy, so for that one it is taken away. ProxyOverride stays the user's."""
        if isinstance(wanted, Pac):
            return {SCRIPT: wanted.url}
        state: Values = {SERVER: f"{wanted.host}:{wanted.port}", ENABLE: "1"}
        return state if now.get(SCRIPT) is None else {**state, SCRIPT: None}

    def switches(self, keys: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """AutoConfigURL is its own."""
        return {ENABLE: (SERVER,)} if ENABLE in keys else {}

    def put(self, key: str, value: str | None) -> None:
        """ProxyEnable is a number."""
        try:
            self._registry.write(key, int(value) if key == ENABLE and value is not None else value)
        except OSError as error:
            raise SettingsError(f"the registry does not take {key}: {error}") from error

    def told(self) -> None:
        """In this order: the settings have changed; read them again."""
        self._registry.notify(SETTINGS_CHANGED)
        self._registry.notify(REFRESH)

    def summary(self, values: Values) -> str:
        """As `values.Desktop.summary`; ProxyServer may also be a list such as `http=a:1;https=b:2`."""
        if script := values.get(SCRIPT):
            return str(Pac(script))
        if values.get(ENABLE) == "1":
            host, _, port = (values.get(SERVER) or "").rpartition(":")
            return str(Manual(host, int(port))) if port.isdigit() and ";" not in host else f"manual {host}:{port}"
        return "none"

    def proxies(self, values: Values) -> UpstreamProxies:
        """ProxyServer is `HOST:PORT` for all, or a list such as `http=a:1;https=b:2`; ProxyOverride is left out."""
        if values.get(SCRIPT) or values.get(ENABLE) != "1":
            return UpstreamProxies()
        named = {}
        for entry in (values.get(SERVER) or "").split(";"):
            scheme, equals, server = entry.strip().rpartition("=")
            named[scheme if equals else "all"] = proxy_at(SOURCE, server)
        exceptions = exceptions_of((values.get(OVERRIDE) or "").split(";"), below=False)
        http, https = (named.get(scheme) or named.get("all") for scheme in ("http", "https"))
        return UpstreamProxies(http, https, exceptions)

    def by_hand(self) -> str:
        """As `values.Desktop.by_hand`."""
        return "Settings, Network & internet, Proxy: switch the setup script and the manual proxy off"
