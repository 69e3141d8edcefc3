from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figures import Figures, Summary, difference, percentile, quotient, rotated, summary

FINITE = st.floats(-1e9, 1e9)


def test_summary_is_median_and_spread() -> None:
    assert summary([3.0, 9.0, 1.0]) == Summary(3.0, 1.0, 9.0)
    assert summary([4.0, 2.0]) == Summary(3.0, 2.0, 4.0)
    assert summary([]) is None


def test_percentile_by_nearest_rank() -> None:
    values = [15.0, 20.0, 35.0, 40.0, 50.0]
    assert [percentile(values, percent) for percent in (5, 30, 40, 50, 100)] == [15.0, 20.0, 20.0, 35.0, 50.0]
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


@given(st.lists(FINITE, min_size=1), st.integers(1, 100))
def test_percentile_is_the_least_value_that_enough_do_not_exceed(values: list[float], percent: int) -> None:
    found = percentile(values, percent)
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    below = [value for value in values if value < found]
    assert len(below) * 100 < percent * len(values)


def test_everybody_is_first_once() -> None:
    items = ["a", "b", "c"]
    orders = [rotated(items, round_) for round_ in range(4)]
    assert [order[0] for order in orders] == ["a", "b", "c", "a"]
    assert all(sorted(order) == items for order in orders)
    assert rotated([], 2) == []


def figures_of(**peers: list[float]) -> Figures:
    figures = Figures()
    for peer, values in peers.items():
        for round_, value in enumerate(values):
            figures.add("m", peer, round_, value)
    return figures


def test_a_ratio_is_taken_within_each_round() -> None:
    # the machine was half as fast in the second round: the ratio is 2 all the same
    figures = figures_of(devcors=[200.0, 100.0, 220.0], vite=[100.0, 50.0, 110.0])
    assert figures.ratio(("m", "devcors"), ("m", "vite")) == Summary(2.0, 2.0, 2.0)


def test_a_ratio_leaves_out_rounds_that_one_lacks() -> None:
    figures = figures_of(devcors=[10.0, 20.0], vite=[10.0])
    assert figures.ratio(("m", "devcors"), ("m", "vite")) == Summary(1.0, 1.0, 1.0)
    assert figures.ratio(("m", "devcors"), ("m", "nginx")) is None


def test_a_ratio_to_what_noise_ate_is_none() -> None:
    assert quotient(5.0, 0.0) is None
    assert quotient(5.0, -1.0) is None
    figures = figures_of(devcors=[5.0, 6.0], vite=[-1.0, 3.0])
    assert figures.ratio(("m", "devcors"), ("m", "vite")) == Summary(2.0, 2.0, 2.0)


def test_a_derived_measure_belongs_to_the_first_ones_peer() -> None:
    figures = figures_of(devcors=[50.0, 70.0, 60.0], direct=[20.0, 30.0])
    assert figures.derive("added", ("m", "devcors"), ("m", "direct"), difference) == {0: 30.0, 1: 40.0}
    assert figures.rounds("added", "devcors") == {0: 30.0, 1: 40.0}
    assert figures.rounds("added", "direct") == {}


def test_a_note_is_said_once() -> None:
    figures = Figures()
    figures.note("no wrk")
    figures.note("no wrk")
    assert figures.notes == ["no wrk"]
