"""Requests for mitmproxy's own address go to the front end and the backends that devcors.toml names."""

from devcors.proxy.scripts import ConfiguredAddon

addons = [ConfiguredAddon(uses={"frontend", "routes", "cors", "server"})]
