"""Doses below those assigned, under each way of counting: against trials programmed step by step and closed forms."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta, binomtest

from firstdose.designs import DESIGNS
from firstdose.designs.guards import StopWhenEnough
from firstdose.designs.history import Cohort, History
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Stop
from firstdose.dosing import level_counted
from firstdose.simulation.calendar import (
    CalendarError,
    Manufacturing,
    Site,
    TimedCharacteristics,
    characteristics_in_time,
    courses_by_duration,
    outcomes_in_the_end,
    simulate_in_time,
)
from firstdose.simulation.calendar.conditions import CountedAt
from firstdose.simulation.calendar.doses import count_outcomes
from firstdose.simulation.calendar.draws import SHORTFALL
from firstdose.simulation.counted_random import trial_keys, uniforms
from firstdose.simulation.monte_carlo import TOLERANCE
from firstdose.simulation.scenarios import listed
from tests.simulation.counted_trials import (
    CALENDAR,
    CHANCES,
    INSTANT,
    MAKING,
    MOST,
    POLICIES,
    SEED,
    TARGET,
    TRUTH,
    cohorts_of,
    counting,
    rule_of,
)


def simulated(
    counts_at: CountedAt, rule: EscalationRule, truth: tuple[float, ...] = TRUTH, trials: int = 4000, **given: Any
) -> TimedCharacteristics:
    calendar = counting(counts_at, replace(INSTANT, **given))
    return characteristics_in_time(rule, calendar, listed([list(truth)], 3), trials=trials, seed=SEED)


@cache
def chance(stream: int, trial: int, person: int) -> float:
    return float(uniforms(trial_keys(SEED, stream, np.array([trial])), np.array([person]))[0])


@dataclass
class Naive:
    """One trial of BOIN with the ways of counting written out as they are told, person after person."""

    trial: int
    counts_at: str
    participants: list[int] = field(default_factory=lambda: [0, 0, 0])
    dlts: list[int] = field(default_factory=lambda: [0, 0, 0])
    assigned: list[int] = field(default_factory=list)
    given: list[int] = field(default_factory=list)
    highest: int = 3

    def move(self, level: int) -> int:
        """BOIN's move from the counts at a level, with elimination at a posterior certainty of 0.95."""
        n, t = self.participants[level - 1], self.dlts[level - 1]
        if n >= 3 and beta.sf(TARGET, 1 + t, 1 + n - t) > 0.95:
            self.highest = min(self.highest, level - 1)
            return level - 1
        safe, toxic = 0.6 * TARGET, 1.4 * TARGET
        up = math.log((1 - safe) / (1 - TARGET)) / math.log(TARGET * (1 - safe) / (safe * (1 - TARGET)))
        down = math.log((1 - TARGET) / (1 - toxic)) / math.log(toxic * (1 - TARGET) / (TARGET * (1 - toxic)))
        return level + (1 if t <= up * n else -1 if t >= down * n else 0)

    def next_level(self, level: int) -> int:
        wanted = self.move(level)
        return max(1, min(wanted, self.highest, 3))

    def count(self, level: int, has_dlt: bool) -> None:
        self.participants[level - 1] += 1
        self.dlts[level - 1] += has_dlt

    def cohort(self, level: int) -> int:
        """Dose a cohort and return the level that follows."""
        size = min(3, MOST - sum(self.participants))
        had_any = self.participants[level - 1] > 0
        own: list[bool] = []
        below: list[bool] = []
        places = 0
        while places < size and sum(self.participants) + len(own) + len(below) < MOST:
            person = len(self.assigned)
            is_short = level > 1 and chance(SHORTFALL, self.trial, person) < CHANCES[level - 1]
            given = level - 1 if is_short else level
            has_dlt = chance(TOLERANCE, self.trial, person) < TRUTH[given - 1]
            self.assigned.append(level)
            self.given.append(given)
            if self.counts_at == "assigned" or not is_short:
                own.append(has_dlt)
            elif self.counts_at == "given" or has_dlt:
                below.append(has_dlt)
            places = len(own) + len(below)
        following = level
        for has_dlt in below:
            self.count(level - 1, has_dlt)
        if below:
            following = self.next_level(level - 1)
        for has_dlt in own:
            self.count(level, has_dlt)
        if own or (below and had_any and self.counts_at == "given"):
            following = self.next_level(level)
        return following

    def run(self) -> None:
        level = 1
        while sum(self.participants) < MOST and self.highest > 0:
            level = self.cohort(level)


