"""The demo's configuration, in devcors.toml's own shape, so that it passes through the same checks as anybody's."""

from __future__ import annotations

from typing import Any

from .backends import LOOPBACK, Backends


def demo_config(backends: Backends) -> dict[str, Any]:
    """The overrides that `devcors demo` runs with.

    The page lives at http://localhost:PORT and reaches the cross-origin routes at http://127.0.0.1:PORT: the same
    listener, but for the browser another origin and even another site. One server under three routes shows what each
    CORS mode makes of the same answers.
    """
    api, broken, cookies, closed = (
        f"http://{LOOPBACK}:{port}" for port in (backends.api, backends.broken, backends.cookies, backends.closed)
    )
    return {
        "frontend": f"http://{LOOPBACK}:{backends.frontend}",
        "routes": {
            "/api": {"target": api, "rewrite": ""},
            "/api-injected": {"target": api, "rewrite": "", "cors": "inject"},
            "/ws": {"target": f"ws://{LOOPBACK}:{backends.api}", "rewrite": "/chat"},
            "/clock": api,
            "/down": {"target": closed, "wait": "0s"},
            "/broken": {"target": broken, "rewrite": "", "cookies": "keep", "cors": "observe"},
            "/injected": {"target": broken, "rewrite": "", "cookies": "keep", "cors": "inject"},
            "/rewritten": {"target": broken, "rewrite": "", "cookies": "keep", "cors": "rewrite"},
            "/cookies": {"target": cookies, "rewrite": "", "cors": "inject"},
            "/cookies-kept": {"target": cookies, "rewrite": "", "cookies": "keep", "cors": "inject"},
        },
    }
