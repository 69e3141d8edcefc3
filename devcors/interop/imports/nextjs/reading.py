"""`next.config.*`: what Next itself loads of it, as rewrites and settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from devcors.errors import ConfigError
from devcors.interop.files import read_text
from devcors.interop.frontends import front_of
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Entry, Imported, Remark, Source
from devcors.interop.imports.places import Places

from .pages import own_paths
from .rewriting import PHASES, Redirect, Rewrite, Settings, entries

TOOL = "Next.js"
FILES = tuple(f"next.config.{suffix}" for suffix in ("js", "mjs", "ts", "mts", "cjs"))
"""In the order in which Next looks for them."""
FRONTEND = "http://localhost:3000"

_CODE_FIRST = tuple(f"{name}.{suffix}" for name in ("proxy", "middleware") for suffix in ("ts", "js", "mts", "mjs"))


def read(folder: Path, file: str, session: Session) -> Imported:
    """The rewrites of a config in the folder. Raises ConfigError where it cannot be had, or has none.

    The front end is Next itself; routes to it are made for the paths that it has to answer before a rewrite.
    """
    places = Places(file, read_text(folder / file))
    loaded = session.load("next", folder, file)
    settings = _settings(loaded)
    rewrites = list(_rewrites(loaded.get("rewrites"), places))
    if not rewrites:
        hint = "routes of devcors are written by hand then: see docs/config.md"
        raise ConfigError("rewrites() returns none", where=str(_place(places, "rewrites")), hint=hint)
    own = own_paths(folder, _segments(settings.base), _texts(loaded.get("pageExtensions")))
    redirects = list(_redirects(loaded.get("redirects"), settings.base, places))
    frontend = front_of(folder, None) or FRONTEND
    table = {"target": frontend} if isinstance(frontend, str) else frontend
    made = entries(rewrites, settings, table, own, redirects)
    return Imported(TOOL, file, frontend, (*made, *_code_first(folder)))


def _settings(loaded: Mapping[str, Any]) -> Settings:
    idle = loaded.get("proxyTimeout")
    return Settings(
        base=str(loaded.get("basePath") or ""),
        locales=_texts(loaded.get("locales")),
        default_locale=str(loaded.get("defaultLocale") or ""),
        trailing_slash=loaded.get("trailingSlash") is True,
        redirects_slash=loaded.get("skipTrailingSlashRedirect") is not True,
        idle=idle if isinstance(idle, (int, float)) and idle > 0 else None,
    )


def _rewrites(given: Any, places: Places) -> Iterator[Rewrite]:
    """All rewrites in Next's order; a list alone is `afterFiles`."""
    by_phase = given if isinstance(given, Mapping) else {"afterFiles": given}
    if not isinstance(given, (Mapping, list)) or not set(by_phase) <= set(PHASES):
        raise ConfigError("rewrites() returns neither a list nor beforeFiles, afterFiles and fallback",
                          where=str(_place(places, "rewrites")))  # fmt: skip
    seen: dict[str, int] = {}
    for phase in PHASES:
        for each in _tables(by_phase.get(phase)):
            source, destination = each.get("source"), each.get("destination")
            if not isinstance(source, str) or not isinstance(destination, str):
                raise ConfigError("a rewrite lacks its source or destination", where=str(_place(places, "rewrites")))
            number = seen[source] = seen.get(source, -1) + 1
            yield Rewrite(
                phase,
                source,
                destination,
                _place(places, "rewrites", source, number),
                tuple(_tables(each.get("has"))),
                tuple(_tables(each.get("missing"))),
                base_path=each.get("basePath") is not False,
                locale=each.get("locale") is not False,
            )


def _redirects(given: Any, base: str, places: Places) -> Iterator[Redirect]:
    for each in _tables(given):
        if isinstance(source := each.get("source"), str):
            full = source if each.get("basePath") is False else base + source
            yield Redirect(full, _place(places, "redirects", source, 0))


def _place(places: Places, section: str, text: str = "", number: int = 0) -> Source:
    """Where a text stands in quotes, the `number`th behind the name of its section; else that name."""
    start = max(places.text.find(section), 0)
    offsets = [at for at in places.script.quoted(text) if at > start] if text else []
    offset = offsets[min(number, len(offsets) - 1)] if offsets else start
    return Source(places.file, places.text.count("\n", 0, offset) + 1)


def _code_first(folder: Path) -> Iterator[Entry]:
    """Code of the project that Next runs before everything else."""
    for name in _CODE_FIRST:
        for file in (name, f"src/{name}"):
            if (folder / file).is_file():
                source = Source(file)
                text = "Next runs it before its rewrites; what a route of devcors takes does not come by it"
                yield Entry(file, source, (), (Remark("", text, source),), "stays with Next.js")


def _tables(given: Any) -> list[Mapping[str, Any]]:
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(each for each in given if isinstance(each, str)) if isinstance(given, list) else ()


def _segments(base: str) -> tuple[str, ...]:
    return tuple(base.split("/")[1:]) if base else ()
