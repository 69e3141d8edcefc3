"""For all tests."""

import os

from hypothesis import settings

# how long an example takes says what else the machine does: no deadline
settings.register_profile("devcors", deadline=None)
settings.load_profile("devcors")

# under sudo devcors acts for who called it, whose the folders of these tests are not
for name in ("SUDO_UID", "SUDO_GID"):
    os.environ.pop(name, None)
