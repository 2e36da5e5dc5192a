"""Summaries, mixed models and trends of scores: hand-worked cases, and simulated effects that are found again."""

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from firstdose.analysis.dose_trends import dose_trends
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.changes_at_visits import changes_at, key_visits, last_changes
from firstdose.analysis.scores.chapter import score_trends, scores
from firstdose.analysis.scores.measured import measured
from firstdose.analysis.scores.score_design import build_model
from firstdose.analysis.scores.score_models import AVERAGE, Chain, fit_model, score_models
from firstdose.methods.mixed_model_chain import PRIMARY_ORDER, SENSITIVITY_ORDER
from firstdose.methods.mixed_model_inference import contrasts
from firstdose.records import PartialDate, PartialDateTime, TrialData
from firstdose.records.analysis_data import AnalysisData
from tests.analysis.made_scores import (
    MONTHS,
    REFERENCE,
    UNABLE,
    Value,
    course,
    frame_with,
    one,
    people,
    person,
    protocol_with,
    rows,
    steps,
)

SIZES = (3, 3, 3, 6)
KEY = ("M3", "M6", "M9", "M12")
DOUBLINGS = np.log2(np.repeat([5, 10, 16, 24], SIZES))
SETS = 60


def simulated(measure: str, slope: float, seed: int, *, scale: float = 1.0, geometric: bool = False) -> Frame:
    """Fifteen people, everyone with a level of their own, and a change that grows with visits and doublings."""
    draw, some = np.random.default_rng(seed), people(SIZES)
    records: list[Any] = list(some)
    for each, doubling in zip(some, DOUBLINGS, strict=True):
        own, start = draw.normal(scale=scale), draw.normal(scale=scale)
        values = {"M0": start}
        for number, visit in enumerate(KEY, start=1):
            values[visit] = start + own + slope * number / 4 * doubling + draw.normal(scale=scale)
        made = {visit: 30 * math.exp(value) if geometric else 50 + value for visit, value in values.items()}
        records += course(each.subject, measure, made)
    return frame_with(records)


def test_a_slope_is_found_again_and_its_interval_holds_it_as_often_as_it_says() -> None:
    """60 sets: at the last visit a slope of 1.0, on average over visits 0.625; both chains at the nominal level."""
    truth = {"M3": 0.25, "M12": 1.0, AVERAGE: 0.625}
    errors: dict[tuple[str, str], list[float]] = {}
    held: dict[tuple[str, str], int] = {}
    for seed in range(SETS):
        frame = simulated("symbol_digit", 1.0, seed)
        found = rows(score_models(frame, measured(frame, "symbol_digit")), statistic="slope_per_doubling")
        for each in found:
            if each.when in truth:
                assert each.value is not None
                assert each.lower is not None
                assert each.upper is not None
                place = each.within, each.when
                errors.setdefault(place, []).append(each.value - truth[each.when])
                held[place] = held.get(place, 0) + (each.lower <= truth[each.when] <= each.upper)
    assert len(errors) == 6
    for place, all_errors in errors.items():
        assert len(all_errors) == SETS
        assert abs(np.mean(all_errors)) < 4 * np.std(all_errors) / np.sqrt(SETS), place
        assert held[place] / SETS >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / SETS), place


def test_on_a_geometric_scale_the_slope_is_a_ratio() -> None:
    found = [
        math.log(each.value or 0)
        for seed in range(15)
        for frame in (simulated("neurofilament", 0.4, seed, scale=0.2, geometric=True),)
        for each in score_models(frame, measured(frame, "neurofilament"))
        if (each.within, each.when, each.statistic) == ("primary", AVERAGE, "ratio_per_doubling")
    ]
    assert abs(np.mean(found) - 0.4 * 0.625) < 4 * np.std(found) / np.sqrt(len(found))


def test_with_complete_data_the_average_slope_is_that_of_peoples_mean_changes() -> None:
    """With equal visits and compound symmetry a model's averages are least squares of each person's mean change."""
    frame = simulated("symbol_digit", 1.0, 11)
    each = measured(frame, "symbol_digit")
    changes = changes_at(each, KEY)
    design = np.column_stack([np.ones(15), DOUBLINGS, each.baselines])
    expected = np.linalg.lstsq(design, changes.value.mean(axis=1), rcond=None)[0]
    model = build_model(each, changes, DOUBLINGS)
    assert model is not None
    fitted = fit_model(model, Chain("", ("compound symmetry",), "kenward-roger", "")).small_sample
    assert fitted is not None
    assert contrasts(fitted, model.slope_rows()).estimate[-1] == pytest.approx(expected[1], rel=1e-9)
    at_top = expected[0] + expected[1] * math.log2(24) + expected[2] * each.baselines.mean()
    assert contrasts(fitted, model.mean_rows()).estimate[-4:].mean() == pytest.approx(at_top, rel=1e-9)


