"""Trials in time: against the engines without a calendar and the live trial's intervals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.designs import DESIGNS
from firstdose.designs.blrm import ReferenceDose
from firstdose.designs.cohort_size_guards import Titration
from firstdose.designs.design import Frame
from firstdose.designs.guards import StopWhenEnough
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States, Stop
from firstdose.designs.three_plus_three import ThreePlusThree
from firstdose.dosing.intervals import Dosed, earliest_dosing
from firstdose.protocol.escalation import CommitteeReview, DltDefinition, Escalation, Sentinel
from firstdose.simulation.calendar import (
    Calendar,
    CalendarError,
    Clocks,
    Manufacturing,
    Site,
    calendar_of,
    characteristics_in_time,
    outcomes_in_the_end,
    simulate_in_time,
)
from firstdose.simulation.calendar.draws import Booleans, Draws, Floats
from firstdose.simulation.calendar.people import Rows
from firstdose.simulation.calendar.sentinels import Sentinels
from firstdose.simulation.monte_carlo import simulate
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import listed

TRUTH = np.array([0.08, 0.25, 0.45])
SKELETON = (0.08, 0.2, 0.38)
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
        "blrm": {
            "reference_dose": ReferenceDose(value=10.0, unit="million cells"),
            "prior_mean": (-1.0, 0.0),
            "prior_sd": (1.0, 0.7),
        },
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


@pytest.mark.parametrize(
    ("design", "without_a_calendar"),
    [(design, design) for design in sorted(DESIGNS) if not DESIGNS[design].needs_time]
    + [("tite_boin", "boin"), ("tite_crm", "crm")],
)
def test_without_stagger_the_figures_are_the_exact_ones(design: str, without_a_calendar: str) -> None:
    """Within 4 standard errors for every design; those in time against the design that they extend."""
    scenarios = listed([TRUTH.tolist(), [0.4, 0.5, 0.6]], 3)
    instant = Calendar(window_days=0, sites=(Site(30.0),))
    found = characteristics_in_time(rule_of(design), instant, scenarios, trials=10_000, seed=2, distributions=False)
    exact = operating_characteristics(rule_of(without_a_calendar), scenarios)
    for seen, true in zip(found.characteristics.scenarios, exact.scenarios, strict=True):
        errors = seen.standard_errors
        for name in ("selected", "none_selected", "mean_participants", "mean_dlts"):
            difference = np.abs(np.array(getattr(seen, name)) - getattr(true, name))
            assert (difference <= 4 * np.array(errors[name]) + 1e-3).all(), name


def test_without_stagger_rolling_six_names_the_levels_of_the_confirmed_three_plus_three() -> None:
    """Once every window closes at once, both pass a level after 0 in 3 or 1 in 6 and name one with 1 in 6 at most."""
    scenarios = listed([TRUTH.tolist(), [0.4, 0.5, 0.6]], 3)
    instant = Calendar(window_days=0, sites=(Site(30.0),))
    found = characteristics_in_time(rule_of("rolling_six"), instant, scenarios, trials=10_000, seed=2)
    frame = rule_of("three_plus_three").frame
    confirmed = EscalationRule(ThreePlusThree(frame=frame, variant="confirm_six"))
    exact = operating_characteristics(confirmed, scenarios)
    for seen, true in zip(found.characteristics.scenarios, exact.scenarios, strict=True):
        difference = np.abs(np.array([seen.none_selected, *seen.selected]) - [true.none_selected, *true.selected])
        errors = np.array([seen.standard_errors["none_selected"], *seen.standard_errors["selected"]])
        assert (difference <= 4 * errors + 1e-3).all()


def test_a_design_in_time_is_idle_while_it_suspends_and_only_then() -> None:
    """Nothing else holds dosing back here; how often and how long is compared with simFastBOIN by the certificate."""
    calendar = Calendar(window_days=30, sites=(Site(3.0),), keeps_waiting_list=False)
    clocks = simulate_in_time(rule_of("tite_boin"), calendar, TRUTH, range(500), 23)
    assert clocks.suspensions.sum() > 500
    assert clocks.idle == pytest.approx(clocks.suspended)


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


def day_by_day(clocks: Clocks, trial: int, place: int, escalation: Escalation, sentinels: set[int], since: int) -> int:
    """The first day from one on on which the live trial lets the next be dosed, asked on each with what is known.

    ``sentinels`` are the places of those who were dosed as such. Cohorts have three, of whom nobody is replaced.
    """
    people, doses = clocks.people, clocks.doses
    assert escalation.sentinel is not None
    for day in range(since, since + 10_000):
        dosed = []
        for each in range(place):
            left = bool(people.is_lost[each, trial]) and people.closes[each, trial] <= day
            was_watched = people.closes[each, trial] - people.dosed_on[each, trial] >= escalation.sentinel.interval_days
            full = doses is None or doses.given[each][trial] == doses.assigned[each][trial]
            counts = each in sentinels and full and (was_watched or not left)
            dosed.append(Dosed(each // 3 + 1, int(people.dosed_on[each, trial]), counts, False, left))
        allowed = earliest_dosing(escalation, dosed, cohort=place // 3 + 1).day
        assert allowed is not None
        if allowed <= day:
            own = [each for each in range(place // 3 * 3, place) if dosed[each].is_sentinel]
            if len(own) < escalation.sentinel.participants:
                sentinels.add(place)
            return day
    raise AssertionError("nobody may ever be dosed")


@settings(max_examples=25, deadline=None)
@given(
    participants=st.integers(1, 2),
    interval=st.integers(1, 30),
    apart=st.integers(0, 9),
    accrual=st.sampled_from([3.0, 1000.0]),
    shortfall=st.sampled_from([0.0, 0.4]),
    seed=st.integers(0, 99),
)
def test_who_leaves_or_is_given_less_is_a_sentinel_no_more_than_in_the_live_trial(
    participants: int, interval: int, apart: int, accrual: float, shortfall: float, seed: int
) -> None:
    escalation = Escalation(
        design="boin",
        target_dlt_rate=0.25,
        cohort_size=3,
        max_participants=30,
        dlt=DltDefinition(definition="any", attribution=("product",), window_days=28),
        sentinel=Sentinel(participants=participants, interval_days=interval, on_dlt="continue"),
        interval_between_participants_days=apart,
        committee_review=CommitteeReview(required=False),
    )
    making = Manufacturing(lead_days=0.0, shortfall=shortfall)
    calendar = calendar_of(escalation, (Site(accrual),), leaving=0.5, manufacturing=making)
    rule = replace(rule_of("boin", most=30), replaces=False)
    clocks = simulate_in_time(rule, calendar, np.zeros(3), range(3), seed)
    draws = Draws.of(calendar, range(3), seed)
    for trial in range(3):
        arrival, sentinels, last = np.zeros(1), set[int](), 0
        for place in range(12):
            arrival = draws.next_arrival(np.array([trial]), place, arrival)
            last = day_by_day(clocks, trial, place, escalation, sentinels, max(last, int(np.ceil(arrival[0]))))
            assert clocks.people.dosed_on[place, trial] == last


def test_a_sentinel_given_less_counts_once_a_dlt_is_seen() -> None:
    """One sentinel, at the level below for want of product, with a DLT on day 5: until then one is lacking."""
    sentinels = Sentinels(1, 14.0, 1)
    row, yes, no = np.zeros(1, dtype=np.intp), np.ones(1, dtype=bool), np.zeros(1, dtype=bool)

    def others_from(day: float) -> float:
        return float(sentinels.others_from(row, np.full(1, day))[0])

    sentinels.note(row, np.zeros(1), np.full(1, 5.0), yes, no, yes)
    assert (others_from(4.0), others_from(5.0)) == (-np.inf, 14.0)
    sentinels.note(row, np.full(1, 4.0), np.full(1, 9.0), no, yes, no)
    assert (others_from(4.0), others_from(9.0)) == (9.0, -np.inf)
    assert sentinels.toxic_on[0] == 5.0
    sentinels.begin(row)
    assert (others_from(9.0), sentinels.toxic_on[0]) == (-np.inf, np.inf)


def test_a_sentinel_s_dlt_seen_while_nobody_waits_is_reviewed_as_well() -> None:
    """The interval is over, nobody has come: the committee is asked before the next is dosed, however late."""
    slow = replace(
        STAGGERED, window_days=60, sites=(Site(0.5),), sentinel_dlt="committee_review", sentinel_interval_days=3.0,
        between_participants_days=0.0, meeting_interval_days=500,
    )  # fmt: skip
    people = simulate_in_time(rule_of("boin"), slow, np.ones(3), range(200), 2).people
    late = (people.closes[0] > people.dosed_on[0] + 3) & (people.closes[0] <= people.dosed_on[1])
    assert late.sum() > 20
    reviewed = np.ceil((people.closes[0, late] + 1) / 500) * 500
    assert (people.dosed_on[1, late] >= reviewed + 3).all()


@pytest.mark.parametrize("design", ["tite_boin", "tite_crm"])
def test_people_decide_again_on_a_dlt_before_the_dosing_that_they_allowed(
    design: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No cohort begins by a decision since which a DLT was seen; without days between, nothing is decided anew."""
    met: list[list[tuple[float, int]]] = []
    overtaken = 0
    decide = Clocks._decide_in_time

    def kept(clocks: Clocks, rows: Rows, day: Floats, at_last: Booleans, from_day: Floats) -> tuple[Booleans, Floats]:
        nonlocal overtaken
        decided, toxic = decide(clocks, rows, day, at_last, from_day)
        overtaken += int(np.isfinite(toxic).sum())
        for row in np.flatnonzero(decided).tolist():
            if clocks.states.stop[rows[row]] == Stop.GOES_ON:
                met[rows[row]].append((float(day[row]), clocks.people.dosed))
        return decided, toxic

    monkeypatch.setattr(Clocks, "_decide_in_time", kept)
    truth = np.array([0.3, 0.4, 0.6])
    for lag, found in ((25.0, True), (0.0, False)):
        met, overtaken = [[] for _ in range(200)], 0
        calendar = Calendar(window_days=60, sites=(Site(9.0),), meeting_interval_days=20, decision_lag_days=lag)
        people = simulate_in_time(rule_of(design), calendar, truth, range(200), 3).people
        assert (overtaken > 10) == found
        for trial, decisions in enumerate(met):
            for day, begins in decisions:
                dosed_on = people.dosed_on[begins, trial]
                assert dosed_on >= day + lag
                closes, toxic = people.closes[:begins, trial], people.is_toxic[:begins, trial]
                assert not (toxic & (closes > day) & (closes <= (dosed_on if lag else day))).any()


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
