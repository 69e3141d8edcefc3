"""A page of 1,000 unbundled modules in Chromium: from Vite itself, through devcors, and through nginx as control."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from benchmarks.figures import quotient, rotated
from benchmarks.measures import DIRECT, PAGE, PAGE_RATIO
from benchmarks.peers.choosing import answering
from benchmarks.peers.devcors import command
from benchmarks.peers.npm import VITE, node_or_missing
from benchmarks.peers.peer import Command, Missing
from benchmarks.peers.servers import nginx_before, nginx_command
from benchmarks.processes import HOST, BenchError
from benchmarks.targets import DEVCORS
from tests.support.chromium import FLAGS, find
from tests.support.ports import free_port

from .context import Run, say
from .page_app import files

MODULES = 1000


def measure(run: Run) -> None:
    """Twice as many rounds as elsewhere and one more: a page load is one figure, not thousands."""
    say(f"a page of {MODULES:,} modules")
    with ExitStack() as stack, run.attempt(PAGE, DIRECT):
        ports = _in_front(run, stack)
        browser = stack.enter_context(_chromium())
        for port in ports.values():
            _load(browser, port)  # Vite transforms each module once, and everybody is warm
        for round_ in range(2 * run.options.rounds + 1):
            for name, port in rotated([*ports.items()], round_):
                with run.attempt(PAGE, name):
                    run.figures.add(PAGE, name, round_, _load(browser, port))
    for name in (DEVCORS, "nginx"):
        run.figures.derive(PAGE_RATIO, (PAGE, name), (PAGE, DIRECT), quotient)


def _in_front(run: Run, stack: ExitStack) -> Mapping[str, int]:
    """Who serves the page, and where."""
    vite = stack.enter_context(_vite(run.new_folder("app")))
    ports = {DIRECT: vite}
    if run.has(DEVCORS):
        ports[DEVCORS], folder = free_port(), run.new_folder(DEVCORS)
        text = f'frontend = "http://{HOST}:{vite}"\n'
        stack.enter_context(answering(command(folder, ports[DEVCORS], text), folder, ports[DEVCORS], "/"))
    if run.has("nginx") and (nginx := shutil.which("nginx")):
        ports["nginx"], folder = free_port(), run.new_folder("nginx")
        started = nginx_command(nginx, folder, nginx_before(str(folder), ports["nginx"], vite))
        stack.enter_context(answering(started, folder, ports["nginx"], "/"))
    return ports


@contextmanager
def _vite(folder: Path) -> Iterator[int]:
    """Vite's port. Raises BenchError where there is no Vite."""
    found = node_or_missing("vite")
    if isinstance(found, Missing):
        raise BenchError(f"Vite: {found.reason}")
    (folder / "src").mkdir()
    for path, text in files(MODULES):
        (folder / path).write_text(text)
    port = free_port()
    line = [found[0], str(VITE), str(folder), "--host", HOST, "--port", str(port), "--strictPort"]
    with answering(Command(line), folder, port, "/"):
        yield port


@contextmanager
def _chromium() -> Iterator[Browser]:
    """Headless. Raises BenchError where there is none."""
    program = find()
    if program is None:
        raise BenchError("no Chromium (apt install chromium, or set DEVCORS_CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=[*FLAGS])
        try:
            yield browser
        finally:
            browser.close()


def _load(browser: Browser, port: int) -> float:
    """Milliseconds from the navigation to the last module's execution, with an empty cache."""
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(f"http://{HOST}:{port}/", wait_until="commit")
        finished = page.wait_for_function("globalThis.finished", timeout=60_000).json_value()
    except PlaywrightError as error:
        raise BenchError(str(error).partition("\n")[0]) from error
    finally:
        context.close()
    if finished["modules"] != MODULES:
        raise BenchError(f"{finished['modules']} modules were executed")
    return float(finished["ms"])
