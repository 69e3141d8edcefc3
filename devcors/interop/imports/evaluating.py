"""Another tool's config, evaluated by the project's own Node: its values, and its functions to be called.

Known: a config is a program. What it exports can only be had by running it as its tool would, imports, env files and
all. Wanted: that, with whatever goes wrong told as one error with file and line, and nothing left behind. A child runs
`evaluate.mjs`; questions and answers are lines of JSON on two pipes of their own, which end when we do, and then so
does the child.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import IO, Any

from devcors.errors import ConfigError

from .model import Source

LOADING = 60.0  # seconds: a first start of a bundler on a busy machine
CALLING = 10.0  # seconds for a handful of calls
OLDEST = 18  # Node's major version
LONGEST = 300  # characters of another tool's error message
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the config, to be called through the session that it came from; `source` is its text."""

    id: int
    source: str


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression literal, as JavaScript writes it."""

    source: str
    flags: str


@dataclass(frozen=True, slots=True)
class Other:
    """A value that is no data, such as an http.Agent; `kind` is the name of its class."""

    kind: str


@dataclass(frozen=True, slots=True)
class Threw:
    """In place of a result: the call threw."""

    message: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a handler did to a request or response: fields set and removed; `more` names what else it did.

    result: text or False where it returned that, else None. sent: fields of the request that `bypass` changed.
    """

    set: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    result: str | bool | None = None
    sent: tuple[tuple[str, str], ...] = ()


class Session:
    """A running Node. Every method raises ConfigError for what goes wrong, after which the session is of no use."""

    def __init__(self, process: subprocess.Popen[bytes], questions: int, answers: int, said: IO[bytes]) -> None:
        self._process = process
        self._questions, self._answers = questions, answers
        self._said = said
        self._buffer = b""

    def load(self, loader: str, folder: Path, file: str, **settings: Any) -> Any:
        """What `loaders/LOADER.mjs` returns for a file of the folder, which is the working folder meanwhile."""
        question = {"loader": loader, "folder": str(folder), "settings": {"file": file, **settings}}
        answer = self._ask(question, LOADING, Source(file))
        if fault := answer.get("fault"):
            raise _error(fault, folder, file)
        return decoded(answer["value"])

    def call(self, function: Function, *arguments: Any) -> Any:
        """What the function returns (a promise's value), or Threw."""
        return self.calls(function, [arguments])[0]

    def calls(self, function: Function, arguments: Sequence[Sequence[Any]]) -> list[Any]:
        """What it returns for each list of arguments, or Threw."""
        results = self._told({"call": function.id, "calls": [list(each) for each in arguments]})
        return [Threw(each["threw"]) if "threw" in each else decoded(each.get("value")) for each in results]

    def handlers(self, configure: Function, options: Mapping[str, Any]) -> dict[str, list[Function]]:
        """The handlers that `configure(proxy, options)` puts on http-proxy's events."""
        found = decoded(self._told({"configure": configure.id, "options": _data(options)}))
        return {event: [each for each in handlers if isinstance(each, Function)] for event, handlers in found.items()}

    def effects(
        self, handler: Function, event: str, requests: Sequence[Mapping[str, Any]], options: Mapping[str, Any]
    ) -> list[Effect | Threw]:
        """What a handler (of `proxyReq` or `proxyRes`, or `bypass`) does for each `{ url, method, headers, response }`.

        options: those of the entry, which the handler gets too, as far as they are data.
        """
        question = {"observe": handler.id, "event": event, "requests": list(requests), "options": _data(options)}
        return [
            Threw(each["threw"])
            if "threw" in each
            else Effect(
                tuple((name, text) for name, text in each["set"]),
                tuple(each["removed"]),
                tuple(each["more"]),
                each["result"],
                tuple((name, text) for name, text in each.get("sent", ())),
            )
            for each in self._told(question)
        ]

    def _told(self, question: Mapping[str, Any]) -> Any:
        answer = self._ask(question, CALLING, None)
        if fault := answer.get("fault"):
            raise ConfigError(f"a function of the config failed: {_short(fault['message'])}")
        return answer["value"]

    def _ask(self, question: Mapping[str, Any], seconds: float, source: Source | None) -> dict[str, Any]:
        where = str(source) if source else None
        with suppress(BrokenPipeError):  # what it died of is told below
            os.write(self._questions, json.dumps(question).encode() + b"\n")
        deadline = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                hint = "does it start something that never ends?"
                raise ConfigError(f"the config gave no answer in {seconds:.0f} seconds", where=where, hint=hint)
            data = os.read(self._answers, 1 << 16)
            if not data:
                raise ConfigError(f"Node ended before the config was read{self._last_words()}", where=where)
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = [line for line in self._said.read().decode("utf-8", "replace").splitlines() if line.strip()]
        telling = [line for line in lines if "Error" in line] or lines[-1:]
        return f": {_short(telling[0])}" if telling else ""