@pytest.mark.parametrize("counts_at", POLICIES)
def test_trials_are_those_programmed_step_by_step(counts_at: CountedAt) -> None:
    clocks = simulate_in_time(rule_of(), counting(counts_at), np.array(TRUTH), range(300), SEED)
    states, doses = outcomes_in_the_end(clocks), clocks.doses
    assert doses is not None
    others = 0
    for trial in range(300):
        naive = Naive(trial, counts_at)
        naive.run()
        count = len(naive.assigned)
        assert [int(each[trial]) for each in doses.assigned[:count]] == naive.assigned
        assert [int(each[trial]) for each in doses.given[:count]] == naive.given
        assert not any(each[trial] for each in doses.assigned[count:])
        assert states.participants[trial].tolist() == naive.participants
        assert states.dlts[trial].tolist() == naive.dlts
        assert (states.stop[trial] == Stop.TOO_TOXIC) == (naive.highest == 0)
        others += naive.assigned != naive.given
    assert others > 200


@pytest.mark.parametrize(
    ("design", "given"),
    [
        ("boin", {}),
        ("boin", {"counts_dosed": True}),
        ("keyboard", {}),
        ("crm", {}),
        ("three_plus_three", {}),
        ("boin", {"guards": (StopWhenEnough,)}),
    ],
)
def test_the_live_trial_s_own_advice_follows_its_way_of_counting(design: str, given: dict[str, Any]) -> None:
    """Replayed by ``decide``: cohort after cohort it names the level of the next, and at the end the level selected.

    Each cohort is written as the live trial's history writes it: a DLT after less is a part at the level given before
    the cohort's own, nobody else with less is evaluable.
    """
    rule = rule_of(design)
    guards = tuple(guard(frame=rule.frame, participants=9) for guard in given.get("guards", ()))
    rule = replace(rule, **{**given, "guards": guards})
    calendar = counting("live_trial", replace(CALENDAR, sites=(Site(3000.0),)))
    clocks = simulate_in_time(rule, calendar, np.array(TRUTH), range(80), SEED)
    assert clocks.doses is not None
    people, parts_below = clocks.people, 0
    for trial in range(80):
        history = History()
        cohorts = cohorts_of(clocks, trial)
        for number, cohort in enumerate(cohorts):
            level = int(clocks.doses.assigned[cohort[0]][trial])
            own, below = "", ""
            for place in cohort:
                assert clocks.doses.assigned[place][trial] == level
                as_assigned = clocks.doses.given[place][trial] == level
                if people.is_toxic[place, trial] and not as_assigned:
                    below += "T"
                else:
                    own += "T" if people.is_toxic[place, trial] else "N" if as_assigned else "-"
            parts = [Cohort(level - 1, below, is_part=bool(own))] * bool(below) + [Cohort(level, own)] * bool(own)
            history = History((*history.cohorts, *parts))
            parts_below += bool(below)
            advice = rule.decide(history)
            if number + 1 < len(cohorts):
                assert advice.next_level == clocks.doses.assigned[cohorts[number + 1][0]][trial], str(history)
            else:
                assert advice.action == "stop", (str(history), advice)
                assert (advice.recommended_level or 0) == clocks.states.selected[trial]
    assert parts_below > 10


@pytest.mark.parametrize(("design", "parent"), [("tite_boin", "boin"), ("tite_crm", "crm")])
@pytest.mark.parametrize("counts_at", ["assigned", "given"])
def test_designs_in_time_with_instant_windows_are_those_that_they_extend(
    design: str, parent: str, counts_at: CountedAt
) -> None:
    found, expected = (
        outcomes_in_the_end(
            simulate_in_time(rule_of(each), counting(counts_at, INSTANT), np.array(TRUTH), range(500), 5)
        )
        for each in (design, parent)
    )
    for name in ("participants", "dlts", "stop", "selected"):
        assert (getattr(found, name) == getattr(expected, name)).all(), name


@pytest.mark.parametrize("design", sorted(set(DESIGNS) - {"blrm"}))
def test_without_a_shortfall_every_way_of_counting_is_the_same(design: str) -> None:
    plain = replace(CALENDAR, manufacturing=Manufacturing(14), leaving=0.1)
    found = [
        simulate_in_time(rule_of(design), counting(each, plain), np.array(TRUTH), range(60), 5) for each in POLICIES
    ]
    for other in found[1:]:
        assert (other.ended == found[0].ended).all()
        assert (other.states.selected == found[0].states.selected).all()
        assert other.doses is None


def at_one_level(counts_at: CountedAt, shortfall: float) -> TimedCharacteristics:
    """One cohort of six at level 2, so that nothing depends on outcomes but who is replaced."""
    rule = rule_of(most=6, start=2)
    rule = replace(rule, design=replace(rule.design, frame=replace(rule.frame, cohort_size=6)))
    making = Manufacturing(0, shortfall=shortfall)
    return simulated(counts_at, rule, trials=20_000, manufacturing=making)


