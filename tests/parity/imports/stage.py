"""The stage of an import's parity: real backends, the real tool with many configs in one process, devcors beside it.

A suite has a folder for each config (with the files as a project has them), a script that starts the tool with all of
them, and requests. Configs name backends by the ports that people use: 8080 and 8081 are plain, 8443 has TLS with a
certificate of its own, 8089 is where nobody listens; the stage puts real ones in their place. 5173 becomes the port of
the front end behind devcors.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from devcors.config.schema import Config
from devcors.interop.imports.evaluating import Session, session
from devcors.interop.imports.model import Imported
from devcors.interop.imports.writing import document
from devcors.policy import Door, compile_policy
from devcors.proxy.dialing import Dialer
from devcors.proxy.gateway.client import ClientConnection
from devcors.proxy.gateway.lane import Gateway
from devcors.traffic.journal import Journal
from tests.parity.backend import Backend, backend
from tests.support.ports import free_port
from tests.support.programs import needed
from tests.support.servers import self_made

Importer = Callable[[Path, Session], Imported]
"""Imports the config of a folder."""


@dataclass
class Stage:
    """What the requests go through: ports of tool and devcors by the config's name, and the backends by their port.

    folders: the projects, by name.
    """

    tool: Mapping[str, int]
    devcors: Mapping[str, int]
    backends: Mapping[str, Backend]
    frontend: Backend
    imported: Mapping[str, Imported]
    folders: Mapping[str, Path]


@contextmanager
def staged(
    tmp: Path,
    configs: Path,
    modules: Mapping[str, Path],
    runner: Path,
    importer: Importer,
    itself: str | None = None,
) -> Iterator[Stage]:
    """Everything running: `modules` are the packages of the tool by name, `runner` is its script.

    itself: how the importer names the tool in its routes; then the tool is devcors' front end too, as it is in a
    project, and what devcors does not take goes to it.
    """
    with ExitStack() as stack:
        plain, other, frontend = (stack.enter_context(backend()) for _ in range(3))
        secure = stack.enter_context(_with_tls(tmp))
        backends = {"8080": plain, "8081": other, "8443": secure}
        ports = {name: str(one.port) for name, one in backends.items()} | {
            "8089": str(free_port()),
            "5173": str(frontend.port),
        }
        folders = _copied(configs, tmp / "projects", ports, modules)
        node = stack.enter_context(session(tmp / "projects"))
        imported = {name: importer(folder, node) for name, folder in folders.items()}
        tool = stack.enter_context(started(runner, folders))
        made = {}
        for name, one in imported.items():
            front = f"http://127.0.0.1:{tool[name] if itself else frontend.port}"
            text = json.dumps({**document(one), "frontend": front})
            made[name] = Config.model_validate_json(text.replace(itself, front) if itself else text)
        devcors = stack.enter_context(gateways(made))
        yield Stage(tool, devcors, backends, frontend, imported, folders)


def _copied(configs: Path, target: Path, ports: Mapping[str, str], modules: Mapping[str, Path]) -> dict[str, Path]:
    """Each config's folder with the real ports in it, below a folder with the tool's packages."""
    shutil.copytree(configs, target)
    for file in target.rglob("*"):
        if file.is_file():
            text = file.read_text("utf-8")
            for name, port in ports.items():
                text = text.replace(f":{name}", f":{port}").replace(f"port: {name}", f"port: {port}")
            file.write_text(text, "utf-8")
    for name, where in modules.items():
        link = target / "node_modules" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(where, target_is_directory=True)
    return {folder.name: folder for folder in sorted(target.iterdir()) if folder.name != "node_modules"}


@contextmanager
def _with_tls(tmp: Path) -> Iterator[Backend]:
    certificate = self_made(tmp, "localhost", "127.0.0.1")
    made = Backend()
    made.socket = certificate.server_context().wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
        thread.join()


@contextmanager
def started(runner: Path, folders: Mapping[str, Path]) -> Iterator[dict[str, int]]:
    """A tool with all configs in one process, which ends when its standard input does; the ports by name.

    The script gets two arguments, JSON objects of names to folders and of names to free ports, which it may leave for
    others, and prints one line, a JSON object of names to ports, as soon as all of them listen on 127.0.0.1.
    """
    projects = next(iter(folders.values())).parent
    # beside the packages, so that it finds the tool
    script = shutil.copy(runner, projects / runner.name)
    told = [{name: str(folder) for name, folder in folders.items()}, {name: free_port() for name in folders}]
    output = projects.parent / f"{runner.stem}.log"
    with output.open("w+b") as log:
        process = subprocess.Popen(
            [needed("node"), str(script), *map(json.dumps, told)],
            cwd=projects,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        assert process.stdin
        assert process.stdout
        try:
            line = process.stdout.readline()
            assert line, output.read_text("utf-8", "replace")
            yield json.loads(line)
        finally:
            process.stdin.close()
            process.kill()
            process.wait()
            process.stdout.close()


@contextmanager
def gateways(configs: Mapping[str, Config]) -> Iterator[dict[str, int]]:
    """devcors' gateway lane with each config, all in one thread of this process; the ports by name."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(coro: object) -> object:
        return asyncio.run_coroutine_threadsafe(coro, loop).result(20)  # type: ignore[arg-type]

    lanes = {name: _lane(config) for name, config in configs.items()}
    try:
        ports = {name: run(lane.__aenter__()) for name, lane in lanes.items()}
        yield {name: int(str(port)) for name, port in ports.items()}
    finally:
        for lane in lanes.values():
            run(lane.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@asynccontextmanager
async def _lane(config: Config) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    port = free_port()
    policy = compile_policy(config, Door(port))
    gateway = Gateway(lambda: policy, Journal(loop.call_later), Dialer(), lambda _: None, mock.Mock(name="authority"))
    door = await loop.create_server(lambda: ClientConnection(gateway), "127.0.0.1", port)
    try:
        yield port
    finally:
        door.close()
        gateway.close()
        await asyncio.sleep(0.05)
