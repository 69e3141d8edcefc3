"""The record of each exchange that devcors.toml names, one line of JSON each."""

from devcors.proxy.scripts import ConfiguredAddon, print_json

addons = [ConfiguredAddon(uses={"frontend", "routes", "intercept", "cors", "server"}, show=print_json)]
