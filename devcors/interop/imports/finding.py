"""Which dev server's config a folder has, of those that can be imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devcors.errors import ConfigError

from . import angular, bundlers, nuxt, setup_proxy, vite, webpack
from .evaluating import Session
from .model import Imported
from .nextjs import reading
from .options import ANGULAR, CRA, NUXT, RSBUILD, VITE, VUE, WEBPACK


@dataclass(frozen=True, slots=True)
class Reader:
    """How the config of a tool is found and read.

    find: the file in a folder, as a relative path, None where there is none. read: of that folder and file. plain: the
    same for a file that is data, for which nothing of the project is run.
    """

    tool: str
    find: Callable[[Path], str | None]
    read: Callable[[Path, str, Session], Imported]
    plain: Callable[[Path, str], Imported] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A config that can be imported."""

    reader: Reader
    folder: Path
    file: str

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / self.file


def named(*files: str) -> Callable[[Path], str | None]:
    """Finds the first of these files that is in a folder."""
    return lambda folder: next((file for file in files if (folder / file).is_file()), None)


def _setup_proxy(folder: Path) -> str | None:
    """Of Create React App; one that was left behind when a project went over to Vite does not count."""
    found = named(*setup_proxy.FILES)(folder)
    return found if setup_proxy.is_create_react_app(folder) or not named(*vite.FILES)(folder) else None


def _of_package(folder: Path) -> str | None:
    return setup_proxy.PACKAGE if setup_proxy.has_proxy(folder) else None


def _package(folder: Path, file: str, _session: Session) -> Imported:
    return setup_proxy.read_package(folder, file)


READERS = (
    Reader(reading.TOOL, named(*reading.FILES), reading.read),
    Reader(NUXT, named(*nuxt.FILES), nuxt.read),
    Reader(nuxt.NITRO, named(*nuxt.NITRO_FILES), nuxt.read_nitro),
    Reader(CRA, _setup_proxy, setup_proxy.read),
    Reader(CRA, _of_package, _package, setup_proxy.read_package),
    Reader(ANGULAR, angular.proxy_file, angular.read),
    Reader(VITE, named(*vite.FILES), vite.read),
    Reader(RSBUILD, named(*bundlers.RSBUILD_FILES), bundlers.read_rsbuild),
    Reader(VUE, named(*bundlers.VUE_FILES), bundlers.read_vue),
    Reader(WEBPACK, webpack.config_file, webpack.read),
)
"""In the order in which they are looked for."""


def find(path: Path) -> Found:
    """The config in a folder, or the one that a path names. Raises ConfigError where there is none."""
    path = path.absolute()
    if path.is_dir():
        found = find_in(path)
        if found is None:
            tools = ", ".join(dict.fromkeys(reader.tool for reader in READERS))
            raise ConfigError(f"no config of {tools} here", where=str(path), hint="devcors import FOLDER names another")
        return found
    if not path.is_file():
        raise ConfigError("there is no such file or folder", where=str(path))
    for folder in (path.parent, *path.parent.parents[:1]):  # src/setupProxy.js belongs to the folder above
        file = path.relative_to(folder).as_posix()
        for reader in READERS:
            if reader.find(folder) == file or _is_like(path, reader, folder):
                return Found(reader, folder, file)
    raise ConfigError(
        "this is no config that can be imported", where=str(path), hint="its name is what its tool looks for"
    )


def find_in(folder: Path) -> Found | None:
    """The first config that is there."""
    for reader in READERS:
        if file := reader.find(folder):
            return Found(reader, folder, file)
    return None


def _is_like(path: Path, reader: Reader, folder: Path) -> bool:
    """Whether a file is another config of the tool's (`vite.config.dev.ts`), which its `--config` names."""
    if reader.tool == ANGULAR:
        return (folder / angular.WORKSPACE).is_file() and path.name.startswith("proxy.")
    usual = reader.find(folder)
    stems = {usual.split(".")[0]} if usual else {reader.tool.lower()}
    return path.name.split(".")[0] in stems and ".config." in path.name
