"""May this participant be dosed now: person, slot and batch. Truth is worked out by hand."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from firstdose.dosing import may_be_dosed
from firstdose.records import (
    Batch,
    Disposition,
    Slot,
    Subject,
)
from tests.dosing.gate_cases import C1, C2, PLAIN, gate, is_p4, rules_of
from tests.dosing.trial import Trial, at, day, protocol, time


def test_who_fulfils_everything_may_be_dosed() -> None:
    found = gate(C2)
    assert found.reasons == ()
    assert found.allowed
    assert (found.cohort, found.level, found.batches) == ("C2", 2, ("B1",))
    assert found.earliest is not None
    assert found.earliest.day == datetime(2026, 3, 20).toordinal()
    assert "no batch is chosen; these would serve: B1" in found.notes


def test_all_reasons_are_given_not_only_the_first() -> None:
    found = gate(Trial(), subject="P9")
    assert rules_of(found) == [
        "subjects",
        "population.criteria[1]",
        "population.criteria[2]",
        "slots",
        "batches",
    ]
    assert not found.allowed


def test_a_reason_that_time_resolves_says_from_when() -> None:
    late = C2.changed(Subject, is_p4, consent=time("2026-03-21"))
    (reason,) = gate(late).reasons
    assert reason.records == ("subjects P4",)
    assert reason.fulfilled_from is not None
    assert gate(late, "2026-03-22T00:00").allowed
    assert reason.fulfilled_from <= at("2026-03-22T00:00")


def test_who_was_dosed_is_not_dosed_again() -> None:
    trial = C2.dosed("P4", "2026-03-21T09:00", "C2", 2)
    found = gate(trial)
    assert [(reason.rule, reason.records) for reason in found.reasons] == [
        ("product.administrations", ("dosings P4/1",))
    ]
    twice = protocol(lambda text: text.replace("  name: cells", "  name: cells\n  administrations: 2"))
    assert gate(trial, rules=twice).allowed
    assert rules_of(gate(trial.event("P4", "2026-03-21T09:30"), rules=twice)) == ["escalation.dlt"]


def test_a_slot_marked_as_dosed_is_no_reason_before_the_dosing() -> None:
    trial = C2.changed(Slot, is_p4, state="dosed").dosed("P4", "2026-03-21T10:30", "C2", 2)
    assert gate(trial).allowed
    assert not gate(trial, "2026-03-21T10:30").allowed


def test_a_full_cohort_has_no_place_but_for_a_replacement() -> None:
    trial = C1.people(["P9"], "C1").changed(Slot, lambda slot: slot.subject == "P9", slot=4)
    assert rules_of(gate(trial, "2026-04-21T10:00", "P9")) == ["escalation.cohort_size"]
    left = Disposition(subject="P3", number=1, event="withdrawal by subject", occurred=time("2026-02-20"))
    replaced = trial.plus(left).changed(Slot, lambda slot: slot.subject == "P3", state="replaced")
    replaced = replaced.changed(Slot, lambda slot: slot.subject == "P9", replaces="P3")
    assert gate(replaced, "2026-04-21T10:00", "P9").allowed
    wrong = replaced.changed(Slot, lambda slot: slot.subject == "P9", replaces="P1")
    assert rules_of(gate(wrong, "2026-04-21T10:00", "P9")) == ["escalation.evaluable"]


def test_a_chosen_batch_is_judged_and_the_others_are_named() -> None:
    trial = C2.batch("B2", state="quarantine")
    assert gate(trial).batches == ("B1",)
    assert gate(trial).allowed
    assert rules_of(gate(trial, batch="B2")) == ["batches.released"]
    assert rules_of(gate(trial, batch="B7")) == ["batches"]
    planned = {"procedure_start": None, "dose_given": None, "batch": "B2"}
    assert rules_of(gate(trial.dosed("P4", "2026-03-21T10:00", "C2", 2, **planned))) == ["batches.released"]


def test_a_batch_made_for_one_person_is_given_to_nobody_else() -> None:
    trial = C2.changed(Batch, lambda batch: True, made_for="P1").batch("B2", made_for="P4")
    found = gate(trial)
    assert (found.allowed, found.batches) == (True, ("B2",))
    refused = gate(trial, batch="B1")
    assert [(reason.rule, reason.words) for reason in refused.reasons] == [
        ("batches.made_for", "batch B1 was made for P1, not for P4")
    ]
    assert gate(trial, batch="B2").allowed


def test_a_batch_of_somebodys_own_cells_says_whose() -> None:
    own = protocol(lambda text: text.replace("  name: cells\n", "  name: cells\n  autologous: true\n"))
    found = may_be_dosed(own, C2.data, "P4", at("2026-03-21T10:00"))
    assert [reason.rule for reason in found.reasons] == ["batches.made_for"]
    assert "batch B1 does not say for whom it was made" in found.reasons[0].words
    named = C2.changed(Batch, lambda batch: True, made_for="P4")
    assert may_be_dosed(own, named.data, "P4", at("2026-03-21T10:00")).allowed


def test_a_batch_serves_to_the_end_of_the_day_of_its_expiry() -> None:
    trial = C2.changed(Batch, lambda batch: True, expires=day("2026-03-21"))
    assert gate(trial, "2026-03-21T23:59").allowed
    assert not gate(trial, "2026-03-22T00:00").allowed


def test_a_batch_that_may_have_expired_where_the_site_is_does_not_serve() -> None:
    trial = C2.changed(Subject, is_p4, centre="02").changed(Batch, lambda batch: True, expires=day("2026-03-26"))
    found = may_be_dosed(PLAIN, trial.data, "P4", at("2026-03-26T10:30", ZoneInfo("UTC")))
    assert [reason.rule for reason in found.reasons] == ["batches.expires"]  # it is the 27th where days begin first


def test_who_was_replaced_later_still_held_the_slot_before() -> None:
    trial = C2.changed(Slot, is_p4, state="replaced").dosed("P4", "2026-03-21T10:30", "C2", 2)
    assert gate(trial).allowed
    assert rules_of(gate(C2.changed(Slot, is_p4, state="replaced"))) == ["slots"]
