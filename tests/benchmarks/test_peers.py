from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.backends import answer
from benchmarks.peers import npm
from benchmarks.peers.choosing import PEERS, choose
from benchmarks.peers.devcors import config
from benchmarks.peers.mitmdump import MITMDUMP
from benchmarks.peers.peer import Door, Found, Missing, Ports
from benchmarks.peers.servers import NGINX, caddyfile, haproxy_config, nginx_before, nginx_config
from benchmarks.sections.own import patterns
from devcors.config.loading import load
from tests.support.programs import needed

PORTS = Ports(9000, 9001, 9100, 9200)


def test_each_peer_has_both_backends_and_its_port() -> None:
    texts = [nginx_config("/tmp/x", PORTS), haproxy_config(PORTS), caddyfile(PORTS)]
    assert all(f"127.0.0.1:{port}" in text for text in texts[:2] for port in (9000, 9100, 9200))
    assert all(part in texts[2] for part in ("127.0.0.1:9000", "127.0.0.1:9100", "127.0.0.1:9200", "auto_https off"))


def test_connections_to_the_backend_are_kept() -> None:
    assert nginx_config("/tmp/x", PORTS).count("keepalive 128") == 2
    assert "http-reuse always" in haproxy_config(PORTS)
    assert "keepalive_idle_conns_per_host 128" in caddyfile(PORTS)


@pytest.mark.parametrize("which", ["peer", "before the page", "backend"])
def test_nginx_takes_its_configuration(which: str, tmp_path: Path) -> None:
    nginx = needed("nginx")
    text = {
        "peer": nginx_config(str(tmp_path), PORTS),
        "before the page": nginx_before(str(tmp_path), 9000, 9100),
        "backend": answer.nginx_config(str(tmp_path), 9000),
    }[which]
    (tmp_path / "nginx.conf").write_text(text)
    command = [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", "stderr"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 0, ran.stderr


def test_haproxy_takes_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "haproxy.cfg").write_text(haproxy_config(PORTS))
    command = [needed("haproxy"), "-c", "-f", str(tmp_path / "haproxy.cfg")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "WARNING" not in ran.stderr


def test_devcors_takes_its_configuration(tmp_path: Path) -> None:
    path = tmp_path / "devcors.toml"
    path.write_text(config(dict.fromkeys(patterns(1000), 9100)))
    assert len(load(path=path, environ={}, profile=None, overrides={}).config.routes) == 1000


def test_the_few_routes_are_among_the_many() -> None:
    few, many = patterns(10), patterns(1000)
    assert (len(set(few)), len(set(many))) == (10, 1000)
    assert set(few) < set(many)


def test_a_peer_that_knows_no_routes_has_two_doors() -> None:
    assert MITMDUMP.door(PORTS) == Door(9000, 9001)
    assert NGINX.door(PORTS) == Door(9000, 9000)


def test_who_is_not_asked_for_or_not_found_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    chosen, missing = choose(["devcors", "nginx", "haproxy"])
    assert [each.peer.name for each in chosen] == ["devcors"]
    assert missing["nginx"] == "not found (apt install nginx)"
    assert missing["caddy"] == "not asked for"
    assert {*missing, "devcors"} == {peer.name for peer in PEERS}


def test_npm_peers_without_packages_say_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm, "NPM", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert npm.VITE_PROXY.find() == Missing("not found (npm ci in benchmarks/npm)")
    (tmp_path / "node_modules" / "vite").mkdir(parents=True)
    (tmp_path / "node_modules" / "vite" / "package.json").write_text('{"version": "8.0.1"}')
    found = npm.VITE_PROXY.find()
    assert isinstance(found, Found)
    command = found.command(tmp_path, PORTS)
    assert (found.version, command.line[0], command.environ["BENCH_API"]) == ("8.0.1", "/usr/bin/node", "9100")


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (npm.NPM / "package-lock.json").read_text()


def test_the_small_answer_is_a_kilobyte() -> None:
    head, _, body = answer.response(answer.TARGET).partition(b"\r\n\r\n")
    assert len(body) == answer.SIZE
    assert b"Content-Length: 1024" in head
    assert b"Access-Control" not in head
    assert b"Access-Control-Allow-Origin: http://localhost:5173" in answer.response(answer.CROSS_TARGET)
