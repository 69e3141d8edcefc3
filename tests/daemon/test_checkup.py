"""What `doctor` finds."""

from __future__ import annotations

import datetime
import shutil
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devcors.config.dirs import data_dir
from devcors.daemon import checkup as module
from devcors.daemon.checkup import Check, checkup
from devcors.proxy import authority as authority_module
from devcors.proxy.authority import CERTIFICATE_FILE, KEY_FILE, CertificateAuthority
from devcors.system.browsers.browser import Browser
from devcors.system.proxysettings import choosing
from devcors.system.proxysettings.kde import Kde
from devcors.system.trust.trusting import trust, untrust
from tests.support.ports import free_port
from tests.support.servers import Reply, serve
from tests.support.trust_stores import Shelf
from tests.system.proxysettings.fakes import FakeKde


@pytest.fixture(autouse=True)
def shelves(monkeypatch: pytest.MonkeyPatch) -> list[Shelf]:
    """In place of this machine's stores."""
    shelves = [Shelf("first"), Shelf("second")]
    monkeypatch.setattr(module, "stores_here", lambda: shelves)
    return shelves


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "installed", lambda: [Browser("chromium", ("chromium",))])
    # what this machine itself goes through does not matter
    monkeypatch.setattr(choosing, "desktops", list)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def findings(folder: Path, text: str) -> dict[str, Check]:
    (folder / "devcors.toml").write_text(text)
    return {check.name: check for check in checkup(folder / "devcors.toml", None)}


def test_nothing_wrong(folder: Path) -> None:
    with serve(lambda _: Reply()) as server:
        found = findings(folder, f'frontend = "{server.url}"\n[server]\nlisten = "localhost:{free_port()}"')
    assert list(found) == ["python", "mitmproxy", "config", "port", "frontend", "ca", "system-proxy", "browsers"]
    assert {check.result for name, check in found.items() if name not in ("mitmproxy", "system-proxy")} == {"ok"}
    assert found["config"].message.endswith("devcors.toml")
    assert set(found["ca"].to_json()) == {"name", "result", "message", "hint"}


def test_a_broken_config_ends_there(folder: Path) -> None:
    found = findings(folder, 'frontend = "localhost"')
    assert list(found) == ["python", "mitmproxy", "config", "ca", "system-proxy", "browsers"]
    assert found["config"].result == "error"
    assert "devcors.toml:1:12" in found["config"].message


def test_browsers_that_were_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> Check:
        return {check.name: check for check in checkup(None, None)}["browsers"]

    monkeypatch.setattr(module, "installed", lambda: [Browser("edge", ("/opt/edge",))])
    assert (told().result, told().message) == ("ok", "devcors browser can open Microsoft Edge (/opt/edge)")
    monkeypatch.setattr(module, "installed", list)
    assert told().result == "warning"


@pytest.mark.parametrize(("installed", "result"), [("11.0.2", "warning"), ("12.2.3", "ok")])
def test_versions_with_known_trouble(monkeypatch: pytest.MonkeyPatch, installed: str, result: str) -> None:
    monkeypatch.setattr(module, "version", lambda _: installed)
    found = {check.name: check for check in checkup(None, None)}
    assert found["mitmproxy"].result == result
    assert installed in found["mitmproxy"].message


def test_a_port_that_is_taken_names_its_owner(folder: Path) -> None:
    with serve(lambda _: Reply()) as server:
        found = findings(folder, f'frontend = "{server.url}"\n[server]\nlisten = "127.0.0.1:{server.port}"')
        assert found["port"].result == "warning"
        assert f"port {server.port} is taken, by " in found["port"].message


def test_an_address_of_another_machine_is_an_error(folder: Path) -> None:
    found = findings(folder, 'frontend = "http://localhost:9"\n[server]\nlisten = "192.0.2.1:2677"')
    assert found["port"].result == "error"
    assert "listen" in (found["port"].hint or "")


def test_backends_are_dialed(folder: Path) -> None:
    with serve(lambda _: Reply()) as up:
        found = findings(
            folder,
            f'[routes]\n"/up" = "{up.url}"\n"/down" = "http://localhost:{free_port()}"\n'
            '[intercept]\n"seen.test" = {}\n"moved.test" = { target = "http://no-such-host.invalid" }',
        )
    assert found["/up"].result == "ok"
    assert (found["/down"].result, "ECONNREFUSED" in found["/down"].message) == ("warning", True)
    assert found["/down"].hint
    assert found["moved.test"].result == "warning"
    assert "seen.test" not in found


