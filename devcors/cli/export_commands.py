"""`export`: what a running devcors keeps, for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import ConfigFile, WhichPort

export_app = typer.Typer(no_args_is_help=True, help="Write the kept exchanges to a file.")

File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Written anew; stdout without one, or with -.")]
WithSecrets = Annotated[
    bool, typer.Option("--with-secrets", help="Cookies, credentials and tokens too: not a file to hand on.")
]


@export_app.command()
def har(
    file: File = None, port: WhichPort = None, config: ConfigFile = None, with_secrets: WithSecrets = False
) -> None:
    """As HTTP Archive 1.2: for the Network panel of DevTools, and for `devcors diagnose --har`."""
    from .exporting import export

    export("har", file, port, config, with_secrets=with_secrets)


@export_app.command()
def mitm(
    file: File = None, port: WhichPort = None, config: ConfigFile = None, with_secrets: WithSecrets = False
) -> None:
    """As a dump that mitmweb, mitmproxy and mitmdump open."""
    from .exporting import export

    export("mitm", file, port, config, with_secrets=with_secrets)
