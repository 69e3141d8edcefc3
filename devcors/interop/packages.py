"""package.json: what a front end depends on and how it is started."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .files import at, read_json

# the lock file decides; the name in front of a script's is what each manager's own documentation writes
LOCK_FILES = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "package-lock.json": "npm",
}
RUN = {"npm": "npm run", "pnpm": "pnpm", "yarn": "yarn", "bun": "bun run"}
EXECUTE = {"npm": "npx", "pnpm": "pnpm exec", "yarn": "yarn", "bun": "bunx"}
USUAL_SCRIPTS = ("dev", "start", "serve", "develop")
# a script's name is put on a command line that people copy
_PLAIN_NAME = re.compile(r"[\w.:@/-]+")
# `vite build` is not the dev server
_OTHER_TASK = r"(?!\s+(?:build|preview|start|check|sync|generate|export|lint|test|optimize)\b)"


@dataclass(frozen=True, slots=True)
class Package:
    """What of a package.json matters here; all empty where there is none."""

    dependencies: frozenset[str]
    scripts: dict[str, str]
    manager: str

    @classmethod
    def read(cls, folder: Path) -> Package:
        """The package.json in `folder`."""
        data = at(read_json(folder / "package.json"))
        dependencies = frozenset(at(data, "dependencies")) | frozenset(at(data, "devDependencies"))
        scripts = {
            name: text
            for name, text in at(data, "scripts").items()
            if isinstance(text, str) and _PLAIN_NAME.fullmatch(name)
        }
        declared = str(data.get("packageManager", "")).partition("@")[0]
        return cls(dependencies, scripts, declared if declared in RUN else package_manager(folder))

    def start_script(self, commands: Sequence[str]) -> str | None:
        """The name of the script that starts the dev server: one that runs such a command, else one of a usual name."""
        usual = [name for name in USUAL_SCRIPTS if name in self.scripts]
        starts = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, commands))})(?![\w.-]){_OTHER_TASK}")
        for name in (*usual, *self.scripts):
            if starts.search(self.scripts[name]):
                return name
        return usual[0] if usual else None

    def run(self, script: str | None, command: str) -> str:
        """The command line that runs a script, or the command itself where there is none."""
        if script is None:
            return f"{EXECUTE[self.manager]} {command}"
        return "npm start" if (self.manager, script) == ("npm", "start") else f"{RUN[self.manager]} {script}"


def package_manager(folder: Path) -> str:
    """By the nearest lock file, up to the folder of the repository (a workspace has one lock file at its top)."""
    for place in (folder, *folder.parents):
        for name, manager in LOCK_FILES.items():
            if (place / name).is_file():
                return manager
        if (place / ".git").exists() or place == Path.home():
            break
    return "npm"
