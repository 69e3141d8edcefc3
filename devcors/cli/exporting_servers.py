"""`export nginx` and its like: the config for a server that takes over, or for another dev server."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path
from typing import Any

import typer
import typer.core

from devcors.errors import UsageError

from .options import ConfigFile, Profile


class ExportGroup(typer.core.TyperGroup):
    """A target that is not there is refused in our words, with those that are."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # Typer has a Click of its own, or another
        """The target's command."""
        names = self.list_commands(ctx)
        if args and args[0] not in names and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0].lower(), names, n=1)
            there = f"there are {', '.join(names)}"
            hint = f"did you mean {near[0]}? {there.capitalize()}" if near else there
            raise UsageError(f"no export to {args[0]!r}", hint=hint)
        return super().resolve_command(ctx, args)


def add_servers(group: typer.Typer) -> None:
    """A command for each server, in the group `export`."""

    @group.command("nginx")
    def nginx(config: ConfigFile = None, profile: Profile = None) -> None:
        """The routes and the CORS policy for nginx."""
        print_export("nginx", config, profile)

    @group.command("apache")
    def apache(config: ConfigFile = None, profile: Profile = None) -> None:
        """The routes and the CORS policy for Apache httpd."""
        print_export("apache", config, profile)

    @group.command("caddy")
    def caddy(config: ConfigFile = None, profile: Profile = None) -> None:
        """The routes and the CORS policy for Caddy."""
        print_export("caddy", config, profile)

    @group.command("haproxy")
    def haproxy(config: ConfigFile = None, profile: Profile = None) -> None:
        """The routes and the CORS policy for HAProxy."""
        print_export("haproxy", config, profile)

    @group.command("envoy")
    def envoy(config: ConfigFile = None, profile: Profile = None) -> None:
        """The routes and the CORS policy for Envoy."""
        print_export("envoy", config, profile)

    @group.command("vite")
    def vite(config: ConfigFile = None, profile: Profile = None) -> None:
        """The routes as server.proxy of a vite.config.mjs."""
        print_export("vite", config, profile)

    @group.command("webpack")
    def webpack(config: ConfigFile = None, profile: Profile = None) -> None:
        """The routes as devServer.proxy of a webpack.config.mjs."""
        print_export("webpack", config, profile)

    @group.command("next")
    def next_(config: ConfigFile = None, profile: Profile = None) -> None:
        """The routes as rewrites() of a next.config.mjs."""
        print_export("next", config, profile)


def print_export(target: str, config: Path | None, profile: str | None) -> None:
    """The configuration on stdout, and on stderr what it has not or has otherwise."""
    from rich.text import Text

    from devcors.config.loading import load
    from devcors.interop.exports.exporting import export

    from .output import console

    output = export(target, load(path=config, environ=os.environ, profile=profile).config)
    out = console(stderr=True)
    for note in output.notes:
        out.print(Text.assemble(("warning: ", "bold yellow"), str(note)))
    sys.stdout.write(output.text)