@contextmanager
def session(folder: Path) -> Iterator[Session]:
    """A Node in the project's folder. Raises ConfigError where there is none, or one that is too old."""
    node = _node(folder)
    with as_file(files(__package__)) as package, tempfile.TemporaryFile() as said, closing(_Pipes()) as pipes:
        command = [node, "--enable-source-maps", str(package / "evaluate.mjs"), *map(str, pipes.theirs)]
        process = _started(command, folder, pipes.theirs, said)
        try:
            pipes.give_away()
            with _watched(process.pid):
                yield Session(process, pipes.questions, pipes.answers, said)
        finally:
            # whatever the config started is in the group
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def _watched(group: int) -> Iterator[None]:
    """Ends a group of processes when this one ends in the block, however that comes.

    A config in a loop of its own would not notice. A thread of Node's is no way: what blocks in one holds up whoever
    asks all threads for something, as Rollup does. So a shell waits for its input to end, apart from our terminal.
    """
    watcher = subprocess.Popen(  # noqa: S603 - a fixed text, and a number
        ["/bin/sh", "-c", 'read -r line; kill -9 "-$1"', "sh", str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        watcher.kill()
        watcher.wait()
        if watcher.stdin:
            watcher.stdin.close()


class _Pipes:
    """The ends for the child (`theirs`), and ours: where to write questions, where to read answers."""

    def __init__(self) -> None:
        (asked, self.questions), (self.answers, answered) = os.pipe(), os.pipe()
        self.theirs = (asked, answered)
        self._open = [*self.theirs, self.questions, self.answers]

    def give_away(self) -> None:
        """The child has its ends: ours of them are closed, so that the end of either side is seen on the other."""
        for end in self.theirs:
            self._open.remove(end)
            os.close(end)

    def close(self) -> None:
        """Closes what is open."""
        while self._open:
            os.close(self._open.pop())


def _started(command: list[str], folder: Path, ends: tuple[int, ...], said: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - the project's own Node, which the user has agreed to
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            pass_fds=ends,
            start_new_session=True,
        )
    except OSError as error:
        raise ConfigError(f"cannot run Node: {error.strerror}", where=str(folder)) from error


def _node(folder: Path) -> str:
    if os.name != "posix":
        raise ConfigError("importing needs Linux or macOS", hint="write the routes into devcors.toml by hand")
    node = shutil.which("node")
    hint = "it runs the config as its own tool does; install it, or write the routes into devcors.toml by hand"
    if node is None:
        raise ConfigError("Node.js is not on the PATH", where=str(folder), hint=hint)
    try:
        made = subprocess.run(  # noqa: S603 - the user's own Node, our own words
            [node, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"{node} cannot be run: {error}", hint=hint) from error
    version = re.match(r"v(\d+)\.", made.stdout)
    if not version or int(version[1]) < OLDEST:
        raise ConfigError(f"{node} is {made.stdout.strip() or 'no Node.js'}, {OLDEST} or newer is needed", hint=hint)
    return node


def decoded(value: Any) -> Any:
    """A value as evaluate.mjs writes it: Function, Regex, Other where it is no data; URLs are strings."""
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$object" in value:
        return {str(name): decoded(item) for name, item in value["$object"]}
    if "$function" in value:
        return Function(value["$function"], value["source"])
    if "$regex" in value:
        return Regex(value["$regex"], value["flags"])
    return value["$url"] if "$url" in value else Other(value.get("$other", "object"))


def _data(options: Mapping[str, Any]) -> dict[str, Any]:
    """Of options, what is data and can be given back."""
    return {name: value for name, value in options.items() if isinstance(value, (str, bool, int, float))}


_HINTS = {
    "missing": "install the project's packages first, as for starting it",
    "tool": "start the project's own dev server once, to see that it works",
    "syntax": "the project's own dev server cannot read it either",
    "threw": "it is run as its own dev server runs it, in the same folder",
}


def _error(fault: Mapping[str, Any], folder: Path, file: str) -> ConfigError:
    """One message with the file and, where it can be known, the line."""
    kind, message = fault["kind"], _short(fault["message"])
    source = Source(fault.get("file") or file, fault.get("line"))
    if kind == "missing" and not fault.get("line"):
        source = Source(source.file, _line_of_import(folder / source.file, message) or None)
    said = {"syntax": f"syntax error: {message}", "threw": f"the config threw: {message}"}.get(kind, message)
    return ConfigError(said, where=str(source), hint=_HINTS.get(kind))


def _line_of_import(path: Path, message: str) -> int:
    """The line of the import that found nothing (Node names the package, not the line); 0 where it is not known."""
    named = re.search(r"""['"]([^'"]+)['"]""", message)
    if not named:
        return 0
    quoted = re.compile(rf"""['"`]{re.escape(named[1])}(?:/[^'"`]*)?['"`]""")
    with suppress(OSError, UnicodeDecodeError):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if quoted.search(line):
                return number
    return 0


def _short(message: str) -> str:
    """The first line that says something; what a config threw must not drive the terminal."""
    lines = _COLOUR.sub("", message).splitlines()
    line = next((line.strip() for line in lines if line.strip()), "")
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + "…"
