"""Times known in part: by hand, equal to Kaplan-Meier and Aalen-Johansen with whole dates, and no bias."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.methods._counts import IntArray
from firstdose.methods.partly_known_times import PartlyKnown, incidence_partly_known, survival_partly_known
from firstdose.methods.time_to_event import aalen_johansen, kaplan_meier

observations = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=14)
Row = tuple[int, int, int, int, int]


def of(*rows: Row, person: list[int] | None = None) -> PartlyKnown:
    """Rows of first and last day of the start, first and last day of the end, and cause."""
    first, last, end_first, end_last, cause = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    who = np.arange(len(rows)) if person is None else np.unique(person, return_inverse=True)[1]
    return PartlyKnown(first, last, end_first, end_last, cause, who.astype(np.int64))


def whole(rows: list[tuple[int, int, int]]) -> tuple[PartlyKnown, IntArray, IntArray, IntArray]:
    """Observations from day 5 on of which every day is known."""
    time, cause, person = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    known = [(5, 5, 5 + its, 5 + its, why) for its, why in zip(time.tolist(), cause.tolist(), strict=True)]
    return of(*known, person=person.tolist()), time, cause, person


@pytest.mark.parametrize(
    ("rows", "survival"),
    [
        # 2 days for one, 1 to 3 for the other: 2 for both
        ([(0, 0, 2, 2, 1), (0, 0, 1, 3, 1)], [1, 1, 0, 0]),
        # 1 day, 3 days, and 1 to 3: halves
        ([(0, 0, 1, 1, 1), (0, 0, 3, 3, 1), (0, 0, 1, 3, 1)], [1, 0.5, 0.5, 0]),
        # ended on day 2, begun on day 0 or 1; another of 1 day
        ([(0, 1, 2, 2, 1), (4, 4, 5, 5, 1)], [1, 0, 0]),
        # begun on day 0 or 1, last seen on day 2: surely more than 1 day, and more than 2 by half
        ([(0, 1, 2, 2, 0), (0, 0, 2, 2, 1), (0, 0, 3, 3, 1)], None),
        # nobody had it
        ([(0, 1, 2, 2, 0)], [1, 1, 1]),
    ],
)
def test_by_hand(rows: list[Row], survival: list[float] | None) -> None:
    curve = survival_partly_known(of(*rows))
    if survival is None:
        # p at 2 days and 1 - p at 3: p (1 - p) (p / 2 + 1 - p) is largest at p = 1 - 1 / sqrt 3
        survival = [1, 1, 1 / 3**0.5, 0]
    assert curve.time.tolist() == list(range(len(survival)))
    np.testing.assert_allclose(curve.estimate, survival, atol=1e-6)
    assert curve.estimate[-1] == survival[-1]


@settings(max_examples=60, deadline=None)
@given(observations, st.booleans())
def test_with_every_day_known_it_is_kaplan_meier(rows: list[tuple[int, int, int]], left_out: bool) -> None:
    observed, time, cause, person = whole(rows)
    ours = survival_partly_known(observed, as_if_left_out=left_out)
    theirs = kaplan_meier(time, cause > 0, person, as_if_left_out=left_out)
    at = ours.time.searchsorted(theirs.time)
    np.testing.assert_allclose(ours.estimate[at], theirs.estimate, atol=1e-6)
    still = theirs.estimate > 1e-9
    np.testing.assert_allclose(ours.error[at][still], theirs.error[still], atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(observations)
def test_with_every_day_known_it_is_aalen_johansen(rows: list[tuple[int, int, int]]) -> None:
    observed, time, cause, person = whole(rows)
    ours, theirs = incidence_partly_known(observed), aalen_johansen(time, cause, person)
    assert list(ours) == list(theirs)
    for one, curve in theirs.items():
        at = ours[one].time.searchsorted(curve.time)
        np.testing.assert_allclose(ours[one].estimate[at], curve.estimate, atol=1e-6)
        np.testing.assert_allclose(ours[one].error[at], curve.error, atol=1e-5)


def test_months_instead_of_days_bring_no_bias() -> None:
    """Exponential times with a mean of 20 days, a third of the starts and of the ends known to 30 days only.

    Four errors of a share of one half are 0.03 with 4,000 events. The longest possible times are too long by more.
    """
    random = np.random.default_rng(11)
    start = random.integers(0, 300, 4000)
    end = start + np.floor(random.exponential(20, 4000)).astype(np.int64)
    first, last = start.copy(), start.copy()
    end_first, end_last = end.copy(), end.copy()
    for low, high in ((first, last), (end_first, end_last)):
        vague = random.random(4000) < 1 / 3
        low[vague] = low[vague] // 30 * 30
        high[vague] = low[vague] + 29
    cause, who = np.ones(4000, dtype=np.int64), np.arange(4000)
    curve = survival_partly_known(PartlyKnown(first, last, np.maximum(end_first, first), end_last, cause, who))
    late = kaplan_meier(end_last - first, cause > 0)
    for day in (5, 10, 28):
        truth = np.exp(-(day + 1) / 20)
        assert curve.at(day)[0] == pytest.approx(truth, abs=0.03)
        assert late.at(day)[0] > truth + 0.05


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "at least 1"),
        ([(3, 2, 5, 5, 1)], "later than its last"),
        ([(0, 0, 5, 4, 1)], "later than its last"),
        ([(3, 3, 1, 2, 1)], "before every possible start"),
    ],
)
def test_impossible_days_are_refused(rows: list[Row], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        of(*rows)


def test_certainty_must_be_one() -> None:
    with pytest.raises(ValueError, match="certainty"):
        survival_partly_known(of((0, 0, 1, 1, 1)), certainty=1)
