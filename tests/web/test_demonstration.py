"""The demonstration shows a trial under way: somebody in the window, others waiting, nothing from the future."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from firstdose.conduct.standing import Standing, standing
from firstdose.protocol import read_protocol
from firstdose.records import RECORDS, TrialData, occurrence_of

PROTOCOL = Path("src/firstdose/examples/nsc-spms/protocol.yaml").resolve()
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def data() -> TrialData:
    from firstdose.web.demonstration import virtual_trial

    return virtual_trial(PROTOCOL, 20231127, TODAY)


@pytest.fixture(scope="module")
def shown(data: TrialData) -> Standing:
    return standing(read_protocol(PROTOCOL), data, datetime(2026, 11, 23, 12, tzinfo=UTC))


def test_somebody_is_in_the_window_and_others_hold_their_slots(shown: Standing) -> None:
    (rung,) = [each for each in shown.rungs if each.is_open]
    assert {place.state for place in rung.places} == {"in_window", "held"}
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
