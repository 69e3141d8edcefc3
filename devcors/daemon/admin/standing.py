"""How a running devcors stands: what it serves, how often each route was asked for, and whether its target answers."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from devcors import __version__
from devcors.config.addresses import target_url
from devcors.config.editing import parsed, target_in
from devcors.config.loading import Loaded
from devcors.config.schema import Route
from devcors.daemon.banner import front_door_url
from devcors.policy.rules import Rule
from devcors.proxy.engine import Engine

from .backstage import Backstage

PROBE_SECONDS = 1.0


def standing(backstage: Backstage) -> dict[str, Any]:
    """The answer of GET /api/status. Makes the verdicts that nobody has asked for yet: see `telling.judge`."""
    engine, store, loaded = backstage.engine, backstage.store, backstage.reloader.loaded
    assert engine.bound is not None
    blocked = store.blocked()
    return {
        "version": __version__,
        "pid": os.getpid(),
        "config": str(loaded.files[0]) if loaded.files else None,
        "folder": str(loaded.folder),
        "profile": loaded.profile,
        "started": backstage.started,
        "uptime_s": round(time.time() - backstage.started, 1),
        "front_door": front_door_url(engine.bound, https=bool(engine.config.server.https)),
        "admin": f"http://localhost:{engine.admin.port}" if engine.admin else None,
        "memory_bytes": memory(),
        "paused": store.paused,
        "log": backstage.log.standing() if backstage.log else None,
        "store": {
            "count": len(store),
            "size": store.size,
            "limit_count": store.limit_count,
            "limit_size": store.limit_size,
        },
        "routes": list(_routes(backstage, blocked)),
        "intercept": [_standing_of(rule, backstage, blocked) for rule in engine.policy.hosts],
    }


def _routes(backstage: Backstage, blocked: dict[str | None, int]) -> Iterator[dict[str, Any]]:
    policy, loaded = backstage.engine.policy, backstage.reloader.loaded
    document = _document(loaded)
    for rule in (*policy.rules, *([policy.frontend] if policy.frontend else [])):
        target, given = target_in(document, rule.name), _given(loaded, rule)
        yield {
            **_standing_of(rule, backstage, blocked),
            "rewrite": rule.rewrite,
            "match": _match(given),
            # what another file or the command line lays over it is not changed by changing this file
            "editable": target is not None and [route.target for route in given] == [target_url(target)],
        }


def _standing_of(rule: Rule, backstage: Backstage, blocked: dict[str | None, int]) -> dict[str, Any]:
    counts = backstage.store.counts.get(rule.name)
    return {
        "name": rule.name,
        "kind": rule.kind,
        "target": f"{rule.upstream.origin}{rule.base_path.decode('latin-1')}" if rule.upstream else None,
        "cors": rule.cors,
        "requests": counts.requests if counts else 0,
        "errors": counts.errors if counts else 0,
        "blocked": blocked.get(rule.name, 0),
        "last": counts.last if counts else None,
        "health": health(rule, backstage.engine),
    }


def health(rule: Rule, engine: Engine) -> dict[str, Any]:
    """What was seen when the target was dialed last."""
    if rule.upstream is None:
        return {"state": "unknown", "error": None}
    found = engine.dialer.seen.get((rule.upstream.host, rule.upstream.port), "")
    if found is None:
        return {"state": "up", "error": None}
    return {"state": "down" if found else "unknown", "error": found or None}


async def probe(engine: Engine) -> None:
    """Dials every target once, all at the same time, so that `health` knows."""
    upstreams = engine.policy.upstreams.values()
    await asyncio.gather(*(engine.dialer.probe(upstream, PROBE_SECONDS) for upstream in upstreams))


def memory() -> int | None:
    """Resident memory of this process in bytes; the most that it ever was where the system does not tell of now."""
    statm = Path("/proc/self/statm")
    try:
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        pass
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _document(loaded: Loaded) -> dict[str, Any]:
    """The main file as it was read."""
    return (parsed(loaded.texts[loaded.files[0]]) if loaded.files else None) or {}


def _given(loaded: Loaded, rule: Rule) -> tuple[Route, ...]:
    """What all files and the command line together say of a rule."""
    config = loaded.config
    if rule.kind == "frontend":
        return (config.frontend,) if config.frontend else ()
    return config.routes.get(rule.name, ())


def _match(given: tuple[Route, ...]) -> dict[str, Any] | None:
    """The further conditions, where they are those of the only target."""
    if len(given) != 1:
        return None
    match = given[0].match
    found = {"hosts": list(match.hosts), "methods": list(match.methods), "headers": dict(match.headers)}
    return {name: told for name, told in found.items() if told} or None
