"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="The config file; else it is searched upwards.")
]
Profile = Annotated[str | None, typer.Option("--profile", metavar="NAME", help="Lay this profile over the rest.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable, on stdout.")]
Frontend = Annotated[str | None, typer.Option("--frontend", metavar="URL", help="The front end's dev server.")]
RouteOption = Annotated[
    list[str] | None, typer.Option("--route", metavar="PATTERN=TARGET", help="A route; may be given several times.")
]
Folder = Annotated[
    Path | None, typer.Argument(metavar="[FOLDER]", help="Of the devcors that is meant; else the working folder.")
]
WhichPort = Annotated[int | None, typer.Option("--port", help="The front door of the devcors that is meant.")]
