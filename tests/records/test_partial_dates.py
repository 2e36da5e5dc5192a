from contextlib import suppress
from datetime import date, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.records import (
    Maybe,
    NotADate,
    PartialDate,
    PartialDateTime,
    read_partial_date,
    read_partial_date_time,
)
from firstdose.records.partial_date_frames import (
    earliest_day,
    is_complete_day,
    is_day_before,
    is_moment_before,
    latest_day,
)
from tests.records.strategies import partial_date_times, partial_dates


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("2026", "2026"),
        ("2026-03", "2026-03"),
        ("2026-03-14", "2026-03-14"),
        ("UN-UNK-2026", "2026"),
        ("un-unk-2026", "2026"),
        ("UN-MAR-2026", "2026-03"),
        ("14-MAR-2026", "2026-03-14"),
        ("14MAR2026", "2026-03-14"),
        ("4 Mar 2026", "2026-03-04"),
        ("14-UNK-2026", "2026---14"),
        ("2026-UN-UN", "2026"),
        ("2026-03-UN", "2026-03"),
        ("--03-14", "--03-14"),
        (" 2026-03 ", "2026-03"),
    ],
)
def test_what_is_known_of_a_date_is_read_and_nothing_else(written: str, known: str) -> None:
    assert str(read_partial_date(written)) == known


@pytest.mark.parametrize("written", ["UN-UNK-UNK", "-----", "UNK"])
def test_a_date_of_which_nothing_is_known_is_nothing(written: str) -> None:
    assert read_partial_date(written) is None


@pytest.mark.parametrize(
    "written",
    ["2026-02-30", "2025-02-29", "2026-13", "2026-00-10", "0000", "03/04/2026", "14.03.2026", "26-03-14", "soon", "",
     "14-UNK-UNK", "2026-3-4", "31-APR-2026", "14-ABC-2026", "２０２６"],
)  # fmt: skip
def test_what_is_no_date_or_may_be_two_is_refused(written: str) -> None:
    with pytest.raises(NotADate):
        read_partial_date(written)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("2026-03-14T10:30", "2026-03-14T10:30"),
        ("2026-03-14 10:30:05", "2026-03-14T10:30:05"),
        ("2026-03-14T10:30:05.000000", "2026-03-14T10:30:05"),
        ("2026-03-14T23:50+01:00", "2026-03-14T23:50+01:00"),
        ("2026-03-14T23:50Z", "2026-03-14T23:50+00:00"),
        ("2026-03-14T23", "2026-03-14T23"),
        ("14-OCT-2026 09:15", "2026-10-14T09:15"),
        ("14-OCT-2026 UN:UN", "2026-10-14"),
        ("UN-OCT-2026", "2026-10"),
    ],
)
def test_times_are_read_as_far_as_they_are_known(written: str, known: str) -> None:
    assert str(read_partial_date_time(written)) == known


@pytest.mark.parametrize(
    "written", ["2026-03T10:30", "2026-03-14T24:00", "2026-03-14T10:61", "2026-03-14T10:30+15:00", "2026-03-14T1:30"]
)
def test_impossible_times_are_refused(written: str) -> None:
    with pytest.raises(NotADate):
        read_partial_date_time(written)


@given(partial_dates())
def test_a_date_is_read_back_from_its_text(day: PartialDate) -> None:
    assert read_partial_date(str(day)) == day


@given(partial_date_times())
def test_a_time_is_read_back_from_its_text(moment: PartialDateTime) -> None:
    assert read_partial_date_time(str(moment)) == moment


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    for read in (read_partial_date, read_partial_date_time):
        with suppress(NotADate):
            read(text)


def completions(day: PartialDate) -> list[date]:
    """Every day that a partial date may be."""
    assert day.year is not None
    first = date(day.year, 1, 1)
    days = (first + timedelta(days=n) for n in range(366 if day.year % 4 == 0 else 365))
    return [d for d in days if day.month in (None, d.month) and day.day in (None, d.day)]


few_dates = st.builds(
    lambda year, month, day: PartialDate(year, month, day),
    st.integers(2023, 2024),
    st.none() | st.integers(1, 2),
    st.none() | st.integers(1, 28),
)


