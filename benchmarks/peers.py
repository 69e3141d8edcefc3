"""The proxies that are measured, each started in front of the same backend, where this machine has it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; keepalive_requests 100000000;
  upstream backend {{ server 127.0.0.1:{backend}; keepalive 64; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


def commands(folder: Path, port: int, backend: int) -> dict[str, list[str]]:
    """The command line of each peer that is installed, devcors first."""
    devcors = [sys.executable, "-m", "devcors", "up", "--port", str(port), "--strict-port"]
    found = {"devcors": [*devcors, "--frontend", f"http://127.0.0.1:{backend}"]}
    mitmdump = Path(sys.executable).with_name("mitmdump")
    if mitmdump.exists():
        reverse = f"reverse:http://127.0.0.1:{backend}"
        options = ["--set", f"confdir={folder}", "--listen-host", "127.0.0.1", "--listen-port", str(port)]
        found["mitmdump"] = [str(mitmdump), "-q", "--mode", reverse, *options]
    if nginx := shutil.which("nginx"):
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port, backend=backend))
        found["nginx"] = [nginx, "-p", str(folder), "-c", str(config)]
    return found


@contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    """The peer, from when it listens."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "DEVCORS_HOME": str(folder / "home"), "PYTHONPATH": str(Path(__file__).parents[1])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not listen on port {port}")
