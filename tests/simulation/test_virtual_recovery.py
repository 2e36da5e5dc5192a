"""What the scenario says is what the trials show: simple estimators over many virtual trials find its parameters.

The truth is the scenario's own value; each estimator is written out here and shares nothing with the simulator. A
figure fails beyond 4.5 standard errors, which chance does once in 150,000.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from math import erf, exp, log, sqrt
from typing import Any

import numpy as np
import polars as pl
import pytest

from firstdose.records import AdverseEvent, Assessment, Dosing, LabResult, Medication, Visit
from firstdose.simulation.virtual_trial import Scenario, VirtualTrial, virtual_trials
from tests.simulation.virtual_trials import changed, default, protocol, z_score

TRIALS, SEED, MOST = 100, 7, 4.5
DAYS_PER_YEAR = 365.25
LONG_AFTER = 10**6


@dataclass
class Found:
    """What is kept of many trials."""

    people: list[pl.DataFrame] = field(default_factory=list)
    edss: list[pl.DataFrame] = field(default_factory=list)
    events: list[pl.DataFrame] = field(default_factory=list)
    records: dict[str, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))
    slope_errors: list[float] = field(default_factory=list)
    class_slopes: list[float] = field(default_factory=list)
    rank_correlations: list[float] = field(default_factory=list)

    def all(self, name: str) -> pl.DataFrame:
        """The records of a kind in all trials."""
        return pl.concat(self.records[name])


def gather(scenario: Scenario, count: int) -> Found:
    """Make trials, and keep what the tests look at; people get the number of their trial."""
    found = Found()
    for number, trial in enumerate(virtual_trials(protocol(), scenario, seed=SEED, numbers=range(count))):
        mark = pl.lit(f"{number}/") + pl.col("subject")
        found.people.append(trial.truth.people.with_columns(subject=mark))
        found.edss.append(trial.truth.edss.with_columns(subject=mark))
        found.events.append(trial.truth.events.with_columns(subject=mark))
        data = trial.trial_data
        troughs = data[LabResult].filter(pl.col("category") == "trough")
        steps = data[Assessment].filter(
            pl.col("item").is_in(["step", "percentage_change", "second_scan", "first_scan"])
        )
        kinds = {"visits": data[Visit], "dosings": data[Dosing], "troughs": troughs, "answers": steps}
        kinds |= {"adverse_events": data[AdverseEvent], "medications": data[Medication]}
        for name, frame in kinds.items():
            found.records[name].append(frame.with_columns(subject=mark))
        errors, of_class, ranks = slopes(trial)
        found.slope_errors.append(errors)
        found.class_slopes.append(of_class)
        found.rank_correlations.append(ranks)
    return found


def slopes(trial: VirtualTrial) -> tuple[float, float, float]:
    """Of the change from M0 to M12 on the doublings of the dose: the mean error of least-squares slopes over complete
    metabolites; the mean slope of acyl-carnitines; and the rank correlation of their mean change with the dose.
    """
    samples = trial.trial_data.frames["samples"].select("sample", "subject", "visit")
    wide = samples.join(trial.abundances, on="sample", how="left").sort("subject")
    names = trial.features["name"].to_list()
    first, last = (wide.filter(pl.col("visit") == visit) for visit in ("M0", "M12"))
    subjects = sorted(set(first["subject"]) & set(last["subject"]))
    people = trial.truth.people.filter(pl.col("subject").is_in(subjects)).sort("subject")
    doublings = people["doublings"].to_numpy()
    logs = [
        np.log2(each.filter(pl.col("subject").is_in(subjects)).select(names).to_numpy().astype(float))
        for each in (first, last)
    ]
    change = logs[1] - logs[0]
    centred = doublings - doublings.mean()
    complete = ~np.isnan(change).any(axis=0)
    estimates = centred @ np.where(np.isnan(change), 0.0, change) / (centred @ centred)
    truth = trial.truth.metabolites
    growth = trial.truth.figures["share_of_metabolite_effects_reached"]["M12"]
    errors = (estimates - growth * truth["slope_per_doubling"].to_numpy())[complete]
    is_class = (truth["class"] == "acyl_carnitines").to_numpy() & complete
    mean_change = change[:, is_class].mean(axis=1)
    ranks = np.corrcoef(doublings.argsort().argsort(), mean_change.argsort().argsort())[0, 1]
    return float(errors.mean()), float(estimates[is_class].mean()), float(ranks)


@pytest.fixture(scope="module")
def found() -> Found:
    return gather(default(), TRIALS)


@pytest.fixture(scope="module")
def people(found: Found) -> pl.DataFrame:
    return pl.concat(found.people)


def share_z(successes: float, count: float, share: float) -> float:
    """How many standard errors an observed share lies from a probability."""
    return (successes - count * share) / sqrt(count * share * (1 - share))


def test_yearly_transitions_of_the_latent_course(found: Found) -> None:
    course = default().disability.yearly_transitions
    months = pl.concat(found.edss)
    wholes = months.with_columns(whole=pl.col("edss").floor().cast(pl.Int64))
    year = wholes.filter(pl.col("month") == 0).join(wholes.filter(pl.col("month") == 12), on="subject")
    assert year.height > 1200
    for step, row in zip(course.steps, course.rows, strict=True):
        starting = year.filter(pl.col("whole") == step)
        for following, probability in zip(course.steps, row, strict=True):
            seen = int((starting["whole_right"] == following).sum())
            if probability in (0, 1):
                assert seen == starting.height * probability
            elif starting.height * probability > 10:
                assert abs(share_z(seen, starting.height, probability)) < MOST, (step, following)


def test_nobody_becomes_better_and_half_steps_are_steps(found: Found) -> None:
    months = pl.concat(found.edss).sort("subject", "month")
    change = months.with_columns(change=pl.col("edss").diff().over("subject")).drop_nulls("change")
    assert change["change"].min() == 0
    assert (months["edss"] * 2 % 1 == 0).all()


def test_ratings_err_as_often_as_the_scenario_says(found: Found) -> None:
    steps = found.all("answers").filter((pl.col("measure") == "edss") & (pl.col("item") == "step")).drop_nulls("answer")
    zero = found.all("dosings").select("subject", zero=pl.col("procedure_start").str.slice(0, 10).str.to_date())
    rated = steps.join(zero, on="subject").with_columns(
        day=(pl.col("assessed").str.to_date() - pl.col("zero")).dt.total_days()
    )
    after = rated.filter(pl.col("day") > 0).with_columns(
        month=(pl.col("day") / (DAYS_PER_YEAR / 12)).floor().cast(pl.Int64)
    )
    joined = after.join(pl.concat(found.edss), on=["subject", "month"])
    inside = joined.filter(pl.col("edss").is_between(1.5, 8.5))
    error = default().disability.measurement_error
    relapsing = default().relapses.per_year.value * default().relapses.mean_days.value / DAYS_PER_YEAR
    off = (inside["answer"] - inside["edss"]).abs()
    exact = 1 - error.half_step - error.whole_step
    assert inside.height > 12_000
    assert (off == 0).mean() == pytest.approx(exact, abs=relapsing + 0.01)
    assert (off == 0.5).mean() == pytest.approx(error.half_step, abs=relapsing + 0.01)
    assert (off == 1.0).mean() == pytest.approx(error.whole_step, abs=relapsing + 0.01)


def test_mean_brain_volume_change(found: Found, people: pl.DataFrame) -> None:
    volume = default().imaging.brain_volume
    answers = found.all("answers").filter((pl.col("measure") == "brain_volume") & (pl.col("visit") == "M12"))
    wide = answers.with_columns(given=pl.coalesce(pl.col("answer").cast(pl.String), "answer_text")).pivot(
        on="item", index="subject", values="given"
    )
    wide = wide.drop_nulls().join(people.select("subject", "doublings"), on="subject")
    yearly = []
    for change, first, second in wide.select("percentage_change", "first_scan", "second_scan").iter_rows():
        years = (date.fromisoformat(second) - date.fromisoformat(first)).days / DAYS_PER_YEAR
        yearly.append(100 * ((1 + float(change) / 100) ** (1 / years) - 1))
    doublings = wide["doublings"].to_numpy()
    slope = volume.slope_per_doubling.value
    assert len(yearly) > 1000
    assert abs(z_score(np.array(yearly) - volume.yearly_change_percent.mean - slope * doublings)) < MOST
    centred = doublings - doublings.mean()
    assert abs(z_score((np.array(yearly) - np.mean(yearly)) * centred - slope * centred**2)) < MOST
    spread = volume.yearly_change_percent.sd**2 + volume.measurement_sd.value**2
    assert np.std(np.array(yearly) - slope * doublings) == pytest.approx(sqrt(spread), rel=0.1)


CAUSES = ("product", "procedure", "background_treatment", "disease", "unrelated")


def exposures(people: pl.DataFrame, cause: str) -> pl.DataFrame:
    """Days of each person in each period: to day 30, to the stop, four weeks after it, later.

    Background treatment that has stopped before day 30 causes nothing more until then.
    """
    end = pl.col("last_day_of_data") + 1
    stop = pl.max_horizontal(pl.col("background_stop_day").fill_null(LONG_AFTER) + 1, 31)
    marks = [pl.lit(0), pl.lit(31), stop, pl.max_horizontal(pl.col("background_stop_day") + 29, 31), pl.lit(LONG_AFTER)]
    spans = zip(("early", "on_treatment", "withdrawal", "later"), marks, marks[1:], strict=False)
    days = [
        (pl.min_horizontal(last, end) - pl.min_horizontal(first, end)).clip(0).alias(name)
        for name, first, last in spans
    ]
    if cause == "background_treatment":
        days[0] = pl.min_horizontal(pl.lit(31), end, pl.col("background_stop_day") + 1).alias("early")
    return people.select("subject", "doublings", *days)


def test_rates_of_adverse_events_by_cause_and_period(found: Found, people: pl.DataFrame) -> None:
    events = pl.concat(found.events).filter(~pl.col("is_dlt"))
    checked = 0
    for each in default().adverse_events.causes:
        for period in ("early", "on_treatment", "withdrawal", "later"):
            rate = getattr(each.per_year, period)
            here = events.filter((pl.col("cause") == each.cause) & (pl.col("period") == period))
            days = exposures(people, each.cause)
            counts = days.join(here.group_by("subject").len("count"), on="subject", how="left").fill_null(0)
            expected = rate * counts[period] / DAYS_PER_YEAR * each.ratio_per_doubling.value ** counts["doublings"]
            if rate == 0:
                assert counts["count"].sum() == 0
                continue
            assert expected.sum() > 20
            assert abs(z_score(counts["count"] - expected)) < MOST, (each.cause, period)
            checked += 1
    assert checked >= 13


def test_events_cluster_in_people(found: Found, people: pl.DataFrame) -> None:
    events = pl.concat(found.events).filter((pl.col("period") != "before") & ~pl.col("is_dlt"))
    expected = np.zeros(people.height)
    for each in default().adverse_events.causes:
        days = exposures(people, each.cause)
        for period in ("early", "on_treatment", "withdrawal", "later"):
            effect = each.ratio_per_doubling.value ** days["doublings"].to_numpy()
            expected += getattr(each.per_year, period) * days[period].to_numpy() / DAYS_PER_YEAR * effect
    counts = (
        days.join(events.group_by("subject").len("count"), on="subject", how="left").fill_null(0)["count"].to_numpy()
    )
    variance = default().adverse_events.frailty_variance.value
    excess = (counts - expected) ** 2 - counts
    assert abs(z_score(excess - variance * expected**2)) < MOST
    assert excess.sum() / (expected**2).sum() == pytest.approx(variance, rel=0.2)
    assert counts.var() > 2 * counts.mean()


def test_partial_dates_are_as_frequent_as_the_scenario_says(found: Found) -> None:
    events = found.all("adverse_events").filter(~pl.col("serious"))
    lengths = events["start"].str.len_chars()
    shares = default().adverse_events.partial_dates
    for length, share in ((7, shares.day_unknown.value), (4, shares.month_unknown.value)):
        assert abs(share_z(int((lengths == length).sum()), events.height, share)) < MOST


def test_visits_are_missed_as_often_as_the_scenario_says(found: Found) -> None:
    visits = found.all("visits").filter(pl.col("planned_day") > 0)
    missed = int((visits["state"] == "missed").sum())
    assert abs(share_z(missed, visits.height, default().attendance.missed_visit.value)) < MOST


def test_troughs_centre_in_their_target(found: Found) -> None:
    settings, troughs = default().laboratory.troughs, found.all("troughs")
    middle = log(sqrt(5 * 10) * settings.centre_ratio.value)
    by_person = troughs.group_by("subject").agg(
        pl.col("result").log().mean(), inside=pl.col("result").is_between(5, 10).mean()
    )
    assert abs(z_score(by_person["result"] - middle)) < MOST
    spread = sqrt(settings.between_people.value**2 + settings.within_people.value**2)
    half = log(10 / 5) / 2
    inside = erf((half + 0.005) / spread / sqrt(2))
    assert by_person["inside"].mean() == pytest.approx(inside, abs=0.015)


def test_background_treatment_stops_when_the_scenario_says(people: pl.DataFrame) -> None:
    planned = people.filter(pl.col("background_stopped") == "as planned")["background_stop_day"]
    assert planned.min() == 183
    assert planned.mean() == pytest.approx(183 + 1 / (exp(1 / default().treatments.stop_delay_days.value) - 1), abs=0.3)
    others = people.filter(pl.col("background_stopped") == "other reason").height
    years = float(people["background_stop_day"].sum()) / DAYS_PER_YEAR
    expected = default().treatments.stopped_early_per_year.value * years
    assert abs(others - expected) / sqrt(expected) < MOST


def test_metabolite_slopes_per_doubling(found: Found) -> None:
    assert abs(z_score(found.slope_errors)) < MOST
    acyl = default().metabolites.classes[0]
    growth = 1 - exp(-365 / default().metabolites.days.value)
    expected = acyl.slope_per_doubling.mean * acyl.responding.value * growth
    assert abs(z_score(np.array(found.class_slopes) - expected)) < MOST
    assert np.mean(found.rank_correlations) > 0.4


def test_the_null_knows_nothing_of_the_dose() -> None:
    null = gather(default().without_dose_effects(), 40)
    assert abs(z_score(null.class_slopes)) < MOST
    assert abs(z_score(null.rank_correlations)) < MOST
    assert abs(np.mean(null.rank_correlations)) < 0.15


def test_dlt_rates_by_level() -> None:
    """Of those who complete their window the share with a DLT is the curve's at the dose that they were given."""
    start, ratio = 0.10, 1.9
    scenario = changed(default(), toxicity__rate_at_lowest_dose=start, toxicity__odds_ratio_per_doubling=ratio)
    light: Any = replace(protocol(), schedule=None)
    trials = virtual_trials(light, scenario, seed=SEED, numbers=range(90))
    people = pl.concat([trial.truth.people for trial in trials])
    stayed = people.filter(pl.col("leaves_on_day").fill_null(LONG_AFTER) > 28)
    logits = log(start / (1 - start)) + log(ratio) * np.log2(stayed["dose_given"].to_numpy() / 5)
    expected = pl.Series(1 / (1 + np.exp(-logits)))
    seen = 0
    for level in range(1, 5):
        here = stayed["level"] == level
        count, rate = int(here.sum()), float(expected.filter(here).mean())  # type: ignore[arg-type]
        if count > 50:
            assert abs(share_z(int(stayed["has_dlt"].filter(here).sum()), count, rate)) < MOST, level
            seen += 1
    assert seen >= 3


def test_early_ends_are_as_frequent_as_the_scenario_says() -> None:
    scenario = changed(default(), attendance__withdrawal_per_year=0.3, attendance__death_per_year=0.1)
    light: Any = replace(protocol(), schedule=None)
    people = pl.concat([each.truth.people for each in virtual_trials(light, scenario, seed=SEED, numbers=range(60))])
    years = float(people["last_day_of_data"].sum()) / DAYS_PER_YEAR
    ended = people.filter(pl.col("leaves_on_day").fill_null(LONG_AFTER) <= pl.col("last_day_of_data"))
    for why, rate in (("died", 0.1), ("left", 0.3)):
        count = ended.filter((pl.col("leaves_because") == "died") == (why == "died")).height
        assert abs(count - rate * years) / sqrt(rate * years) < MOST
