"""The `devcors` program: its commands, and the one place where errors become text and an exit status."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from devcors.errors import DevcorsError

from .export_commands import export_app
from .exporting_servers import add_servers
from .options import ConfigFile, Frontend, Json, Profile, RouteOption
from .orphans import restore_system_proxy
from .running_commands import running_app

app = typer.Typer(
    name="devcors",
    help="A local dev-server proxy that ends CORS trouble and explains it while it lasts.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
config_app = typer.Typer(
    help="Check devcors.toml, print its JSON Schema, tell where it was found.", no_args_is_help=True
)
app.add_typer(config_app, name="config")
proxy_app = typer.Typer(help="Set the system's proxy to devcors, and as it was before.", no_args_is_help=True)
app.add_typer(proxy_app, name="system-proxy")
app.add_typer(running_app)
app.add_typer(export_app, name="export")
add_servers(export_app)


@app.command(context_settings={"allow_interspersed_args": False})
def up(
    command: Annotated[
        list[str] | None, typer.Argument(metavar="[-- COMMAND…]", help="The dev server to run along.")
    ] = None,
    config: ConfigFile = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port to listen on.")] = None,
    strict_port: Annotated[bool, typer.Option("--strict-port", help="Fail if the port is taken.")] = False,
    host: Annotated[str | None, typer.Option(metavar="ADDR", help="The address to listen on.")] = None,
    frontend: Frontend = None,
    route: RouteOption = None,
    profile: Profile = None,
    json: Json = False,
    https: Annotated[bool, typer.Option("--https", help="TLS at the front door.")] = False,
    system_proxy: Annotated[
        bool, typer.Option("--system-proxy", help="The system's browsers use devcors for [intercept] meanwhile.")
    ] = False,
    detach: Annotated[
        bool, typer.Option("-d", "--detach", help="Return when it serves, and leave it running: status, logs, down.")
    ] = False,
) -> None:
    """Run the proxy in the foreground, and the dev server with it if a COMMAND is given."""
    from devcors.daemon.session import UpOptions

    from .arguments import overrides

    options = UpOptions(
        config=config,
        profile=profile,
        overrides=overrides(frontend=frontend, routes=route or [], host=host, port=port, https=https),
        strict_port=strict_port,
        system_proxy=system_proxy,
        command=tuple(command or ()),
    )
    if detach:
        from .detaching import start_background

        start_background(options, as_json=json)
        return
    from devcors.daemon.session import run_up

    raise typer.Exit(run_up(options, as_json=json))


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port to listen on.")] = None,
    json: Json = False,
) -> None:
    """Run devcors in front of a built-in front end and backends; the page shows each thing that it does."""
    from devcors.demo.running import run_demo

    raise typer.Exit(run_demo(port, as_json=json))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The front end's folder.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite a devcors.toml that is there.")] = False,
) -> None:
    """Write a commented devcors.toml from what is found in the folder."""
    from .starting import write_starter_config

    write_starter_config(folder, force=force)


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(metavar="[PATH]", help="The front end's folder, or a config in it.")] = Path(),
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Run the config, which is a program, without asking.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the devcors.toml; write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace routes that devcors.toml has already.")] = False,
    json: Json = False,
) -> None:
    """Take over the proxy settings of another dev server: evaluate its config, write devcors.toml, tell every entry."""
    from .importing import Wishes, import_config

    raise typer.Exit(import_config(path, Wishes(yes, dry_run, force, json)))


@app.command()
def routes(config: ConfigFile = None, profile: Profile = None, json: Json = False) -> None:
    """List the routes in the order in which they are preferred."""
    from .asking import print_routes

    print_routes(config, profile, as_json=json)


@app.command()
def explain(
    method: Annotated[str, typer.Argument(metavar="METHOD")],
    url: Annotated[str, typer.Argument(metavar="URL", help="A URL, or a path at the front door.")],
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", metavar="NAME: VALUE", help="A request header.")
    ] = None,
    config: ConfigFile = None,
    profile: Profile = None,
    json: Json = False,
) -> None:
    """Say without sending which route takes a request, which lost and why, and what would be sent."""
    from .asking import print_explanation

    print_explanation(method, url, header or [], config, profile, as_json=json)


@app.command()
def fix(
    server: Annotated[
        str,
        typer.Argument(
            metavar="SERVER",
            help="express, express-manual, django, flask, flask-manual, fastapi, go, go-rs-cors, nginx, apache, caddy.",
        ),
    ],
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", metavar="ORIGIN", help="The page's origin; may be given several times."),
    ] = None,
    methods: Annotated[
        list[str] | None, typer.Option("--methods", metavar="A,B", help="Methods to allow; else PUT, PATCH, DELETE.")
    ] = None,
    headers: Annotated[
        list[str] | None,
        typer.Option("--headers", metavar="A,B", help="Request headers to allow; else Content-Type, Authorization."),
    ] = None,
    credentials: Annotated[bool, typer.Option("--credentials", help="With cookies (credentials: include).")] = False,
    from_diagnosis: Annotated[
        Path | None,
        typer.Option("--from-diagnosis", metavar="FILE", help="What `devcors diagnose --json` wrote; - is stdin."),
    ] = None,
) -> None:
    """Print the configuration that makes a server's CORS right."""
    from .fixing import print_fix

    print_fix(server, origin or [], methods, headers, credentials=credentials, diagnosis=from_diagnosis)