def test_each_chain_says_what_it_tried_and_ended_in() -> None:
    results = list(scores(simulated("symbol_digit", 0.0, 3)))
    for kind, order in (("primary", PRIMARY_ORDER), ("sensitivity", SENSITIVITY_ORDER)):
        steps_taken = rows(results, table="model_steps", within=kind)
        assert [each.when for each in steps_taken] == list(order)[: len(steps_taken)]
        assert [each.text == "accepted" for each in steps_taken] == [False] * (len(steps_taken) - 1) + [True]
        structure = one(results, table="model", within=kind, statistic="structure")
        assert structure.text.lower() == steps_taken[-1].when
        assert one(results, table="model", within=kind, statistic="scores").value == 60
    assert one(results, table="model", within="primary", statistic="structure").method == "mixed_model_kenward_roger"


def test_an_outcome_that_never_changes_is_not_estimable_and_the_exact_test_carries_it() -> None:
    some = people(SIZES)
    frame = frame_with([*some, *(row for each in some for row in course(each.subject, "edss", steps(7.0)))])
    results = list(scores(frame))
    for kind in ("primary", "sensitivity"):
        ended = one(results, table="model", what="edss", within=kind, statistic="structure")
        assert (ended.text, ended.method) == ("not estimable", "")
        assert "never changes" in ended.warning
        assert "never changes" in one(results, table="dose_slopes", within=kind).warning
    trend = rows(results, table="dose_trends", what="edss", within="jonckheere_terpstra", statistic="p_doubled")
    assert [each.when for each in trend] == [*KEY, "last score"]
    assert {each.value for each in trend} == {1.0}
    assert "no correlation" in one(results, table="dose_trends", within="spearman", when="M12").warning


def test_a_perfect_rise_is_one_arrangement_of_all() -> None:
    """15! / (3! 3! 3! 6!) ways to deal fifteen different changes to the doses; two are as extreme as this one."""
    some = people(SIZES)
    records = [
        *some,
        *(
            row
            for number, each in enumerate(some)
            for row in course(
                each.subject, "symbol_digit", {"M0": 20.0 + number % 4, "M12": 20.0 + number % 4 + number}
            )
        ),
    ]
    trend = rows(scores(frame_with(records)), table="dose_trends", when="M12", within="jonckheere_terpstra")
    ways = math.factorial(15) / (6**3 * 720)
    assert one(trend, statistic="p_doubled").value == pytest.approx(2 / ways)
    assert one(trend, statistic="p_distance").value == pytest.approx(2 / ways)
    assert one(trend, statistic="pairs_in_order").value == one(trend, statistic="pairs_in_order").of == 81
    assert {each.method for each in trend} == {"jonckheere_terpstra_exact"}


def walked(*courses: dict[str, Value], levels: tuple[int | None, ...]) -> Frame:
    some = [person(f"P{number:02d}", level) for number, level in enumerate(levels, start=1)]
    records = [
        row for each, values in zip(some, courses, strict=True) for row in course(each.subject, "timed_walk", values)
    ]
    return frame_with([*some, *records])


def test_becoming_unable_ranks_worst_and_stays_out_of_the_model() -> None:
    """Two at the lower dose become twice as slow or fast, two at the higher one unable: all four pairs rise."""
    frame = walked(
        {"M0": 20.0, "M12": 40.0},
        {"M0": 20.0, "M12": 10.0},
        {"M0": 20.0, "M12": UNABLE},
        {"M0": 60.0, "M12": UNABLE},
        {"M0": UNABLE, "M12": UNABLE},  # unable before: no change is known
        levels=(1, 1, 2, 2, 2),
    )
    results = list(scores(frame))
    found = one(results, table="dose_trends", within="jonckheere_terpstra", when="M12", statistic="pairs_in_order")
    assert (found.value, found.of) == (4, 4)
    assert "unable to perform, ranked as worse than any other: 2 people" in found.warning
    model = one(results, table="model", what="timed_walk", within="primary", statistic="structure")
    assert "not in the model: 2 results 'unable to perform'" in model.warning
    assert "not in the model: 1 person without a baseline score" in model.warning
    assert "one dose" in one(results, table="dose_slopes", within="primary", what="timed_walk", when=AVERAGE).warning
    counts = {
        each.statistic: each.value
        for each in rows(results, table="completeness", what="timed_walk", when="M12", group="2")
    }
    assert counts == {"scored": 0, "unable": 3, "not_due_yet": 0, "missing": 0}


