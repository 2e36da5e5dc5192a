"""What is said of chance, of slopes that normalisation may hide, and of runs of measurement, from rows made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kruskal

from firstdose.analysis.attribution.beside_the_dose import runs_beside
from firstdose.analysis.attribution.sources import RUNS_HELD
from firstdose.analysis.metabolism.preparing import prepare
from firstdose.protocol.metabolism import Metabolism
from firstdose.records.results import Result
from firstdose.report.attribution.findings import statements
from firstdose.report.attribution.rows import AttributionRows
from tests.analysis.attribution.attribution_trials import FIFTEEN, trial
from tests.analysis.metabolism.made_abundances import DOSES, made_abundances

ON, AFTER, ALONE = "dose_slope_on_drug", "dose_slope_after_drug", "dose_slope"
LEAVES_0_OUT, HOLDS_0 = (0.1, 0.05, 0.15), (0.02, -0.1, 0.14)
Interval = tuple[float, float, float]


def row(table: str, what: str, statistic: str, **fields: object) -> Result:
    return Result(chapter="attribution", table=table, what=what, statistic=statistic, **fields)  # type: ignore[arg-type]


def drug(name: str = "tacrolimus") -> Result:
    return row("drug", name, "people_who_took_it", value=15.0, of=15.0)


def outcome(name: str, warning: str = "", /, **slopes: tuple[Interval, float | None]) -> list[Result]:
    """The rows of one outcome: its slopes by their keys, with the interval and the adjusted p."""
    found = [row("design", name, "values", value=45.0)]
    for what, ((value, lower, upper), p) in slopes.items():
        found.append(row("comparisons", what, "people", value=15.0, of=15.0, within=name, warning=warning))
        found.append(row("comparisons", what, "estimate", value=value, lower=lower, upper=upper, within=name))
        if p is not None:
            found.append(row("comparisons", what, "p_adjusted", value=p, within=name))
    return found


def told(*rows: Result) -> dict[str, str]:
    return {each.key: each.text for each in statements(AttributionRows(rows))}


def slopes(on: tuple[Interval, float | None], after: tuple[Interval, float | None]) -> dict[str, str]:
    return told(drug(), *outcome("walk", **{ON: on, AFTER: after}), *outcome("peg", **{ON: on, AFTER: after}))


@pytest.mark.parametrize(
    ("p_on", "p_after", "is_shown", "words"),
    [
        (0.01, 0.04, True, "p of the slope on tacrolimus and the slope after tacrolimus stay below 0.05."),
        (0.01, 0.05, False, "Chance would explain the slope after tacrolimus as well"),
        (0.01, 0.05, False, "its p is not below 0.05, while that of the slope on tacrolimus stays below it."),
        (0.06, 0.05, False, "Chance would explain the slope on tacrolimus and the slope after tacrolimus as well"),
        (0.06, 0.05, False, "their p are not below 0.05."),
    ],
)
def test_a_change_is_said_to_differ_only_if_every_slope_is_called_after_adjusting(
    p_on: float, p_after: float, is_shown: bool, words: str
) -> None:
    text = slopes((LEAVES_0_OUT, p_on), (LEAVES_0_OUT, p_after))["slope_on_and_after"]
    assert words in text
    assert "by Holm's method over all outcomes and both periods" in text
    assert ("the change differs between doses" in text) == is_shown
    assert ("the interval of the slope on dose leaves 0 out, on tacrolimus" in text) == (not is_shown)
    assert ("hance" in text) == (not is_shown)


@pytest.mark.parametrize(("p", "is_shown"), [(0.049, True), (0.3, False)])
def test_a_slope_of_one_period_that_is_not_called(p: float, is_shown: bool) -> None:
    """The p of the other period, whose interval holds 0, says nothing of it."""
    on_only = slopes((LEAVES_0_OUT, p), (HOLDS_0, 0.9))["slope_on_drug_only"]
    after_only = slopes((HOLDS_0, 0.01), (LEAVES_0_OUT, p))["slope_after_drug_only"]
    for text in (on_only, after_only):
        assert ("the change differs between doses" in text) == is_shown
        assert ("this is not shown" in text) == is_shown
        assert ("this is not so" in text) == (not is_shown)
        assert ("Chance would explain the slope" in text) == (not is_shown)
        assert ("p of the slope" in text) == is_shown


def test_without_anything_to_adjust_for_nothing_is_said_of_chance() -> None:
    text = slopes((LEAVES_0_OUT, None), (LEAVES_0_OUT, None))["slope_on_and_after"]
    assert "the change differs between doses" in text
    assert "Holm" not in text
    assert "hance" not in text


def test_without_a_drug_there_is_one_period() -> None:
    alone = (LEAVES_0_OUT, 0.2)
    found = told(drug("none"), *outcome("walk", **{ALONE: alone}), *outcome("peg", **{ALONE: alone}))
    assert "the interval of the slope on dose leaves 0 out" in found["slope_without_drug"]
    assert "Chance would explain the slope as well" in found["slope_without_drug"]
    assert "over all outcomes, p of the slope is below 0.05 in 0 of 2." in found["not_adjusted"]


def test_of_how_many_outcomes_each_period_is_called() -> None:
    """Of each period as many as have a p there: the third outcome was not measured after the drug."""
    found = told(
        drug(),
        *outcome("walk", **{ON: (LEAVES_0_OUT, 0.01), AFTER: (HOLDS_0, 0.7)}),
        *outcome("peg", **{ON: (HOLDS_0, 0.4), AFTER: (HOLDS_0, 0.7)}),
        *outcome("digits", **{ON: (LEAVES_0_OUT, 0.02)}),
    )
    text = found["not_adjusted"]
    assert text.startswith("3 outcomes were looked at")
    assert "p of the slope on tacrolimus is below 0.05 in 2 of 3 (walk and digits)" in text
    assert "p of the slope after tacrolimus is below 0.05 in 0 of 2." in text


@pytest.mark.parametrize(
    ("normalised", "raw", "is_hidden"),
    [
        (HOLDS_0, LEAVES_0_OUT, True),
        (HOLDS_0, (-0.1, -0.15, -0.05), True),
        (LEAVES_0_OUT, LEAVES_0_OUT, False),
        (HOLDS_0, HOLDS_0, False),
        (LEAVES_0_OUT, HOLDS_0, False),
    ],
)
def test_a_slope_that_only_normalisation_takes_out_is_told(
    normalised: Interval, raw: Interval, is_hidden: bool
) -> None:
    value, lower, upper = raw
    hidden = row(
        "comparisons", f"{AFTER}_not_normalised", "estimate", value=value, lower=lower, upper=upper, within="sugars"
    )
    known = outcome("sugars", **{ON: (HOLDS_0, 0.5), AFTER: (normalised, 0.01)})
    found = told(drug(), *known, hidden)
    assert ("normalisation_may_hide" in found) == is_hidden
    if is_hidden:
        text = found["normalisation_may_hide"]
        assert "leaves 0 out for the slope after tacrolimus of sugars." in text
        assert "on tacrolimus" not in text
        assert "or chance" in text


def test_slopes_that_normalisation_may_hide_are_told_by_period() -> None:
    value, lower, upper = LEAVES_0_OUT
    known = {ON: (HOLDS_0, 0.5), AFTER: (HOLDS_0, 0.5)}
    hidden = [
        row("comparisons", f"{what}_not_normalised", "estimate", value=value, lower=lower, upper=upper, within=name)
        for name, what in (("sugars", ON), ("sugars", AFTER), ("lipids", AFTER))
    ]
    text = told(drug(), *outcome("sugars", **known), *outcome("lipids", **known), *hidden)["normalisation_may_hide"]
    assert "the slope on tacrolimus of sugars; and for the slope after tacrolimus of sugars and lipids." in text


def test_runs_stand_beside_the_dose_at_each_visit() -> None:
    """The share is H / (N - 1) of Kruskal and Wallis, by scipy."""
    crossed, alike, none = (
        prepare(made_abundances(2, batch=kind), Metabolism()) for kind in ("crossed", "dose", "none")
    )
    frame = trial(FIFTEEN)
    assert not list(runs_beside(frame, none))
    for (prepared,), is_separated in ((crossed, False), (alike, True)):
        rows = list(runs_beside(frame, [prepared]))
        assert {each.when for each in rows} == {"M0", "M3", "M12"}
        assert {(each.what, each.within) for each in rows} == {("run", "serum")}
        separated = {each.value for each in rows if each.statistic == "separated"}
        assert separated == {float(is_separated)}
        here = prepared.visits == "M12"
        groups = [np.array(DOSES)[prepared.batches[here] == each] for each in np.unique(prepared.batches)]
        (share,) = [each for each in rows if each.statistic == "share_of_rank_variance" and each.when == "M12"]
        assert share.value == pytest.approx(kruskal(*groups).statistic / (len(DOSES) - 1))


def runs(*shares: float) -> list[Result]:
    visits = ("M0", "M3", "M12")
    return [
        row("beside_the_dose", "run", "share_of_rank_variance", value=share, within="serum", when=visit)
        for visit, share in zip(visits, shares, strict=True)
    ]


def test_a_run_that_went_along_with_the_dose_is_named_with_its_visit_where_slopes_hold_it() -> None:
    both = {ON: (LEAVES_0_OUT, 0.01), AFTER: (LEAVES_0_OUT, 0.01)}
    measured, clinical = outcome("sugars", RUNS_HELD, **both), outcome("walk", **both)
    explained = "a difference between runs of measurement that is not the same in all samples of a run"
    found = told(drug(), *measured, *runs(0.1, 0.2, 0.8))
    assert "the run of measurement at M12 (80" in found["dose_largely_along"]
    assert "Slopes of metabolites are at the same run" in found["dose_largely_along"]
    assert explained in found["slope_on_and_after"]
    assert explained not in told(drug(), *clinical, *runs(0.1, 0.2, 0.8))["slope_on_and_after"]
    unrelated = told(drug(), *measured, *runs(0.1, 0.2, 0.3))
    assert explained not in unrelated["slope_on_and_after"]
    assert "dose_largely_along" not in unrelated
