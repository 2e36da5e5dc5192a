from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.records import (
    AdverseEvent,
    Dosing,
    Subject,
    TrialData,
    cut,
    read_partial_date_time,
    uncertain_at,
)
from tests.records.strategies import records


def event(number: int, start: str | None, end: str | None = None) -> AdverseEvent:
    return AdverseEvent(
        subject="P1",
        number=number,
        term="fever",
        start=read_partial_date_time(start) if start else None,
        end=read_partial_date_time(end) if end else None,
        outcome="recovered" if end else "not_recovered",
    )


EVENTS = [
    event(1, "2026-01-10", "2026-01-20"),
    event(2, "2026-01-10", "2026-05"),
    event(3, "2026-03", "2026-07-01"),
    event(4, "2026-03-14T12:00"),
    event(5, "2026-04-01"),
    event(6, None),
]
DATA = TrialData.of([Subject(subject="P1"), *EVENTS], date(2026, 6, 1))


def test_every_kind_of_record_has_a_frame_with_all_columns() -> None:
    assert TrialData()[AdverseEvent].columns == DATA[AdverseEvent].columns
    assert list(DATA.records(AdverseEvent)) == EVENTS


def test_trial_data_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        DATA.frames["subjects"] = pl.DataFrame()  # type: ignore[index]
    with pytest.raises(AttributeError):
        DATA.as_of = None  # type: ignore[misc]


def test_frames_of_unknown_kinds_or_fields_are_refused() -> None:
    with pytest.raises(ValueError, match="adverse_event"):
        TrialData({"adverse_event": pl.DataFrame()})
    with pytest.raises(ValueError, match="grading"):
        TrialData({"adverse_events": DATA[AdverseEvent].with_columns(grading=pl.lit(1))})
    with pytest.raises(ValueError, match="needs the field term"):
        TrialData({"adverse_events": pl.DataFrame({"subject": ["P1"], "number": [1]})})


def test_a_cut_keeps_what_had_occurred_or_may_have() -> None:
    at = cut(DATA, date(2026, 3, 14))
    assert at[AdverseEvent]["number"].to_list() == [1, 2, 3, 4, 6]
    assert at.as_of == date(2026, 3, 14)
    assert at[Subject].height == 1


def test_a_cut_takes_out_what_became_known_later() -> None:
    at = {event.number: event for event in cut(DATA, date(2026, 3, 14)).records(AdverseEvent)}
    assert (str(at[1].end), at[1].outcome) == ("2026-01-20", "recovered")
    assert (at[2].end, at[2].outcome) == (None, None)
    assert at[4].outcome == "not_recovered"


def test_what_may_have_occurred_later_is_listed() -> None:
    assert uncertain_at(DATA, date(2026, 3, 14))["adverse_events"]["number"].to_list() == [3, 6]


@settings(max_examples=30)
@given(st.lists(records(AdverseEvent), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_hash_does_not_depend_on_the_order_of_rows(events: list[AdverseEvent], random: object) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert TrialData.of(events).content_hash == TrialData.of(shuffled).content_hash


def test_the_hash_changes_with_any_value_and_with_a_repeated_row() -> None:
    hashes = {TrialData.of(events).content_hash for events in (EVENTS, EVENTS[:5], [*EVENTS, EVENTS[0]], [])}
    assert len(hashes) == 4
    one, other = (AdverseEvent(subject="P1", number=1, term=a, preferred_term=b) for a, b in (("ab", "c"), ("a", "bc")))
    assert TrialData.of([one]).content_hash != TrialData.of([other]).content_hash


def test_the_hash_is_the_same_today_as_when_it_was_first_printed() -> None:
    assert DATA.content_hash == "4b28d6358eac4e6b4661edee9702221c44bcd415a551f4223e8adec4e4893148"


def test_minus_zero_is_zero() -> None:
    zero, minus = (TrialData.of([Subject(subject="P1", age_years=age)]) for age in (0.0, -0.0))
    assert zero == minus


def test_a_dosing_whose_cells_have_no_start_is_no_earlier_than_its_procedure() -> None:
    """The procedure of 1 began on 14 March, that of 2 on the day after; of 3 nothing is dated."""
    starts = {1: "2026-03-14T10:00", 2: "2026-03-15T10:00", 3: None}
    dosings = [
        Dosing(subject="P1", number=number, procedure_start=read_partial_date_time(start) if start else None)
        for number, start in starts.items()
    ]
    data = TrialData.of(dosings)
    assert cut(data, date(2026, 3, 14))[Dosing]["number"].to_list() == [1, 3]
    assert uncertain_at(data, date(2026, 3, 14))["dosings"]["number"].to_list() == [3]