def test_a_lower_score_is_worse_where_the_measure_says_so() -> None:
    """Unable is then the lowest rank: the two at the higher dose fall behind."""
    some = people((2, 2))
    records = [
        *some,
        *course("P01", "symbol_digit", {"M0": 40.0, "M12": 30.0}),
        *course("P02", "symbol_digit", {"M0": 40.0, "M12": 39.0}),
        *course("P03", "symbol_digit", {"M0": 40.0, "M12": UNABLE}),
        *course("P04", "symbol_digit", {"M0": 40.0, "M12": UNABLE}),
    ]
    trend = score_trends(frame_with(records), measured(frame_with(records), "symbol_digit"), 1)
    assert one(list(trend), within="jonckheere_terpstra", when="M12", statistic="pairs_in_order").value == 0


def test_key_visits_that_were_not_reached_are_said() -> None:
    """The protocol names months 3, 6, 9 and 12; nobody has come to month 12, and to month 9 only the lowest dose."""
    draw, some = np.random.default_rng(5), people(SIZES)
    records = [
        *some,
        *(
            row
            for number, each in enumerate(some)
            for row in course(
                each.subject,
                "edss",
                {v: round(2 * draw.normal(7, 0.5)) / 2 for v in ("M0", "M3", "M6", *(("M9",) if number < 3 else ()))},
            )
        ),
    ]
    results = list(scores(frame_with(records)))
    assert "one dose" in one(results, table="dose_slopes", within="primary", when="M9").warning
    assert "nobody" in one(results, table="dose_slopes", within="primary", when="M12").warning
    found = rows(results, table="dose_slopes", within="primary", statistic="slope_per_doubling", warning="")
    assert [each.when for each in found] == ["M3", "M6", AVERAGE]
    assert found[0].objective == "secondary"
    assert {each.objective for each in rows(results, table="dose_slopes", within="sensitivity")} == {"exploratory"}


def test_one_dose_only_has_means_and_no_slope() -> None:
    draw, some = np.random.default_rng(6), people((8,))
    records = [
        *some,
        *(
            row
            for each in some
            for row in course(each.subject, "symbol_digit", {v: draw.normal(50, 9) for v in ("M0", *KEY)})
        ),
    ]
    results = list(scores(frame_with(records)))
    assert "one dose" in one(results, table="dose_slopes", within="primary").warning
    assert len(rows(results, table="model_means", within="primary", group="1")) == 4
    assert {each.warning for each in rows(results, table="dose_trends", what="symbol_digit")} == {
        "values are known at one dose only, so nothing can be said of a trend"
    }


def test_the_control_is_dose_zero_in_the_trend_and_not_in_the_model() -> None:
    levels = REFERENCE.dose_levels
    protocol = protocol_with(dose_levels=type(levels)(unit=levels.unit, values=levels.values, control="None"))
    some = [person(f"P{number:02d}", level) for number, level in enumerate((0, 0, 1, 1, 2, 2), start=1)]
    records = [
        row
        for number, each in enumerate(some)
        for row in course(each.subject, "symbol_digit", {"M0": 40.0, "M6": 40.0 + number % 3, "M12": 40.0 + number})
    ]
    results = list(scores(frame_with([*some, *records], protocol)))
    found = one(results, table="dose_trends", within="jonckheere_terpstra", when="M12", statistic="pairs_in_order")
    assert (found.value, found.of) == (12, 12)
    assert "the control counts as dose 0" in found.warning
    assert one(results, table="model", within="primary", statistic="people").value == 4
    assert (
        "not in the model: 2 people without a dose above 0"
        in one(results, table="model", within="primary", statistic="structure").warning
    )


def test_summaries_by_visit_and_what_is_missing() -> None:
    some = people((3,))
    records = [
        *some,
        *course("P01", "barthel", {"M0": 50.0, "M6": 60.0}),
        *course("P02", "barthel", {"M0": 30.0, "M6": 35.0}),
        *course("P03", "barthel", {"M0": 40.0, "M6": None}),
    ]
    results = list(scores(frame_with(records)))
    mean = one(results, table="scores_by_visit", what="barthel", when="M6", group="1", statistic="mean")
    assert mean.value == 47.5
    change = one(results, table="change_by_visit", what="barthel", when="M6", group="all", statistic="mean")
    assert change.value == 7.5
    # Student: 12.706 is the 0.975 quantile with one degree of freedom, the standard error 2.5.
    assert (change.lower, change.upper) == pytest.approx((7.5 - 12.7062 * 2.5, 7.5 + 12.7062 * 2.5), abs=1e-3)
    missing = one(results, table="completeness", what="barthel", when="M6", group="all", statistic="missing")
    assert (missing.value, missing.of) == (1, 3)
    assert "nobody has a result of the Expanded Disability" in one(results, table="completeness", what="edss").warning


