"""CORS headers of the hosts of `[intercept]` in devcors.toml are judged, injected or rewritten."""

from devcors.proxy.scripts import ConfiguredAddon

addons = [ConfiguredAddon(uses={"intercept", "cors"})]
