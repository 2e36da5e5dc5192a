"""Background treatment: how long it was taken, and which of several was stopped last; each case with its records."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.analysis.deriving.background import Stop, last_stops
from firstdose.analysis.deriving.derive import derive
from firstdose.protocol import Protocol
from firstdose.records import Medication
from firstdose.records.derived import EventAnalysis
from tests.analysis.derived_people import derived, notes
from tests.analysis.trial_records import at, day, dosing, event, person, reference_protocol, trial


def drug(number: int = 1, **fields: Any) -> Medication:
    usual: dict[str, Any] = {"subject": "P1", "number": number, "drug": "tacrolimus", "start": day(0)}
    return Medication(**usual | fields)


@pytest.mark.parametrize(
    ("medications", "taken", "first", "last"),
    [
        ([], False, None, None),
        ([drug(drug="aspirin")], False, None, None),
        ([drug(drug=" Tacrolimus", end=day(183))], True, 0, 183),
        ([drug(drug="Prograf", background_treatment="tacrolimus", end=day(183))], True, 0, 183),
        ([drug(background_treatment="other", end=day(183))], False, None, None),
        ([drug(drug="Prograf", standard_name="TACROLIMUS", end=day(183))], True, 0, 183),
        ([drug(end=day(90)), drug(2, start=day(91), end=day(200))], True, 0, 200),
        ([drug(end=day(90)), drug(2, start=day(91))], True, 0, None),
        ([drug(end=day(90)), drug(2, start=at("2026"), end=day(80))], True, None, 90),
        ([drug(ongoing=True)], True, 0, None),
        ([drug(end=at("2026-09"))], True, 0, 204),  # the last day of September, and a note
    ],
)
def test_the_background_treatment_lasts_as_long_as_it_was_taken(
    medications: list[Medication], taken: bool, first: int | None, last: int | None
) -> None:
    found = derived(trial(*medications))
    assert (found["background_taken"], found["background_first_day"], found["background_last_day"]) == (
        taken,
        first,
        last,
    )


def test_a_partial_end_of_the_background_treatment_is_noted() -> None:
    assert "partial date" in notes(trial(drug(end=at("2026-09"))), "background_last_day")[0]
    assert not notes(trial(drug(end=day(183))), "background_last_day")


def with_two_treatments(first_window: int | None = 28, second_window: int | None = 90) -> Protocol:
    """The reference protocol with mycophenolate beside tacrolimus, each with a withdrawal window of its own."""
    protocol = reference_protocol()
    (tacrolimus,) = protocol.background_treatments
    more = replace(
        tacrolimus, id="mycophenolate", drug="mycophenolate", stop_day=200, withdrawal_window_days=second_window
    )
    return replace(protocol, background_treatments=(replace(tacrolimus, withdrawal_window_days=first_window), more))


def other(number: int = 2, **fields: Any) -> Medication:
    return drug(number, drug="mycophenolate", **fields)


@pytest.mark.parametrize(
    ("medications", "last", "window"),
    [
        ([drug(end=day(183))], 183, 28),
        ([other(end=day(200))], 200, 90),
        ([drug(end=day(183)), other(end=day(100))], 183, 28),
        ([drug(end=day(183)), other(end=day(200))], 200, 90),
        ([drug(end=day(183)), other(end=day(183))], 183, 90),  # on one day: the longer window
        ([drug(end=day(183)), other()], None, None),  # still taken
        ([drug(end=day(90)), other(end=day(100)), drug(3, start=day(91), end=day(120))], 120, 28),
        ([], None, None),
    ],
)
def test_the_treatment_that_was_stopped_last_sets_the_withdrawal_window(
    medications: list[Medication], last: int | None, window: int | None
) -> None:
    found = derived(trial(*medications), with_two_treatments())
    assert (found["background_last_day"], found["background_withdrawal_days"]) == (last, window)
    assert derived(trial(*medications[::-1]), with_two_treatments())["background_withdrawal_days"] == window


def test_periods_of_two_people_who_stopped_two_treatments_in_different_order() -> None:
    """Both were last treated on day 200. Day 240 is 40 days later: within 90 days, and not within 28."""
    data = trial(
        person("P1"), person("P2"), dosing("P1"), dosing("P2"),
        drug(end=day(150)), other(end=day(200)),
        drug(subject="P2", end=day(200)), other(subject="P2", end=day(150)),
        event(1, "P1", start=day(180)), event(2, "P1", start=day(240)), event(3, "P1", start=day(291)),
        event(1, "P2", start=day(180)), event(2, "P2", start=day(240)), event(3, "P2", start=day(228)),
    )  # fmt: skip
    periods = derive(with_two_treatments(), data)[EventAnalysis].sort("subject", "number")["period"].to_list()
    taken, withdrawal = "day 31 to the last immunosuppressant dose", "after the immunosuppressant was stopped"
    assert periods == [taken, withdrawal, "later", taken, "later", withdrawal]
    text = "of several treatments the one stopped last sets the withdrawal window: mycophenolate (90 days)"
    assert notes(data, "background_withdrawal_days", with_two_treatments())[0] == text


def test_where_dates_leave_open_which_treatment_was_stopped_last_periods_are_open_too() -> None:
    """Tacrolimus ended in September (days 175 to 204), mycophenolate on day 190; day 250 is within 90 days of that."""
    data = trial(drug(end=at("2026-09")), other(end=day(190)), event(1, start=day(250)), event(2, start=day(290)))
    found = derive(with_two_treatments(), data)[EventAnalysis].sort("number")["period"].to_list()
    assert found == [None, "later"]
    (text, _) = notes(data, "background_withdrawal_days", with_two_treatments())
    assert "leave open which of several treatments was stopped last" in text
    assert "mycophenolate (90 days) or tacrolimus (28 days)" in text


spans_of_days = st.tuples(st.integers(0, 12), st.integers(0, 6), st.sampled_from([0, 5, 9])).map(
    lambda made: (made[0], made[0] + made[1], made[2])
)


@given(st.lists(spans_of_days, min_size=1, max_size=3))
def test_who_may_have_been_stopped_last_against_every_way_to_complete_the_dates(
    ends: list[tuple[int, int, int]],
) -> None:
    stops = [Stop(str(number), str(number), *each) for number, each in enumerate(ends)]
    found = {(day, each.withdrawal_days) for each in last_stops(stops) for day in (each.first, each.last)}
    every = set()
    for days in product(*(range(first, last + 1) for first, last, _ in ends)):
        windows = [window for day_, (_, _, window) in zip(days, ends, strict=True) if day_ == max(days)]
        every.add((max(days), max(windows)))
    assert {window for _, window in found} == {window for _, window in every}
    for window in {window for _, window in every}:
        assert max(day_ for day_, its in found if its == window) == max(day_ for day_, its in every if its == window)
        assert min(day_ for day_, its in found if its == window) <= min(day_ for day_, its in every if its == window)
