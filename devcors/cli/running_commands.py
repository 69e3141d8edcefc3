"""`status`, `down`, `logs`, `reload`: the commands for a devcors that runs."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import ConfigFile, Folder, Json, WhichPort

running_app = typer.Typer()


@running_app.command()
def status(json: Json = False) -> None:
    """Say which devcors run: where, since when, with what; and whether each answers."""
    from .running import print_status

    print_status(as_json=json)


@running_app.command()
def down(
    folder: Folder = None,
    config: ConfigFile = None,
    port: WhichPort = None,
    everything: Annotated[bool, typer.Option("--all", help="Every devcors of this user.")] = False,
) -> None:
    """End the devcors of a folder, in the background or in another terminal: gently, then by force."""
    from .running import stop_background

    stop_background(folder, config, port, everything=everything)


@running_app.command()
def logs(
    folder: Folder = None,
    config: ConfigFile = None,
    port: WhichPort = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes.")] = False,
    count: Annotated[
        int | None, typer.Option("-n", min=0, metavar="N", help="Only the last N; else 100, or all with --since.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="WHEN", help="Not older: 30s, 5m, 2h, or 2026-01-02T03:04.")
    ] = None,
    route: Annotated[str | None, typer.Option("--route", metavar="ROUTE", help="Exchanges of this route.")] = None,
    blocked: Annotated[bool, typer.Option("--blocked", help="Exchanges that a browser blocks.")] = False,
    json: Json = False,
) -> None:
    """Show what a devcors has printed, as `up` prints it; that of one in the background also when it has ended."""
    from .showing_logs import print_logs

    print_logs(
        folder, config, port, follow=follow, count=count, from_=since, route=route, blocked=blocked, as_json=json
    )


@running_app.command()
def reload(folder: Folder = None, config: ConfigFile = None, port: WhichPort = None) -> None:
    """Have a running devcors load its config again, as saving the file does."""
    from .running import reload_background

    reload_background(folder, config, port)
