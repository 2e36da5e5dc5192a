"""What of a decision has changed, by the ledger: compared with a snapshot of then and one of now."""

from __future__ import annotations

import pytest

from firstdose.conduct.alerts import stale_alerts
from firstdose.conduct.catalogue import PreparedDecision
from firstdose.conduct.gating import instant
from firstdose.conduct.outcomes import Outcome, as_text, changes_since, courses_of, of_text, outcomes_of
from firstdose.conduct.own_records import all_of
from firstdose.conduct.reproducing import seen_again
from firstdose.conduct.staleness import StaleDecision, stale_decisions
from firstdose.dosing import may_be_dosed
from tests.conduct.running import Running
from tests.conduct.workplace import MEMBER
from tests.dosing.trial import ROME


def stale(running: Running) -> tuple[StaleDecision, ...]:
    return stale_decisions(running.ledger, running.snapshot.trial_data, running.protocol, running.now)


def test_a_decision_on_data_that_still_hold_is_not_stale(ready: Running) -> None:
    assert stale(ready) == ()
    ready.dose("P4", "2026-03-21T10:00", "10")
    assert stale(ready.at("2026-05-01T10:00")) == (), "what follows, and time that passes, changes nothing"


def test_what_is_kept_is_what_the_snapshot_of_then_says(ready: Running) -> None:
    ready.event("P2", "2026-02-15")
    (prepared,) = all_of(ready.ledger, PreparedDecision)
    then = seen_again(ready.ledger, prepared).trial_data
    moment = instant(prepared.data_as_of)
    assert of_text(prepared.outcomes) == outcomes_of(ready.protocol, then, moment)


def test_a_decision_entered_otherwise_is_compared_with_what_had_been_entered_with_it(one_cohort: Running) -> None:
    """A trial whose records were brought over: decision 1 was not prepared here."""
    one_cohort.at("2026-03-19T15:00").close("C1")
    fields = {"decision": "1", "decided": "2026-03-19T14:00", "action": "dose", "next_level": "2"}
    one_cohort.enter("dose_decisions", MEMBER, members="A. Alpha; B. Beta", **fields)
    assert stale(one_cohort) == ()
    one_cohort.event("P2", "2026-02-15", recorded="2026-02-15T10:00")
    verdict = {"event": "1", "adjudication": "1", "adjudicated": "2026-02-20T10:00", "verdict": "dlt"}
    one_cohort.enter("dlt_adjudications", MEMBER, subject="P2", **verdict)
    (found,) = stale(one_cohort)
    assert found.halts
    assert [each.entry.record_type for each in found.entered] == ["adverse_events", "dlt_adjudications"]


def test_a_dlt_taken_back_is_told_and_does_not_halt(one_cohort: Running) -> None:
    one_cohort.event("P2", "2026-02-15")
    one_cohort.verdict("P2", "dlt")
    one_cohort.at("2026-03-19T15:00").close("C1")
    one_cohort.decide("dose", 1)
    one_cohort.open(decision=1)
    one_cohort.at("2026-03-20T10:00").enrol("P4", "C2")
    one_cohort.verdict("P2", "not_dlt", "the image was another's")
    (found,) = stale(one_cohort)
    assert found.told == "P2 was with a DLT and is now without a DLT (level 1, cohort C1)"
    assert not found.halts
    assert found.to_do == "Dosing goes on. A new decision may be prepared; none must."
    assert not any("stale" in words for words in one_cohort.words("P4"))


def test_a_dosing_entered_late_is_found(ready: Running) -> None:
    ready.record_given("P6", "2026-03-10T10:00", "found in the ward's book", cohort="C1", batch="B1")
    (found,) = stale(ready)
    assert found.changes[0].words == "P6 was not known to be dosed and is now pending (level 1, cohort C1)"
    assert found.halts


def test_a_dosing_that_is_removed_is_found(ready: Running) -> None:
    from firstdose.conduct.ledger import Draft
    from tests.conduct.workplace import NURSE

    with ready.work(NURSE) as work:
        work.append(Draft("remove", "dosings", "P3/1", reason="another trial's"), "record_dosing")
    (found,) = stale(ready)
    assert found.changes[0].words == "P3 was without a DLT (level 1, cohort C1) and is no longer recorded as dosed"
    assert found.entered[0].words == "dosing 1 of P3 removed. Reason: another trial's"
    assert any("decision 1 is stale" in words for words in ready.words("P4"))


