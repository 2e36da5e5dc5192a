"""The page of verdicts holds every event that the rule waits for, whatever its grade."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from firstdose.records import AdverseEvent, DltAdjudication, Dosing, TrialData
from firstdose.web.pages import adjudications

Client = Callable[[str], Any]


@pytest.fixture
def mild(site: Any) -> AdverseEvent:
    """A mild event of somebody who was dosed, which nobody judged."""
    data: TrialData = site.dosing_data()
    dosed = {each.subject for each in data.records(Dosing)}
    judged = {(each.subject, each.event) for each in data.records(DltAdjudication)}
    return next(
        each
        for each in data.records(AdverseEvent)
        if each.subject in dosed
        and each.grade is not None
        and each.grade < 3
        and not each.serious
        and (each.subject, each.number) not in judged
    )


def test_an_event_that_the_rule_waits_for_stands_first(
    signed_in: Client, mild: AdverseEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    heading = f"<h2>{mild.subject}, event {mild.number}: "
    browser = signed_in("committee_member")
    assert heading not in browser.get("/verdicts/").content.decode()
    monkeypatch.setattr(adjudications, "waiting_for_verdict", lambda courses: {(mild.subject, mild.number)})
    page = browser.get("/verdicts/").content.decode()
    first = page.split("<section")[1]
    assert heading in first
    assert "the rule waits for the verdict" in first
    assert page.count("the rule waits for the verdict") == 1


def test_events_wait_that_are_neither_dlts_nor_none() -> None:
    def course(subject: str, *answers: bool | None) -> Any:
        events = [SimpleNamespace(number=number, is_dlt=answer) for number, answer in enumerate(answers, start=1)]
        return SimpleNamespace(subject=subject, events=events)

    courses: Any = SimpleNamespace(all=[course("A", True, None), course("B", False), course("C", None)])
    assert adjudications.waiting_for_verdict(courses) == {("A", 2), ("C", 1)}
