"""mitmproxy is imported once with warnings off: what its own dependencies say of their age is not our error."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mitmproxy.addons import default_addons  # noqa: F401 - reads them all
