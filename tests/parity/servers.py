"""devcors and the servers that it exports to, really started; each config is checked by its own server first."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.support.daemon import environment, running
from tests.support.ports import free_port
from tests.support.programs import needed, program

from .dev_servers import COMMANDS, DEV_SERVERS, with_packages

HERE = Path(__file__).parent
EXPORTED = ("nginx", "apache", "caddy", "haproxy", "envoy", *DEV_SERVERS)
SERVERS = ("devcors", *EXPORTED)
WITH_OPTIONS = tuple(server for server in EXPORTED if server != "next")
"""Next's rewrites know no fields, cookies and certificates."""

_NGINX = """daemon off; worker_processes 1; pid @FOLDER@/nginx.pid; error_log @FOLDER@/error.log;
@USER@
events {}
http {
    access_log off;
    client_body_temp_path @FOLDER@/body; proxy_temp_path @FOLDER@/proxy; fastcgi_temp_path @FOLDER@/fastcgi;
    uwsgi_temp_path @FOLDER@/uwsgi; scgi_temp_path @FOLDER@/scgi;
    include @FOLDER@/exported.conf;
}
"""

_APACHE = """ServerName localhost
DefaultRuntimeDir @FOLDER@
PidFile @FOLDER@/httpd.pid
ErrorLog @FOLDER@/error.log
Include @FOLDER@/exported.conf
"""
_MODULES = [
    "mpm_event",
    "authn_core",
    "authz_core",
    "headers",
    "rewrite",
    "setenvif",
    "socache_shmcb",
    "ssl",
    "proxy",
    "proxy_http",
]

_CADDY = "{\n\tadmin off\n\tauto_https off\n\tpersist_config off\n}\nimport @FOLDER@/exported.conf\n"


def config_for(port: int, backend: int, closed: int) -> str:
    """devcors.toml of the suite."""
    words = {"@OWN@": port, "@PORT@": backend, "@CLOSED@": closed}
    return re.sub("@[A-Z]+@", lambda found: str(words[found[0]]), (HERE / "parity.toml").read_text())


def exported(folder: Path, target: str) -> str:
    """What `devcors export` prints for the devcors.toml in the folder."""
    command = [sys.executable, "-m", "devcors", "export", target]
    done = subprocess.run(
        command, cwd=folder, env=environment(folder / "home"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def serving(folder: Path, server: str, backend: int, cache: pytest.Cache) -> Iterator[int]:
    """A server with the suite's config in front of the backend; its port."""
    port = free_port()
    config = config_for(port, backend, free_port())
    if server in DEV_SERVERS:  # it is the front end itself
        config = re.sub("^frontend = .*$", "", config, flags=re.MULTILINE)
    if server == "devcors":
        with running(folder, config, any_port=False) as daemon:
            yield daemon.port
        return
    (folder / "devcors.toml").write_text(config)
    command = prepared(folder, server, exported(folder, server), cache)
    with program(command, port=port, folder=folder, environ={**home(folder), "PORT": str(port)}):
        if server == "next":
            _compiled(port)
        yield port


def _compiled(port: int) -> None:
    """Next has made its page for what it does not find, before which it answers nothing: seconds of work."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        connection.getresponse().read()


def prepared(folder: Path, server: str, text: str, cache: pytest.Cache) -> list[str]:
    """The files of a server with an exported config in them, and the command that runs it; checked by itself.

    cache: where packages from npm are kept.
    """
    if server in DEV_SERVERS:
        with_packages(cache, folder, server)
    (folder / "exported.conf").write_text(text)
    check, command = _COMMANDS[server](folder)
    done = subprocess.run(
        check, cwd=folder, env={**os.environ, **home(folder)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr + text
    return command


def home(folder: Path) -> dict[str, str]:
    """The environment of a server that leaves nothing outside of its folder."""
    places = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    return {**places, "NEXT_TELEMETRY_DISABLED": "1"}


def _written(folder: Path, text: str) -> str:
    user = "user root;" if os.geteuid() == 0 else ""
    path = folder / "main.conf"
    path.write_text(text.replace("@FOLDER@", str(folder)).replace("@USER@", user))
    return str(path)


def _nginx(folder: Path) -> tuple[list[str], list[str]]:
    command = [needed("nginx"), "-e", str(folder / "error.log"), "-p", str(folder), "-c", _written(folder, _NGINX)]
    return [*command, "-t"], command


def _apache(folder: Path) -> tuple[list[str], list[str]]:
    modules = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in _MODULES)
    command = [needed("apache2"), "-DFOREGROUND", "-f", _written(folder, modules + _APACHE)]
    return [*command, "-t"], command


def _caddy(folder: Path) -> tuple[list[str], list[str]]:
    caddy = str(Path(sys.executable).with_name("caddy"))
    options = ["--adapter", "caddyfile", "--config", _written(folder, _CADDY)]
    return [caddy, "validate", *options], [caddy, "run", *options]


def _haproxy(folder: Path) -> tuple[list[str], list[str]]:
    command = [needed("haproxy"), "-f", str(folder / "exported.conf")]
    return [*command, "-c"], [*command, "-db"]


def _envoy(folder: Path) -> tuple[list[str], list[str]]:
    exported = folder / "exported.conf"
    # Envoy goes by the name's end
    exported.with_suffix(".yaml").write_text(exported.read_text())
    command = [str(Path(sys.executable).with_name("envoy")), "-c", str(exported.with_suffix(".yaml"))]
    return [*command, "--mode", "validate"], [*command, "--concurrency", "1", "--use-dynamic-base-id"]


_COMMANDS = {"nginx": _nginx, "apache": _apache, "caddy": _caddy, "haproxy": _haproxy, "envoy": _envoy, **COMMANDS}
