"""A config as the text of another server's configuration, by the target's name."""

from __future__ import annotations

from types import ModuleType

from devcors.config.schema import Config

from . import apache, caddy, envoy, haproxy, nginx, vite, webpack
from . import next as next_config
from .describing import describe
from .writing import Output

TARGETS: dict[str, ModuleType] = {
    "nginx": nginx,
    "apache": apache,
    "caddy": caddy,
    "haproxy": haproxy,
    "envoy": envoy,
    "vite": vite,
    "webpack": webpack,
    "next": next_config,
}
"""Name on the command line, and the module that writes it."""


def export(target: str, config: Config) -> Output:
    """The config for one of TARGETS, and notes on what that has not or has otherwise.

    Raises UsageError for a value that the target's language cannot hold.
    """
    output = TARGETS[target].write(describe(config))
    assert isinstance(output, Output)
    return output
