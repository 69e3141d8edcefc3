"""Results as a table and as a list of what was wrong, with the bytes on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .case import Case, Expect
from .judging import Kind
from .running import Result

_SHOWN = 700
_WAYS = ("whole", "byte by byte")


def failed(results: Sequence[Result], kind: Kind, *, in_answer: bool | None = None) -> list[str]:
    """The ids of the cases with such a violation, each once, in order; of answers or requests only where asked."""
    found = {
        result.case.id: None
        for result in results
        if in_answer in (None, result.case.in_answer) and any(each.kind is kind for each in result.violations)
    }
    return list(found)


def table(name: str, results: Sequence[Result]) -> str:
    """Cases of each kind and how many of them went wrong. A case counts once, whichever way of sending it failed."""
    cases = {result.case.id: result.case for result in results}
    lines = [f"{name}: {len(cases)} cases, {len(results)} runs"]
    for in_answer, what in ((False, "requests"), (True, "answers")):
        of = [case for case in cases.values() if case.in_answer is in_answer]
        lines.append(f"  {what}")
        lines += [f"    {_count(results, of, kind):>4} of {total:<4} {text}" for kind, total, text in _rows(of)]
    return "\n".join(lines)


def _rows(of: Sequence[Case]) -> Iterator[tuple[tuple[Expect, Kind | None], int, str]]:
    def total(*expects: Expect) -> int:
        return sum(case.expect in expects for case in of)

    refused, passed, free = Expect.REJECT, Expect.PASS, Expect.EITHER
    yield (refused, Kind.REACHED), total(refused), "that must be refused went through"
    yield (refused, Kind.ANSWER), total(refused), "that must be refused were answered otherwise than expected"
    yield (passed, Kind.NOT_PASSED), total(passed), "that must pass did not"
    yield (passed, Kind.CONTENT), total(passed), "that must pass came out otherwise than expected"
    yield (passed, Kind.REACHED), total(passed), "that must pass let something through beside"
    yield (free, None), total(free), "that may be refused were neither refused nor passed in good order"


def _count(results: Sequence[Result], of: Sequence[Case], row: tuple[Expect, Kind | None]) -> int:
    expect, kind = row
    wanted = {case.id for case in of if case.expect is expect}
    return len(
        {
            result.case.id
            for result in results
            if result.case.id in wanted and any(kind in (None, each.kind) for each in result.violations)
        }
    )


def told(result: Result) -> str:
    """One failed run: what was expected and why, what was wrong, and the bytes."""
    case = result.case
    lines = [f"{case.id} ({_WAYS[result.pieces]}): {case.expect.value} ({case.source}: {case.why})"]
    lines += [f"  {each.kind.value}: {each.text}" for each in result.violations]
    lines.append(f"  client sent     {brief(result.sent)}")
    for each in result.seen.exchange.received:
        lines.append(f"  backend got     {brief(each.raw)} (connection {each.connection})")
    if not result.seen.exchange.received:
        lines.append("  backend got     nothing")
    if case.in_answer:
        answer = b"".join(step for steps in case.answers for step in steps if isinstance(step, bytes))
        lines.append(f"  backend sent    {brief(answer)}")
    lines.append(f"  client got      {brief(result.got)} (connection {result.seen.end.value})")
    return "\n".join(lines)


def brief(data: bytes) -> str:
    """Bytes to read, the middle of long ones left out."""
    if len(data) <= _SHOWN:
        return repr(data)
    return f"{data[: _SHOWN // 2]!r} … {data[-_SHOWN // 2 :]!r} ({len(data)} bytes)"
