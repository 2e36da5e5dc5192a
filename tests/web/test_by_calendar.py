"""Who is counted by the calendar alone stands on the pages; the data of dosing, without visits, cannot tell it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from firstdose.dosing.last_seen import SIGNS
from firstdose.records import RECORDS, TrialData
from firstdose.web.by_calendar import by_calendar_alone
from firstdose.web.pages import doses, home
from firstdose.web.trial import now
from tests.web.browsing import Client

NAME_OF = {kind: name for name, kind in RECORDS.items()}


def unseen(trial: Any, subject: str) -> Any:
    """The same trial as if somebody had not been seen after the dosing."""
    whole = trial.data()
    left = {NAME_OF[kind] for kind in SIGNS} - {"dosings", "subjects"}
    frames = {
        name: frame.filter(pl.col("subject") != subject) if name in left else frame
        for name, frame in whole.frames.items()
    }
    people = frames["subjects"]
    is_theirs = pl.col("subject") == subject
    frames["subjects"] = people.with_columns(
        pl.when(is_theirs).then(None).otherwise(pl.col("participation_end")).alias("participation_end")
    )
    data = TrialData(frames, whole.as_of)
    return SimpleNamespace(
        protocol=trial.protocol,
        zone=trial.zone,
        version="1",
        last_entry=0,
        data=lambda: data,
        kept_a_while=lambda name, key, make: make(),
    )


@pytest.fixture
def free_of_dlt(site: Any) -> str:
    """Somebody who was dosed, without an event, and is evaluable."""
    courses = site.courses(now())
    return next(str(each.subject) for each in courses.all if each.is_dosed and each.evaluability.has_dlt is False)


def test_who_was_not_seen_since_is_told_of_and_only_to_whom_it_concerns(site: Any, free_of_dlt: str) -> None:
    trial = unseen(site, free_of_dlt)
    assert "by the calendar alone" in by_calendar_alone(trial, now(), {free_of_dlt})[free_of_dlt]
    assert by_calendar_alone(trial, now(), {"somebody else"}) == {}
    assert free_of_dlt not in by_calendar_alone(site, now(), {free_of_dlt})


@pytest.mark.parametrize(("page", "address"), [(home, "/"), (doses, "/doses/"), (doses, "/doses/{}/")])
def test_the_pages_say_it(
    site: Any, signed_in: Client, free_of_dlt: str, monkeypatch: pytest.MonkeyPatch, page: Any, address: str
) -> None:
    browser, where = signed_in("statistician"), address.format(free_of_dlt)
    assert "calendar alone" not in browser.get(where).content.decode()
    trial = unseen(site, free_of_dlt)
    monkeypatch.setattr(page, "by_calendar_alone", lambda _, moment, visible: by_calendar_alone(trial, moment, visible))
    text = browser.get(where).content.decode()
    assert f">{free_of_dlt}</a>: nothing is recorded" in text
    if "{}" not in address:
        assert "no DLT, by the calendar alone" in text
