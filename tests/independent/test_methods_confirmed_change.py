"""Confirmed change against a naive search that looks at every pair of visits again for each candidate."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods.confirmed_change import Relapses, confirmed_changes
from firstdose.methods.confirmed_change_rules import ChangeRule, edss_smallest_change

Found = tuple[str, int, int, int, str]  # direction, onset, baseline, first confirming visit, kind


def least_from(score: float) -> float:
    return 1.5 if score == 0 else 1.0 if score <= 5 else 0.5


def naive(
    days: list[int], scores: list[float], relapses: list[int], distance: float, tolerance: tuple[float, float], *,
    moving: bool, lasting: bool,
) -> list[Found]:  # fmt: skip
    def near(visit: int) -> bool:
        return any(0 <= days[visit] - relapse < 30 for relapse in relapses)

    def relapse_between(first: float, last: float) -> bool:
        return any(first <= relapse <= last for relapse in relapses)

    found: list[Found] = []
    visits = range(len(days))
    baseline = next((visit for visit in visits if not near(visit)), None)
    if baseline is None:
        return found
    onset = baseline + 1
    while onset < len(days):
        change = scores[onset] - scores[baseline]
        sign = 1 if change > 0 else -1

        def holds(visit: int, sign: int = sign, reference: float = scores[baseline]) -> bool:
            return sign * (scores[visit] - reference) >= least_from(reference)

        confirming = [
            visit
            for visit in visits
            if visit > onset
            and distance - tolerance[0] <= days[visit] - days[onset] <= distance + tolerance[1]
            and all(holds(between) for between in range(onset, visit + 1))
            and not near(visit)
        ]
        if not confirming or (lasting and not all(holds(visit) for visit in visits if visit > onset)):
            onset += 1
            continue
        kind = ""
        if sign > 0:
            free = any(
                not relapse_between(days[onset] - 90, days[onset] + 30)
                and not relapse_between(days[visit] - 90, days[visit] + 30)
                for visit in confirming
            )
            after = relapse_between(days[onset] - 90, days[onset])
            kind = "relapse_independent" if free else "relapse_associated" if after else "undefined"
        found.append(("worsening" if sign > 0 else "improvement", onset, baseline, confirming[0], kind))
        if moving:
            following = [visit for visit in visits if visit >= confirming[0] and not near(visit)]
            if not following:
                break
            baseline = following[0]
            onset = baseline + 1
        else:
            onset = next((visit for visit in visits if visit > onset and not holds(visit)), len(days)) + 1
            # The visit at which the change ends may begin one in the other direction.
            onset -= 1
    return found


course = st.lists(st.tuples(st.integers(20, 130), st.integers(6, 16)), min_size=2, max_size=14)


@settings(max_examples=400)
@given(
    st.lists(course, min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(-40, 900)), max_size=5),
    st.sampled_from([(84.0, (7.0, 730.5)), (84.0, (30.0, 30.0)), (168.0, (45.0, math.inf))]),
    st.booleans(),
    st.booleans(),
)
def test_every_change_of_every_person(
    courses: list[list[tuple[int, int]]],
    relapses: list[tuple[int, int]],
    window: tuple[float, tuple[float, float]],
    moving: bool,
    lasting: bool,
) -> None:
    person, day, value, expected = [], [], [], []
    for number, visits in enumerate(courses):
        days, scores = np.cumsum([gap for gap, _ in visits]).tolist(), [double / 2 for _, double in visits]
        own = [onset for one, onset in relapses if one == number]
        expected.append(naive(days, scores, own, *window, moving=moving, lasting=lasting))
        person += [number] * len(days)
        day += days
        value += scores
    rule = ChangeRule(
        wanted="all",
        baseline_moves="after_change" if moving else "never",
        confirm_after=(window[0],),
        tolerance=window[1],
        sustained=math.inf if lasting else 0,
    )
    found = confirmed_changes(
        person,
        day,
        value,
        rule=rule,
        smallest_change=edss_smallest_change,
        relapses=Relapses([one for one, _ in relapses], [onset for _, onset in relapses]) if relapses else None,
    )
    ours = [
        [(change.direction, change.onset, change.baseline, change.confirmed[0], change.kind) for change in changes]
        for changes in found.changes
    ]
    assert ours == expected


def test_many_visits_of_one_person_take_no_longer_each() -> None:
    """Ten thousand visits of a change that nearly lasts: looking ahead from each anew would take a minute."""
    values = np.concatenate([np.zeros(10), np.full(9_980, 5.0), np.zeros(10)])
    for rule in (ChangeRule(sustained=math.inf), ChangeRule(wanted="all", baseline_moves="after_change")):
        found = confirmed_changes(
            np.zeros(10_000, dtype=int), 30 * np.arange(10_000), values, rule=rule, smallest_change=edss_smallest_change
        )
        assert len(found.changes[0]) == pytest.approx(0 if rule.sustained else 2)