def test_the_last_score_counts_wherever_it_was() -> None:
    some = people((2,))
    days = MONTHS | {"Unscheduled 1": 400}
    records = [
        *some,
        *course("P01", "symbol_digit", {"M0": 40.0, "M6": 42.0, "Unscheduled 1": 45.0}, days=days),
        *course("P02", "symbol_digit", {"M0": 40.0, "M3": 44.0, "M6": None}),
    ]
    each = measured(frame_with(records), "symbol_digit")
    assert last_changes(each).value[:, 0].tolist() == [5.0, 4.0]
    assert key_visits(frame_with(records), each) == ("M3", "M6")
    assert np.isnan(changes_at(each, ("M6",)).value[1, 0])


def test_scores_that_are_changes_already_are_looked_at_themselves() -> None:
    draw, some = np.random.default_rng(8), people(SIZES)
    records = [
        *some,
        *(
            row
            for each in some
            for row in course(
                each.subject, "brain_volume", {v: draw.normal(-0.6, 0.5) for v in ("M6", "M12")}, baseline=None
            )
        ),
        *(
            row
            for each in some
            for row in course(each.subject, "lesion_counts", {"M6": 0.0, "M12": 1.0}, baseline=None)
        ),
    ]
    frame = frame_with(records)
    results = list(scores(frame))
    assert not rows(results, table="change_by_visit", what="brain_volume")
    changes = changes_at(measured(frame, "brain_volume"), ("M12",)).value[:, 0]
    assert ((changes > -3) & (changes < 2)).all()
    assert "counts" in one(results, table="model", what="lesion_counts").warning
    assert "short time" in one(results, table="model", what="brain_volume").warning
    assert (
        one(results, table="dose_trends", what="brain_volume", when="M12", within="spearman", statistic="people").value
        == 15
    )


def counts_at(results: list[Any], visit: str) -> dict[str, float | None]:
    found = rows(results, table="completeness", what="edss", when=visit, group="all")
    return {each.statistic: each.value for each in found}


def test_a_visit_whose_window_is_not_over_is_not_due_yet_and_not_missing() -> None:
    """Dosed on 1 January; M6 is planned for day 183. Who left before is missing, and so is who was late."""
    start = PartialDateTime(PartialDate(2026, 1, 1))
    some = [person(f"P{number}", 1, treatment_start=start) for number in range(3)]
    some.append(person("P3", 1, treatment_start=start, left_day=40))
    scored = [*course("P0", "edss", {"M0": 4.0, "M6": 4.5}), *course("P1", "edss", {"M0": 4.0})]
    data = frame_with([*some, *scored]).data
    assert REFERENCE.schedule is not None
    window = next(visit for visit in REFERENCE.schedule.visits if visit.id == "M6").last_day

    def found(days: int) -> dict[str, float | None]:
        trial = TrialData.of([], as_of=date(2026, 1, 1) + timedelta(days=days))
        return counts_at(list(scores(Frame(REFERENCE, AnalysisData(data.frames, trial), 1))), "M6")

    assert found(window - 1) == {"scored": 1, "unable": 0, "not_due_yet": 2, "missing": 1}
    assert found(window) == {"scored": 1, "unable": 0, "not_due_yet": 0, "missing": 3}


def test_what_is_dropped_with_visits_without_a_slope_is_told_beside_the_counts() -> None:
    """At M12 only people at level 1 are scored, so that visit is not in the model."""
    records: list[Any] = list(people((3, 3)))
    for number, each in enumerate(people((3, 3))):
        values = {"M0": 50.0 + number, "M3": 51.0 + number % 2, "M6": 52.0 + number % 3}
        records += course(each.subject, "symbol_digit", values | ({"M12": 53.0} if each.level == 1 else {}))
    results = list(scores(frame_with(records)))
    for statistic in ("people", "scores"):
        told = one(results, table="model", what="symbol_digit", within="primary", statistic=statistic)
        assert told.warning == "left out with visits that cannot show a slope (M12): 3 scores"


def test_a_trend_of_no_value_at_all_says_so() -> None:
    nothing, doses = np.full(3, np.nan), np.array([1.0, 1.0, 2.0])
    found = list(dose_trends(frame_with(people((2, 1))), nothing, doses, seed=1, chapter="scores", table="t", what="x"))
    assert {each.warning for each in found} == {
        "nobody has a value and a known dose, so nothing can be said of a trend"
    }
    one_dose = np.array([1.0, 2.0, np.nan])
    found = list(
        dose_trends(frame_with(people((2, 1))), one_dose, doses, seed=1, chapter="scores", table="t", what="x")
    )
    assert {each.warning for each in found} == {"values are known at one dose only, so nothing can be said of a trend"}
