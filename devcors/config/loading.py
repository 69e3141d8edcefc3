"""From files, profile, environment and command line to the config that the daemon runs with.

Either a whole valid Config comes out, or one exception that holds everything that is wrong, in the order of the files.
Profiles that are not chosen are validated too (laid over the files, as if they were), but variables that they alone
use need not be set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from devcors.errors import ConfigError

from . import discovery
from .layers import Layer, Layered, Place, Source
from .positions import Path as KeyPath
from .positions import Position, positions
from .problems import InvalidConfig, Problem
from .refusals import Refusal, dotted, refusals
from .schema import Config
from .syntax import parse
from .values import kind_of, shown, suggestion
from .variables import expand

COMMAND_LINE = Source("command line")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A valid configuration and where it comes from.

    files: to be watched, the local one whether or not it is there; empty without a file. folder: what paths are
    relative to. expanded: names of the variables that were looked up. texts: what was read. profile: the chosen one.
    """

    config: Config
    files: tuple[Path, ...]
    folder: Path
    expanded: tuple[str, ...]
    texts: Mapping[Path, str]
    profile: str | None = None


def load(
    *,
    path: Path | None,
    environ: Mapping[str, str],
    profile: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    texts: Mapping[Path, str] | None = None,
) -> Loaded:
    """Finds, reads, lays over one another, expands and validates.

    path: what `-c` names. overrides: what the command line says, in the file's own shape; its strings are not
    expanded. texts: what is taken in place of the content of a file, as if it were saved already. Raises
    InvalidConfig for what stands in a file, ConfigError for the rest.
    """
    here = _here()
    main = discovery.find(path, environ, here, _home())
    if main is None and not _says_enough(overrides or {}):
        raise _nothing_found(here)
    folder = main.parent if main else here
    files = tuple(dict.fromkeys((main, folder / discovery.LOCAL_NAME))) if main else ()
    present = [file for file in files if file == main or file.exists()]
    documents = _documents(present, environ, here, texts or {})
    config, expanded = _Stack(documents, overrides or {}, environ, folder).validated(profile)
    read = {source.file: source.text for source, _ in documents if source.file}
    return Loaded(config, files, folder, expanded, read, profile)


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise ConfigError("the folder that devcors was started in is gone", hint="start it again elsewhere") from None


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


def _says_enough(overrides: Mapping[str, Any]) -> bool:
    return any(overrides.get(key) for key in ("frontend", "routes", "intercept"))


def _nothing_found(folder: Path) -> ConfigError:
    *_, last = discovery.searched(folder, _home())
    upwards = f" or a folder above it, up to {last}" if last != folder else ""
    return ConfigError(
        f"no {discovery.NAME} in {folder}{upwards}",
        hint="write one with `devcors init`; `devcors up` also takes --frontend URL and --route PATTERN=TARGET",
    )


def _documents(
    files: Iterable[Path], environ: Mapping[str, str], here: Path, texts: Mapping[Path, str]
) -> list[tuple[Source, dict[str, Any]]]:
    """Every file read and parsed; what is wrong in several is told at once."""
    documents: list[tuple[Source, dict[str, Any]]] = []
    problems: list[Problem] = []
    for file in files:
        name = str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
        try:
            text = discovery.read(file, environ, name)
            source = Source(name, file, texts.get(file, text))
            documents.append((source, parse(source)))
        except InvalidConfig as error:
            problems += error.problems
    if problems:
        raise InvalidConfig(problems)
    return documents


class _Outcome(NamedTuple):
    """What came of one validation; `unset` is what could not be expanded."""

    config: Config | None
    names: set[str]
    refused: list[Refusal]
    unset: list[Refusal]