@app.command()
def diagnose(
    url: Annotated[str | None, typer.Argument(metavar="URL", help="What the page fetches.")] = None,
    origin: Annotated[
        str | None, typer.Option("--origin", metavar="ORIGIN", help="The page's: http://localhost:5173, or null.")
    ] = None,
    method: Annotated[
        str | None, typer.Option("--request", "-X", metavar="METHOD", help="GET, or POST where there is data.")
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", metavar="NAME: VALUE", help="A header that the page sets.")
    ] = None,
    credentials: Annotated[bool, typer.Option("--credentials", help="As with credentials: 'include'.")] = False,
    data: Annotated[str | None, typer.Option("--data", "-d", metavar="TEXT|@FILE", help="The body.")] = None,
    stream: Annotated[bool, typer.Option("--stream", help="The body is a ReadableStream.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-L", help="Go where redirects lead.")] = False,
    har: Annotated[
        Path | None, typer.Option("--har", metavar="FILE", help="Judge a recording from DevTools; nothing is sent.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="For each answer.")] = 10.0,
    insecure: Annotated[bool, typer.Option("--insecure", "-k", help="Go on over an untrusted certificate.")] = False,
    env_proxy: Annotated[bool, typer.Option("--env-proxy", help="Use HTTP_PROXY and HTTPS_PROXY.")] = False,
    json: Json = False,
) -> None:
    """Send what a browser would send, and say whether the page may read the answer, why not, and what to change."""
    from devcors.diagnose.asked import Words
    from devcors.diagnose.asking import Sender

    from .diagnosing import diagnose_file, diagnose_live, needed

    if har is not None:
        raise typer.Exit(diagnose_file(har, url, credentials=credentials, as_json=json))
    words = Words(needed("URL", url), needed("--origin", origin), method, header or (), credentials, data, stream)
    sender = Sender(timeout, insecure=insecure, proxied=env_proxy)
    raise typer.Exit(diagnose_live(words, sender, follow=follow, as_json=json))


@app.command()
def doctor(config: ConfigFile = None, profile: Profile = None, json: Json = False) -> None:
    """Check versions, port, config, backends, way out, certificate authority and its trust, system proxy, browsers."""
    from .checking import print_checkup

    raise typer.Exit(print_checkup(config, profile, as_json=json))


@app.command("trust")
def trust_(
    status: Annotated[bool, typer.Option("--status", help="Only say where it is trusted.")] = False,
    json: Json = False,
) -> None:
    """Let the system and the browsers of this user trust devcors' certificate authority."""
    from .trusting import print_status, print_trust

    raise typer.Exit(print_status(as_json=json) if status else print_trust(as_json=json))


@app.command("untrust")
def untrust_(json: Json = False) -> None:
    """Take the certificate authority out of every store where it is."""
    from .trusting import print_untrust

    raise typer.Exit(print_untrust(as_json=json))


@app.command()
def env(
    config: ConfigFile = None,
    profile: Profile = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Where devcors listens, if not as configured.")
    ] = None,
    shell: Annotated[str | None, typer.Option(metavar="NAME", help="sh, fish or powershell; else by $SHELL.")] = None,
    json: Json = False,
) -> None:
    """Print settings for a shell whose programs go through devcors and trust it: eval "$(devcors env)"."""
    from .environment import print_environment

    print_environment(config, profile, port, shell, as_json=json)


@app.command("run", context_settings={"allow_interspersed_args": False})
def run_(
    command: Annotated[list[str] | None, typer.Argument(metavar="-- COMMAND…", help="What to run.")] = None,
    config: ConfigFile = None,
    profile: Profile = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Where devcors listens, if not as configured.")
    ] = None,
) -> None:
    """Run one command as `env` would have it; its exit status is devcors'."""
    from .environment import run_command

    run_command(config, profile, port, command or [])


