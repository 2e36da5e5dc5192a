"""What becomes known of somebody's safety under a lock: held outside the locked data, halting until it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.conduct.administering import correct_dosing
from firstdose.conduct.alerts import Watched, alerts
from firstdose.conduct.catalogue import DataLock, HeldEvent
from firstdose.conduct.deciding import changed_since, propose_decision, sign_decision
from firstdose.conduct.entering import draft_of
from firstdose.conduct.gating import gate, gate_in, situation_in, situation_of
from firstdose.conduct.held import told_in, typed_of, waiting_held
from firstdose.conduct.holding import hold_if_locked, withdraw_held
from firstdose.conduct.holding import record_held as finish_held
from firstdose.conduct.ledger import Author, Conflict, Draft, FieldChange, Refused
from firstdose.conduct.lock_obstacles import obstacles
from firstdose.conduct.locking import (
    LOCKING,
    OPENING,
    ask_for_lock,
    ask_for_unlock,
    confirm_lock,
    confirm_unlock,
    hash_of_locked,
)
from firstdose.conduct.own_records import all_of
from firstdose.conduct.recommending import freeze
from firstdose.conduct.rules import RULES
from firstdose.conduct.serious_events import entered_as_serious
from firstdose.web.under_lock import seen_under_lock, typed_under_lock
from tests.conduct.ledger.places import new_place
from tests.conduct.running import BOTH_KINDS, Running
from tests.conduct.workplace import (
    DATA_MANAGER,
    INVESTIGATOR,
    MEMBER,
    MONITOR,
    NURSE,
    OTHER_DATA_MANAGER,
    STATISTICIAN,
)

CUT_OFF = date(2026, 3, 20)
LATE = {
    "subject": "P1",
    "number": "7",
    "term": "Status epilepticus",
    "grade": "4",
    "serious": "yes",
    "start": "2026-02-20",
    "aware": "2026-03-21T09:30",
    "relation_to_product": "related",
}


@pytest.fixture(params=BOTH_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


@pytest.fixture
def locked(ready: Running) -> Running:
    """P4 to P6 may be dosed; the data up to 20 March are locked; P2 has an event of February that is no DLT."""
    ready.rules = RULES
    ready.event("P2", "2026-02-12", grade="1", relation_to_product="not_related")
    ready.verdict("P2", "not_dlt")
    lock(ready)
    return ready


def lock(running: Running) -> None:
    with running.work(DATA_MANAGER) as work:
        number = ask_for_lock(work, CUT_OFF, "an analysis of the first cohort")
    purpose = running.purpose("data_locks", str(number), LOCKING)
    with running.work(OTHER_DATA_MANAGER) as work:
        confirm_lock(work, number, running.proof(OTHER_DATA_MANAGER, purpose))


def unlock(running: Running) -> None:
    with running.work(DATA_MANAGER) as work:
        ask_for_unlock(work, 1, "an event became known")
    purpose = running.purpose("data_locks", "1", OPENING)
    with running.work(STATISTICIAN) as work:
        confirm_unlock(work, 1, running.proof(STATISTICIAN, purpose))


def hold(
    running: Running,
    fields: Mapping[str, str] = LATE,
    author: Author = NURSE,
    number: int | None = None,
    differs: str = "",
) -> int:
    draft = draft_of("adverse_events", fields, {})
    assert draft is not None
    with running.work(author) as work:
        found = hold_if_locked(work, draft, fields, {}, number, differs)
    assert found is not None
    return found


def hold_change(running: Running, record: str, **fields: str) -> int | None:
    stored = running.record("adverse_events", record)
    draft = draft_of("adverse_events", fields, stored.fields, stored=stored, reason="worse than was known")
    assert draft is not None
    with running.work(NURSE) as work:
        return hold_if_locked(work, draft, {**stored.fields, **fields}, stored.fields)


def record_held(running: Running, number: int, differs: str = "", **typed: str) -> None:
    """What the form does that is filled with what was typed; ``typed`` is what somebody types over it."""
    (held,) = [each for each in all_of(running.ledger, HeldEvent) if each.held == number]
    stored = running.record(held.record_type, held.changes) if held.changes else None
    now = dict(stored.fields) if stored else {}
    texts = {**now, **typed_under_lock(running.ledger, held, stored), **typed}
    seen, reason = seen_under_lock(held, now), held.why or "known only now"
    draft = draft_of(held.record_type, texts, seen, stored=stored, reason=reason)
    record = draft.record if draft else held.changes or ""
    with running.work(NURSE) as work:
        finish_held(work, number, record, draft, reason=reason, differs=differs)


def hold_draft(running: Running, draft: Draft | None, fields: Mapping[str, str]) -> int | None:
    assert draft is not None
    with running.work(NURSE) as work:
        return hold_if_locked(work, draft, fields, work.record(draft.record_type, draft.record).fields)


def hash_now(running: Running) -> str:
    return hash_of_locked(running.snapshot.trial_data, CUT_OFF)


def held_reasons(running: Running, name: str) -> list[str]:
    return [words for words in running.words(name) if "held outside the locked data" in words]


def test_item_51_what_is_held_leaves_the_locked_data_and_every_export_of_data_as_they_were(locked: Running) -> None:
    (found,) = all_of(locked.ledger, DataLock)
    before, exported = hash_now(locked), locked.snapshot.content_hash
    assert before == found.content_hash
    number = hold(locked)
    assert (hash_now(locked), locked.snapshot.content_hash) == (before, exported)
    withdraw(locked, number)
    assert (hash_now(locked), locked.snapshot.content_hash) == (before, exported)


def withdraw(running: Running, number: int, reason: str = "held twice by two people") -> None:
    with running.work(INVESTIGATOR) as work:
        withdraw_held(work, number, reason)


def test_item_51_nobody_is_dosed_while_one_waits(locked: Running) -> None:
    for name in ("P4", "P5", "P6"):
        assert locked.gate(name).allowed, name
    hold(locked)
    for name in ("P4", "P5", "P6"):
        assert held_reasons(locked, name) == [
            "adverse event of P1 is held outside the locked data (held event 1): dosing is halted until it is recorded "
            "or withdrawn"
        ]
    with pytest.raises(Refused, match="held outside the locked data"):
        locked.prepare("P4")


def test_once_it_is_recorded_the_gate_rests_on_the_event_itself(locked: Running) -> None:
    number = hold(locked)
    with pytest.raises(Refused, match="are locked"):
        record_held(locked, number)
    unlock(locked)
    record_held(locked, number)
    (held,) = all_of(locked.ledger, HeldEvent)
    assert (held.state, held.recorded_as) == ("recorded", "P1/7")
    assert held_reasons(locked, "P4") == []
    assert any("P1" in words and "Status epilepticus" in words for words in locked.words("P4")), locked.words("P4")
    assert not locked.gate("P4").allowed
    with pytest.raises(Refused, match="is recorded already, as adverse event 7 of P1"):
        withdraw(locked, number)


def test_what_is_not_written_closes_nothing(locked: Running) -> None:
    """The event and the end of what is held are one write: the one without the other would lift the halt too early."""
    number = hold(locked)
    head = locked.ledger.head()
    with pytest.raises(Refused, match="are locked"):
        record_held(locked, number)
    assert locked.ledger.head() == head
    assert [each.held for each in waiting_held(locked.ledger)] == [number]


def test_it_is_withdrawn_with_a_reason_by_who_may_enter_events_and_the_gate_opens(locked: Running) -> None:
    number = hold(locked)
    for reason in ("", "...", "xx"):
        with pytest.raises(Refused, match="say in words why it is withdrawn"):
            withdraw(locked, number, reason)
    for author in (MONITOR, DATA_MANAGER, MEMBER):
        with pytest.raises(Refused, match="may not enter and change data"), locked.work(author) as work:
            withdraw_held(work, number, "it did not happen")
    assert held_reasons(locked, "P4")
    withdraw(locked, number)
    (held,) = all_of(locked.ledger, HeldEvent)
    assert (held.state, held.withdrawn_because) == ("withdrawn", "held twice by two people")
    assert locked.ledger.history("held_events", "1")[-1].reason == "held twice by two people"
    assert locked.gate("P4").allowed


def test_a_locked_event_that_turns_out_worse_is_held_and_what_says_nothing_new_is_not(locked: Running) -> None:
    assert hold_change(locked, "P2/1", preferred_term="Seizure") is None
    assert held_reasons(locked, "P4") == []
    assert hold_change(locked, "P2/1", grade="4") == 1
    assert held_reasons(locked, "P4")[0].startswith("change of adverse event 1 of P2 is held")
    (held,) = waiting_held(locked.ledger)
    assert (held.changes, held.why) == ("P2/1", "worse than was known")


def test_what_is_refused_and_tells_of_no_safety_is_not_held(locked: Running) -> None:
    removal = Draft("remove", "adverse_events", "P2/1", reason="gone")
    late = draft_of("visits", {"subject": "P1", "visit": "month_1", "start": "2026-03-01"}, {})
    for each in (removal, late):
        assert hold_draft(locked, each, {}) is None
        assert each is not None
        with pytest.raises(Refused, match="are locked"), locked.work(NURSE) as work:
            work.append(each)


def test_what_no_lock_refuses_is_not_held(locked: Running) -> None:
    after = {**LATE, "start": "2026-03-21"}
    assert hold_draft(locked, draft_of("adverse_events", after, {}), after) is None
    unlock(locked)
    draft = draft_of("adverse_events", LATE, {})
    assert draft is not None
    with locked.work(NURSE) as work:
        assert hold_if_locked(work, draft, LATE, {}) is None


@pytest.mark.parametrize("author", [MONITOR, DATA_MANAGER, STATISTICIAN, MEMBER], ids=lambda author: author.role)
def test_only_who_may_enter_events_holds_one(locked: Running, author: Author) -> None:
    head = locked.ledger.head()
    with pytest.raises(Refused, match="may not enter and change data"):
        hold(locked, author=author)
    assert locked.ledger.head() == head


def test_nothing_is_advised_prepared_proposed_signed_or_taken_meanwhile(ready: Running) -> None:
    ready.rules = RULES
    ready.event("P2", "2026-02-12", grade="1", relation_to_product="not_related")
    ready.verdict("P2", "not_dlt")
    before = ready.prepare_decision()
    ready.later(seconds=1)
    advised = freeze(ready.ledger, ready.protocol, ready.now).advised
    assert advised.recommendation is not None
    ready.propose(before, "wait", reason="the next cohort is being dosed")
    ready.sign_decision(before)
    lock(ready)
    number = hold(ready)
    refused = "adverse event of P1 is held outside the locked data"
    frozen = freeze(ready.ledger, ready.protocol, ready.now)
    assert frozen.advised.recommendation is None
    assert frozen.advised.words.startswith(f"no recommendation: {refused}")
    with pytest.raises(Refused, match=refused):
        ready.prepare_decision()
    with pytest.raises(Refused, match=refused), ready.work(MEMBER) as work:
        propose_decision(work, before, "dose", 2, "as was planned")
    purpose = ready.purpose("prepared_decisions", str(before), "I agree with this decision on the dose")
    with pytest.raises(Refused, match=refused), ready.work(MEMBER) as work:
        sign_decision(work, before, purpose, ready.proof(MEMBER, purpose))
    with pytest.raises(Refused, match=refused):
        ready.take(before)
    with pytest.raises(Refused, match=refused):
        ready.open(decision=1)
    withdraw(ready, number)
    with pytest.raises(Refused, match="held event 1 entered or changed\\. Prepare the decision again"):
        ready.take(before)
    with ready.work(STATISTICIAN) as work:
        (prepared,) = [each for each in situation_in(work).prepared if each.preparation == before]
        assert changed_since(work, situation_in(work), prepared) == ("held event 1 entered or changed",)
    assert ready.prepare_decision() > before


def test_a_dosing_is_judged_by_what_was_held_when_it_took_place(locked: Running) -> None:
    locked.prepare("P4")
    at_ten = locked.now
    locked.later(hours=2)
    number = hold(locked)
    locked.later(hours=2)
    at_two = locked.now
    locked.later(hours=2)
    withdraw(locked, number)
    locked.later(hours=2)
    with locked.work(NURSE) as work:
        assert not any("held" in each.words for each in gate_in(work, "P4", as_of=at_ten, batch="B1").reasons)
        assert any("held" in each.words for each in gate_in(work, "P4", as_of=at_two, batch="B1").reasons)
        assert not any("held" in each.words for each in gate_in(work, "P4", batch="B1").reasons)
    situation = situation_of(locked.ledger, locked.snapshot.trial_data, locked.protocol, locked.now)
    assert any("held" in each.words for each in gate(situation, "P4", as_of=at_two).reasons)


def test_the_alert_comes_first_and_says_since_when(locked: Running) -> None:
    assert not [each for each in alerts(watched(locked)) if each.kind == "held_event"]
    hold(locked)
    first = alerts(watched(locked))[0]
    assert (first.kind, first.who, first.weight, first.record) == ("held_event", "P1", "now", ("held_events", "1"))
    assert first.words == "adverse event of P1 (Status epilepticus, grade 4, serious), held event 1"
    assert first.when == "known since 21 March 2026, 09:30; held since 21 March 2026, 10:00"
    hold(locked, {**LATE, "aware": "last night", "serious": "no"}, number=1, differs="as told since")
    first = alerts(watched(locked))[0]
    assert "(Status epilepticus, grade 4), held" in first.words
    assert first.when.startswith("known since last night; held since")


def watched(running: Running) -> Watched:
    data = running.snapshot.trial_data
    return Watched(running.protocol, data, running.now, held=waiting_held(running.ledger))


def test_the_clock_of_a_serious_event_starts_no_later_than_it_was_held(locked: Running) -> None:
    without = {name: text for name, text in LATE.items() if name != "aware"}
    held_at = locked.now
    number = hold(locked, without)
    unlock(locked)
    locked.later(days=3)
    record_held(locked, number)
    assert entered_as_serious(locked.ledger)["P1", 7] == held_at


def due(running: Running) -> list[tuple[str, str, tuple[str, str] | None]]:
    """The reports of serious events that are to be sent, as they are told among the alerts."""
    found = [each for each in alerts(watched(running)) if each.kind == "safety_report"]
    return [(each.words, each.when, each.record) for each in found]


def test_the_reports_of_what_is_held_as_serious_are_to_be_sent_like_any_other(locked: Running) -> None:
    assert due(locked) == []
    grave = {**LATE, "expectedness": "unexpected", "serious_life_threatening": "yes", "grade": "bad"}
    number, own = hold(locked, grave), ("held_events", "1")
    first, second = due(locked)
    begins = "P1, held event 1 (Status epilepticus): to the"
    assert first[0] == f"{begins} sponsor, within 24 hours"
    assert second[0] == f"{begins} authorities, within 7 days"
    assert (first[1], second[1]) == (
        "due by 22 March 2026, 09:30 (Europe/Rome)",
        "due by 28 March 2026, 09:30 (Europe/Rome)",
    )
    assert (first[2], second[2]) == (own, own)
    hold(locked, {**LATE, "serious": "no"}, number=number, differs="as told since")
    assert due(locked) == []


def test_a_held_change_of_a_serious_event_adds_the_reports_that_it_brings_and_no_other(ready: Running) -> None:
    facts: dict[str, Any] = {"relation_to_product": "related", "expectedness": "unexpected"}
    facts |= {"serious_life_threatening": "no"}
    ready.event("P2", "2026-02-12", grade="3", serious="yes", aware="2026-03-19T12:00", serious_death="no", **facts)
    ready.verdict("P2", "not_dlt")
    ready.rules = RULES
    lock(ready)
    own, before = ("adverse_events", "P2/1"), due(ready)
    assert [(words.rpartition(", ")[2], record) for words, _, record in before] == [
        ("within 24 hours", own),
        ("within 15 days", own),
    ]
    hold_change(ready, "P2/1", grade="4", serious_life_threatening="yes")
    hold_change(ready, "P2/1", grade="5", serious_life_threatening="yes")
    added = [(words.rpartition(", ")[2], record) for words, _, record in due(ready) if record != own]
    assert added == [("within 7 days", ("held_events", "1"))], "once, however often it is held"
    assert [each for each in due(ready) if each[2] == own] == before


def test_what_waits_stands_in_the_way_of_the_next_lock(locked: Running) -> None:
    number = hold(locked)
    unlock(locked)

    def against() -> list[str]:
        found = obstacles(locked.ledger, locked.snapshot, locked.protocol, locked.now, CUT_OFF)
        return [each.words for each in found if each.kind == "held" and each.stands_in_the_way]

    assert against() == ["known and held outside the locked data, neither recorded nor withdrawn: 1 event"]
    withdraw(locked, number)
    assert against() == []


def test_what_is_typed_anew_takes_the_place_of_what_was_and_both_stand_in_the_ledger(locked: Running) -> None:
    number = hold(locked)
    worse = {**LATE, "grade": "5", "outcome": "fatal"}
    assert hold(locked, worse, number=number, differs="he died of it") == number
    (held,) = all_of(locked.ledger, HeldEvent)
    assert typed_of(held) == worse
    first, second = locked.ledger.history("held_events", "1")
    assert '"grade":"4"' in str(first.changes)
    assert '"grade":"5"' in str(second.changes)
    assert second.reason == "he died of it"
    head = locked.ledger.head()
    hold(locked, worse, number=number)
    assert locked.ledger.head() == head, "nothing was typed anew"
    withdraw(locked, number)
    with pytest.raises(Refused, match="was withdrawn"):
        hold(locked, worse, number=number)


def test_what_is_typed_anew_says_why_it_takes_back_what_was_held(locked: Running) -> None:
    """Such as what somebody else typed since the form was opened; what is added needs no reason."""
    number = hold(locked)
    hold(locked, {**LATE, "outcome": "fatal"}, INVESTIGATOR, number=number)
    for poor in ("", "...", "xx"):
        with pytest.raises(Refused, match=r"held event 1 says something else: outcome “fatal”"):
            hold(locked, LATE, number=number, differs=poor)
        with pytest.raises(Refused, match=r"something else: highest grade by CTCAE “4”\."):
            hold(locked, {**LATE, "grade": "1", "outcome": "fatal"}, number=number, differs=poor)
    (held,) = waiting_held(locked.ledger)
    assert typed_of(held) == {**LATE, "outcome": "fatal"}
    hold(locked, {**LATE, "outcome": "fatal", "preferred_term": "Seizure"}, number=number)
    assert locked.ledger.history("held_events", "1")[-1].reason == "typed anew while the data are locked"


def test_what_is_held_is_never_removed(locked: Running) -> None:
    hold(locked)
    with pytest.raises(Refused, match="part of the trial's history"), locked.work(NURSE) as work:
        work.append(Draft("remove", "held_events", "1", reason="quicker"))


def test_another_path_is_refused_with_what_to_do_instead(locked: Running) -> None:
    with pytest.raises(Refused, match="save it in its form on the site: what is typed there is held"):
        locked.enter("adverse_events", **LATE)
    death = (FieldChange("subject", None, "P1"), FieldChange("died", None, "2026-03-10"))
    with pytest.raises(Refused, match="save it in its form on the site"), locked.work(NURSE) as work:
        work.append(Draft("create", "deaths", "P1", death))


def test_two_held_changes_of_one_event_are_a_conflict_and_the_worse_one_stays(locked: Running) -> None:
    older, worse = hold_change(locked, "P2/1", grade="3"), hold_change(locked, "P2/1", grade="5", outcome="fatal")
    assert (older, worse) == (1, 2)
    unlock(locked)
    record_held(locked, 2)
    with pytest.raises(Conflict) as found:
        record_held(locked, 1)
    assert [(each.field, each.seen, each.stored, each.wanted) for each in found.value.fields] == [
        ("grade", "1", "5", "3")
    ]
    assert locked.record("adverse_events", "P2/1").fields["grade"] == "5"


def test_an_end_of_participation_is_held(locked: Running) -> None:
    ended = {"subject": "P3", "number": "1", "event": "death", "occurred": "2026-03-10"}
    assert hold_draft(locked, draft_of("dispositions", ended, {}), ended) == 1
    assert not locked.gate("P4").allowed
    assert "(death), held event 1" in alerts(watched(locked))[0].words


def test_a_dosing_is_not_held_and_the_refusal_says_what_to_do(locked: Running) -> None:
    dosing = locked.record("dosings", "P3/1")
    told = "tell the committee now, and let nobody be dosed until the lock is opened"
    with pytest.raises(Refused, match=told), locked.work(NURSE) as work:
        correct_dosing(work, "P3", 1, {"dose_given": "14"}, dosing.fields, "it was overfilled")
    with pytest.raises(Refused, match=told):
        locked.enter("dosings", subject="P3", number="2", product_start="2026-03-10T10:00")
    assert not waiting_held(locked.ledger)


@pytest.mark.parametrize("way", ["new", "change", "restore"])
def test_a_death_whose_record_was_removed_once_is_held_and_recorded(ready: Running, way: str) -> None:
    ready.enter("deaths", subject="P1", died="2026-03-10", cause="another person")
    remove(ready, "deaths", "P1")
    ready.rules = RULES
    lock(ready)
    stored, died = ready.record("deaths", "P1"), {"subject": "P1", "died": "2026-03-12", "cause": "Sepsis"}
    drafts = {
        "new": draft_of("deaths", died, {}),
        "change": draft_of("deaths", died, stored.fields, stored=stored, reason="did die"),
        "restore": Draft("restore", "deaths", "P1", reason="did die"),
    }
    assert hold_draft(ready, drafts[way], died) == 1
    assert not ready.gate("P4").allowed
    unlock(ready)
    record_held(ready, 1)
    stored = ready.record("deaths", "P1")
    assert (stored.fields, stored.is_removed) == (died, False)
    assert not waiting_held(ready.ledger)


def test_a_form_that_was_open_meanwhile_puts_back_nothing_that_was_emptied(locked: Running) -> None:
    """What somebody has emptied since, with a reason, is told by nothing that is held, and is taken back unseen."""
    number = hold(locked)
    opened = locked.record("held_events", "1").head
    hold(locked, {**LATE, "grade": ""}, INVESTIGATOR, number=number, differs="the grade was of another event")
    draft = draft_of("adverse_events", LATE, {})
    assert draft is not None
    refused = r"typed anew since this form was opened.*: highest grade by CTCAE “empty”\."
    with pytest.raises(Refused, match=refused), locked.work(NURSE) as work:
        hold_if_locked(work, draft, LATE, {}, number, "", opened)
    (held,) = waiting_held(locked.ledger)
    assert typed_of(held)["grade"] == ""
    hold(locked, LATE, number=number)
    (held,) = waiting_held(locked.ledger)
    assert typed_of(held) == LATE, "who sees it empty fills it"


def test_a_new_form_of_a_death_that_is_recorded_empties_nothing_of_it(ready: Running) -> None:
    """Whoever begins a new form sees nothing of what is recorded, and leaves it empty for that."""
    ready.enter("deaths", subject="P1", died="2026-03-10", cause="Sepsis", autopsy="yes")
    ready.rules = RULES
    lock(ready)
    typed = {"subject": "P1", "died": "2026-03-12", "cause": "", "autopsy": ""}
    assert hold_draft(ready, draft_of("deaths", typed, {}), typed) == 1
    (held,) = waiting_held(ready.ledger)
    assert (held.changes, told_in(held)) == ("P1", {"died": "2026-03-12"})
    unlock(ready)
    record_held(ready, 1)
    now = {"subject": "P1", "died": "2026-03-12", "cause": "Sepsis", "autopsy": "yes"}
    assert ready.record("deaths", "P1").fields == now


def test_what_is_held_is_recorded_under_the_next_number_where_its_own_was_given_to_another(locked: Running) -> None:
    """That it has another number is no reason to be asked for one."""
    without = {name: text for name, text in LATE.items() if name != "aware"}
    held_at, number = locked.now, hold(locked, without)
    locked.enter("adverse_events", subject="P1", number="7", term="Cough", start="2026-03-21")
    unlock(locked)
    locked.later(days=3)
    record_held(locked, number)
    (held,) = all_of(locked.ledger, HeldEvent)
    assert (held.state, held.recorded_as) == ("recorded", "P1/8")
    assert locked.record("adverse_events", "P1/8").fields == {**without, "number": "8"}
    assert entered_as_serious(locked.ledger) == {("P1", 8): held_at}


def test_a_removed_event_is_restored_from_what_is_held(ready: Running) -> None:
    ready.event("P2", "2026-02-12", grade="4")
    remove(ready, "adverse_events", "P2/1")
    ready.rules = RULES
    lock(ready)
    was = ready.record("adverse_events", "P2/1").fields
    assert hold_draft(ready, Draft("restore", "adverse_events", "P2/1", reason="it did occur"), was) == 1
    unlock(ready)
    record_held(ready, 1)
    stored = ready.record("adverse_events", "P2/1")
    assert (stored.fields, stored.is_removed) == (was, False)


def remove(running: Running, record_type: str, record: str) -> None:
    with running.work(NURSE) as work:
        work.append(Draft("remove", record_type, record, reason="typed for the wrong person"))


def test_while_a_lock_refuses_it_it_is_not_closed_as_recorded(locked: Running) -> None:
    number = hold(locked)
    with pytest.raises(Refused, match="cannot be recorded while the lock refuses it"):
        record_held(locked, number, "it was another day", start="2026-03-21", grade="1")
    changed = hold_change(locked, "P2/1", grade="4")
    assert changed == 2
    with pytest.raises(Refused, match="cannot be recorded while the lock refuses it"):
        record_held(locked, changed, "it has ended since", grade="1", end="2026-03-21")
    assert [each.held for each in waiting_held(locked.ledger)] == [1, 2]


def test_what_differs_from_what_was_held_is_recorded_with_a_reason_alone(locked: Running) -> None:
    number = hold(locked)
    unlock(locked)
    for poor in ("", "...", "xx"):
        with pytest.raises(Refused, match=r"it differs in .*grade"):
            record_held(locked, number, poor, grade="1")
    assert waiting_held(locked.ledger)
    record_held(locked, number, "the ward had read it wrongly", grade="1", preferred_term="Seizure")
    assert locked.ledger.history("held_events", "1")[-1].reason == "the ward had read it wrongly"


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, second_begun: Path) -> Running:
    """A locked trial in which many events are held."""
    running = Running(new_place("sqlite", tmp_path_factory.mktemp("held")), copy=second_begun).at("2026-03-21T10:00")
    running.rules = RULES
    lock(running)
    return running


@given(fields=st.dictionaries(st.sampled_from(["term", "grade", "outcome", "aware", "serious"]), TEXTS))
@settings(max_examples=40, deadline=None)
def test_item_51_whatever_is_typed_comes_back_exactly(base: Running, fields: dict[str, str]) -> None:
    typed = {**fields, "subject": "P1", "number": "7", "start": "2026-02-20"}
    draft = draft_of("adverse_events", {**typed, "term": "any"}, {})
    assert draft is not None
    with base.work(NURSE) as work:
        number = hold_if_locked(work, draft, typed, {})
    (held,) = [each for each in waiting_held(base.ledger) if each.held == number]
    assert typed_of(held) == typed
    alerts(watched(base))  # whatever it is, it is told
