"""The limit on open files, each time in a process of its own, since no process gets a hard limit back."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from devcors.system.openfiles import WANTED

_HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
_AS_MANY_AS_WANTED = _HARD == resource.RLIM_INFINITY or _HARD >= 2 * WANTED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((256, 512), (512, 512)),
        ((512, 512), (512, 512)),
        ((256, 2 * WANTED), (WANTED, 2 * WANTED)),
        ((2 * WANTED, 2 * WANTED), (2 * WANTED, 2 * WANTED)),
    ],
)
def test_the_soft_limit_is_raised_as_far_as_it_may(before: tuple[int, int], after: tuple[int, int]) -> None:
    if before[1] > 512 and not _AS_MANY_AS_WANTED:
        pytest.skip(f"the hard limit here is {_HARD}")
    code = f"""
import resource
from devcors.system.openfiles import allow_many
resource.setrlimit(resource.RLIMIT_NOFILE, {before})
allow_many()
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == str(after)
