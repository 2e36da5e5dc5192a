"""An amendment that changes the DLT window within a trial: who was in it keeps the old one. Days counted by hand."""

from __future__ import annotations

from firstdose.dosing import amended, course_of, history_of, may_be_dosed, protocol_followed
from firstdose.protocol import Protocol
from firstdose.records import Subject
from firstdose.safety.evaluability import Status
from tests.dosing.trial import Trial, at, protocol

OLD = protocol()
NEW = protocol(lambda text: text.replace("window_days: 28", "window_days: 42").replace("24]", "20]"))
IN_USE = amended(NEW, {"1": OLD, "2": NEW})

COHORT = (
    Trial()
    .batch()
    .cohort("C1", 1)
    .person("P1", protocol_version="1")
    .person("P2", protocol_version="2")
    .slot("C1", 1, "P1")
    .slot("C1", 2, "P2")
    .dosed("P1", "2026-03-02T10:00", "C1", 1)
    .dosed("P2", "2026-03-09T10:00", "C1", 1)
)


def statuses(plan: Protocol, moment: str, trial: Trial = COHORT) -> dict[str, Status]:
    return {course.subject: course.status for course in course_of(plan, trial.data, at(moment))}


def test_item_47_each_window_is_that_of_the_participants_own_version() -> None:
    """Day 28 of P1 is 30 March, day 42 of P2 is 20 April."""
    assert statuses(IN_USE, "2026-03-30T12:00") == {"P1": Status.PENDING, "P2": Status.PENDING}
    assert statuses(IN_USE, "2026-03-31T12:00") == {"P1": Status.EVALUABLE, "P2": Status.PENDING}
    assert statuses(IN_USE, "2026-04-20T12:00") == {"P1": Status.EVALUABLE, "P2": Status.PENDING}
    assert statuses(IN_USE, "2026-04-21T12:00") == {"P1": Status.EVALUABLE, "P2": Status.EVALUABLE}
    assert statuses(NEW, "2026-03-31T12:00")["P1"] is Status.PENDING, "the versions differ here"


def test_item_47_an_event_counts_by_the_participants_own_window() -> None:
    """P1 has an event on day 35: beyond the old window, within the new one, where it would wait for a verdict."""
    trial, moment = COHORT.event("P1", "2026-04-06T09:00"), at("2026-04-30T09:00")
    assert [each.outcomes for each in history_of(IN_USE, trial.data, moment).cohorts] == ["NN"]
    assert [each.outcomes for each in history_of(NEW, trial.data, moment).cohorts] == ["?N"]


def test_item_47_the_next_cohort_waits_for_each_own_window() -> None:
    """P2's window ends with 20 April; P3's, the last, with 13 April by the old version and 27 April by the new one."""
    trial = COHORT.person("P3").slot("C1", 3, "P3").dosed("P3", "2026-03-16T10:00", "C1", 1)
    trial = trial.changed(Subject, lambda each: each.subject == "P3", protocol_version="1")
    trial = trial.decision(1, 2, "2026-03-24T09:00").cohort("C2", 2, "2026-03-24T10:00", decision=1)
    trial = trial.person("P4", protocol_version="2").slot("C2", 1, "P4")
    for plan, days in ((IN_USE, "2026-04-21"), (OLD, "2026-04-14"), (NEW, "2026-04-28")):
        gate = may_be_dosed(plan, trial.data, "P4", at("2026-03-25T09:00"))
        waits = (
            [wait.until for wait in gate.earliest.waits if wait.rule.endswith("window_days")] if gate.earliest else []
        )
        assert waits == [at(f"{days}T00:00").toordinal()]


def test_item_47_a_dose_is_that_of_the_level_in_the_own_version() -> None:
    """Level 4 was 24 million cells and is 20 now: 24 was no overdose for who followed the old version."""
    trial = Trial().cohort("C4", 4).person("P1", protocol_version="1").slot("C4", 1, "P1")
    trial = trial.dosed("P1", "2026-03-02T10:00", "C4", 4)
    (own,) = course_of(IN_USE, trial.data, at("2026-05-02T10:00"))
    (new,) = course_of(NEW, trial.data, at("2026-05-02T10:00"))
    assert (own.level_given, own.status) == (4, Status.EVALUABLE)
    assert new.level_given != 4


def test_a_version_that_is_not_known_leaves_the_one_in_force() -> None:
    for version in (None, "9"):
        assert protocol_followed(IN_USE, Subject(subject="P1", protocol_version=version)) is IN_USE
    assert protocol_followed(OLD, Subject(subject="P1", protocol_version="2")) is OLD
    assert protocol_followed(IN_USE, Subject(subject="P1", protocol_version="1")) is OLD