@proxy_app.command("on")
def system_proxy_on(
    everything: Annotated[
        bool, typer.Option("--all", help="All traffic goes through devcors, not only the hosts of [intercept].")
    ] = False,
    port: Annotated[int | None, typer.Option(help="Of the devcors that is meant, where several run.")] = None,
) -> None:
    """Set the system's proxy to a devcors that runs; it is taken back by `off`, or when that devcors ends."""
    from .system_proxying import set_proxy

    set_proxy(port, everything=everything)


@proxy_app.command("off")
def system_proxy_off() -> None:
    """Set the system's proxy as it was before."""
    from .system_proxying import take_back

    take_back()


@proxy_app.command("status")
def system_proxy_status(json: Json = False) -> None:
    """Say what is set, and whether devcors has set it."""
    from .system_proxying import print_status

    print_status(as_json=json)


@app.command()
def browser(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[chromium|chrome|edge|firefox] [URL] [-- OPTIONS…]",
            help="Which browser, what to open; else the first found, and the front door. OPTIONS go to the browser.",
        ),
    ] = None,
    config: ConfigFile = None,
    profile: Profile = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Where devcors listens.")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Without a window.")] = False,
) -> None:
    """Open a throw-away browser profile that goes through a running devcors; nothing of it is left."""
    from devcors.daemon.browsing import open_browser

    from .browsing import meant, tell

    raise typer.Exit(open_browser(meant(words or []), config, profile, port, headless=headless, tell=tell))


@app.command()
def addons() -> None:
    """Print the folder of the mitmproxy scripts, for `mitmweb -s`."""
    from .asking import print_addons_folder

    print_addons_folder()


@config_app.command("check")
def config_check(config: ConfigFile = None, profile: Profile = None, json: Json = False) -> None:
    """Load the config with everything laid over it and say what is wrong."""
    from .configuring import check_config

    raise typer.Exit(check_config(config, profile, as_json=json))


@config_app.command("schema")
def config_schema_() -> None:
    """Print the JSON Schema of devcors.toml."""
    from .configuring import print_schema

    print_schema()


@config_app.command("path")
def config_path(config: ConfigFile = None) -> None:
    """Print which file is used."""
    from .configuring import print_path

    print_path(config)


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Options that stand before a command."""
    if version:
        from devcors import __version__

        typer.echo(f"devcors {__version__}")
        raise typer.Exit


def run() -> None:
    """Entry point. Expected failures are told in our form, with their exit status, never as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an arrow is no reason to fail where the encoding has none
            stream.reconfigure(errors="replace")
    try:
        restore_system_proxy()
        app()
    except DevcorsError as error:
        from .output import print_error

        print_error(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # `devcors routes | head`
        sys.exit(0)
