"""The first day of the next dosing: cases worked out by hand, and a naive program that tries day after day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firstdose.dosing import Dosed, Earliest, Wait, earliest_dosing
from firstdose.protocol.escalation import CommitteeReview, DltDefinition, Escalation, Sentinel

DLT = DltDefinition(definition="grade 3 or more", attribution=("product",), window_days=28)
PLAIN = Escalation(design="boin", target_dlt_rate=0.25, cohort_size=3, max_participants=24)
STAGGERED = replace(
    PLAIN,
    dlt=DLT,
    interval_between_participants_days=14,
    interval_between_cohorts_days=28,
    committee_review=CommitteeReview(required=True),
)
REVIEW = Sentinel(participants=1, interval_days=14, on_dlt="committee_review")
ENDING = replace(REVIEW, on_dlt="end_cohort")
FORGIVING = replace(REVIEW, on_dlt="continue")

NAMES = {
    "escalation.interval_between_participants_days": "participants",
    "escalation.interval_between_cohorts_days": "cohorts",
    "escalation.sentinel.interval_days": "sentinel",
    "escalation.sentinel.on_dlt": "sentinel's DLT",
    "escalation.dlt.window_days": "window",
    "escalation.committee_review": "decision",
}


def day_and_waits(found: Earliest) -> tuple[int | None, dict[str, int | None]]:
    """The day, and until when each rule holds back."""
    return found.day, {NAMES[wait.rule]: wait.until for wait in found.waits}


def test_the_first_participant_waits_for_nothing() -> None:
    assert earliest_dosing(STAGGERED, (), cohort=1) == Earliest(0, ())
    assert earliest_dosing(STAGGERED, (), cohort=1, decided_day=70).day == 70


def test_two_may_be_dosed_on_one_day_where_no_rule_keeps_them_apart() -> None:
    assert earliest_dosing(PLAIN, [Dosed(1, 100)], cohort=1) == Earliest(100, ())
    nothing = replace(PLAIN, interval_between_participants_days=0, interval_between_cohorts_days=0)
    assert earliest_dosing(nothing, [Dosed(1, 100)], cohort=2) == Earliest(100, ())


def test_participants_of_a_cohort_are_kept_apart() -> None:
    found = earliest_dosing(STAGGERED, [Dosed(1, 114), Dosed(1, 100)], cohort=1)
    assert day_and_waits(found) == (128, {"participants": 128})
    assert found.waits[0].words == "14 days after the last participant's dosing"


def test_a_window_of_28_days_is_over_at_midnight_after_day_28() -> None:
    monday = date(2026, 3, 2)
    found = earliest_dosing(replace(PLAIN, dlt=DLT), [Dosed(1, monday.toordinal())], cohort=2)
    assert found.day == date(2026, 3, 31).toordinal()


def test_the_next_cohort_waits_for_windows_interval_and_decision() -> None:
    dosed = [Dosed(1, 100, has_dlt=False), Dosed(1, 114), Dosed(1, 128)]
    found = earliest_dosing(STAGGERED, dosed, cohort=2)
    assert day_and_waits(found) == (None, {"participants": 142, "window": 157, "cohorts": 156, "decision": None})
    found = earliest_dosing(STAGGERED, dosed, cohort=2, decided_day=150)
    assert day_and_waits(found) == (157, {"participants": 142, "window": 157, "cohorts": 156, "decision": 150})
    assert earliest_dosing(STAGGERED, dosed, cohort=2, decided_day=160).day == 160


def test_a_window_that_closed_early_is_not_waited_for() -> None:
    dosed = [Dosed(1, 100), Dosed(1, 128, has_dlt=True, window_closed_early=True)]
    found = earliest_dosing(STAGGERED, dosed, cohort=2, decided_day=130)
    assert day_and_waits(found) == (156, {"participants": 142, "window": 129, "cohorts": 156, "decision": 130})


@pytest.mark.parametrize("design", ["tite_boin", "tite_crm", "rolling_six"])
def test_designs_in_time_decide_themselves_when_windows_are_waited_for(design: str) -> None:
    found = earliest_dosing(replace(STAGGERED, design=design), [Dosed(1, 100)], cohort=2, decided_day=101)
    assert day_and_waits(found) == (128, {"participants": 114, "cohorts": 128, "decision": 101})


def test_windows_of_the_own_cohort_are_not_waited_for() -> None:
    assert day_and_waits(earliest_dosing(replace(PLAIN, dlt=DLT), [Dosed(1, 100)], cohort=1)) == (100, {})


def test_the_rest_of_a_cohort_waits_for_its_sentinel() -> None:
    rules = replace(STAGGERED, sentinel=replace(REVIEW, interval_days=21))
    found = earliest_dosing(rules, [Dosed(1, 100, is_sentinel=True)], cohort=1)
    assert day_and_waits(found) == (121, {"participants": 114, "sentinel": 121})
    later = [Dosed(1, 100, is_sentinel=True), Dosed(1, 121)]
    assert day_and_waits(earliest_dosing(rules, later, cohort=1)) == (135, {"participants": 135})


def test_a_second_sentinel_does_not_wait_for_the_first_but_the_rest_for_both() -> None:
    rules = replace(PLAIN, sentinel=replace(REVIEW, participants=2))
    first, second = Dosed(1, 100, is_sentinel=True), Dosed(1, 103, is_sentinel=True)
    assert earliest_dosing(rules, [first], cohort=1).day == 100
    assert earliest_dosing(rules, [first, second], cohort=1).day == 117


def test_a_sentinel_of_another_cohort_is_nothing_to_this_one() -> None:
    rules = replace(PLAIN, sentinel=ENDING)
    assert earliest_dosing(rules, [Dosed(1, 100, is_sentinel=True, has_dlt=True)], cohort=2) == Earliest(100, ())


@pytest.mark.parametrize(
    ("sentinel", "decided_day", "expected"),
    [
        (REVIEW, None, (None, {"sentinel": 114, "sentinel's DLT": None})),
        (REVIEW, 90, (None, {"sentinel": 114, "sentinel's DLT": None})),
        (REVIEW, 100, (None, {"sentinel": 114, "sentinel's DLT": None})),
        (REVIEW, 105, (114, {"sentinel": 114, "decision": 105})),
        (REVIEW, 120, (120, {"sentinel": 114, "decision": 120})),
        (ENDING, None, (None, {"sentinel": 114, "sentinel's DLT": None})),
        (ENDING, 120, (None, {"sentinel": 114, "sentinel's DLT": None, "decision": 120})),
        (FORGIVING, None, (114, {"sentinel": 114})),
    ],
)
def test_after_a_sentinels_dlt(sentinel: Sentinel, decided_day: int | None, expected: object) -> None:
    rules = replace(PLAIN, sentinel=sentinel)
    toxic = [Dosed(1, 100, is_sentinel=True, has_dlt=True, window_closed_early=True)]
    assert day_and_waits(earliest_dosing(rules, toxic, cohort=1, decided_day=decided_day)) == expected


def test_a_decision_is_needed_only_where_the_committee_is() -> None:
    optional = replace(PLAIN, committee_review=CommitteeReview(required=False))
    assert earliest_dosing(optional, [Dosed(1, 100)], cohort=2).day == 100
    required = replace(PLAIN, committee_review=CommitteeReview(required=True))
    words = "the decision to dose the cohort is still to be taken"
    waits = (Wait("escalation.committee_review", None, words),)
    assert earliest_dosing(required, [Dosed(1, 100)], cohort=2) == Earliest(None, waits)


def test_words_count_one_day_as_one() -> None:
    rules = replace(PLAIN, interval_between_participants_days=1)
    assert earliest_dosing(rules, [Dosed(1, 3)], cohort=1).waits[0].words.startswith("1 day after")


intervals = st.none() | st.integers(0, 20)
escalations = st.builds(
    Escalation,
    design=st.just("boin"),
    target_dlt_rate=st.just(0.25),
    cohort_size=st.just(3),
    max_participants=st.just(24),
    dlt=st.none() | st.builds(replace, st.just(DLT), window_days=st.integers(1, 30)),
    sentinel=st.none()
    | st.builds(
        Sentinel,
        participants=st.integers(1, 2),
        interval_days=st.integers(1, 20),
        on_dlt=st.sampled_from(["committee_review", "end_cohort", "continue"]),
    ),
    interval_between_participants_days=intervals,
    interval_between_cohorts_days=intervals,
    committee_review=st.none() | st.builds(CommitteeReview, required=st.booleans()),
)
one_dosed = st.builds(
    Dosed,
    cohort=st.integers(1, 3),
    day=st.integers(0, 60),
    is_sentinel=st.booleans(),
    has_dlt=st.sampled_from([None, False, True]),
    window_closed_early=st.booleans(),
)
histories = st.lists(one_dosed, max_size=7)
LAST_DAY = 200


def holds_back(rules: Escalation, dosed: Sequence[Dosed], cohort: int, decided: int | None, day: int) -> bool:
    """Whether one may not dose on a day: each sentence of the protocol asked of that day, person by person."""
    for other in dosed:
        since = day - other.day
        if since < 0 or since < (rules.interval_between_participants_days or 0):
            return True
        if other.cohort < cohort:
            if since < (rules.interval_between_cohorts_days or 0):
                return True
            if rules.dlt and not other.window_closed_early and since <= rules.dlt.window_days:
                return True
    review = rules.committee_review
    if decided is None:
        if review and review.required and cohort > 1:
            return True
    elif day < decided:
        return True
    if rules.sentinel is None:
        return False
    sentinels = [other for other in dosed if other.cohort == cohort and other.is_sentinel]
    too_soon = any(day - other.day < rules.sentinel.interval_days for other in sentinels)
    if len(sentinels) >= rules.sentinel.participants and too_soon:
        return True
    for other in sentinels:
        if other.has_dlt is True:
            if rules.sentinel.on_dlt == "end_cohort":
                return True
            if rules.sentinel.on_dlt == "committee_review" and (decided is None or decided <= other.day):
                return True
    return False


def naive(rules: Escalation, dosed: Sequence[Dosed], cohort: int, decided: int | None) -> int | None:
    """The first day on which nothing holds back, found by trying."""
    days = (day for day in range(LAST_DAY + 1) if not holds_back(rules, dosed, cohort, decided, day))
    return next(days, None)


@settings(max_examples=400, deadline=None)
@given(escalations, histories, st.integers(1, 3), st.none() | st.integers(0, 100))
def test_agrees_with_trying_day_after_day(
    rules: Escalation, dosed: list[Dosed], cohort: int, decided: int | None
) -> None:
    found = earliest_dosing(rules, dosed, cohort=cohort, decided_day=decided)
    assert found.day == naive(rules, dosed, cohort, decided)
    if found.waits:
        untils = [wait.until for wait in found.waits]
        assert found.day == (None if None in untils else max(until for until in untils if until is not None))
    else:
        assert found.day == max((other.day for other in dosed), default=0)


@settings(max_examples=300, deadline=None)
@given(escalations, histories, one_dosed, st.integers(1, 3), st.none() | st.integers(0, 100))
@example(STAGGERED, [Dosed(1, 10)], Dosed(2, 12), 2, 20)
def test_one_more_open_window_never_lets_dose_earlier(
    rules: Escalation, dosed: list[Dosed], more: Dosed, cohort: int, decided: int | None
) -> None:
    before = earliest_dosing(rules, dosed, cohort=cohort, decided_day=decided).day
    is_open = replace(more, window_closed_early=False)
    later = earliest_dosing(rules, [*dosed, is_open], cohort=cohort, decided_day=decided).day
    assert later is None or (before is not None and later >= before)


@settings(max_examples=200, deadline=None)
@given(escalations, histories, st.integers(1, 3), st.none() | st.integers(0, 100), st.randoms(use_true_random=False))
def test_the_order_in_which_participants_are_listed_does_not_matter(
    rules: Escalation, dosed: list[Dosed], cohort: int, decided: int | None, order: object
) -> None:
    shuffled = sorted(dosed, key=lambda _: order.random())  # type: ignore[attr-defined]
    found = earliest_dosing(rules, dosed, cohort=cohort, decided_day=decided)
    assert earliest_dosing(rules, shuffled, cohort=cohort, decided_day=decided) == found
