"""The chapter on attribution: confounding, comparisons, tipping points and controls in small trials."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import linregress, spearmanr

from firstdose.analysis.attribution.controls import SPEAKS_AGAINST, SPEAKS_FOR, UNDECIDED, reading
from firstdose.analysis.attribution.e_value_rows import CONTRAST, CONTRAST_AFTER
from firstdose.analysis.attribution.tipping_points import DRIFT, DRIFT_AFTER, DRUG
from firstdose.analysis.named_methods import METHODS
from firstdose.protocol.attribution import AttributedOutcome, Attribution, NegativeControl
from firstdose.records.derived import LabAnalysis
from firstdose.records.results import frame_of_results
from tests.analysis.attribution.attribution_trials import (
    DAYS,
    EDSS_ONLY,
    FIFTEEN,
    figures,
    slope_and_noise,
    tacrolimus,
    trial,
)
from tests.analysis.small_trials import PROTOCOL

DOSES = np.array([(5, 10, 16, 24)[level - 1] for level in FIFTEEN], dtype=float)
WHOLE = figures(trial(FIFTEEN, troughs={number: 6 + 0.1 * number for number in range(15)}))


def changes(visit: str) -> np.ndarray:
    return np.array([slope_and_noise(n, d, visit) - slope_and_noise(n, d, "M0") for n, d in enumerate(DOSES.tolist())])


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("dose_slope_on_drug", changes("M3")),
        ("dose_slope_after_drug", changes("M12")),
        ("difference_of_slopes", changes("M12") - changes("M3")),
    ],
)
def test_slopes_are_those_of_plain_regression(what: str, values: np.ndarray) -> None:
    line = linregress(np.log2(DOSES), values)
    found = WHOLE.one(table="comparisons", what=what, statistic="estimate")
    assert found.value == pytest.approx(line.slope)
    assert found.upper is not None
    assert found.upper - line.slope == pytest.approx(line.stderr * 2.160369, rel=1e-5)  # t, 13 degrees of freedom
    assert WHOLE.value(table="comparisons", what=what, statistic="p") == pytest.approx(line.pvalue)


def test_the_visit_effect_separates_nothing() -> None:
    assert WHOLE.one(table="needs", what="visit_effect_on_drug", statistic="separates").text == "no"
    found = WHOLE.value(table="comparisons", what="visit_effect_on_drug", statistic="estimate")
    assert found == pytest.approx(changes("M3").mean())


def test_dates_are_ordered_with_the_dose_and_sites_are_not() -> None:
    date = WHOLE.one(table="beside_the_dose", what="date_of_dosing", statistic="correlation")
    assert date.value == pytest.approx(spearmanr(DOSES, np.arange(15)).statistic)
    share = WHOLE.value(table="beside_the_dose", what="date_of_dosing", statistic="share_of_rank_variance")
    assert share == pytest.approx(spearmanr(DOSES, np.arange(15)).statistic ** 2)
    assert WHOLE.one(table="beside_the_dose", what="date_of_dosing", statistic="separated").text == "yes"
    inflation = WHOLE.value(table="beside_the_dose", what="date_of_dosing", statistic="variance_inflation")
    assert inflation == pytest.approx(1 / (1 - np.corrcoef(np.log2(DOSES), np.arange(15))[0, 1] ** 2))
    assert WHOLE.one(table="beside_the_dose", what="site", statistic="separated").text == "no"
    assert WHOLE.one(table="beside_the_dose", what="batch", statistic="separated").text == "no"  # all of one batch


def test_batches_that_are_the_doses_and_a_day_that_is_not_known() -> None:
    batches = {number: f"B{level}" for number, level in enumerate(FIFTEEN)}
    found = figures(trial(FIFTEEN, batches=batches, dated=lambda n: "2026" if n == 7 else f"2026-{n % 12 + 1:02}-03"))
    assert found.one(table="beside_the_dose", what="batch", statistic="separated").text == "yes"
    people = found.one(table="beside_the_dose", what="date_of_dosing", statistic="people")
    assert (people.value, people.of) == (14, 15)
    assert "not known exactly of 1" in people.warning


def test_the_adjusted_slope_is_that_of_residuals() -> None:
    """Frisch and Waugh: the slope on what the trough does not explain of the dose."""
    trough, doubling = 6 + 0.1 * np.arange(15), np.log2(DOSES)
    line = linregress(trough, doubling)
    rest = doubling - line.slope * trough
    found = WHOLE.one(table="comparisons", what="dose_slope_given_trough", statistic="estimate")
    assert found.value == pytest.approx(linregress(rest, changes("M3")).slope)


def test_the_grids_hold_the_finding_and_their_frontiers() -> None:
    finding = WHOLE.one(table="comparisons", what="dose_slope_on_drug", statistic="estimate")
    assert finding.value is not None
    assert finding.lower is not None
    for table in (DRUG, DRIFT):
        cells = WHOLE.where(table=table, statistic="corrected_slope")
        assert len(cells) == 25
        assert (cells[0].value, cells[0].lower) == pytest.approx((finding.value, finding.lower))
        assert cells[-1].upper is not None
        limit = WHOLE.value(table=table, statistic="until_the_interval_holds_0")
        assert limit == pytest.approx(finding.lower)
    for row in WHOLE.where(table=DRUG, statistic="frontier"):
        effect = float(row.when.split()[0])
        assert row.value == pytest.approx(finding.lower / effect, rel=1e-3)
    drift = WHOLE.value(table=DRIFT, statistic="frontier")
    assert drift is not None
    years = 30 * np.arange(15) / 365.25
    line = linregress(np.log2(DOSES), changes("M3") - drift * years)
    assert line.slope - 2.160369 * line.stderr == pytest.approx(0, abs=1e-5)


def test_grids_of_the_protocol() -> None:
    outcome = AttributedOutcome(
        name="edss", drug_effects=(0, 0.2), trough_slopes=(1.0,), yearly_drifts=(0.1,), highest_dose_steps=(0, -0.3)
    )
    found = figures(trial(FIFTEEN, protocol=replace(PROTOCOL, attribution=Attribution(outcomes=(outcome,)))))
    assert len(found.where(table=DRUG, statistic="corrected_slope")) == 2
    assert len(found.where(table=DRIFT, statistic="corrected_slope")) == 2


def magnesium(slope: float) -> list[LabAnalysis]:
    """Magnesium that falls with the dose by so much per doubling."""
    rows = []
    for number, dose in enumerate(DOSES.tolist()):
        draw = np.random.default_rng(number)
        for place, (visit, day) in enumerate(DAYS.items()):
            value = 0.8 + (slope * np.log2(dose) if day == 91 else 0.0) + draw.normal(scale=0.005)
            rows.append(
                LabAnalysis(
                    subject=f"P{number:02}", number=place + 1, test="MG", category="chemistry", visit=visit, day=day,
                    value=float(value), unit="mmol/L", is_baseline=day < 0,
                )
            )  # fmt: skip
    return rows


@pytest.mark.parametrize(("slope", "words"), [(0.0, SPEAKS_AGAINST), (-0.05, SPEAKS_FOR)])
def test_negative_controls_are_read_against_the_size_that_explains(slope: float, words: str) -> None:
    control = NegativeControl(name="MG", reason="tacrolimus lowers magnesium", explaining_slope=-0.04)
    plan = replace(EDSS_ONLY.attribution, negative_controls=(control, NegativeControl(name="none", reason="x")))
    protocol = replace(PROTOCOL, attribution=plan)
    found = figures(trial(FIFTEEN, laboratory=magnesium(slope), protocol=protocol))
    assert found.one(table="negative_controls", statistic="reading").text == words
    line = linregress(np.log2(DOSES), [
        row.value for row in magnesium(slope) if row.visit == "M3"
    ])  # fmt: skip
    assert found.value(table="negative_controls", what="MG", statistic="slope") == pytest.approx(line.slope, abs=0.01)
    assert "no values" in found.one(table="negative_controls", what="none").warning


def test_readings_on_either_side() -> None:
    assert reading(-0.1, 0.1, 0.2) == SPEAKS_AGAINST
    assert reading(-0.1, 0.3, 0.2) == UNDECIDED
    assert reading(0.1, 0.3, 0.2) == SPEAKS_FOR
    assert reading(-0.3, -0.1, -0.2) == SPEAKS_FOR
    assert reading(-0.1, 0.1, -0.2) == SPEAKS_AGAINST


@pytest.mark.parametrize(("contrast", "visit"), [(CONTRAST, "M3"), (CONTRAST_AFTER, "M12")])
def test_the_e_value_names_its_contrast_and_conversion(contrast: str, visit: str) -> None:
    assert WHOLE.one(table="e_values", what=contrast, statistic="people").text == "24 against 5 million cells"
    assert "exp(0.91 d)" in WHOLE.one(table="e_values", what=contrast, statistic="risk_ratio").warning
    change = changes(visit)
    low, high = change[DOSES == 5], change[DOSES == 24]
    deviation = np.sqrt((low.var(ddof=1) * 2 + high.var(ddof=1) * 5) / 7)
    ratio = np.exp(0.91 * (high.mean() - low.mean()) / deviation)
    found = WHOLE.value(table="e_values", what=contrast, statistic="e_value")
    assert found == pytest.approx(ratio + np.sqrt(ratio * (ratio - 1)))


def test_a_finding_after_the_drug_has_its_drift_and_no_finding_has_none() -> None:
    drift = WHOLE.value(table=DRIFT_AFTER, statistic="frontier")
    assert drift is not None
    line = linregress(np.log2(DOSES), changes("M12") - drift * 30 * np.arange(15) / 365.25)
    assert line.slope - 2.160369 * line.stderr == pytest.approx(0, abs=1e-5)
    nothing = figures(trial(FIFTEEN, value=lambda n, d, v: slope_and_noise(n, d if v == "M3" else 5.0, v)))
    assert not nothing.where(table=DRIFT_AFTER)
    assert not nothing.where(table="e_values", what=CONTRAST_AFTER)


@pytest.mark.parametrize("levels", [(), (1,), (1, 4), (2,) * 15, (1, 1, 4), FIFTEEN], ids=len)
@pytest.mark.parametrize("with_drug", [True, False])
def test_every_size_of_trial_works(levels: tuple[int, ...], with_drug: bool) -> None:
    protocol = EDSS_ONLY if with_drug else replace(EDSS_ONLY, background_treatments=())
    found = figures(trial(levels, protocol=protocol))
    frame_of_results(found.all)
    for each in found.all:
        assert each.value is not None or each.text or each.warning, each
        assert not each.method or each.method in METHODS, each
        for number in (each.value, each.lower, each.upper):
            assert number is None or np.isfinite(number), each
    keys = [(e.table, e.what, e.within, e.when, e.statistic) for e in found.all]
    assert len(keys) == len(set(keys))
    if not with_drug:
        assert "no background treatment" in found.one(table="drug").warning
        assert not found.where(table=DRUG)


def test_nobody_took_the_drug() -> None:
    other = tacrolimus(0)
    aspirin = replace(other, drug="aspirin", background_treatment=None)
    found = figures(trial(FIFTEEN, medications=[aspirin]))
    assert found.value(table="drug", statistic="people_who_took_it") == 0
    assert found.one(table="needs", what="dose_slope", statistic="separates").text == "between doses"


def test_no_troughs_are_said() -> None:
    found = figures(trial(FIFTEEN))
    assert "no trough" in found.one(table="comparisons", what="dose_slope_given_trough", statistic="estimate").warning
    assert found.one(table=DRUG, statistic="observed_slope").warning
    assert len(found.where(table=DRUG, statistic="corrected_slope")) == 25


def test_the_same_data_give_the_same_rows_and_outcomes_that_are_not_there_are_named() -> None:
    plan = Attribution(outcomes=(AttributedOutcome(name="edss"), AttributedOutcome(name="no_such_measure")))
    protocol = replace(PROTOCOL, attribution=plan)
    once, again = (figures(trial(FIFTEEN, protocol=protocol)).all for _ in range(2))
    assert once == again
    assert any("no clinical measure" in each.warning for each in once)