@given(few_dates, few_dates)
def test_yes_and_no_hold_for_every_day_that_may_be_meant(one: PartialDate, other: PartialDate) -> None:
    pairs = [(a, b) for a in completions(one) for b in completions(other)]
    for answer, holds in (
        (one.is_before(other), [a < b for a, b in pairs]),
        (one.is_after(other), [a > b for a, b in pairs]),
    ):
        if answer is Maybe.YES:
            assert all(holds)
        elif answer is Maybe.NO:
            assert not any(holds)
        elif None not in (one.month, other.month) or one.day is other.day is None:
            assert any(holds)
            assert not all(holds)
    same = one.is_same(other)
    assert same is Maybe.UNKNOWN or all(a == b for a, b in pairs) is (same is Maybe.YES)


def test_comparison_is_unknown_where_the_year_is() -> None:
    assert PartialDate(None, 3, 14).is_before(PartialDate(2026)) is Maybe.UNKNOWN


@given(st.datetimes(), st.datetimes(), st.integers(-14, 14), st.integers(-14, 14))
def test_times_with_offsets_are_compared_as_instants(one: datetime, other: datetime, east: int, west: int) -> None:
    zones = (timezone(timedelta(hours=east)), timezone(timedelta(hours=west)))
    first, second = (
        moment.replace(microsecond=0, tzinfo=zone) for moment, zone in zip((one, other), zones, strict=True)
    )
    try:
        expected = first < second
        first.astimezone(timezone.utc), second.astimezone(timezone.utc)  # noqa: UP017
    except OverflowError:
        return
    assert PartialDateTime.of(first).is_before(PartialDateTime.of(second)).answer in (expected, None)
    if abs(first - second) >= timedelta(seconds=1):
        assert PartialDateTime.of(first).is_before(PartialDateTime.of(second)).answer is expected


def moment(text: str) -> PartialDateTime:
    read = read_partial_date_time(text)
    assert read is not None
    return read


def test_ten_to_midnight_in_rome_is_before_the_next_day_there_and_before_five_to_eleven_in_london() -> None:
    rome = moment("2026-03-14T23:50+01:00")
    assert rome.is_before(moment("2026-03-15")) is Maybe.YES
    assert rome.is_before(moment("2026-03-14T22:55Z")) is Maybe.YES


def test_two_events_of_one_day_without_times_are_in_no_known_order() -> None:
    day, morning = moment("2026-03-14"), moment("2026-03-14T09:00")
    assert day.is_before(morning) is Maybe.UNKNOWN
    assert day.is_before(day) is Maybe.UNKNOWN
    assert morning.is_before(morning) is Maybe.NO


ANSWERS = list(Maybe)


@pytest.mark.parametrize("one", ANSWERS)
@pytest.mark.parametrize("other", ANSWERS)
def test_answers_combine_as_three_valued_logic(one: Maybe, other: Maybe) -> None:
    possible = {Maybe.YES: {True}, Maybe.NO: {False}, Maybe.UNKNOWN: {True, False}}
    pairs = [(a, b) for a in possible[one] for b in possible[other]]
    assert possible[one & other] == {a and b for a, b in pairs}
    assert possible[one | other] == {a or b for a, b in pairs}
    assert possible[~one] == {not a for a in possible[one]}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_is_no_plain_condition(answer: Maybe) -> None:
    with pytest.raises(TypeError):
        bool(answer)
    assert Maybe.of(answer.answer) is answer


@given(st.lists(st.tuples(partial_date_times(), partial_date_times()), min_size=1, max_size=20))
def test_whole_columns_give_the_same_answers(pairs: list[tuple[PartialDateTime, PartialDateTime]]) -> None:
    usual = [pair for pair in pairs if all(m.date.year is None or 2 < m.date.year < 9998 for m in pair)]
    frame = pl.DataFrame(
        {"one": [str(a) for a, _ in usual], "other": [str(b) for _, b in usual]},
        schema={"one": pl.String, "other": pl.String},
    )
    one, other = pl.col("one"), pl.col("other")
    found = frame.select(
        day=is_day_before(one, other),
        moment=is_moment_before(one, other),
        earliest=earliest_day(one),
        latest=latest_day(one),
        complete=is_complete_day(one),
    )
    assert found["day"].to_list() == [a.date.is_before(b.date).answer for a, b in usual]
    assert found["moment"].to_list() == [a.is_before(b).answer for a, b in usual]
    assert found["earliest"].to_list() == [a.date.earliest for a, _ in usual]
    assert found["latest"].to_list() == [a.date.latest for a, _ in usual]
    assert found["complete"].to_list() == [a.date.is_complete for a, _ in usual]
