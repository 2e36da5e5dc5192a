"""The demonstration shows a trial under way: somebody in the window, others waiting, nothing from the future."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from firstdose.conduct.ledger import Author, Ledger
from firstdose.conduct.retelling import retell
from firstdose.conduct.standing import Standing, standing
from firstdose.protocol import read_protocol
from firstdose.records import RECORDS, Dosing, TrialData, Visit, occurrence_of
from tests.conduct.ledger.places import KEY

PROTOCOL = Path("src/firstdose/examples/nsc-spms/protocol.yaml").resolve()
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def data() -> TrialData:
    from firstdose.web.demonstration import virtual_trial

    return virtual_trial(PROTOCOL, 20231127, TODAY)


@pytest.fixture(scope="module")
def shown(data: TrialData) -> Standing:
    return standing(read_protocol(PROTOCOL), data, datetime(2026, 11, 23, 12, tzinfo=UTC))


def test_somebody_is_in_the_window_another_holds_a_slot_and_one_is_free(shown: Standing) -> None:
    (rung,) = [each for each in shown.rungs if each.is_open]
    assert sorted(place.state for place in rung.places) == ["held", "in_window", "open"]
    assert shown.advice is not None
    assert shown.advice.action == "dose"


def test_nothing_comes_from_the_future(data: TrialData) -> None:
    for name, frame in data.frames.items():
        occurrence = occurrence_of(RECORDS[name])
        if occurrence and frame.height:
            latest = frame.select(pl.col(occurrence).drop_nulls().str.slice(0, 10).max()).item()
            assert latest is None or latest <= TODAY.isoformat(), name


def test_who_has_not_given_consent_yet_is_not_there(data: TrialData) -> None:
    people = set(data.frames["subjects"]["subject"])
    assert data.frames["subjects"]["consent"].null_count() == 0
    for name, frame in data.frames.items():
        if "subject" in frame.columns:
            assert set(frame["subject"].drop_nulls()) <= people, name


def test_no_visit_is_missed_before_its_day(data: TrialData) -> None:
    """A missed visit has no date of its own: without the day of dosing it would seem missed before it was due."""
    day_0 = {each.subject: each.product_start.date.earliest for each in data.records(Dosing) if each.product_start}
    missed = [each for each in data.records(Visit) if each.state == "missed"]
    assert missed, "some are"
    for each in missed:
        start = day_0.get(each.subject)
        assert start is not None, f"{each.subject} was never dosed"
        assert each.planned_day is not None
        assert start + timedelta(days=each.planned_day) < TODAY


def test_everybody_follows_the_version_and_nothing_was_entered_after_the_day_of_the_data(
    data: TrialData, tmp_path: Path
) -> None:
    """Told into a ledger: what is dated in a year that is not over was known by the day of the data."""
    ledger = Ledger.create(f"sqlite:///{tmp_path / 'told.sqlite3'}", KEY, lambda: datetime(2027, 1, 1, tzinfo=UTC))
    year = data.frames["medications"].with_columns(pl.lit(f"{TODAY.year}").alias("start")).head(1)
    told = data.replace({"medications": year})
    retell(ledger, Author("firstdose", "system"), told, "1")
    people = [each.fields for each in ledger.records("subjects")]
    assert {each.get("protocol_version") for each in people} == {"1"}
    with ledger.entries() as entries:
        days = [entry.instant.date() for entry in entries]
    assert max(days) <= TODAY
    assert days == sorted(days)


@pytest.mark.parametrize("present", [datetime(2026, 11, 22, 6, tzinfo=UTC), datetime(2026, 11, 23, 6, tzinfo=UTC)])
def test_no_entry_bears_a_moment_that_is_still_to_come(data: TrialData, tmp_path: Path, present: datetime) -> None:
    """The evening of the last day of the data may not have come yet; of "2026" the last day certainly has not."""
    ledger = Ledger.create(f"sqlite:///{tmp_path / 'told.sqlite3'}", KEY, lambda: present)
    year = data.frames["medications"].with_columns(pl.lit(f"{TODAY.year}").alias("start")).head(1)
    told = TrialData({**data.frames, "medications": year}, present.date())
    retell(ledger, Author("firstdose", "system"), told, "1", present=present)
    with ledger.entries() as entries:
        moments = [entry.instant for entry in entries]
    assert max(moments) <= present
    assert moments == sorted(moments)
