"""The proxies that the catalogue is run against, each in front of the scripted backend."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.daemon import Daemon, running
from tests.support.ports import free_port

# a plain reverse proxy, as its documentation writes one; the folders are the only places that it writes to
_NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream backend {{ server 127.0.0.1:{backend}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


@contextmanager
def devcors(folder: Path, backend: int) -> Iterator[Daemon]:
    """A devcors whose front door leads to the backend."""
    with running(folder, f'frontend = "http://127.0.0.1:{backend}"\n') as daemon:
        yield daemon


def nginx_program() -> str | None:
    """Where nginx is, also where only an administrator's path has it."""
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def nginx_version(program: str) -> str:
    """Such as 1.22.1."""
    told = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
    return told.strip().rpartition("/")[2]


@contextmanager
def nginx(program: str, folder: Path, backend: int) -> Iterator[int]:
    """A running nginx; yields its port."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port, backend=backend))
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(config)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 20.0) -> None:
    """Until the process listens there."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not listen on port {port}")
