"""The demo's configuration holds before devcors' own checks, and every route leads to one of the demo's servers."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from devcors.config.schema import Config
from devcors.demo.backends import Backends, start_backends
from devcors.demo.config import demo_config


def backends_that_stopped() -> Backends:
    async def main() -> Backends:
        backends = await start_backends()
        await backends.stop()
        return backends

    return asyncio.run(main())


def test_configuration_is_valid_and_stays_on_this_machine() -> None:
    backends = backends_that_stopped()
    config = Config.model_validate(demo_config(backends))
    assert config.frontend is not None
    targets = {config.frontend.target} | {route.target for routes in config.routes.values() for route in routes}
    assert {urlsplit(target).hostname for target in targets} == {"127.0.0.1"}
    ports = {backends.frontend, backends.api, backends.broken, backends.cookies, backends.closed}
    assert {urlsplit(target).port for target in targets} == ports


def test_one_faulty_server_stands_under_each_cors_mode() -> None:
    backends = backends_that_stopped()
    config = Config.model_validate(demo_config(backends))
    modes = {
        route.cors.mode
        for (route,) in config.routes.values()
        if urlsplit(route.target).port == backends.broken and route.rewrite == ""
    }
    assert modes == {"observe", "inject", "rewrite"}
