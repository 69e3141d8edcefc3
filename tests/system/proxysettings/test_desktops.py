"""Each desktop behind the one interface: set, given back, and left alone where the user changed it."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from devcors.errors import SettingsError
from devcors.system.identity import Identity, own_identity
from devcors.system.proxysettings import choosing, holding
from devcors.system.proxysettings import journal as journals
from devcors.system.proxysettings.holding import HeldError, give_back, renew, restore_orphan, status, take
from devcors.system.proxysettings.kde import Kde
from devcors.system.proxysettings.macos import TOOL, MacOs
from devcors.system.proxysettings.values import Desktop, Manual, Pac, Wanted
from devcors.system.proxysettings.windows import REFRESH, SETTINGS_CHANGED, Windows
from tests.system.proxysettings.fakes import KIOSLAVERC, FakeKde, FakeMac, FakeRegistry, FakeService

OURS = Pac("http://127.0.0.1:2678/proxy.pac?abc")
ALL = Manual("127.0.0.1", 2677)
CORP = "http://wpad.corp.test/x.pac"


@dataclass
class Machine:
    """A fake, the desktop on it, its state as a test compares it, and how a user changes it."""

    desktop: Desktop
    state: Callable[[], Any]
    change: Callable[[], None]


def kde(values: dict[str, str]) -> Machine:
    fake = FakeKde(values)
    return Machine(
        Kde(fake), lambda: dict(fake.values), lambda: fake.values.update({"Proxy Config Script": "http://u"})
    )


def mac(**service: Any) -> Machine:
    fake = FakeMac({"Wi-Fi": FakeService(**service), "USB 10/100 LAN": FakeService(), "*Thunderbolt": FakeService()})
    return Machine(
        MacOs(fake),
        lambda: copy.deepcopy(fake.services),
        lambda: setattr(fake.services["Wi-Fi"], "url", "http://u"),
    )


def windows(values: dict[str, str | int]) -> Machine:
    fake = FakeRegistry(values)
    return Machine(Windows(fake), lambda: dict(fake.values), lambda: fake.values.update({"AutoConfigURL": "http://u"}))


KDE_MANUAL = {"ProxyType": "1", "httpProxy": "http://corp.test 3128", "httpsProxy": "http://corp.test 3129"}
MACHINES: dict[str, Callable[[], Machine]] = {
    "kde none": lambda: kde({}),
    "kde written none": lambda: kde({"ProxyType": "0", "Proxy Config Script": "", "NoProxyFor": "x"}),
    "kde manual": lambda: kde(dict(KDE_MANUAL)),
    "kde script": lambda: kde({"ProxyType": "2", "Proxy Config Script": CORP}),
    "mac none": lambda: mac(url="", url_on=False),
    "mac manual": lambda: mac(
        url="", web=("corp.test", "3128"), web_on=True, secure=("corp.test", "3129"), secure_on=True
    ),
    "mac script": lambda: mac(url=CORP, url_on=True),
    "mac script off": lambda: mac(url=CORP, url_on=False, web=("corp.test", "3128")),
    "windows none": lambda: windows({}),
    "windows manual": lambda: windows({"ProxyEnable": 1, "ProxyServer": "corp.test:3128", "ProxyOverride": "<local>"}),
    "windows manual off": lambda: windows({"ProxyEnable": 0, "ProxyServer": "corp.test:3128"}),
    "windows script": lambda: windows({"AutoConfigURL": CORP, "ProxyEnable": 0}),
}


@pytest.fixture
def on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Machine], Machine]:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path))

    def use(machine: Machine) -> Machine:
        monkeypatch.setattr(choosing, "desktops", lambda: [machine.desktop])
        monkeypatch.setattr(type(machine.desktop), "check", lambda _: True)
        return machine

    return use


def taken(wanted: Wanted, owner: Identity | None = None) -> None:
    take(wanted, owner or own_identity(), watch=lambda _: None)


def absent_is_empty(state: Any) -> Any:
    """networksetup cannot make a URL absent again, only empty."""
    if isinstance(state, dict):
        for service in state.values():
            if isinstance(service, FakeService) and service.url == "(null)":
                service.url = ""
    return state


@pytest.mark.parametrize(("name", "wanted"), [*itertools.product(MACHINES, [OURS, ALL])], ids=str)
def test_set_and_given_back(on: Callable[[Machine], Machine], name: str, wanted: Wanted) -> None:
    machine = on(MACHINES[name]())
    before = machine.state()
    taken(wanted)
    assert machine.state() != before
    assert machine.desktop.summary(machine.desktop.get()) == str(wanted)
    assert status().alive
    restored = give_back(own_identity())
    assert restored
    assert not restored.left
    assert absent_is_empty(machine.state()) == absent_is_empty(before)
    assert not status().is_ours


@pytest.mark.parametrize("name", MACHINES)
def test_a_script_of_the_users_stays(on: Callable[[Machine], Machine], name: str) -> None:
    machine = on(MACHINES[name]())
    taken(OURS)
    machine.change()
    restored = give_back()
    assert restored
    assert restored.left
    assert machine.desktop.summary(machine.desktop.get()) == "PAC http://u"


@pytest.mark.parametrize("name", MACHINES)
def test_a_renewal_and_an_orphan(on: Callable[[Machine], Machine], name: str) -> None:
    machine = on(MACHINES[name]())
    before = machine.state()
    dead = Identity(2**22 + 1, "long ago")
    taken(OURS, dead)
    assert renew([ALL, Pac("http://127.0.0.1:2678/proxy.pac?def")], dead) == "PAC http://127.0.0.1:2678/proxy.pac?def"
    assert renew([Pac("http://127.0.0.1:2678/proxy.pac?def")], dead) is None
    assert give_back(own_identity()) is None  # not its
    restored = restore_orphan()
    assert restored
    assert restored.owner == dead
    assert absent_is_empty(machine.state()) == absent_is_empty(before)
    assert restore_orphan() is None


def test_a_live_owner_is_not_disturbed(on: Callable[[Machine], Machine]) -> None:
    machine = on(MACHINES["kde manual"]())
    taken(OURS)
    state = machine.state()
    with pytest.raises(HeldError, match=f"pid {own_identity().pid}"):
        taken(ALL, Identity(1, "another"))
    assert restore_orphan() is None
    assert machine.state() == state


@pytest.mark.parametrize("name", ["kde manual", "mac manual", "windows manual"])
def test_what_cannot_be_set_is_not_half_set(
    on: Callable[[Machine], Machine], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    machine = on(MACHINES[name]())
    before = machine.state()
    put, calls = machine.desktop.put, iter(range(100))

    def failing(key: str, value: str | None) -> None:
        if next(calls) == 1:
            raise SettingsError("refused")
        put(key, value)

    monkeypatch.setattr(machine.desktop, "put", failing)
    with pytest.raises(SettingsError, match="refused"):
        taken(ALL)
    assert absent_is_empty(machine.state()) == absent_is_empty(before)
    assert journals.read() is None


def test_what_cannot_be_given_back_says_what_to_do_by_hand(
    on: Callable[[Machine], Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = on(MACHINES["mac manual"]())
    taken(OURS, Identity(2**22 + 1, "long ago"))

    def failing() -> None:
        raise SettingsError("no tool")

    with monkeypatch.context() as patch:
        patch.setattr(machine.desktop, "get", failing)
        said: list[str] = []
        holding.tell_orphan(said.append)
        assert "no tool" in said[0]
        assert "networksetup -setautoproxystate" in said[1]
    assert restore_orphan()  # the journal was still there


def test_a_broken_journal_says_what_to_do(on: Callable[[Machine], Machine], tmp_path: Path) -> None:
    on(MACHINES["kde none"]())
    taken(OURS)
    journals.journal_file().write_text("{}")
    said: list[str] = []
    holding.tell_orphan(said.append)
    assert "cannot be taken back" in said[0]
    assert "remove this file" in said[1]


def test_the_commands_of_kde() -> None:
    fake = FakeKde()
    desktop = Kde(fake)
    desktop.get()
    assert fake.ran[0] == ["kreadconfig6", *KIOSLAVERC, "Proxy Config Script", "--default", "devcors: no such key"]
    fake.ran.clear()
    for key, value in desktop.wanted(OURS, {}).items():
        desktop.put(key, value)
    desktop.put("httpProxy", None)
    desktop.told()
    assert fake.ran == [
        ["kwriteconfig6", *KIOSLAVERC, "Proxy Config Script", OURS.url],
        ["kwriteconfig6", *KIOSLAVERC, "ProxyType", "2"],
        ["kwriteconfig6", *KIOSLAVERC, "httpProxy", "--delete", ""],
        ["dbus-send", "--type=signal", "/KIO/Scheduler", "org.kde.KIO.Scheduler.reparseSlaveConfiguration", "string:"],
    ]
    assert desktop.wanted(ALL, {})["httpsProxy"] == "http://127.0.0.1 2677"


def test_the_commands_of_macos() -> None:
    fake = FakeMac({"Wi-Fi": FakeService(), "*Off": FakeService()})
    desktop = MacOs(fake)
    now = desktop.get()
    assert {key.partition("/")[0] for key in now} == {"Wi-Fi"}
    fake.ran.clear()
    for key, value in desktop.wanted(OURS, now).items():
        desktop.put(key, value)
    assert fake.ran == [
        [TOOL, "-getautoproxyurl", "Wi-Fi"],
        [TOOL, "-setautoproxyurl", "Wi-Fi", OURS.url],
        [TOOL, "-setautoproxystate", "Wi-Fi", "off"],
        [TOOL, "-setautoproxystate", "Wi-Fi", "on"],
    ]
    desktop.put("Wi-Fi/web", "127.0.0.1 2677")
    assert [TOOL, "-setwebproxy", "Wi-Fi", "127.0.0.1", "2677"] in fake.ran


def test_what_windows_is_told(on: Callable[[Machine], Machine]) -> None:
    fake = FakeRegistry({"ProxyEnable": 0})
    on(Machine(Windows(fake), lambda: None, lambda: None))
    taken(ALL)
    assert fake.values == {"ProxyEnable": 1, "ProxyServer": "127.0.0.1:2677"}
    assert fake.told == [SETTINGS_CHANGED, REFRESH]
    give_back()
    assert fake.values == {"ProxyEnable": 0}


def test_without_a_desktop_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "desktops", list)
    with pytest.raises(SettingsError) as raised:
        choosing.this_desktop()
    assert "PAC URL" in str(raised.value.hint)
