"""`devcors demo`: the built-in servers and a devcors in front of them, in one process. No config file is looked for."""

from __future__ import annotations

from pathlib import Path

from devcors.config.loading import Loaded
from devcors.config.schema import Config
from devcors.daemon import loop
from devcors.daemon.session import Session
from devcors.daemon.terminal import Terminal

from .backends import Backends, start_backends
from .config import demo_config


def run_demo(port: int | None, *, as_json: bool) -> int:
    """Blocks until the end; returns the exit code. Raises DevcorsError where it could not start."""
    return loop.run(_run(port, Terminal(as_json=as_json)))


async def _run(port: int | None, terminal: Terminal) -> int:
    backends = await start_backends()
    try:
        loaded = _loaded(backends, port)
        return await Session(lambda **_: loaded, terminal).run()
    finally:
        await backends.stop()


def _loaded(backends: Backends, port: int | None) -> Loaded:
    config = demo_config(backends)
    if port is not None:
        config["server"] = {"listen": f"localhost:{port}"}
    return Loaded(Config.model_validate(config), (), Path.cwd(), (), {})