@contextmanager
def resetting() -> Iterator[int]:
    """A server that resets every connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            connection, _ = server.accept()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        thread.join(5)


def test_a_backend_that_resets_does_not_end_the_checkup(folder: Path) -> None:
    with resetting() as port:
        found = findings(folder, f'frontend = "http://127.0.0.1:{port}"')
    assert found["frontend"].result in ("ok", "warning")  # by how soon the reset comes
    assert list(found)[-3:] == ["ca", "system-proxy", "browsers"]


def authority() -> Check:
    return next(check for check in checkup(None, None) if check.name == "ca")


def test_the_certificate_authority_is_looked_at_and_not_made() -> None:
    ca = data_dir() / "ca"
    assert authority().result == "ok"
    assert not ca.exists()
    CertificateAuthority.load_or_create(ca)
    assert "valid until" in authority().message
    (ca / KEY_FILE).chmod(0o644)
    assert authority().result == "error"
    assert authority().hint == f"chmod 600 {ca / KEY_FILE}"
    (ca / KEY_FILE).chmod(0o600)
    ca.chmod(0o755)
    assert (authority().result, authority().hint) == ("error", f"chmod 700 {ca}")
    ca.chmod(0o700)
    (ca / CERTIFICATE_FILE).write_text("broken")
    assert (authority().result, "remove" in (authority().hint or "")) == ("error", True)


def test_an_authority_whose_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authority_module, "CA_LIFE", datetime.timedelta(hours=-1))
    CertificateAuthority.load_or_create(data_dir() / "ca")
    assert (authority().result, (authority().hint or "").startswith("devcors untrust")) == ("error", True)


def trust_checks() -> list[tuple[str, str, str | None]]:
    return [(check.result, check.message, check.hint) for check in checkup(None, None) if check.name == "trust"]


def test_where_the_authority_is_trusted(shelves: list[Shelf]) -> None:
    assert trust_checks() == []  # none was made yet
    CertificateAuthority.load_or_create(data_dir() / "ca")
    assert trust_checks() == [("ok", "not trusted by first; second", "devcors trust")]
    trust(shelves[:1])
    assert trust_checks() == [("warning", "trusted by first; not by second", "devcors trust")]
    trust(shelves)
    assert trust_checks() == [("ok", "trusted by first; second", None)]
    shelves[1].refuses.add("check")
    assert trust_checks() == [("warning", "second cannot be asked: no check", "do it by hand")]
    shelves.pop()
    shutil.rmtree(data_dir() / "ca")
    assert trust_checks() == [("warning", "an earlier authority is trusted yet: first", "devcors untrust")]
    untrust(shelves)
    assert trust_checks() == []


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The values of a KDE."""
    fake = FakeKde()
    monkeypatch.setattr(choosing, "desktops", lambda: [Kde(fake)])
    monkeypatch.setattr(Kde, "check", lambda _: True)
    return fake.values


def test_the_systems_proxy_is_the_way_out(folder: Path, desktop: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = f"127.0.0.1:{listener.getsockname()[1]}"
        desktop.update({"ProxyType": "1", "httpProxy": f"http://{proxy}", "httpsProxy": f"http://{proxy}"})
        found = findings(folder, "[routes]\n")["way-out"]
    assert (found.result, found.message) == (
        "ok",
        f"what leaves this machine goes through {proxy} (the system's setting)",
    )
    found = findings(folder, "[routes]\n")["way-out"]
    assert (found.result, found.message.endswith("which cannot be reached: ECONNREFUSED")) == ("warning", True)


def test_a_script_is_no_way_out(folder: Path, desktop: dict[str, str]) -> None:
    desktop.update({"ProxyType": "2", "Proxy Config Script": "http://wpad.test/x.pac"})
    found = findings(folder, "[routes]\n")["way-out"]
    assert (found.result, "PAC http://wpad.test/x.pac" in found.message) == ("warning", True)
    assert "HTTPS_PROXY" in str(found.hint)


def test_a_proxy_of_the_environment_that_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    found = findings(folder, "[routes]\n")["way-out"]
    assert (found.result, found.hint) == ("warning", "give ALL_PROXY an http:// URL")
