"""What the policy has decided of a request, kept for the next time that the same one comes."""

from __future__ import annotations

from devcors.heads import ResponseHead
from devcors.policy import Answer, Forward, Outcome


class Decided:
    """A decision, and what came of the last response to it. The policy is pure: what it has said, it need not be asked
    again; and a server says the same head until its Date is another.

    It refers to all of it, and nothing of it to this: no cycle for the garbage collector.
    """

    __slots__ = ("_head", "_outcome", "decision")

    def __init__(self, decision: Forward | Answer) -> None:
        self.decision = decision
        self._head: ResponseHead | None = None
        self._outcome: Outcome

    def outcome(self, head: ResponseHead) -> Outcome:
        """What the client gets of an upstream's response to what was forwarded. Equal heads come as one object."""
        if head is not self._head:
            forward = self.decision
            assert isinstance(forward, Forward)  # nothing else has a response
            self._outcome, self._head = forward.policy.response(forward, head), head
        return self._outcome
