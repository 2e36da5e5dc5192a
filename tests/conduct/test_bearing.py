"""What cannot be read takes the advice away, unless it bears upon nobody dosed or to be dosed: then it is told beside.

Truth: the same trial with the record mended, or without it, whose advice must be the same where it is set aside.
"""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.conduct.bearing import Bearing
from firstdose.conduct.ledger import Draft
from firstdose.conduct.live_data import LiveData
from firstdose.conduct.recommending import Advised, recommend
from firstdose.conduct.slots import release_slot
from firstdose.records import Dosing, Slot, Subject, TrialData
from firstdose.records.frames import frame_of
from tests.conduct.running import Running
from tests.conduct.workplace import NURSE


@pytest.fixture
def trial(one_cohort: Running) -> Running:
    """P1 to P3 dosed; S9 in screening, who holds no slot; the windows of the first cohort are over."""
    one_cohort.at("2026-03-19T15:00")
    one_cohort.person("S9")
    return one_cohort


def advised(trial: Running) -> Advised:
    return recommend(trial.protocol, trial.snapshot, trial.now)


def odd_of(name: str) -> list[tuple[str, dict[str, str]]]:
    """A record of each kind with something that cannot be read, and one that cannot be used at all."""
    event = {"subject": name, "number": "7", "term": "seizure"}
    return [
        ("adverse_events", {**event, "grade": "high"}),
        ("adverse_events", {"subject": name, "number": "8", "grade": "4"}),
        ("dispositions", {"subject": name, "number": "1", "event": "withdrawal by subject", "occurred": "soon"}),
        ("deaths", {"subject": name, "died": "yesterday"}),
    ]


def test_somebody_who_is_only_screened_takes_no_advice_away(trial: Running) -> None:
    before = advised(trial).recommendation
    assert before is not None
    trial.change("subjects", "S9", consent="20/11/2026")
    for kind, fields in odd_of("S9"):
        trial.enter(kind, NURSE, **fields)
    found = advised(trial).recommendation
    assert found is not None
    assert (found.action, found.next_level, found.reason) == (before.action, before.next_level, before.reason)
    told = found.flags[len(before.flags) :]
    assert len(told) == 5
    assert all(each.startswith("set aside, for it bears upon nobody who was dosed or holds a slot: ") for each in told)
    assert any("participant S9, when consent was given: '20/11/2026'" in each for each in told)


@pytest.mark.parametrize(("kind", "fields"), [("subjects", {}), *odd_of("P2")])
def test_of_somebody_dosed_nothing_is_set_aside(trial: Running, kind: str, fields: dict[str, str]) -> None:
    if kind == "subjects":
        trial.change("subjects", "P2", consent="20/11/2026")
    else:
        trial.enter(kind, NURSE, **fields)
    found = advised(trial)
    assert found.recommendation is None
    assert found.words.startswith("no recommendation: records that dosing rests on cannot be read: ")


def test_who_holds_a_slot_bears_on_the_advice_and_who_gave_it_back_does_not(one_cohort: Running) -> None:
    trial = one_cohort.at("2026-03-19T15:00")
    trial.close("C1")
    trial.decide("dose", 2)
    trial.at("2026-03-20T08:00").open(decision=1)
    trial.enrol("P4", "C2")
    trial.change("subjects", "P4", consent="20/11/2026")
    assert advised(trial).recommendation is None
    with trial.work(NURSE) as work:
        release_slot(work, "P4", "withdrew the consent")
    assert advised(trial).recommendation is not None


def test_a_dosing_that_is_planned_or_cannot_be_read_bears_on_the_advice(trial: Running) -> None:
    trial.change("subjects", "S9", consent="20/11/2026")
    assert advised(trial).recommendation is not None
    trial.enter("dosings", NURSE, subject="S9", number="1")
    assert advised(trial).recommendation is None
    with trial.work(NURSE) as work:
        work.append(Draft("remove", "dosings", "S9/1", reason="another person's"))
    assert advised(trial).recommendation is not None
    trial.enter("dosings", NURSE, subject="S8", number="1", level_assigned="two")
    assert advised(trial).recommendation is None


def test_an_event_of_nobody_who_is_recorded_may_be_anybodys(trial: Running) -> None:
    trial.enter("adverse_events", NURSE, subject="P22", number="1", term="seizure", grade="high")
    assert advised(trial).recommendation is None


def test_what_is_kept_up_to_date_says_the_same(trial: Running) -> None:
    live = LiveData(trial.ledger)
    assert live.bearing_on_the_rule(trial.now.date()) == ([], [])
    trial.change("subjects", "S9", consent="20/11/2026")
    trial.enter("adverse_events", NURSE, subject="P2", number="7", term="seizure", grade="high")
    bearing, beside = live.bearing_on_the_rule(trial.now.date())
    assert (bearing, beside) == ([("adverse_events", "P2/7")], [("subjects", "S9")])


def data(*people: Subject, slots: Any = (), dosings: Any = ()) -> TrialData:
    found = {"subjects": (Subject, people), "slots": (Slot, slots), "dosings": (Dosing, dosings)}
    return TrialData({name: frame_of(kind, list(rows)) for name, (kind, rows) in found.items() if rows})


@pytest.mark.parametrize(
    ("trial_data", "is_set_aside"),
    [
        (data(Subject(subject="S9")), True),
        (data(Subject(subject="S9", earlier_subject="P1")), False),
        (data(Subject(subject="S9"), Subject(subject="P1", earlier_subject="s9 ")), False),
        (data(Subject(subject="S9"), dosings=[Dosing(subject="s9", number=1)]), False),
        (data(Subject(subject="S9"), slots=[Slot(cohort="C1", slot=1, state="open", replaces="S9")]), False),
        (data(Subject(subject="S9"), slots=[Slot(cohort="C1", slot=1, state="replaced", subject="S9")]), False),
        (data(Subject(subject="S9"), slots=[Slot(cohort="C1", slot=1, state="released", subject="S9")]), True),
        (data(Subject(subject="S8")), False),
    ],
)
def test_in_doubt_nothing_is_set_aside(trial_data: TrialData, is_set_aside: bool) -> None:
    bearing = Bearing(trial_data)
    assert bearing.may_be_set_aside("subjects", "S9") is is_set_aside
    assert bearing.may_be_set_aside("dlt_adjudications", "S9/1/1") is is_set_aside
    assert not bearing.may_be_set_aside("dosings", "S9/1")
    assert not bearing.may_be_set_aside("slots", "C1/1")
    assert not bearing.may_be_set_aside("adverse_events", "S9")
    assert not bearing.may_be_set_aside("adverse_events", "S9/")
    assert not bearing.may_be_set_aside("adverse_events", "S9/1/1")
