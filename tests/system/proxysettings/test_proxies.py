"""What manual proxy each desktop's setting names, as it is without devcors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from devcors.errors import SettingsError
from devcors.routing.upstream_proxies import UpstreamProxies
from devcors.system.identity import own_identity
from devcors.system.proxysettings import choosing
from devcors.system.proxysettings.gnome import Gnome
from devcors.system.proxysettings.holding import take, without_devcors
from devcors.system.proxysettings.kde import Kde
from devcors.system.proxysettings.macos import MacOs
from devcors.system.proxysettings.values import Desktop, Manual, Pac, Setting, Wanted, named_by_system
from devcors.system.proxysettings.windows import Windows
from tests.system.proxysettings.fakes import FakeKde, FakeMac, FakeRegistry, FakeService


def gnome(*changes: str, mode: str = "manual") -> Gnome:
    """What gsettings lists (a real one lists as much in tests/e2e)."""
    defaults = {
        "org.gnome.system.proxy mode": f"'{mode}'",
        "org.gnome.system.proxy autoconfig-url": "''",
        "org.gnome.system.proxy ignore-hosts": "['localhost', '*.corp.test']",
        "org.gnome.system.proxy use-same-proxy": "true",
        "org.gnome.system.proxy.http host": "'corp.test'",
        "org.gnome.system.proxy.http port": "3128",
        "org.gnome.system.proxy.https host": "''",
        "org.gnome.system.proxy.https port": "0",
    }
    for change in changes:
        key, _, value = change.partition("=")
        defaults[f"org.gnome.system.proxy{key}"] = value
    return Gnome(lambda command, environ=None: "".join(f"{key} {value}\n" for key, value in defaults.items()))


def kde(**changes: str) -> Kde:
    values = {"ProxyType": "1", "httpProxy": "http://corp.test 3128", "httpsProxy": "http://corp.test 3129"}
    return Kde(FakeKde({**values, **changes}))


def mac(**service: Any) -> MacOs:
    return MacOs(FakeMac({"Ethernet": FakeService(), "Wi-Fi": FakeService(**service)}))


def windows(**values: str | int) -> Windows:
    return Windows(FakeRegistry({"ProxyEnable": 1, **values}))


MANUAL = {"web": ("corp.test", "3128"), "web_on": True}
SECURE = {"secure": ("corp.test", "3129"), "secure_on": True}


@pytest.mark.parametrize(
    ("desktop", "http", "https"),
    [
        (gnome(), "corp.test:3128", "corp.test:3128"),
        (gnome(" use-same-proxy=false"), "corp.test:3128", None),
        (gnome(".https host='fd00::1'", ".https port=3129"), "corp.test:3128", "[fd00::1]:3129"),
        (gnome(".http host=''"), None, None),
        (gnome('.http host="it\'s"'), "it's:3128", "it's:3128"),
        (gnome(mode="none"), None, None),
        (gnome(mode="auto"), None, None),
        (kde(), "corp.test:3128", "corp.test:3129"),
        (kde(httpProxy="http://corp.test:3128/", httpsProxy=""), "corp.test:3128", None),
        (kde(httpProxy="socks://corp.test 1080"), None, "corp.test:3129"),
        (kde(ProxyType="0"), None, None),
        (kde(ProxyType="2"), None, None),
        (mac(**MANUAL), "corp.test:3128", None),
        (mac(**MANUAL, **SECURE), "corp.test:3128", "corp.test:3129"),
        (mac(web=("corp.test", "3128"), **SECURE), None, "corp.test:3129"),
        (mac(**MANUAL, url="http://wpad/x.pac", url_on=True), None, None),
        (mac(web=("corp.test", "3128")), None, None),
        (windows(ProxyServer="corp.test:3128"), "corp.test:3128", "corp.test:3128"),
        (windows(ProxyServer="http://corp.test:3128"), "corp.test:3128", "corp.test:3128"),
        (windows(ProxyServer="http=a.test:1; https=b.test:2;ftp=c.test:3"), "a.test:1", "b.test:2"),
        (windows(ProxyServer="socks=a.test:1"), None, None),
        (windows(ProxyServer="corp.test:3128", ProxyEnable=0), None, None),
        (windows(ProxyServer="corp.test:3128", AutoConfigURL="http://wpad/x.pac"), None, None),
    ],
)
def test_which_proxies_a_setting_names(desktop: Desktop, http: str | None, https: str | None) -> None:
    found = desktop.proxies(desktop.get())
    assert [proxy and proxy.authority for proxy in (found.http, found.https)] == [http, https]


@pytest.mark.parametrize(
    ("desktop", "direct", "through"),
    [
        (gnome(), ["v1.corp.test"], ["other.test"]),
        (gnome(" ignore-hosts=@as []"), [], ["v1.corp.test"]),
        (gnome(" ignore-hosts=['10.0.0.0/8', 'odd.test:80']"), ["10.1.1.1", "odd.test"], ["11.1.1.1"]),
        (kde(NoProxyFor="corp.test,10.0.0.0/8"), ["v1.corp.test", "10.1.1.1"], ["other.test"]),
        (kde(NoProxyFor="corp.test", ReversedException="true"), ["other.test"], ["v1.corp.test"]),
        (mac(**MANUAL, bypass=("*.local", "169.254/16")), ["mac.local", "169.254.1.1"], ["other.test"]),
        (mac(**MANUAL), [], ["other.test"]),
        (
            windows(ProxyServer="corp.test:3128", ProxyOverride="*.corp.test;10.*;<local>"),
            ["a.corp.test", "10.1.1.1", "box"],
            ["corp.test"],
        ),
    ],
)
def test_which_hosts_it_leaves_out(desktop: Desktop, direct: list[str], through: list[str]) -> None:
    found = desktop.proxies(desktop.get())
    assert {host: found.proxy_for(host, 80, tls=False) is None for host in (*direct, *through)} == {
        **dict.fromkeys(direct, True),
        **dict.fromkeys(through, False),
    }


@pytest.mark.parametrize("wanted", [Pac("http://127.0.0.1:2678/proxy.pac?a"), Manual("127.0.0.1", 2677)], ids=str)
@pytest.mark.parametrize(
    "desktop",
    [kde(NoProxyFor="intra.test"), mac(**MANUAL, **SECURE), windows(ProxyServer="corp.test:3128"), kde(ProxyType="2")],
    ids=["kde", "mac", "windows", "script"],
)
def test_what_devcors_holds_is_not_what_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, desktop: Desktop, wanted: Wanted
) -> None:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path))
    monkeypatch.setattr(choosing, "desktops", lambda: [desktop])
    monkeypatch.setattr(type(desktop), "check", lambda _: True)
    before = without_devcors()
    assert take(wanted, own_identity(), watch=lambda _: None) == before
    assert desktop.summary(desktop.get()) == str(wanted)
    assert without_devcors() == before
    assert before.not_followed is not bool(before.proxies)


def test_a_manual_setting_of_another_kind_is_not_followed() -> None:
    desktop = gnome(".http host=''")
    setting = Setting(desktop.summary(desktop.get()), desktop.proxies(desktop.get()))
    assert (setting.told, setting.not_followed) == ("manual", True)


def test_what_is_no_proxy() -> None:
    assert [named_by_system(*pair) for pair in (("", 80), (None, 80), ("h", 0), ("h", "0"), ("h", None))] == [None] * 5


def test_a_system_without_a_desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path))
    monkeypatch.setattr(choosing, "desktops", list)
    with pytest.raises(SettingsError):
        without_devcors()
    assert not UpstreamProxies()
