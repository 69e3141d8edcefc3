"""For all tests."""

from hypothesis import settings

# how long an example takes says what else the machine does: no deadline
settings.register_profile("devcors", deadline=None)
settings.load_profile("devcors")
