"""What a verdict costs: `python -m benchmarks.judging` prints microseconds for one response, beside an empty call."""

from __future__ import annotations

import timeit

from devcors.config.schema import Config
from devcors.heads import Fields, RequestHead, ResponseHead
from devcors.policy import Door, Facts, Forward, compile_policy

POLICY = compile_policy(Config.model_validate({"routes": {"/api": "http://localhost:8080"}}), Door(2677))
FACTS = Facts("http", None, "127.0.0.1", "127.0.0.1")
COMMON: Fields = ((b"Host", b"localhost:2677"), (b"Accept", b"*/*"), (b"Sec-Fetch-Mode", b"cors"))
PAGE = (b"Origin", b"http://localhost:5173")
GRANT: Fields = ((b"Access-Control-Allow-Origin", PAGE[1]), (b"Vary", b"Origin"))
PLAIN: Fields = ((b"Content-Type", b"application/json"), (b"Content-Length", b"2"))
COOKIE = (b"Set-Cookie", b"sid=1; Path=/; HttpOnly; SameSite=Lax")

CASES: list[tuple[str, Fields, Fields]] = [
    ("same-origin", COMMON, PLAIN),
    ("same-origin, Set-Cookie", COMMON, (*PLAIN, COOKIE)),
    ("cross-origin, allowed", (*COMMON, PAGE), (*PLAIN, *GRANT)),
    ("cross-origin, blocked", (*COMMON, PAGE), PLAIN),
]


def _cost(request: Fields, response: Fields) -> tuple[float, float]:
    """Microseconds of the request's and of the response's decision."""
    head, answer = RequestHead(b"GET", b"/api/items", request), ResponseHead(200, b"OK", response)
    forward = POLICY.request(head, FACTS)
    assert isinstance(forward, Forward)
    POLICY.response(forward, answer)  # what is loaded on first use is not what is measured
    asked = min(timeit.repeat(lambda: POLICY.request(head, FACTS), number=2000, repeat=7))
    # the verdict is made when somebody looks at it
    judged = min(timeit.repeat(lambda: POLICY.response(forward, answer).cors, number=2000, repeat=7))
    return asked / 2000 * 1e6, judged / 2000 * 1e6


def main() -> None:
    """Prints the table; the judge's part is what is above the same-origin row."""
    costs = [(name, *_cost(request, response)) for name, request, response in CASES]
    _, base_asked, base_judged = costs[0]
    print(f"{'':<26}{'request us':>12}{'response us':>13}{'judging us':>12}")
    for name, asked, judged in costs:
        judging = (asked - base_asked) + (judged - base_judged)
        print(f"{name:<26}{asked:>12.1f}{judged:>13.1f}{judging:>12.1f}")


if __name__ == "__main__":
    main()
