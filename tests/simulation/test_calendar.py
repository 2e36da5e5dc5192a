"""Trials in time: against the engines without a calendar, the live trial's intervals, and simFastBOIN's figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.designs import DESIGNS
from firstdose.designs.design import Frame
from firstdose.designs.guards import StopWhenEnough, Titration
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States, Stop
from firstdose.designs.tite_boin import TiteBoin
from firstdose.dosing.intervals import Dosed, earliest_dosing
from firstdose.protocol.escalation import CommitteeReview, DltDefinition, Escalation, Sentinel
from firstdose.simulation.calendar import (
    Calendar,
    CalendarError,
    Clocks,
    Site,
    calendar_of,
    characteristics_in_time,
    outcomes_in_the_end,
    simulate_in_time,
)
from firstdose.simulation.calendar.draws import Draws
from firstdose.simulation.monte_carlo import simulate
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import listed
from tests.reference.escalation_figures import figures_in_time

TRUTH = np.array([0.08, 0.25, 0.45])
SKELETON = (0.08, 0.2, 0.38)
REFERENCE = figures_in_time("tite_boin_oc")["scenarios"]
STAGGERED = Calendar(
    window_days=28,
    sites=(Site(6.0), Site(3.0, opens_on_day=100.0)),
    between_participants_days=7,
    between_cohorts_days=10,
    sentinels=1,
    sentinel_interval_days=14,
    meeting_interval_days=30,
    decision_lag_days=3,
    whole_days=True,
)


def rule_of(design: str, most: int = 18, guards: tuple[type, ...] = (), **given: Any) -> EscalationRule:
    size = DESIGNS[design].own_cohort_size or 3
    frame = Frame((5.0, 10.0, 16.0), "million cells", 0.25, size, most)
    needed: dict[str, dict[str, Any]] = {
        "three_plus_three": {"variant": "step_down"},
        "crm": {"skeleton": SKELETON},
        "tite_crm": {"skeleton": SKELETON},
    }
    extra = tuple(guard(frame=frame, **({"participants": 9} if guard is StopWhenEnough else {})) for guard in guards)
    return EscalationRule(DESIGNS[design](frame=frame, **needed.get(design, {})), extra, **given)


def assert_same(found: States, expected: States) -> None:
    for name in ("participants", "dlts", "stop", "selected", "mtd_not_reached"):
        assert (getattr(found, name) == getattr(expected, name)).all(), name


@pytest.mark.parametrize("calendar", [Calendar(window_days=0, sites=(Site(30.0),)), STAGGERED])
@pytest.mark.parametrize(
    ("design", "guards", "given"),
    [
        ("boin", (), {}),
        ("boin", (Titration, StopWhenEnough), {"counts_dosed": True}),
        ("three_plus_three", (), {}),
        ("crm", (), {}),
        ("keyboard", (StopWhenEnough,), {"sentinels_that_end": 1}),
    ],
)
def test_with_complete_follow_up_the_calendar_changes_no_outcome(
    calendar: Calendar, design: str, guards: tuple[type, ...], given: dict[str, Any]
) -> None:
    """Trial by trial those of the Monte Carlo engine, which agrees with the exact one in the contract tests."""
    if given.get("sentinels_that_end") and calendar.window_days:
        # the sentinel's window must be over before the others are dosed
        calendar = replace(calendar, sentinel_interval_days=29, sentinel_dlt="end_cohort", sentinels=1)
    elif given.get("sentinels_that_end"):
        calendar = replace(calendar, sentinels=1, sentinel_dlt="end_cohort")
    rule = rule_of(design, guards=guards, **given)
    clocks = simulate_in_time(rule, calendar, TRUTH, range(400), 3)
    expected, dosed = simulate(rule, TRUTH, range(400), 3)
    assert_same(outcomes_in_the_end(clocks), expected)
    assert (clocks.people.dosed_at == dosed).all()


@pytest.mark.parametrize(("design", "parent"), [("tite_boin", "boin"), ("tite_crm", "crm")])
def test_with_an_instant_window_designs_in_time_are_those_that_they_extend(design: str, parent: str) -> None:
    instant = Calendar(window_days=0, sites=(Site(30.0),))
    clocks = simulate_in_time(rule_of(design), instant, TRUTH, range(400), 5)
    assert_same(outcomes_in_the_end(clocks), simulate(rule_of(parent), TRUTH, range(400), 5)[0])
    assert not clocks.suspensions.any()


def test_without_stagger_the_figures_are_the_exact_ones_within_their_error() -> None:
    rule, scenarios = rule_of("boin"), listed([TRUTH.tolist(), [0.4, 0.5, 0.6]], 3)
    found = characteristics_in_time(rule, Calendar(window_days=0, sites=(Site(30.0),)), scenarios, trials=4000, seed=2)
    exact = operating_characteristics(rule, scenarios)
    for seen, true in zip(found.characteristics.scenarios, exact.scenarios, strict=True):
        errors = seen.standard_errors
        for name in ("selected", "mean_participants", "mean_dlts"):
            difference = np.abs(np.array(getattr(seen, name)) - getattr(true, name))
            assert (difference <= 4 * np.array(errors[name]) + 1e-9).all(), name


def reference_trials(scenario: dict[str, Any], trials: int, seed: int) -> Clocks:
    truth = np.array(scenario["true_prob_tox"])
    frame = Frame(tuple(range(1, len(truth) + 1)), "mg", scenario["target"], 3, 3 * scenario["ncohort"])
    method: Literal["effective_sample_size", "imputation"] = (
        "effective_sample_size" if scenario["method"] == "ess" else "imputation"
    )
    calendar = Calendar(
        window_days=1,
        sites=(Site(90.0),),  # three a window
        keeps_waiting_list=False,
        dlt_times="uniform" if scenario["dlt_time"] == "uniform" else "weibull",
    )
    rule = EscalationRule(TiteBoin(frame=frame, estimate=method))
    return simulate_in_time(rule, calendar, truth, range(trials), seed)


@pytest.mark.parametrize("index", range(len(REFERENCE)))
def test_tite_boin_has_the_published_operating_characteristics(index: int) -> None:
    """simFastBOIN, 100,000 trials; within 4 standard errors of both. It says not when a trial stopped early ends."""
    scenario, trials, theirs = REFERENCE[index], 4000, 100_000
    clocks = reference_trials(scenario, trials, 23)
    states = outcomes_in_the_end(clocks)
    levels = np.arange(1, len(scenario["true_prob_tox"]) + 1)

    def check_share(seen: np.ndarray, percentage: list[float] | float) -> None:
        expected = np.asarray(percentage) / 100
        error = np.sqrt(np.maximum(expected * (1 - expected), 1 / theirs) * (1 / trials + 1 / theirs))
        assert (np.abs(seen.mean(axis=0) - expected) <= 4 * error + 1e-4).all()

    def check_mean(seen: np.ndarray, expected: list[float] | float) -> None:
        error = seen.std(axis=0, ddof=1) * np.sqrt(1 / trials + 1 / theirs)
        assert (np.abs(seen.mean(axis=0) - np.asarray(expected)) <= 4 * error + 1e-3).all()

    check_share(states.selected[:, None] == levels, scenario["selpercent"])
    check_share(states.selected == 0, scenario["percentstop"])
    check_mean(states.participants, scenario["npatients"])
    check_mean(states.dlts, scenario["ntox"])
    check_mean(clocks.suspensions, scenario["mean_suspensions"])
    check_mean(clocks.suspended, scenario["mean_time_suspended"])
    check_mean(clocks.idle, scenario["mean_time_suspended"])
    if scenario["name"] != "5d_toxic":
        check_mean(clocks.ended - clocks.began, scenario["mean_duration"])


@settings(max_examples=30)
@given(
    window=st.integers(1, 40),
    apart=st.integers(0, 20),
    between=st.integers(0, 60),
    interval=st.integers(1, 50),
    accrual=st.sampled_from([1.0, 6.0, 1000.0]),
)
def test_dosing_days_are_those_of_the_live_trial(
    window: int, apart: int, between: int, interval: int, accrual: float
) -> None:
    """With no DLT at all, day by day what ``dosing.earliest_dosing`` answers for the people dosed before."""
    escalation = Escalation(
        design="boin",
        target_dlt_rate=0.25,
        cohort_size=3,
        max_participants=9,
        dlt=DltDefinition(definition="any", attribution=("product",), window_days=window),
        sentinel=Sentinel(participants=1, interval_days=interval, on_dlt="continue"),
        interval_between_participants_days=apart,
        interval_between_cohorts_days=between,
        committee_review=CommitteeReview(required=False),
    )
    calendar = calendar_of(escalation, (Site(accrual),))
    clocks = simulate_in_time(rule_of("boin", most=9), calendar, np.zeros(3), range(3), 8)
    draws = Draws.of(calendar, range(3), 8)
    for trial in range(3):
        arrival = np.zeros(1)
        dosed: list[Dosed] = []
        for place in range(9):
            arrival = draws.next_arrival(np.array([trial]), place, arrival)
            earliest = earliest_dosing(escalation, dosed, cohort=place // 3 + 1).day
            assert earliest is not None
            day = int(max(earliest, np.ceil(arrival[0])))
            assert clocks.people.dosed_on[place, trial] == day
            dosed.append(Dosed(place // 3 + 1, day, is_sentinel=place % 3 == 0, has_dlt=False))
        assert clocks.ended[trial] == dosed[-1].day + window + 1


def test_the_same_seed_gives_the_same_trials_however_they_are_split() -> None:
    rule = rule_of("tite_boin")
    whole = simulate_in_time(rule, STAGGERED, TRUTH, range(60), 4)
    for part in (range(25), range(25, 60)):
        some, rows = simulate_in_time(rule, STAGGERED, TRUTH, part, 4), slice(part.start, part.stop)
        assert_same(outcomes_in_the_end(some), outcomes_in_the_end(whole).take(rows))
        for name in ("began", "ended", "idle", "suspended", "suspensions"):
            assert (getattr(some, name) == getattr(whole, name)[rows]).all(), name


def test_designs_in_time_are_quicker_and_suspend() -> None:
    calendar = Calendar(window_days=90, sites=(Site(3.0),))
    scenarios = listed([TRUTH.tolist()], 3)
    slow, quick = (
        characteristics_in_time(rule_of(design), calendar, scenarios, trials=500).in_time[0]
        for design in ("boin", "tite_boin")
    )
    assert quick.mean_duration_days < 0.7 * slow.mean_duration_days
    assert quick.mean_suspensions > 0.5
    assert slow.mean_suspensions == 0
    three, six = (
        characteristics_in_time(rule_of(design), calendar, scenarios, trials=500).in_time[0]
        for design in ("three_plus_three", "rolling_six")
    )
    assert six.mean_duration_days < three.mean_duration_days


def test_who_leaves_is_replaced_and_takes_time() -> None:
    rule = rule_of("boin")
    stays = replace(STAGGERED, sites=(Site(30.0),))
    clocks, plain = (
        simulate_in_time(rule, calendar, np.full(3, 0.1), range(500), 9)
        for calendar in (replace(stays, leaving=0.3), stays)
    )
    states = outcomes_in_the_end(clocks)
    assert (states.participants.sum(axis=1) <= 18).all()
    assert (states.participants.sum(axis=1)[states.stop == Stop.MAXIMUM] == 18).all()
    lost = clocks.people.dosed_at.sum() - states.participants.sum()
    # a third less those whose DLT, which comes in a tenth, was seen before
    assert lost / clocks.people.dosed_at.sum() == pytest.approx(0.3 * (1 - 0.1 / 2), abs=0.02)
    assert (clocks.ended - clocks.began).mean() > (plain.ended - plain.began).mean()
    with pytest.raises(CalendarError, match="nearly all leave"):
        simulate_in_time(rule, replace(stays, leaving=0.999), np.zeros(3), range(5), 1)


def test_candidates_come_as_a_poisson_process_by_site() -> None:
    calendar = Calendar(window_days=1, sites=(Site(3.0), Site(6.0, opens_on_day=50.0)), screening_failures=0.5)
    draws, trials = Draws.of(calendar, range(4000), 1), np.arange(4000)
    day, come = np.zeros(4000), np.zeros(2)
    for person in range(60):
        day = draws.next_arrival(trials, person, day)
        come += [(day <= 50).sum(), ((day > 50) & (day <= 100)).sum()]
    expected = np.array([50 * 3 / 30 * 0.5, 50 * 9 / 30 * 0.5])
    assert come / 4000 == pytest.approx(expected, abs=4 * np.sqrt(expected.max() / 4000))


@pytest.mark.parametrize("late", [0.3, 0.5, 0.8])
def test_weibull_times_are_as_late_as_they_are_told(late: float) -> None:
    calendar = Calendar(window_days=40, sites=(Site(1.0),), dlt_times="weibull", late_share=late)
    times = Draws.of(calendar, range(20_000), 6).dlt_after(np.arange(20_000), 0, np.full(20_000, 0.3))
    assert times.min() >= 0
    assert times.max() <= 40
    assert (times > 20).mean() == pytest.approx(late, abs=4 * np.sqrt(0.25 / 20_000))


def test_a_sentinel_s_dlt_makes_the_cohort_wait_for_the_committee() -> None:
    toxic = replace(
        STAGGERED, sites=(Site(3000.0),), sentinel_dlt="committee_review", meeting_interval_days=200, late_share=0.5
    )
    clocks = simulate_in_time(rule_of("boin"), toxic, np.ones(3), range(50), 2)
    people, lag = clocks.people, 3
    for trial in range(50):
        toxic_on, second = people.closes[0, trial], people.dosed_on[1, trial]
        if toxic_on <= people.dosed_on[0, trial] + 14:
            assert second >= 200 + lag
        else:
            assert second == people.dosed_on[0, trial] + 14


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"window_days": -1}, "window_days"),
        ({"sites": ()}, "nobody comes"),
        ({"sites": (Site(0.0),)}, "nobody comes"),
        ({"leaving": 1.0}, "leaving"),
        ({"late_share": 0.0}, "late_share"),
        ({"meeting_interval_days": float("nan")}, "meeting_interval_days"),
    ],
)
def test_conditions_that_make_no_sense_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(CalendarError, match=words):
        replace(STAGGERED, **wrong)


def test_rules_that_cut_cohorts_short_are_refused() -> None:
    with pytest.raises(CalendarError, match="stop_within_cohort"):
        simulate_in_time(rule_of("boin", stops_within_cohort=True), STAGGERED, TRUTH, range(2), 1)
    with pytest.raises(CalendarError, match="window_days"):
        calendar_of(Escalation(design="boin", cohort_size=3, max_participants=9), (Site(1.0),))
