"""What `devcors init` finds in a front-end folder: which dev server, on which port, started how, proxying what.

Known: a dependency or a configuration file gives the tool away; its port is its usual one unless the start script, the
configuration or the environment says otherwise. Wanted: a first devcors.toml that is right. Everything is read, nothing
is run (see `javascript`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .files import at, find_script, read_json, read_text
from .imports.options import ANGULAR, CRA, VITE, VUE, WEBPACK
from .javascript import Code, Script
from .packages import Package
from .proxy_settings import Findings, FoundRoute, read_proxy, read_rewrites

_PORT_FLAG = re.compile(r"(?<!\S)(?:--port(?:=|\s+)|-p(?:=|\s*))[\"']?(\d{1,5})\b")
_PORT_SET = re.compile(r"(?:^|[\s;&\"'])PORT=(\d{1,5})\b")
_HTTPS_FLAG = re.compile(r"--(?:https|ssl|experimental-https)(?![\w=-])|\bHTTPS=true\b")
_DOTENV_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*[\"']?([^\s\"'#]*)", re.MULTILINE)
DOTENV_FILES = (".env", ".env.development", ".env.local", ".env.development.local")  # the later ones win
HTTPS_PLUGINS = frozenset({"@vitejs/plugin-basic-ssl", "vite-plugin-mkcert"})


@dataclass(frozen=True, slots=True)
class Tool:
    """A dev server: what gives it away, its usual port, the commands that start it, where its settings stand.

    `config` is the stem of its configuration file and `section` the key in it that holds `port` and `proxy`;
    `own_config` tells that such a file gives the tool away by itself. `dotenv`: PORT in a .env file sets its port.
    """

    name: str
    packages: frozenset[str]
    port: int
    commands: tuple[str, ...]
    config: str = ""
    section: str = "server"
    own_config: bool = True
    dotenv: bool = False


# The more specific first: SvelteKit, Astro and React Router run on Vite, Nuxt and Vue CLI may name webpack.
TOOLS = (
    Tool("Next.js", frozenset({"next"}), 3000, ("next dev", "next"), "next.config"),
    Tool(
        "Nuxt",
        frozenset({"nuxt", "nuxt3"}),
        3000,
        ("nuxt dev", "nuxi dev", "nuxt"),
        "nuxt.config",
        "devServer",
        dotenv=True,
    ),
    Tool("SvelteKit", frozenset({"@sveltejs/kit"}), 5173, ("vite dev", "vite"), "vite.config", own_config=False),
    Tool("Astro", frozenset({"astro"}), 4321, ("astro dev", "astro"), "astro.config"),
    Tool("Angular", frozenset({"@angular/core", "@angular/cli"}), 4200, ("ng serve",)),
    Tool(
        "React Router", frozenset({"@react-router/dev"}), 5173, ("react-router dev",), "vite.config", own_config=False
    ),
    Tool("Remix", frozenset({"@remix-run/dev"}), 5173, ("remix vite:dev", "vite"), "vite.config", own_config=False),
    Tool("Create React App", frozenset({"react-scripts"}), 3000, ("react-scripts start",), dotenv=True),
    Tool(
        "Vue CLI",
        frozenset({"@vue/cli-service"}),
        8080,
        ("vue-cli-service serve",),
        "vue.config",
        "devServer",
        dotenv=True,
    ),
    Tool("Gatsby", frozenset({"gatsby"}), 8000, ("gatsby develop",), "gatsby-config"),
    Tool("Vite", frozenset({"vite"}), 5173, ("vite", "vite dev"), "vite.config"),
    Tool("Parcel", frozenset({"parcel", "parcel-bundler"}), 1234, ("parcel",)),
    Tool(
        "webpack",
        frozenset({"webpack-dev-server"}),
        8080,
        ("webpack serve", "webpack-dev-server"),
        "webpack.config",
        "devServer",
    ),
)


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """A front end: the dev server's name, port and start command, the routes it proxies, notes for the user.

    port_on_command_line: its start command names the port, which counts more than its config.
    """

    name: str
    port: int
    command: str
    routes: list[FoundRoute]
    notes: list[str]
    https: bool = False
    port_on_command_line: bool = False

    @property
    def url(self) -> str:
        """Where the dev server listens."""
        return f"{'https' if self.https else 'http'}://localhost:{self.port}"


def detect(folder: Path) -> FrontEnd | None:
    """The front end in a folder, or None where none of the known dev servers is there."""
    folder = folder.absolute()
    package = Package.read(folder)
    tool = _tool(folder, package)
    if not tool:
        return None
    findings = Findings()
    script = package.start_script(tool.commands)
    started = package.scripts.get(script or "", "")
    settings = _settings(folder, tool, findings)
    environment = _dotenv(folder) if tool.dotenv else {}
    return FrontEnd(
        name=tool.name,
        port=_port_in_script(started, tool)
        or _port(settings.get("port"))
        or _port(environment.get("PORT"))
        or tool.port,
        command=package.run(script, tool.commands[0]),
        routes=findings.routes,
        notes=findings.notes,
        https=_is_https(started, package, settings, environment),
        port_on_command_line=_port_in_script(started, tool) is not None,
    )


def front_of(folder: Path, configured: str | dict[str, Any] | None) -> str | dict[str, Any] | None:
    """`frontend` of a devcors.toml: the port on the command line, else what the evaluated config says, else the usual.

    configured: what the config says, None where it says nothing.
    """
    known = detect(folder)
    if known is None or (configured is not None and not known.port_on_command_line):
        return configured
    return {"target": known.url, "verify": False} if known.https else known.url


def _tool(folder: Path, package: Package) -> Tool | None:
    for tool in TOOLS:
        if tool.packages & package.dependencies:
            return tool
    if (folder / "angular.json").is_file():
        return next(tool for tool in TOOLS if tool.name == "Angular")
    return next((tool for tool in TOOLS if tool.config and tool.own_config and find_script(folder, tool.config)), None)


def _port_in_script(script: str, tool: Tool) -> int | None:
    """The port that the start script gives; a flag after the tool's own command comes first (`concurrently`)."""
    own = max((script.find(command) for command in tool.commands), default=-1)
    found = (own >= 0 and _PORT_FLAG.search(script, own)) or _PORT_FLAG.search(script) or _PORT_SET.search(script)
    return _port(found[1]) if found else None