@pytest.mark.parametrize("shortfall", [0.2, 0.6])
def test_at_one_level_the_rates_are_those_of_the_closed_forms(shortfall: float) -> None:
    """By the level assigned (1 - s) p2 + s p1; by the level given p2 and p1; as in the live trial p2, and 1 below."""
    low, high = TRUTH[:2]
    mixed = (1 - shortfall) * high + shortfall * low
    by_policy = ((None, mixed), (low, high), (1.0, high))
    for counts_at, expected in zip(POLICIES, by_policy, strict=True):
        found = at_one_level(counts_at, shortfall).doses
        assert found is not None
        doses = found[0]
        for level, rate in enumerate(expected):
            seen = doses.dlt_rate_counted[level]
            assert (seen is None) == (rate is None)
            if seen is not None and rate is not None:
                assert seen == pytest.approx(rate, abs=4 * math.sqrt(0.25 / 20_000)), (counts_at, level)
        # whatever counts, people are who they are
        errors = doses.standard_errors["dlt_rate_assigned"][1], doses.standard_errors["dlt_rate_given"][0]
        assert doses.dlt_rate_assigned[1] == pytest.approx(mixed, abs=4 * (errors[0] or 0))
        assert doses.dlt_rate_given[0] == pytest.approx(low, abs=4 * (errors[1] or 0))
        below = doses.mean_without_dlt_below[1] / doses.mean_assigned[1]
        assert below == pytest.approx(shortfall * (1 - low), abs=4 * math.sqrt(0.25 / 100_000))
        assert doses.share_given[1] == pytest.approx(1 - shortfall, abs=4 * math.sqrt(0.25 / 100_000))
        able, planned = (round(20_000 * mean[1]) for mean in (doses.mean_given, doses.mean_assigned))
        exact = binomtest(able, planned).proportion_ci(method="exact")
        assert (doses.share_given_lower[1], doses.share_given_upper[1]) == pytest.approx((exact.low, exact.high))


@pytest.mark.parametrize("design", ["boin", "crm", "three_plus_three"])
@pytest.mark.parametrize("counts_at", POLICIES)
def test_in_whole_trials_the_rates_are_those_of_the_closed_forms(design: str, counts_at: CountedAt) -> None:
    """Whatever the design does with them: each participant's chances are those of the level that was assigned."""
    found = simulated(counts_at, rule_of(design))
    assert found.doses is not None
    doses, people = found.doses[0], found.characteristics.scenarios[0].mean_participants
    for k, rate in enumerate(TRUTH):
        mixed = (1 - CHANCES[k]) * rate + CHANCES[k] * TRUTH[max(k - 1, 0)]
        as_assigned = doses.mean_assigned[k] * (1 - CHANCES[k])
        from_above = doses.mean_assigned[k + 1] * CHANCES[k + 1] * rate if k < 2 else 0.0
        live = (as_assigned * rate + from_above) / (as_assigned + from_above)
        expected = {"assigned": mixed, "given": rate, "live_trial": live}[counts_at]
        assert doses.dlt_rate_counted[k] == pytest.approx(expected, abs=4 * math.sqrt(0.25 / (4000 * people[k])))


@pytest.mark.parametrize("design", ["boin", "crm", "keyboard", "three_plus_three"])
def test_counting_at_the_level_assigned_names_levels_above_the_mtd(design: str) -> None:
    """Level 2 is the MTD; with the dose of level 3 within reach of 4 in 10, level 3 looks like 0.39 and is 0.55."""
    above = {}
    for counts_at in POLICIES:
        found = simulated(counts_at, rule_of(design, most=24), (0.05, 0.22, 0.55)).characteristics.scenarios[0]
        assert found.true_mtd == 2
        above[counts_at] = found.selected[2], found.standard_errors["selected"][2]
    high, error = above["assigned"]
    for other in ("given", "live_trial"):
        low, its = above[other]
        assert high - low > 4 * math.hypot(error, its) + 0.02


@pytest.mark.parametrize("counts_at", POLICIES)
def test_one_array_answers_as_the_live_trial_does_for_each(counts_at: CountedAt) -> None:
    """``level_counted`` of the records, and evaluability: no DLT after less than was assigned does not count."""
    cases = list(itertools.product((2, 3), (0, 1), (False, True), (False, True)))
    assigned = np.array([case[0] for case in cases], dtype=np.int16)
    given = np.array([case[0] - case[1] for case in cases], dtype=np.int16)
    toxic, lost = (np.array([case[at] for case in cases]) for at in (2, 3))
    toxic &= ~lost
    found = count_outcomes(counts_at, assigned, given, toxic, lost)
    for place in range(len(cases)):
        short = given[place] != assigned[place]
        if counts_at == "live_trial":
            expected = level_counted(int(assigned[place]), int(given[place]), bool(toxic[place]))
            assert found.is_evaluable[place] == (toxic[place] or not (short or lost[place]))
        else:
            expected = int(assigned[place] if counts_at == "assigned" else given[place])
            assert found.is_evaluable[place] != lost[place]
        assert found.level[place] == expected
        assert found.is_below[place] == (found.is_evaluable[place] and expected < assigned[place])


