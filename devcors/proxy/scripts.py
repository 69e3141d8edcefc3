"""devcors' behaviours as addons of a stock mitmproxy: the scripts in `addons/` are made of these."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Collection
from pathlib import Path

from mitmproxy import ctx, exceptions, http
from mitmproxy.addonmanager import Loader
from mitmproxy.addons.core import LISTEN_PORT as CORE_PORT

from devcors.config.loading import load
from devcors.config.schema import Config, RouteCors
from devcors.errors import DevcorsError
from devcors.policy import Door, Policy, compile_policy
from devcors.traffic.journal import Journal
from devcors.traffic.lines import details, line
from devcors.traffic.record import Exchange
from devcors.urls import parse_authority

from .exchanges import Exchanges
from .recording import Recorder

log = logging.getLogger("devcors")

OPTION = "devcors_config"

Show = Callable[[Exchange], None]


class ConfiguredAddon(Exchanges):
    """The daemon's addon, with the parts of a config that one behaviour uses.

    `uses` names top-level tables of devcors.toml; without `cors` there, no CORS header is judged or touched. `show` is
    called for each exchange that ends.
    """

    def __init__(self, uses: Collection[str], show: Show | None = None) -> None:
        journal = Journal()
        super().__init__(lambda: self._current, Recorder(journal, "mitmproxy"), whole_bodies=lambda: True)
        self._uses = uses
        self.name = f"devcors: {', '.join(sorted(uses))}"  # mitmproxy refuses two addons of one name
        self._current: Policy = compile_policy(Config(), Door(0))
        journal.listen(show or log_line)

    def load(self, loader: Loader) -> None:
        """Adds the option; several scripts share it."""
        if OPTION not in ctx.options:
            loader.add_option(OPTION, str, "devcors.toml", "The devcors.toml that devcors' scripts go by.")

    def configure(self, updated: set[str]) -> None:
        """Reads the config again when its path or mitmproxy's port changes."""
        if not updated & {OPTION, "listen_port"}:
            return
        try:
            config = load(path=Path(getattr(ctx.options, OPTION)), environ=os.environ).config
        except DevcorsError as error:
            raise exceptions.OptionsError(str(error)) from None
        self._current = compile_policy(self._used(config), Door(ctx.options.listen_port or CORE_PORT))

    def _used(self, config: Config) -> Config:
        unused = {name: getattr(Config(), name) for name in Config.model_fields if name not in self._uses}
        config = config.model_copy(update=unused)
        if "cors" in self._uses:
            return config
        off = {"cors": RouteCors(mode="off")}
        hosts = {host: entry.model_copy(update=off) for host, entry in config.intercept.items()}
        return config.model_copy(update={"intercept": hosts})

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Whom mitmproxy serves is its user's business."""

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """What no route and no host names stays as it is."""
        if self._is_named(flow):
            super().requestheaders(flow)

    def _is_named(self, flow: http.HTTPFlow) -> bool:
        policy = self._current
        destination = self._destination(flow, policy)
        if destination is None:
            return bool(policy.rules or policy.frontend)
        authority = parse_authority(destination)
        return policy.hosts.find(authority.host, authority.port_or(flow.request.scheme)) is not None


def log_line(exchange: Exchange) -> None:
    """The line of the terminal, in mitmproxy's log."""
    record = exchange.to_json()
    for text in (line(record), *details(record)):
        log.info(text.plain)


def log_cookies(exchange: Exchange) -> None:
    """The same, for exchanges that set cookies."""
    if exchange.cookies:
        log_line(exchange)


def print_json(exchange: Exchange) -> None:
    """The record as JSON."""
    print(json.dumps(exchange.to_json(), ensure_ascii=False))
