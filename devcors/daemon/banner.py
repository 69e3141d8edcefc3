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
from devcors.proxy.listening import Bound, is_exposed
from devcors.urls import is_loopback_host


def banner(bound: Bound, policy: Policy, elapsed: float) -> Iterator[Text]:
    """Lines in the way that dev servers print them; `elapsed` in seconds."""
    shown = "localhost" if bound.host in ("localhost", "127.0.0.1", "[::1]") else bound.host
    yield Text.assemble(
        ("  devcors", "bold cyan"), (f" v{__version__}", "cyan"), (f"  ready in {elapsed * 1000:.0f} ms", "dim")
    )
    yield Text()
    yield _arrow("Local:", f"http://{shown}:{bound.port}/", "cyan")
    if any(True for _ in policy.hosts):
        yield _arrow("Proxy:", f"http://{shown}:{bound.port}   (HTTP proxy for {_names(policy)})", "cyan")
    for rule in dict.fromkeys(policy.rules):
        assert rule.upstream is not None
        yield _arrow(rule.name, f"→ {rule.upstream.origin}{rule.base_path.decode()}", "dim")
    if policy.frontend and policy.frontend.upstream:
        yield _arrow("/", f"→ {policy.frontend.upstream.origin}  (front end)", "dim")
    if is_exposed(bound.host):
        yield Text(
            f"  !  listening on {bound.host}: every machine that reaches this one can use the routes above "
            "(not the proxy)",
            "yellow",
        )
    yield Text()


def _names(policy: Policy) -> str:
    names = [rule.name for rule in policy.hosts]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _arrow(label: str, text: str, style: str) -> Text:
    return Text.assemble(("  ➜  ", "green"), (f"{label:<8} ", "bold"), (text, style))


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