def test_feasibility_is_found_as_a_naive_count_finds_it() -> None:
    """The highest level whose share given, and that of every level below it, reaches what was asked for."""
    rule, calendar = rule_of(), counting("given")
    timed = characteristics_in_time(rule, calendar, listed([list(TRUTH)], 3), trials=200, seed=SEED)
    assert timed.doses is not None
    doses = timed.doses[0]
    found = [0, 0, 0, 0]
    for trial in range(200):
        naive = Naive(trial, "given")
        naive.run()
        highest = 0
        for level in (1, 2, 3):
            able = [
                given == level for planned, given in zip(naive.assigned, naive.given, strict=True) if planned == level
            ]
            if able and sum(able) / len(able) < 0.5:
                break
            highest = level if able else highest
        found[highest] += 1
    assert doses.highest_found_feasible == pytest.approx([count / 200 for count in found])
    assert doses.highest_feasible == 2
    scenario = timed.characteristics.scenarios[0]
    assert doses.selected_feasible == pytest.approx(sum(scenario.selected[:2]))
    # those who are given less are all there is between the limits of 0 and 1
    for lower, share, upper in zip(doses.trial_lower, doses.share_given, doses.trial_upper, strict=True):
        assert (lower or 0) < (share or 0) <= (upper or 0)


def test_parts_of_the_trials_add_up_to_the_same_figures() -> None:
    whole, parts = (
        characteristics_in_time(
            rule_of(), counting("live_trial"), listed([list(TRUTH)], 3), trials=500, seed=2, block=block
        )
        for block in (500, 130)
    )
    assert whole.doses == parts.doses
    assert whole.as_json()["scenarios"][0]["doses"]["outcomes_count_at"] == "live_trial"


def test_single_trials_show_both_levels() -> None:
    courses = courses_by_duration(rule_of(), counting("given"), np.array(TRUTH), seed=4, trials=100)
    people = [each for course in courses for each in course.participants]
    assert {each.level - each.level_given for each in people} == {0, 1}


def test_who_is_given_less_in_the_live_trial_is_replaced_and_takes_time() -> None:
    given, live = (simulated(each, rule_of(), (0.05, 0.05, 0.05)) for each in ("given", "live_trial"))
    assert given.doses is not None
    assert live.doses is not None
    assert sum(live.doses[0].mean_assigned) > 1.3 * sum(given.doses[0].mean_assigned)
    assert live.in_time[0].mean_duration_days > given.in_time[0].mean_duration_days


@pytest.mark.parametrize(
    ("making", "words"),
    [
        ({"shortfall_by_level": (0.0, 0.1), "shortfall": 0.1}, "give it or shortfall, not both"),
        ({"shortfall_by_level": (0.1, 0.2, 0.3)}, "begin with 0"),
        ({"shortfall_by_level": (0.0, 0.3, 0.2)}, "may not fall"),
        ({"shortfall_by_level": (0.0, 0.3, 1.0)}, "below 1"),
        ({"feasible_share": 0.0}, "feasible_share"),
    ],
)
def test_shortfalls_that_make_no_sense_are_refused(making: dict[str, Any], words: str) -> None:
    with pytest.raises(CalendarError, match=words):
        replace(CALENDAR, manufacturing=Manufacturing(7, **making))


@pytest.mark.parametrize(
    ("rule", "counts_at", "making", "words"),
    [
        (rule_of("tite_boin"), "live_trial", MAKING, "DLT or nothing"),
        (rule_of("rolling_six"), "live_trial", MAKING, "DLT or nothing"),
        (rule_of().with_backfill(6), "given", MAKING, "with backfilling"),
        (rule_of(), "given", Manufacturing(7, shortfall_by_level=(0.0, 0.5)), "one share a level, 3, not 2"),
        (rule_of(), "live_trial", Manufacturing(7, shortfall=0.999), "nearly all are given less"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_words(
    rule: EscalationRule, counts_at: CountedAt, making: Manufacturing, words: str
) -> None:
    with pytest.raises(CalendarError, match=words):
        simulate_in_time(rule, counting(counts_at, replace(CALENDAR, manufacturing=making)), np.zeros(3), range(5), 1)
