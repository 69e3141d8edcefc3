"""Where a running devcors has its proxy and its proxy.pac, as another program of this machine reaches them."""

from __future__ import annotations

from devcors.policy import Policy
from devcors.policy.pac import PATH, proxy_auto_config, version
from devcors.proxy.engine import Engine
from devcors.routing.upstream_proxies import UpstreamProxies
from devcors.urls import Authority, literal_at


def proxy_authority(engine: Engine) -> Authority:
    """An address literal and the port."""
    assert engine.bound is not None
    return Authority(literal_at(engine.bound.host), engine.bound.port)


def script(engine: Engine, others: UpstreamProxies) -> str:
    """proxy.pac for the policy of the moment; `others` is where other hosts go."""
    return proxy_auto_config(intercepted(engine.policy), proxy_authority(engine), others)


def intercepted(policy: Policy) -> list[str]:
    """The keys of `[intercept]`."""
    return [rule.name for rule in policy.hosts]


def script_url(engine: Engine, others: UpstreamProxies) -> str | None:
    """The URL of proxy.pac, another one for each content; None without an admin port."""
    if engine.admin is None:
        return None
    host = engine.admin.sockets[0].getsockname()[0]
    return f"http://{host}:{engine.admin.port}{PATH}?{version(script(engine, others))}"


def admin_url(engine: Engine) -> str | None:
    """The admin port's origin, by the name that a browser's address bar shows; None without one."""
    return f"http://localhost:{engine.admin.port}" if engine.admin else None
