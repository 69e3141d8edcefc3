"""`trust`, and real programs accept an intercepted host; `untrust`, and they refuse it again. On Debian, as root."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clients import Client, bare, run
from tests.support.daemon import Daemon, running
from tests.support.firefox import firefox, make_profile
from tests.support.programs import needed
from tests.support.servers import Reply, Server, self_made, serve
from tests.support.trust_stores import JAVA, system_store_held, system_store_state

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

KINDS = ("curl", "httpx", "node", "chromium", "firefox")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Server]:
    needed("update-ca-certificates")
    certificate = self_made(tmp_path, "api.example.test")
    page = Reply(headers=[("Content-Type", "text/html")], body=b"<!doctype html>here")
    with system_store_held(), serve(lambda _: page, tls=certificate.server_context()) as server:
        yield server


@pytest.fixture
def daemon(tmp_path: Path, api: Server) -> Iterator[Daemon]:
    folder = tmp_path / "work"
    folder.mkdir()
    target = f'{{ target = "https://127.0.0.1:{api.port}", verify = false }}'
    with running(folder, f'[intercept]\n"api.example.test" = {target}') as started:
        yield started


class Person:
    """Somebody with a home, a devcors and browsers."""

    def __init__(self, home: Path, daemon: Daemon, api: Server) -> None:
        self.home, self._api = home, api
        self._client = Client(home, f"http://127.0.0.1:{daemon.port}")
        # the authority is the running one's
        self._devcors_home = str(Path(f"/proc/{daemon.process.pid}/cwd").resolve() / "home")

    def devcors(self, *words: str) -> subprocess.CompletedProcess[str]:
        return run([sys.executable, "-m", "devcors", *words], bare(self.home, DEVCORS_HOME=self._devcors_home))

    def accepts(self, kind: str, path: str) -> bool:
        """Whether the request came to the API: who does not accept the certificate sends none."""
        url = f"https://api.example.test/{path}"
        said = self._firefox(url) if kind == "firefox" else self._program(kind, url)
        came = f"/{path}" in [seen.target for seen in self._api.seen]
        assert came == said
        return came

    def _program(self, kind: str, url: str) -> bool:
        command, further = getattr(self._client, kind)(url)
        done = run(command, bare(self.home, **further))
        # Chromium shows a page of its own and ends well
        return "here" in done.stdout if kind == "chromium" else done.returncode == 0

    def _firefox(self, url: str) -> bool:
        with firefox(self.home / "firefox-profile", bare(self.home)) as browser:
            error = browser.opens(url)
        assert error in (None, "insecure certificate")
        return error is None


@pytest.fixture
def person(tmp_path: Path, daemon: Daemon, api: Server) -> Iterator[Person]:
    home = tmp_path / "person"
    home.mkdir()
    person = Person(home, daemon, api)
    try:
        yield person
    finally:
        person.devcors("untrust")


def nss_listings(home: Path) -> list[str]:
    databases = [home / ".pki/nssdb", home / "firefox-profile"]
    command = [needed("certutil"), "-L", "-d"]
    return [run([*command, f"sql:{folder}"], bare(home)).stdout for folder in databases]


def test_real_programs_accept_and_refuse(person: Person, daemon: Daemon) -> None:
    subprocess.run(["update-ca-certificates"], check=True, capture_output=True)  # what an administrator left to do
    before = system_store_state()
    make_profile(person.home, bare(person.home), daemon.port)
    assert {kind: person.accepts(kind, f"before-{kind}") for kind in KINDS} == dict.fromkeys(KINDS, False)
    listings = nss_listings(person.home)

    done = person.devcors("trust", "--json")
    assert done.returncode == 0, done
    (found,) = json.loads(done.stdout)
    states = {store["store"]: (store["state"], store["changed"]) for store in found["stores"]}
    assert states == {
        "system (update-ca-certificates)": ("trusted", True),
        "Chromium, Chrome, Edge": ("trusted", True),
        "Firefox, test": ("trusted", True),
    }
    assert {kind: person.accepts(kind, f"trusted-{kind}") for kind in KINDS} == dict.fromkeys(KINDS, True)

    done = person.devcors("untrust")
    assert done.returncode == 0, done
    assert done.stdout.count("removed") == 3
    assert {kind: person.accepts(kind, f"after-{kind}") for kind in KINDS} == dict.fromkeys(KINDS, False)
    assert system_store_state() == before
    assert nss_listings(person.home) == listings
    if JAVA.exists():
        assert found["name"].encode() not in JAVA.read_bytes()