def _port(given: Any) -> int | None:
    text = str(given)
    return int(text) if re.fullmatch("[0-9]{1,5}", text) and 0 < int(text) < 65536 else None


def _is_https(script: str, package: Package, settings: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    if _HTTPS_FLAG.search(script) or environment.get("HTTPS") == "true" or package.dependencies & HTTPS_PLUGINS:
        return True
    setting = settings.get("https", settings.get("ssl"))
    return setting is True or isinstance(setting, Mapping) or settings.get("server") == "https"


def _dotenv(folder: Path) -> dict[str, str]:
    return {name: value for file in DOTENV_FILES for name, value in _DOTENV_LINE.findall(read_text(folder / file))}


def _settings(folder: Path, tool: Tool, findings: Findings) -> Mapping[str, Any]:
    """The dev server's own settings (`port`, `https`); the routes among them go to the findings."""
    if tool.name == "Angular":
        return _angular(folder, findings)
    if tool.name == "Create React App":
        _create_react_app(folder, findings)
    path = find_script(folder, tool.config) if tool.config else None
    if not path:
        return {}
    script = Script(read_text(path))
    if tool.name == "Next.js":
        read_rewrites(script.objects(lambda keys: {"source", "destination"} <= keys), path.name, findings)
        return {}
    sections = [section for section in script.named(tool.section) if isinstance(section, Mapping)]
    settings = {name: value for section in reversed(sections) for name, value in section.items()}
    options = {"Vue CLI": VUE, "webpack": WEBPACK}.get(tool.name, VITE)
    read_proxy(settings.get("proxy"), path.name, findings, tool=options, certain=False)
    return settings


def _create_react_app(folder: Path, findings: Findings) -> None:
    """`"proxy"` in package.json: all that is neither a file nor asks for a page goes there."""
    source = "package.json"
    proxy = at(read_json(folder / source)).get("proxy")
    if isinstance(proxy, str):
        findings.add(FoundRoute("/api", proxy, source))
        findings.note(
            f'{source} proxies every request that asks for no page to "{proxy}": '
            'devcors.toml has "/api" of it, add the other paths that the front end asks for'
        )
    else:
        read_proxy(proxy, source, findings, tool=CRA)
    for name in ("setupProxy.js", "setupProxy.ts"):
        if (folder / "src" / name).is_file():
            findings.note(f"src/{name} is a program: add its routes by hand")


def _angular(folder: Path, findings: Findings) -> Mapping[str, Any]:
    workspace = at(read_json(folder / "angular.json"))
    projects = at(workspace, "projects")
    default = workspace.get("defaultProject")
    for name in ([default] if isinstance(default, str) else []) + list(projects):
        serve = at(projects, name, "architect", "serve") or at(projects, name, "targets", "serve")
        if serve:
            configuration = at(serve, "configurations", str(serve.get("defaultConfiguration")))
            options = {**at(serve, "options"), **configuration}
            _angular_proxy(folder, options.get("proxyConfig"), findings)
            return options
    return {}


def _angular_proxy(folder: Path, name: Any, findings: Findings) -> None:
    if not isinstance(name, str):
        return
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        findings.note(f"angular.json names {name} for its proxy settings, which is not in this folder")
    elif path.suffix == ".json":
        read_proxy(read_json(path), name, findings, tool=ANGULAR)
    else:
        script = Script(read_text(path))
        tables = script.objects(lambda keys: any(key.startswith("/") for key in keys))
        listed = script.objects(lambda keys: {"context", "target"} <= keys)
        read_proxy(listed or (tables[0] if tables else Code("")), name, findings, tool=ANGULAR, certain=False)
