"""mitmproxy is imported once with warnings off: what its own dependencies say of their age is not our error."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mitmproxy.addons  # noqa: F401 - for its effect
