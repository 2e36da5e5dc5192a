"""Times known in part against the likelihood, counted day by day, and against the effect of each person's weight."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firstdose.methods.partly_known_times import PartlyKnown, incidence_partly_known, survival_partly_known

Row = tuple[int, int, int, int, int]
BEYOND = 99


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """First and last day of the start and of the end, and the cause (0: last seen on that day)."""
    start, vague, lasts, vague_end = (draw(st.integers(0, most)) for most in (4, 3, 6, 4))
    cause = draw(st.integers(0, 2))
    end = start + lasts
    return start, start + vague, end, end if cause == 0 else end + vague_end, cause


def of(some: list[Row], person: list[int]) -> PartlyKnown:
    first, last, end_first, end_last, cause = np.array(some, dtype=np.int64).T
    who = np.unique(person, return_inverse=True)[1].astype(np.int64)
    return PartlyKnown(first, last, end_first, end_last, cause, who)


def chance(row: Row, cause: int, days: int) -> float:
    """How likely a time of so many days with a cause makes what is known, going through all days of the start."""
    first, last, end_first, end_last, its = row
    starts = range(first, min(last, end_last) + 1)
    if its == 0:
        return sum(start + days > end_last for start in starts) / len(starts)
    return sum(start + days in range(end_first, end_last + 1) for start in starts) / len(starts) if its == cause else 0


Possibility = tuple[int, int]


def possibilities(some: list[Row], causes: set[int]) -> list[Possibility]:
    last = max(end - start for start, _, _, end, _ in some)
    return [*((cause, days) for cause in sorted(causes) for days in range(last + 1)), (0, BEYOND)]


def check_is_most_likely(some: list[Row], found: dict[Possibility, float]) -> None:
    """A distribution is most likely if and only if moving weight to no possibility makes the data likelier.

    The log-likelihood is concave, so that this suffices: Σ chance_i(possibility) / likelihood_i <= N for every one.
    """
    likely = [sum(share * chance(row, *where) for where, share in found.items()) for row in some]
    assert min(likely) > 0
    for where in found:
        slope = sum(chance(row, *where) / its for row, its in zip(some, likely, strict=True))
        assert slope <= len(some) * (1 + 0.01), (where, slope)


@settings(max_examples=80, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=9))
def test_no_other_distribution_is_more_likely(some: list[Row]) -> None:
    observed = of(some, list(range(len(some))))
    curves = incidence_partly_known(observed)
    found = {
        (cause, days): float(its)
        for cause, curve in curves.items()
        for days, its in enumerate(np.diff(curve.estimate, prepend=0))
    }
    check_is_most_likely(some, found | {(0, BEYOND): 1 - sum(found.values())})
    alike: list[Row] = [(*row[:4], min(row[4], 1)) for row in some]
    survival = survival_partly_known(observed)
    shares = -np.diff(survival.estimate, prepend=1)
    check_is_most_likely(
        alike, {(1, days): float(its) for days, its in enumerate(shares)} | {(0, BEYOND): float(survival.estimate[-1])}
    )


def naive(some: list[Row], weight: list[float], causes: set[int]) -> dict[Possibility, float]:
    """Self-consistency, one observation at a time: each spreads its weight over what it may have been."""
    where = possibilities(some, causes)
    table = [[chance(row, *each) for each in where] for row in some]
    shares = [1 / len(where)] * len(where)
    for _ in range(3000):
        spread = [0.0] * len(where)
        for row, its in zip(table, weight, strict=True):
            total = sum(one * share for one, share in zip(row, shares, strict=True))
            for place, one in enumerate(row):
                spread[place] += its * one * shares[place] / total
        moved = max(abs(one / sum(weight) - share) for one, share in zip(spread, shares, strict=True))
        shares = [one / sum(weight) for one in spread]
        if moved < 1e-12:
            break
    return dict(zip(where, shares, strict=True))


EVENTS: list[Row] = [
    (0, 0, 2, 2, 1),
    (3, 3, 8, 8, 1),
    (0, 2, 4, 6, 1),
    (1, 1, 3, 3, 1),
    (2, 2, 4, 4, 2),
    (0, 3, 7, 7, 0),
    (5, 5, 9, 12, 1),
    (4, 4, 9, 9, 0),
    (0, 0, 4, 4, 1),
    (2, 2, 9, 9, 1),
]
PERSONS = [1, 1, 2, 2, 2, 3, 3, 4, 5, 5]


def test_errors_are_the_effect_of_each_persons_weight() -> None:
    curves = incidence_partly_known(of(EVENTS, PERSONS))
    step = 1e-3
    squares = {cause: np.zeros(len(curve.time)) for cause, curve in curves.items()}
    plain = naive(EVENTS, [1.0] * len(EVENTS), set(curves))
    for one in sorted(set(PERSONS)):
        up, down = (
            naive(EVENTS, [1 + sign * step * (person == one) for person in PERSONS], set(curves)) for sign in (1, -1)
        )
        for cause, curve in curves.items():
            change = [(up[cause, days] - down[cause, days]) / (2 * step) for days in range(len(curve.time))]
            squares[cause] += np.cumsum(change) ** 2
    for cause, curve in curves.items():
        expected = np.cumsum([plain[cause, days] for days in range(len(curve.time))])
        np.testing.assert_allclose(curve.estimate, expected, atol=1e-5)
        np.testing.assert_allclose(curve.error, np.sqrt(squares[cause]), atol=1e-3)
    assert curves[1].error.max() > 0.1


@settings(max_examples=40, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=8))
def test_the_curve_stays_between_the_extremes(some: list[Row]) -> None:
    """With events only, the share that surely ended by a day, and the share that may have, hold the estimate."""
    events = [row for row in some if row[4]]
    assume(events)
    curve = survival_partly_known(of(events, list(range(len(events)))))
    for days, left in enumerate(curve.estimate):
        surely = sum(end_last - first <= days for first, _, _, end_last, _ in events) / len(events)
        perhaps = sum(max(0, end - last) <= days for _, last, end, _, _ in events) / len(events)
        assert surely - 1e-4 <= 1 - left <= perhaps + 1e-4
