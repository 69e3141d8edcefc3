"""A run as text: one table, a part for each group of measures, and the targets at the end. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .figures import Figures, Summary
from .measures import GROUPS, Group, Measure
from .targets import Held, held

NAME_WIDTH, CELL_WIDTH = 24, 32


def number(value: float) -> str:
    """Three figures that count, thousands apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(found: Summary, unit: str = "") -> str:
    """Median, then least and greatest."""
    median = f"{number(found.median)} {unit}".rstrip()
    return f"{median}  ({number(found.least)}–{number(found.most)})"


def table(figures: Figures, peers: Sequence[str], missing: Mapping[str, str]) -> str:
    """All of it. `peers` in the order of the rows; `missing` peers with the reason."""
    lines = [
        f"{'':<{NAME_WIDTH}}median of the rounds (least–most); ratios are taken within a round",
    ]
    for group in GROUPS:
        lines += _group(group, figures, peers)
    if missing:
        lines += [
            "",
            "Peers that took no part",
            *(f"  {why}: {', '.join(names)}" for why, names in _by_reason(missing)),
        ]
    lines += ["", *_targets(held(figures))]
    if figures.notes:
        lines += ["", "Notes", *(f"  {note}" for note in figures.notes)]
    return "\n".join(lines)


def _by_reason(missing: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    for why in dict.fromkeys(missing.values()):
        yield why, [name for name, reason in missing.items() if reason == why]


def _group(group: Group, figures: Figures, peers: Sequence[str]) -> Iterator[str]:
    rows = [row for peer in peers if (row := _row(group, figures, peer))]
    if not rows:
        return
    yield ""
    yield f"{group.title}"
    heads = "".join(f"{_head(measure):<{CELL_WIDTH}}" for measure in group.measures)
    yield f"{'':<{NAME_WIDTH}}{heads}".rstrip()
    yield from rows


def _head(measure: Measure) -> str:
    return f"{measure.label}, {measure.unit}"


def _row(group: Group, figures: Figures, peer: str) -> str | None:
    cells = [_cell(measure.key, figures, peer) for measure in group.measures]
    if not any(cells):
        return None
    return f"  {peer:<{NAME_WIDTH - 2}}{''.join(f'{cell:<{CELL_WIDTH}}' for cell in cells)}".rstrip()


def _cell(key: str, figures: Figures, peer: str) -> str:
    found = figures.summary(key, peer)
    failed = figures.failures.get(key, {}).get(peer)
    if found is None:
        return f"failed: {failed}" if failed else ""
    return spread(found) + (f", failed once: {failed}" if failed else "")


def _targets(all_held: Sequence[Held]) -> Iterator[str]:
    yield "Targets of devcors"
    yield f"  {'':<44}{'wanted':<14}measured"
    for target, actual, met, unsure in all_held:
        if actual is not None:
            wanted = f"{'<=' if target.at_most else '>='} {target.bound:g} {target.unit}"
            verdict = ("met" if met else "missed") + (", but not in every round" if unsure else "")
            yield f"  {target.name:<44}{wanted:<14}{spread(actual, target.unit):<34}{verdict}"
    if open_ := [each.target.name for each in all_held if each.actual is None]:
        yield f"  not measured: {'; '.join(open_)}"
