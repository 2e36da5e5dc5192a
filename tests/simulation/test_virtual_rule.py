"""Virtual trials follow the protocol's rule: histories, waiting, sentinels and settled cohorts, worked out by hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest

from firstdose.designs.building import build_design
from firstdose.designs.history import parse_outcomes
from firstdose.dosing import history_of, recommendation
from firstdose.protocol import Protocol
from firstdose.records import Batch, Cohort, DltAdjudication, DoseDecision, Dosing, Slot, TrialData
from firstdose.simulation.virtual_trial import virtual_trials
from tests.simulation.virtual_records import KINDS, SEED, day_of, ends_of, rows, trials
from tests.simulation.virtual_trials import changed, default, eventful, protocol


def outcomes_by_hand(of: Protocol, data: TrialData) -> dict[str, tuple[str, date]]:
    """The letter of each person dosed and the day on which it was known, from the records alone."""
    dlt, tolerance = of.escalation.dlt, of.product.dose_tolerance if of.product else None
    assert dlt is not None
    ends, found = ends_of(data), {}
    verdicts: dict[str, list[date]] = defaultdict(list)
    for row in rows(data, DltAdjudication):
        if row["verdict"] == "dlt":
            verdicts[row["subject"]].append(date.fromisoformat(row["adjudicated"]))
    for row in rows(data, Dosing):
        subject, zero = row["subject"], day_of(row["procedure_start"])
        assert zero is not None
        closes = zero + timedelta(days=dlt.window_days + 1)
        share = 0.0 if tolerance is None else tolerance.below / 100
        is_short = row["dose_given"] < row["dose_assigned"] * (1 - share) - 1e-9
        has_left = subject in ends and ends[subject] <= zero + timedelta(days=dlt.window_days)
        if verdicts[subject]:
            found[subject] = ("T", min(verdicts[subject]))
        elif has_left:
            found[subject] = ("-", ends[subject])
        else:
            found[subject] = ("-" if is_short else "N", closes)
    return found


def words_by_hand(
    of: Protocol, cohort: dict[str, Any], members: list[dict[str, Any]], letters: dict[str, tuple[str, date]]
) -> list[str]:
    """A cohort in the notation of outcomes: DLTs after a dose that is another level's stand there, before the rest,
    with a plus as parts of it."""
    tolerance = of.product.dose_tolerance if of.product else None
    own = ""
    apart: dict[int, str] = defaultdict(str)
    for row in members:
        letter, share = letters[row["subject"]][0], row["dose_given"]
        fitting = [
            level
            for level, dose in enumerate(of.dose_levels.values, start=1)
            if tolerance and dose * (1 - tolerance.below / 100) <= share <= dose * (1 + tolerance.above / 100)
        ]
        if letter == "T" and fitting and fitting[0] != cohort["dose_level"]:
            apart[fitting[0]] += letter
        else:
            own += letter
    found = [f"{level}{letters}" for level, letters in apart.items()] + [f"{cohort['dose_level']}{own}"] * bool(own)
    return [f"{part}+" for part in found[:-1]] + found[-1:]


@pytest.mark.parametrize("name", KINDS)
def test_the_records_tell_the_history_that_the_rule_was_asked_of(name: str) -> None:
    of = protocol(name)
    rule = build_design(of)
    replaced = 0
    for trial in trials(name, 12):
        data, letters = trial.trial_data, outcomes_by_hand(of, trial.trial_data)
        words = []
        decisions = {row["cohort"]: row for row in rows(data, DoseDecision)}
        for cohort in rows(data, Cohort):
            members = [row for row in rows(data, Dosing) if row["cohort"] == cohort["cohort"]]
            members.sort(key=lambda row: row["procedure_start"])
            assert {row["level_assigned"] for row in members} == {cohort["dose_level"]}
            if cohort["kind"] == "expansion":
                continue
            words += words_by_hand(of, cohort, members, letters)
            advice = rule.decide(parse_outcomes(" ".join(words), len(of.dose_levels.values)))
            decision = decisions[cohort["cohort"]]
            taken = (decision["action"], decision["next_level"], decision["recommended_level"])
            assert taken == (advice.action, advice.next_level, advice.recommended_level)
            assert decision["recommendation"] == advice.reason
            assert all(letters[row["subject"]][1] <= date.fromisoformat(decision["decided"]) for row in members)
        assert " ".join(words) == trial.truth.figures["outcomes"]
        slots = data[Slot]
        assert set(slots.filter(pl.col("state") == "dosed")["subject"]) <= set(data[Dosing]["subject"])
        for row in slots.filter(pl.col("replaces").is_not_null()).iter_rows(named=True):
            assert letters[row["replaces"]][0] == "-"
            replaced += 1
    assert replaced


@pytest.mark.parametrize("name", KINDS)
def test_the_history_of_the_records_is_the_one_that_the_trial_followed(name: str) -> None:
    """The live trial's own functions read from the records what the simulated trial had gone by, decision by decision.

    Doses fall short so often that some DLTs count at another level than their cohort's.
    """
    of = protocol(name)
    scenario = changed(eventful(), toxicity__rate_at_lowest_dose=0.3, product__short_dose=0.3)
    at_another_level = 0
    for trial in virtual_trials(of, scenario, seed=SEED, numbers=range(70)):
        data = trial.trial_data
        assert data.as_of is not None
        found = history_of(of, data, end_of(data.as_of))
        assert str(found.history) == trial.truth.figures["outcomes"]
        assert not found.missing
        at_another_level += len(found.cohorts) > len({each.number for each in found.cohorts})
        for row in rows(data, DoseDecision):
            advice = recommendation(of, data, end_of(date.fromisoformat(row["decided"])))
            assert (advice.action, advice.next_level) == (row["action"], row["next_level"])
    assert at_another_level or name != "nsc-spms"


def end_of(day: date) -> datetime:
    """The first instant at which a day is over everywhere."""
    return datetime.combine(day + timedelta(days=1), time(12), UTC)


@pytest.mark.parametrize("name", KINDS)
def test_nobody_is_dosed_before_the_protocol_allows_it(name: str) -> None:
    """The rules of time, written out once more: stagger, sentinel, windows and decisions of the cohorts before."""
    of = protocol(name)
    escalation, gates = of.escalation, 0
    assert escalation.dlt is not None
    for trial in trials(name, 12):
        data, known = trial.trial_data, outcomes_by_hand(of, trial.trial_data)
        people = sorted(
            (date.fromisoformat(row["procedure_start"][:10]), int(row["cohort"]), row["subject"])
            for row in rows(data, Dosing)
        )
        decided = {int(row["cohort"]): date.fromisoformat(row["decided"]) for row in rows(data, DoseDecision)}
        for place, (day, cohort, subject) in enumerate(people):
            earlier = people[:place]
            stagger = escalation.interval_between_participants_days or 0
            assert all(day - other >= timedelta(days=stagger) for other, _, _ in earlier)
            before = [(other, who) for other, number, who in earlier if number < cohort]
            gap = escalation.interval_between_cohorts_days or 0
            assert all(day - other >= timedelta(days=gap) for other, _ in before)
            for _, who in before:
                assert day >= known[who][1]
            if cohort > 1:
                assert day >= decided[cohort - 1]
            mates = [(other, who) for other, number, who in earlier if number == cohort]
            if escalation.sentinel and mates:
                assert day - mates[0][0] >= timedelta(days=escalation.sentinel.interval_days)
                sentinel = mates[0][1]
                if known[sentinel][0] == "T" and known[sentinel][1] <= day:
                    assert escalation.sentinel.on_dlt == "committee_review"
            gates += bool(earlier)
            assert subject not in {who for _, _, who in earlier}
    assert gates > 20


def test_a_sentinel_with_a_dlt_ends_its_cohort_where_the_protocol_says_so() -> None:
    of = protocol("car-t-boin")
    assert of.escalation.sentinel is not None
    sentinel = replace(of.escalation.sentinel, on_dlt="end_cohort")
    ending = replace(of, escalation=replace(of.escalation, sentinel=sentinel, interval_between_participants_days=40))
    scenario = changed(default(), toxicity__rate_at_lowest_dose=0.5, toxicity__odds_ratio_per_doubling=1.0)
    cohorts = [
        cohort[1:]
        for trial in virtual_trials(ending, scenario, seed=SEED, numbers=range(6))
        for cohort in trial.truth.figures["outcomes"].split()
    ]
    assert "T" in cohorts
    assert all(len(cohort.replace("-", "")) >= 3 for cohort in cohorts if not cohort.lstrip("-").startswith("T"))


def test_dosing_stops_inside_a_cohort_once_its_decision_is_settled() -> None:
    of = protocol("sentinel-3plus3")
    scenario = changed(default(), toxicity__rate_at_lowest_dose=0.6, conduct__referred_per_month=0.7)
    cohorts = {
        cohort
        for trial in virtual_trials(of, scenario, seed=SEED, numbers=range(12))
        for cohort in trial.truth.figures["outcomes"].split()
    }
    assert "1TT" in cohorts
    going_on = replace(of, escalation=replace(of.escalation, stop_within_cohort=False))
    for trial in virtual_trials(going_on, scenario, seed=SEED, numbers=range(6)):
        assert all(len(cohort.replace("-", "")) == 4 for cohort in trial.truth.figures["outcomes"].split())


def test_who_is_given_own_cells_has_a_batch_that_nobody_else_is_given() -> None:
    for trial in trials("car-t-boin", 2):
        owners = {row["batch"]: row["made_for"] for row in rows(trial.trial_data, Batch)}
        given = [(row["batch"], row["subject"]) for row in rows(trial.trial_data, Dosing)]
        assert given
        assert all(owners[batch] == subject for batch, subject in given)
    shared = [row["batch"] for row in rows(trials("nsc-spms", 1)[0].trial_data, Dosing)]
    assert len(set(shared)) < len(shared)