class _Stack:
    """The layers of one loading, and what is wrong with them."""

    def __init__(
        self,
        documents: list[tuple[Source, dict[str, Any]]],
        overrides: Mapping[str, Any],
        environ: Mapping[str, str],
        folder: Path,
    ) -> None:
        self._environ = environ
        self._folder = folder
        self._refused: list[Refusal] = []
        self._profiles: dict[str, list[Layer]] = {}
        self._files: list[Layer] = []
        for source, document in documents:
            tables = {key: value for key, value in document.items() if key != "profiles"}
            self._files.append(Layer(Place(source, ()), tables))
            self._read_profiles(source, document.get("profiles", {}))
        self._command_line = Layer(Place(COMMAND_LINE, ()), overrides)
        self._sources = [*(source for source, _ in documents), COMMAND_LINE]

    def _read_profiles(self, source: Source, profiles: Any) -> None:
        tables = profiles if isinstance(profiles, dict) else {}
        if tables is not profiles:
            self._refuse_non_table(Place(source, ("profiles",)), profiles)
        for name, table in tables.items():
            place = Place(source, ("profiles", name))
            if isinstance(table, dict):
                self._profiles.setdefault(name, []).append(Layer(place, table))
            else:
                self._refuse_non_table(place, table)

    def _refuse_non_table(self, place: Place, given: Any) -> None:
        self._refused.append(Refusal(place, f"a table is wanted, this is {kind_of(given)}"))

    def validated(self, profile: str | None) -> tuple[Config, tuple[str, ...]]:
        """The config with this profile, and the variables it uses. Raises InvalidConfig, or ConfigError."""
        if profile is not None and profile not in self._profiles:
            raise self._unknown_profile(profile)
        chosen = self._profiles[profile] if profile is not None else []
        config, names, refused, unset = self._validate([*self._files, *chosen, self._command_line])
        self._refused += [*refused, *unset]
        for name, layers in self._profiles.items():
            if name != profile:
                self._check_unchosen(name, layers)
        if config is None or self._refused:
            raise InvalidConfig(self._problems())
        return config, tuple(sorted(names))

    def _unknown_profile(self, name: str) -> ConfigError:
        known = ", ".join(self._profiles)
        hint = f"the profiles here are: {known}" if known else f"add a table [profiles.{name}]"
        return ConfigError(f"there is no profile {shown(name)}", hint=suggestion(name, self._profiles) or hint)

    def _validate(self, layers: list[Layer]) -> _Outcome:
        layered = Layered(layers)
        expansion = expand(layered.data, self._environ, lambda path: layered.place(path).source is COMMAND_LINE)
        failed = {layered.place(path): error for path, error in expansion.failed.items()}
        unset = [Refusal(place, str(error), error.hint) for place, error in failed.items()]
        try:
            config = Config.model_validate(expansion.value, context={"folder": str(self._folder)})
        except ValidationError as error:
            found = refusals(error.errors(include_url=False), expansion.value, layered.place)
            # what could not be expanded is told once, as that
            refused = [refusal for refusal in found if refusal.of_key or refusal.place not in failed]
            return _Outcome(None, expansion.names, refused, unset)
        return _Outcome(config, expansion.names, [], unset)

    def _check_unchosen(self, name: str, layers: list[Layer]) -> None:
        refused = self._validate([*self._files, *layers]).refused
        self._refused += [refusal for refusal in refused if refusal.place.path[:2] == ("profiles", name)]

    def _problems(self) -> list[Problem]:
        """All that was refused, once, in the order of the files."""
        located = dict.fromkeys((self._sources.index(one.place.source), _problem(one)) for one in self._refused)
        return [problem for _, problem in sorted(located, key=lambda pair: (pair[0], pair[1].line, pair[1].column))]


def _problem(refusal: Refusal) -> Problem:
    source, path = refusal.place
    if source.file is None:
        prefix = f"{dotted(path)}: " if path else ""
        return Problem(source.name, path, prefix + refusal.message, refusal.hint)
    position = _position(source.text, path)
    (line, column), width = position.value, position.value_width
    if refusal.of_key:
        (line, column), width = position.key, position.key_width
    text = source.text.split("\n")[line - 1]
    return Problem(source.name, path, refusal.message, refusal.hint, line, column, width, text)


_positions = lru_cache(maxsize=4)(positions)


def _position(text: str, path: KeyPath) -> Position:
    """Of the path, or of the nearest thing above it that stands in the file (a short form has no keys)."""
    found = _positions(text)
    ends: Iterator[KeyPath] = (path[:end] for end in range(len(path), 0, -1))
    return next((found[above] for above in ends if above in found), Position((1, 1), (1, 1), 1, 1))