def test_the_dates_alone_do_not_tell(ready: Running) -> None:
    """The same trial, asked without the ledger: nothing speaks against dosing but the words on what was seen."""
    ready.event("P2", "2026-02-15", recorded="2026-02-15T10:00")
    verdict = {"event": "1", "adjudication": "1", "adjudicated": "2026-02-20T10:00", "verdict": "dlt"}
    ready.enter("dlt_adjudications", MEMBER, subject="P2", **verdict)
    found = may_be_dosed(ready.protocol, ready.snapshot.trial_data, "P4", ready.now, batch="B1")
    assert not any("since the decision" in reason.words for reason in found.reasons)
    assert any("decision 1 is stale" in words for words in ready.words("P4"))


@pytest.mark.parametrize(
    ("before", "now", "is_change", "halts"),
    [
        ("?", "N", False, False),
        ("?", "-", False, False),
        ("?", "T", True, True),
        ("N", "T", True, True),
        ("N", "-", True, True),
        ("N", "?", True, True),
        ("T", "N", True, False),
        ("-", "N", True, False),
        ("-", "T", True, True),
        ("T", "?", True, True),
    ],
)
def test_which_changes_are_changes(one_cohort: Running, before: str, now: str, is_change: bool, halts: bool) -> None:
    """P1's letter then and now; the others are as they were."""
    one_cohort.at("2026-03-19T15:00")
    if now == "T":
        one_cohort.event("P1", "2026-02-05")
        one_cohort.verdict("P1", "dlt")
    elif now == "?":
        one_cohort.event("P1", "2026-02-05")
    elif now == "-":
        one_cohort.enter("deaths", subject="P1", died="2026-02-10")
    courses = courses_of(one_cohort.protocol, one_cohort.snapshot.trial_data, one_cohort.now)
    seen = outcomes_of(one_cohort.protocol, one_cohort.snapshot.trial_data, one_cohort.now)
    seen["P1"] = Outcome("C1", 1, before)
    found = changes_since(of_text(as_text(seen)), one_cohort.now, courses)
    assert [(each.subject, each.halts) for each in found] == ([("P1", halts)] if is_change else [])


def test_what_changed_is_told_without_what_did_not(ready: Running) -> None:
    """An event is entered, judged, and its grade corrected: who reads it sees the grade, and not every field."""
    ready.event("P2", "2026-02-15", grade="2")
    ready.verdict("P2", "dlt")
    ready.change("adverse_events", "P2/1", grade="3", reason="misread the chart")
    (found,) = stale(ready)
    assert [each.words for each in found.entered] == [
        "adverse event 1 of P2 entered",
        "verdict 1 on adverse event 1 of P2 entered",
        "adverse event 1 of P2 changed: highest grade by CTCAE: 3 (was 2). Reason: misread the chart",
    ]
    texts = [found.words, found.to_do, *(each.words for each in found.entered)]
    assert not [text for text in texts if "->" in text or "→" in text or len(text) > 120]


def test_another_level_is_a_change_even_with_the_same_letter(one_cohort: Running) -> None:
    one_cohort.at("2026-03-19T15:00")
    courses = courses_of(one_cohort.protocol, one_cohort.snapshot.trial_data, one_cohort.now)
    seen = outcomes_of(one_cohort.protocol, one_cohort.snapshot.trial_data, one_cohort.now)
    (found,) = changes_since({**seen, "P1": Outcome("C1", 2, "N")}, one_cohort.now, courses)
    assert found.halts
    assert found.words == "P1 was without a DLT (level 2, cohort C1) and is now without a DLT (level 1, cohort C1)"


def test_the_alert_names_the_last_entry_and_not_one_that_changed_nothing(ready: Running) -> None:
    ready.event("P2", "2026-02-15", number=1, grade="1", relation_to_product="not_related")
    ready.at("2026-03-22T10:00").event("P2", "2026-02-16", number=2, recorded="2026-03-20T10:00")
    ready.at("2026-03-22T12:30").verdict("P2", "dlt", event=2)
    (alert,) = stale_alerts(stale(ready), ROME)
    assert alert.when == "last entered 22 March 2026, 12:30 (Europe/Rome)"
