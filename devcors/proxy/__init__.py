"""mitmproxy, made into devcors: the master, the `devcors` mode, and the addons that carry out what the policy says."""

from .addons_package import leave_unread

leave_unread()
