"""The curves of a search: drawn so that none is seen twice, their errors, and what is said where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.designs.building import build_design
from firstdose.protocol.problems import ProblemsFound
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import Scenarios, TruthError, random_monotone, true_mtds
from firstdose.simulation.tuning import families, tune
from firstdose.simulation.tuning.families import kinds_of, unlike_words
from firstdose.simulation.tuning.measures import by_scenario
from firstdose.simulation.tuning.plan import Curves
from tests.simulation.tunings import TARGET, plan_with, protocol_of


def test_standard_errors_are_those_of_drawing_the_curves_again() -> None:
    """Brute force: the mean over a family, of 300 families; as many curves of each kind are drawn every time."""
    random, toxic, families_drawn = 24, 8, 300
    rule = build_design(protocol_of())
    drawn = [families(Curves(random=random, too_toxic=toxic, seed=seed), Curves(random=1, seed=10_000), 3, TARGET).seen for seed in range(families_drawn)]  # fmt: skip  # noqa: E501
    truths = np.concatenate([each.truths for each in drawn])
    curves = Scenarios(truths, tuple(map(str, range(len(truths)))), "random")
    rows = operating_characteristics(rule, curves, distributions=False).scenarios
    kinds = kinds_of(Curves(random=random, too_toxic=toxic))
    size = len(kinds)
    each_family = [by_scenario(rows[start : start + size], kinds) for start in range(0, len(rows), size)]
    for name, pooled_is_too_large in (("correct_selection", 1.0), ("participants_above_mtd", 1.1)):
        means = np.array([family.values[name].mean() for family in each_family])  # type: ignore[index]
        told = np.array([family.summaries()["all"][name].standard_error for family in each_family], dtype=float)
        pooled = np.array([family.values[name].std(ddof=1) / np.sqrt(size) for family in each_family])  # type: ignore[index]
        apart = means.std(ddof=1)  # its own relative error is 1 / sqrt(600), 4 %
        assert np.sqrt((told**2).mean()) == pytest.approx(apart, rel=0.12)
        assert np.sqrt((pooled**2).mean()) > pooled_is_too_large * apart


def test_a_kind_of_one_curve_is_no_kind_of_its_own() -> None:
    rows = operating_characteristics(build_design(protocol_of()), random_monotone(3, TARGET, 5, 1)).scenarios
    values = by_scenario(rows).values["mean_dlts"]
    told = by_scenario(rows, (0, 1, 1, 1, 1)).summaries()["all"]["mean_dlts"].standard_error
    assert told == pytest.approx(values.std(ddof=1) / np.sqrt(5))
    assert by_scenario(rows[:1]).summaries()["all"]["mean_dlts"].standard_error is None


def test_streams_of_curves_never_overlap() -> None:
    curves = [families(Curves(random=40, too_toxic=5, seed=one), Curves(random=40, too_toxic=5, seed=two), 4, TARGET) for one, two in ((1, 2), (2, 3), (3, 1))]  # fmt: skip  # noqa: E501
    for each in curves:
        assert not {tuple(row) for row in each.seen.truths.tolist()} & {
            tuple(row) for row in each.unseen.truths.tolist()
        }
    first = curves[0].seen
    assert np.array_equal(first.truths[:40], random_monotone(4, TARGET, 40, 1).truths)
    assert (true_mtds(first.truths[40:], TARGET) == 0).all()
    assert len({tuple(row) for row in first.truths.tolist()}) == 45
    again = families(Curves(random=40, too_toxic=3, seed=1), Curves(random=1, seed=9), 4, TARGET).seen
    assert np.array_equal(again.truths, first.truths[:43])


def test_curves_that_cannot_be_drawn_are_refused_in_words() -> None:
    with pytest.raises(TruthError, match=r"above 1\.4 times the target 0\.8"):
        families(Curves(too_toxic=3), Curves(random=2, seed=2), 3, 0.8)


def test_aims_about_curves_that_are_not_there_are_refused_in_words() -> None:
    plan = plan_with(constraints=[{"figure": "none_selected", "over": "too_toxic", "at_least": 0.5}], unseen={"listed": [[0.1, 0.2, 0.3]]})  # fmt: skip  # noqa: E501
    with pytest.raises(ProblemsFound, match="no such curves among `unseen`; add `too_toxic: 20` to `unseen`"):
        tune(protocol_of(), plan)


def test_families_of_other_shares_are_told() -> None:
    assert "shares" in unlike_words(plan_with())  # 12 random and 2 too toxic against 9 and 3
    assert not unlike_words(plan_with(unseen={"random": 24, "too_toxic": 4, "seed": 2}))
