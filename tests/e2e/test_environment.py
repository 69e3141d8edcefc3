"""`env` and `run`: real programs, in real shells, reach an intercepted host through devcors and accept it."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clients import HTTPX_SCRIPT, NODE_SCRIPT, bare, run
from tests.support.daemon import Daemon, running
from tests.support.programs import needed
from tests.support.servers import Reply, Seen, Server, self_made, serve

pytestmark = pytest.mark.timeout(180)

URL = "https://api.example.test"

GO_PROGRAM = """
package main

import ("net/http"; "os")

func main() {
	answer, err := http.Get(os.Args[1])
	if err != nil || answer.StatusCode != 200 { println(err.Error()); os.Exit(3) }
}
"""

FETCH = "fetch(process.argv.at(-1)).then(answer => process.exit(answer.ok ? 0 : 3), () => process.exit(3))"


def _api(seen: Seen) -> Reply:
    if seen.target.startswith("/repository/info/refs"):
        return Reply(headers=[("Content-Type", "text/plain")], body=b"%s\trefs/heads/main\n" % (b"1" * 40))
    return Reply()


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    certificate = self_made(tmp_path_factory.mktemp("certificate"), "api.example.test")
    with serve(_api, tls=certificate.server_context()) as server:
        yield server


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, api: Server) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("a folder's name")
    target = f'{{ target = "https://127.0.0.1:{api.port}", verify = false }}'
    with running(folder, f'[server]\nhttps = true\n[intercept]\n"api.example.test" = {target}') as started:
        yield started


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory, daemon: Daemon) -> dict[str, str]:
    """Of somebody with `devcors` on the path, in no folder of a project, behind rules for other proxies."""
    home = tmp_path_factory.mktemp("home")
    (home / "bin").mkdir()
    script = home / "bin" / "devcors"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m devcors "$@"\n')
    script.chmod(0o755)
    folder = Path(f"/proc/{daemon.process.pid}/cwd").resolve()
    return bare(
        home,
        PATH=f"{home / 'bin'}:{os.environ['PATH']}",
        DEVCORS_HOME=str(folder / "home"),
        DEVCORS_CONFIG=str(folder / "devcors.toml"),
        NO_PROXY="*.example.test",
        SHELL="/bin/sh",
    )


def _command(kind: str, home: Path) -> list[str]:
    if kind == "go":
        (home / "get.go").write_text(GO_PROGRAM)
        built = [needed("go"), "build", "-o", str(home / "get"), str(home / "get.go")]
        environ = bare(home, GOCACHE=str(home / "go"), GOFLAGS="-mod=mod", GOTOOLCHAIN="local")
        assert run(built, environ, timeout=150).returncode == 0
        return [str(home / "get"), f"{URL}/go"]
    return {
        "curl": ["curl", "-sSf", f"{URL}/curl"],
        "httpx": [sys.executable, "-c", HTTPX_SCRIPT, f"{URL}/httpx"],
        "urllib": [sys.executable, "-c", "import sys, urllib.request as u; u.urlopen(sys.argv[1])", f"{URL}/urllib"],
        "git": [needed("git"), "ls-remote", f"{URL}/repository"],
        "node": [needed("node"), "-e", _NODE, f"{URL}/node"],
    }[kind]


# by the variables alone: a Node that knows them needs no more than fetch
_NODE = (
    "const [major, minor] = process.versions.node.split('.').map(Number);"
    "if (major >= 24 || (major === 22 && minor >= 21)) { " + FETCH + " } else {"
    "process.argv.splice(-1, 0, process.env.HTTPS_PROXY);" + NODE_SCRIPT + "}"
)


def _with_port(daemon: Daemon, *words: str) -> list[str]:
    return ["devcors", words[0], "--port", str(daemon.port), *words[1:]]


@pytest.mark.parametrize("kind", ["curl", "httpx", "urllib", "git", "node", "go"])
def test_run_makes_it_go_through_devcors(kind: str, daemon: Daemon, api: Server, environ: dict[str, str]) -> None:
    command = _command(kind, Path(environ["HOME"]))
    api.seen.clear()
    proxied = {**environ, "HTTPS_PROXY": f"http://localhost:{daemon.port}", "NO_PROXY": ""}
    assert run(command, proxied).returncode != 0  # through devcors, but the authority is nobody's
    assert api.seen == []
    done = run(_with_port(daemon, "run", "--", *command), environ)
    assert done.returncode == 0, done
    assert {seen.method for seen in api.seen} == {"GET"}


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("sh", 'eval "$(devcors env --port {port})"'),
        ("bash", 'eval "$(devcors env --port {port})"'),
        ("bash", "eval $(devcors env --port {port})"),
        ("fish", "devcors env --port {port} | source"),
        ("fish", "eval (devcors env --port {port})"),
    ],
)
def test_a_shell_evaluates_it(shell: str, line: str, daemon: Daemon, api: Server, environ: dict[str, str]) -> None:
    api.seen.clear()
    script = f"{line.format(port=daemon.port)}\n{line.format(port=daemon.port)}\ncurl -sSf {URL}/{shell}"
    done = run([needed(shell), "-c", script], {**environ, "SHELL": needed(shell)})
    assert done.returncode == 0, done
    assert [seen.target for seen in api.seen] == [f"/{shell}"]


def test_hosts_that_nobody_named_keep_their_own_certificates(
    daemon: Daemon, environ: dict[str, str], tmp_path: Path
) -> None:
    """What the variables trusted before is trusted still, through the tunnel of a host that is not intercepted."""
    certificate = self_made(tmp_path, "localhost")
    with serve(lambda _: Reply(), tls=certificate.server_context()) as other:
        url = f"https://localhost:{other.port}/"
        trusting = {**environ, "CURL_CA_BUNDLE": str(certificate.path)}
        command = ["curl", "-sSf", "--noproxy", "", url]
        assert run(_with_port(daemon, "run", "--", *command), trusting).returncode == 0
        assert run(_with_port(daemon, "run", "--", *command), environ).returncode != 0


def test_json_and_the_bundle(daemon: Daemon, environ: dict[str, str]) -> None:
    done = run(_with_port(daemon, "env", "--json"), environ)
    found = json.loads(done.stdout)
    assert found["https_proxy"] == f"http://localhost:{daemon.port}"
    assert found["NO_PROXY"] == "localhost,127.0.0.1,::1"  # the entry that covers the host is gone
    context = ssl.create_default_context(cafile=found["SSL_CERT_FILE"])
    assert context.cert_store_stats()["x509_ca"] > 50


def test_the_command_has_its_own_exit_status_signals_and_streams(daemon: Daemon, environ: dict[str, str]) -> None:
    for status in (0, 7, 130):
        assert run(_with_port(daemon, "run", "--", "sh", "-c", f"exit {status}"), environ).returncode == status
    killed = run(_with_port(daemon, "run", "--", "sh", "-c", "kill -TERM $$"), environ)
    assert killed.returncode == -signal.SIGTERM
    # a command that inherits an ignored SIGPIPE writes on into a closed pipe
    piped = run(["sh", "-c", f"{' '.join(_with_port(daemon, 'run', '--', 'yes'))} | head -1"], environ)
    assert (piped.stdout, piped.stderr) == ("y\n", "")
    echoed = subprocess.run(
        _with_port(daemon, "run", "--", "cat", "-"),
        input="in\n",
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert echoed.stdout == "in\n"


def test_what_does_not_go_together(daemon: Daemon, environ: dict[str, str]) -> None:
    missing = run(["devcors", "run", "--", "no-such-program"], environ)
    assert (missing.returncode, "cannot run no-such-program" in missing.stderr) == (1, True)
    assert run(["devcors", "run"], environ).returncode == 2
    assert run(["devcors", "env", "--shell", "csh"], environ).returncode == 2
    config = Path(environ["HOME"]) / "open.toml"
    config.write_text('[server]\nlisten = "localhost:0"\n[intercept]\n"a.test" = {}\n')
    opened = run(["devcors", "env", "-c", str(config)], environ)
    assert (opened.returncode, "--port" in opened.stderr) == (2, True)


def test_without_a_config_the_usual_port_is_meant(environ: dict[str, str]) -> None:
    told = {name: text for name, text in environ.items() if name != "DEVCORS_CONFIG"}
    done = run(["devcors", "env"], told)
    assert re.search(r"^export HTTPS_PROXY=http://localhost:2677;$", done.stdout, re.MULTILINE)
