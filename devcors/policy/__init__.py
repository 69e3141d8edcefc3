"""A config compiled, immutable: one call for a request head, one for a response head, and `explain`.

    policy = compile_policy(config, door)
    decision = policy.request(head, facts)         # Forward | Answer | Relay
    outcome = policy.response(forward, response)   # the head to send on, and the verdicts

Both lanes ask it, and `explain` asks it without sending anything.
"""

from .compiling import compile_policy
from .explaining import Explanation, explain
from .facts import Door, Facts
from .outcomes import Answer, Forward, Outcome, Relay
from .policy import Policy

__all__ = [
    "Answer",
    "Door",
    "Explanation",
    "Facts",
    "Forward",
    "Outcome",
    "Policy",
    "Relay",
    "compile_policy",
    "explain",
]
