"""Recording fakes of the desktops' own tools: they keep a setting, and answer in their documented words.

macOS: networksetup(8). KDE: kreadconfig and kwriteconfig with `--help`. Windows: WinINET's values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from devcors.errors import SettingsError
from devcors.system.proxysettings.macos import TOOL

KIOSLAVERC = ["--file", "kioslaverc", "--group", "Proxy Settings", "--key"]


@dataclass
class FakeKde:
    """kreadconfig, kwriteconfig and dbus-send on a group of one file."""

    values: dict[str, str] = field(default_factory=dict)
    ran: list[list[str]] = field(default_factory=list)

    def __call__(self, command: Sequence[str], environ: Mapping[str, str] | None = None) -> str:
        self.ran.append(list(command))
        tool, *words = command
        if tool == "dbus-send":
            return ""
        assert words[:5] == KIOSLAVERC, words
        key, *rest = words[5:]
        if tool.startswith("kreadconfig"):
            option, default = rest
            assert option == "--default"
            return f"{self.values.get(key, default)}\n"
        assert tool.startswith("kwriteconfig")
        if rest[0] == "--delete":
            self.values.pop(key, None)
        else:
            (self.values[key],) = rest
        return ""


@dataclass
class FakeService:
    """One network service, as networksetup keeps it."""

    url: str = "(null)"
    url_on: bool = False
    web: tuple[str, str] = ("", "0")
    web_on: bool = False
    secure: tuple[str, str] = ("", "0")
    secure_on: bool = False
    bypass: tuple[str, ...] = ()


@dataclass
class FakeMac:
    """networksetup on a machine with these services; a name that begins with an asterisk is a disabled one."""

    services: dict[str, FakeService]
    ran: list[list[str]] = field(default_factory=list)

    def __call__(self, command: Sequence[str], environ: Mapping[str, str] | None = None) -> str:
        self.ran.append(list(command))
        tool, what, *words = command
        assert tool == TOOL
        if what == "-listallnetworkservices":
            note = "An asterisk (*) denotes that a network service is disabled."
            return "\n".join([note, *self.services, ""])
        if words[0] not in self.services:
            raise SettingsError(f"{words[0]} is not a recognized network service.")
        if what == "-getproxybypassdomains":
            bypass = self.services[words[0]].bypass
            return "".join(f"{line}\n" for line in bypass or (f"There aren't any bypass domains set on {words[0]}.",))
        return self._service(self.services[words[0]], what, words[1:])

    def _service(self, service: FakeService, what: str, words: list[str]) -> str:
        if what == "-getautoproxyurl":
            return f"URL: {service.url}\nEnabled: {_yes(service.url_on)}\n"
        if what == "-setautoproxyurl":
            (service.url,), service.url_on = words, True  # setting it switches it on
            return ""
        if what == "-setautoproxystate":
            service.url_on = words == ["on"]
            return ""
        kind = "secure" if "secure" in what else "web"
        if what.startswith("-get"):
            host, port = getattr(service, kind)
            enabled = _yes(getattr(service, f"{kind}_on"))
            return f"Enabled: {enabled}\nServer: {host}\nPort: {port}\nAuthenticated Proxy Enabled: 0\n"
        if what.endswith("state"):
            setattr(service, f"{kind}_on", words == ["on"])
        else:
            setattr(service, kind, tuple(words))
            setattr(service, f"{kind}_on", True)
        return ""


def _yes(on: bool) -> str:
    return "Yes" if on else "No"


@dataclass
class FakeRegistry:
    """The values of Internet Settings, and what was told."""

    values: dict[str, str | int] = field(default_factory=dict)
    told: list[int] = field(default_factory=list)

    def read(self, name: str) -> str | int | None:
        return self.values.get(name)

    def write(self, name: str, value: str | int | None) -> None:
        if value is None:
            self.values.pop(name, None)
        else:
            self.values[name] = value

    def notify(self, option: int) -> None:
        self.told.append(option)
