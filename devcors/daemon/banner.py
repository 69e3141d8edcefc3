"""What `up` says first: where to open, what goes where, and what a stranger's config would do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from devcors import __version__
from devcors.config.dirs import private_dir, state_dir, write_private
from devcors.config.loading import Loaded
from devcors.policy import Policy
from devcors.policy.pac import PATH
from devcors.proxy.listening import Bound, is_exposed
from devcors.urls import is_loopback_host, shown_at


def front_door_url(bound: Bound, *, https: bool) -> str:
    """What to open, without a slash at its end."""
    return f"{'https' if https else 'http'}://{shown_at(bound.host)}:{bound.port}"


def banner(bound: Bound, policy: Policy, elapsed: float, dashboard: str | None = None) -> Iterator[Text]:
    """Lines in the way that dev servers print them; `elapsed` in seconds. dashboard: its URL, with the token."""
    yield Text.assemble(
        ("  devcors", "bold cyan"), (f" v{__version__}", "cyan"), (f"  ready in {elapsed * 1000:.0f} ms", "dim")
    )
    yield Text()
    lines = list(_places(front_door_url(bound, https=bool(policy.door.https)), policy))
    if dashboard is not None:
        lines.insert(1, ("Dashboard:", dashboard, "cyan"))
    width = max(len(label) for label, _, _ in lines)
    for label, text, style in lines:
        yield Text.assemble(("  ➜  ", "green"), (f"{label:<{width}} ", "bold"), (text, style))
    if is_exposed(bound.host):
        yield Text(
            f"  !  listening on {bound.host}: every machine that reaches this one can use the routes above "
            "(not the proxy)",
            "yellow",
        )
    yield Text()


def _places(url: str, policy: Policy) -> Iterator[tuple[str, str, str]]:
    """Label, text and style of what can be opened, and of what it leads to."""
    yield "Local:", f"{url}/", "cyan"
    if names := [rule.name for rule in policy.hosts]:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield "Proxy:", f"{url}   (HTTP proxy for {', '.join(names[:3])}{more})", "cyan"
        if policy.door.admin_port is not None:
            yield "PAC:", f"http://localhost:{policy.door.admin_port}{PATH}", "cyan"
    for rule in policy.rules:
        assert rule.upstream is not None
        yield rule.name, f"→ {rule.upstream.origin}{rule.base_path.decode()}", "dim"
    if policy.frontend and policy.frontend.upstream:
        yield "/", f"→ {policy.frontend.upstream.origin}  (front end)", "dim"


def notices(loaded: Loaded) -> list[str]:
    """What a config from somebody else's repository would do here: told at the first `up` with it, then not again."""
    config = loaded.config
    said: list[str] = []
    if loaded.expanded:
        said.append(f"this config expands the variables {', '.join(loaded.expanded)}")
    if config.scripts:
        said.append(f"this config runs the scripts {', '.join(config.scripts)}")
    if hosts := sorted(_foreign_hosts(loaded)):
        said.append(f"this config sends requests to {', '.join(hosts)}")
    if not said or not loaded.files or _seen(loaded.files[0], said):
        return []
    return said


def _foreign_hosts(loaded: Loaded) -> Iterator[str]:
    config = loaded.config
    routes = [route for several in config.routes.values() for route in several]
    targets = [route.target for route in (*routes, *([config.frontend] if config.frontend else []))]
    targets += [entry.target for entry in config.intercept.values() if entry.target]
    for host in {target.partition("://")[2].partition("/")[0] for target in targets}:
        if not is_loopback_host(host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host):
            yield host


def _seen(file: Path, said: list[str]) -> bool:
    """Remembers, by file and content of the notice, that it was shown."""
    key = hashlib.sha256(json.dumps([str(file), *said]).encode()).hexdigest()
    marker = private_dir(state_dir() / "noticed") / key
    if marker.exists():
        return True
    write_private(marker, b"")
    return False
