"""Which cookies go when a site has too many: each browser's order.

Known: the cookies of one site and one partition, and which of them is new. Wanted: those that go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .cases import Kept
from .setcookie import Priority

MOST: Final = 180  # cookies of one site, in Chromium and in Firefox
LEFT: Final = 150  # after a clearing

# Chromium protects so many of each priority, the most recently used ones
_QUOTAS: Final[dict[Priority, int]] = {"low": 30, "medium": 50, "high": 70}
# the rounds of a clearing: a priority, and whether Secure cookies are spared
_ROUNDS: Final[tuple[tuple[Priority, bool], ...]] = (
    ("low", True),
    ("low", False),
    ("medium", True),
    ("high", True),
    ("medium", False),
    ("high", False),
)


def by_priority(kept: Sequence[Kept], new: Kept) -> Sequence[Kept]:
    """Chromium: the lower Priority before the higher, Secure ones last, the longest unused first.

    In a partition only age counts, and no more go than there are too many.
    """
    left, goal = sorted(kept, key=_age), len(kept) - LEFT
    if new.stored.partition:
        return left[: len(kept) - MOST]
    gone: list[Kept] = []
    for priority, spare_secure in _ROUNDS:
        round_gone = _one_round(left, priority, spare_secure, goal - len(gone))
        gone += round_gone
        left = [each for each in left if each not in round_gone]
    return gone


def _one_round(kept: Sequence[Kept], priority: Priority, spare_secure: bool, goal: int) -> Sequence[Kept]:
    ours = [each for each in kept if each.cookie.priority == priority]
    open_to_all = [each for each in ours if not (spare_secure and each.cookie.secure)]
    protected = max(_QUOTAS[priority], len(ours) - len(open_to_all))
    return open_to_all[: max(0, min(goal, len(ours) - protected))]


def secure_last(kept: Sequence[Kept], new: Kept) -> Sequence[Kept]:
    """Firefox: those that are not Secure, the longest unused first; Secure ones only for a Secure one.

    A new cookie that is not Secure has no place among Secure ones.
    """
    others = [each for each in kept if each is not new]
    insecure = [each for each in others if not each.cookie.secure]
    if not insecure and not new.cookie.secure:
        return [new]
    return sorted(insecure or others, key=_age)[: len(kept) - LEFT]


def _age(kept: Kept) -> tuple[float, int]:
    return kept.accessed, kept.number
