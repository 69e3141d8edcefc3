"""Which variables are set to what, and what the bundles hold."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography import x509

from devcors.config.dirs import data_dir
from devcors.system import bundles as module
from devcors.system.bundles import Bundles, system_bundle
from devcors.system.environment import ADDING, REPLACING, past_the_proxy, variables
from tests.support.trust_stores import new_root

PROXY = "http://localhost:2677"


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's bundle of this test."""
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path / "home"))
    path = tmp_path / "system.pem"
    path.write_bytes(new_root(tmp_path / "system").pem)
    monkeypatch.setattr(module, "system_bundle", lambda: path)
    return path


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return new_root(tmp_path / "ca").path


def held(path: str | Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(Path(path).read_bytes())


def test_what_replaces_gets_a_bundle_and_what_adds_the_authority_alone(authority: Path, system: Path) -> None:
    found = variables(PROXY, authority, [], {})
    assert {found[name] for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY")} == {PROXY}
    assert found["no_proxy"] == found["NO_PROXY"] == "localhost,127.0.0.1,::1"
    (bundle,) = {found[name] for name in REPLACING}
    assert held(bundle) == [*held(system), *held(authority)]
    assert stat.S_IMODE(Path(bundle).stat().st_mode) == 0o600
    assert Path(bundle).is_relative_to(data_dir())
    assert found[ADDING] == str(authority)
    assert found["NODE_USE_ENV_PROXY"] == "1"


def test_a_file_that_was_named_before_stays_trusted_by_who_named_it(
    authority: Path, system: Path, tmp_path: Path
) -> None:
    mine, nodes = new_root(tmp_path / "mine").path, new_root(tmp_path / "node's").path
    environ = {"SSL_CERT_FILE": str(mine), ADDING: str(nodes), "CURL_CA_BUNDLE": str(tmp_path / "gone.pem")}
    found = variables(PROXY, authority, [], environ)
    assert held(found["SSL_CERT_FILE"]) == [*held(mine), *held(authority)]
    assert held(found[ADDING]) == [*held(nodes), *held(authority)]
    assert held(found["CURL_CA_BUNDLE"]) == held(found["GIT_SSL_CAINFO"]) == [*held(system), *held(authority)]


def test_evaluated_twice_it_is_the_same(authority: Path, tmp_path: Path) -> None:
    environ = {"SSL_CERT_FILE": str(new_root(tmp_path / "mine").path)}
    once = variables(PROXY, authority, [], environ)
    files = {path: path.read_bytes() for path in (data_dir() / "bundles").iterdir()}
    assert variables(PROXY, authority, [], environ | once) == once
    assert {path: path.read_bytes() for path in (data_dir() / "bundles").iterdir()} == files


def test_another_authority_takes_the_place_of_the_first(authority: Path, system: Path, tmp_path: Path) -> None:
    once = variables(PROXY, authority, [], {})
    second = new_root(tmp_path / "second").path
    again = variables(PROXY, second, [], once)
    assert held(again["SSL_CERT_FILE"]) == [*held(system), *held(second)]


def test_a_bundle_that_was_lost_is_made_from_the_systems(authority: Path, system: Path) -> None:
    lost = data_dir() / "bundles" / "lost.pem"
    assert held(Bundles(authority).extending(str(lost))) == [*held(system), *held(authority)]


def test_after_trust_it_stands_there_once(authority: Path, system: Path) -> None:
    system.write_bytes(system.read_bytes() + authority.read_bytes())
    assert held(Bundles(authority).extending(None)) == held(system)


def test_the_systems_bundle_does_not_depend_on_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    before = system_bundle()
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    assert system_bundle() == before
    assert before.read_bytes().count(b"BEGIN CERTIFICATE") > 50
    monkeypatch.setattr(module, "_SYSTEM", ())
    monkeypatch.setattr(Path, "is_file", lambda _: False)
    assert system_bundle().name == "cacert.pem"  # certifi's


@pytest.mark.parametrize(
    ("said", "hosts", "kept"),
    [
        ("", [], "localhost 127.0.0.1 ::1"),
        ("db.internal, .corp.test", ["api.test"], "db.internal .corp.test localhost 127.0.0.1 ::1"),
        ("localhost", [], "localhost 127.0.0.1 ::1"),
        ("*", ["api.test"], "localhost 127.0.0.1 ::1"),
        ("*", [], "* localhost 127.0.0.1 ::1"),
        (".corp.test,other.test", ["api.corp.test:8443"], "other.test localhost 127.0.0.1 ::1"),
        ("CORP.test:443", ["api.corp.test"], "localhost 127.0.0.1 ::1"),
        ("notcorp.test", ["corp.test"], "notcorp.test localhost 127.0.0.1 ::1"),
        ("api.corp.test", ["corp.test"], "api.corp.test localhost 127.0.0.1 ::1"),
        ("api.corp.test", ["*.corp.test"], "localhost 127.0.0.1 ::1"),
        ("", ["localhost:8443"], "127.0.0.1 ::1"),
        ("", ["[::1]:8443"], "localhost 127.0.0.1"),
        ("10.0.0.0/8 192.168.1.1", ["10.1.2.3"], "192.168.1.1 localhost 127.0.0.1 ::1"),
    ],
)
def test_no_proxy_keeps_no_intercepted_host_from_devcors(said: str, hosts: list[str], kept: str) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        assert " ".join(past_the_proxy({name: said}, hosts)) == kept
