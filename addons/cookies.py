"""Cookies of the hosts of `[intercept]` in devcors.toml: told which a browser refuses, and edited as `cookies` says."""

from devcors.proxy.scripts import ConfiguredAddon, log_cookies

addons = [ConfiguredAddon(uses={"intercept"}, show=log_cookies)]
