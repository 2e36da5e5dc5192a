"""Dosings: what is refused before they take place, and what is kept once they have."""

from __future__ import annotations

import pytest

from firstdose.conduct.administering import cancel_dosing, correct_dosing
from firstdose.conduct.gating import HALTING
from firstdose.conduct.ledger import Conflict, Refused, verify
from firstdose.records import Deviation, Dosing, Slot
from tests.conduct.running import SWISS_NURSE, Running
from tests.conduct.workplace import MONITOR, NURSE, PHARMACIST


def test_a_dosing_is_prepared_with_batch_and_cells_then_recorded(ready: Running) -> None:
    ready.prepare("P4")
    planned = ready.all(Dosing)[-1]
    assert (planned.subject, planned.number, planned.cohort, planned.batch) == ("P4", 1, "C2", "B1")
    assert (planned.level_assigned, planned.dose_assigned, planned.dose_unit) == (2, 10.0, "million cells")
    assert (planned.zone, planned.given, planned.dose_given) == ("Europe/Rome", None, None)
    assert ready.record_given("P4", "2026-03-21T10:00", dose_given="10.4", viability_percent="81") == ()
    given = ready.all(Dosing)[-1]
    assert (given.dose_given, given.viability_percent, given.batch) == (10.4, 81.0, "B1")
    assert ready.all(Slot)[3].state == "dosed"
    assert ready.all(Deviation) == []


def test_a_refusal_names_every_reason(ready: Running) -> None:
    ready.change("subjects", "P4", consent="", eligibility_confirmed="")
    ready.change("batches", "B1", PHARMACIST, expires="2026-03-20")
    with pytest.raises(Refused) as refused:
        ready.prepare("P4")
    lines = str(refused.value).splitlines()
    assert lines[0] == "P4 may not be dosed now:"
    assert len(lines) == 4
    assert all(any(words in line for line in lines) for words in ("consent", "eligibility", "B1 expired"))
    assert [each.subject for each in ready.all(Dosing)] == ["P1", "P2", "P3"], "nothing was written"


def test_a_dosing_that_was_prepared_may_be_cancelled(ready: Running) -> None:
    with pytest.raises(Refused, match="no dosing of P4 is prepared"), ready.work(NURSE) as work:
        cancel_dosing(work, "P4", "fever")
    ready.prepare("P4")
    with ready.work(NURSE) as work:
        cancel_dosing(work, "P4", "fever")
    assert len(ready.all(Dosing)) == 3
    ready.prepare("P4")
    assert ready.all(Dosing)[-1].number == 2, "the number of what was cancelled is not used again"


def test_a_dosing_within_the_rules_may_be_recorded_without_having_been_prepared(ready: Running) -> None:
    assert ready.record_given("P4", "2026-03-21T09:30", dose_given="10", batch="B1") == ()


def test_what_was_allowed_when_it_took_place_may_be_recorded_later(ready: Running) -> None:
    """P4 was dosed on 21 March; it is entered on the 25th, when the batch has expired and P5 was dosed too soon."""
    ready.change("batches", "B1", PHARMACIST, expires="2026-03-23")
    ready.at("2026-03-25T12:00")
    assert ready.record_given("P4", "2026-03-21T09:30", dose_given="10", batch="B1") == ()
    late = ready.at("2026-04-20T12:00").record_given("P5", "2026-03-25T10:00", "late", dose_given="10", batch="B1")
    assert late == (
        "before 7 days had passed since the dosing of P4 on 21 March 2026",
        "batch B1 expired on 23 March 2026",
    ), "by 20 April seven days are over, on 25 March they were not"


def test_a_departure_without_a_reason_is_named_and_nothing_is_written(ready: Running) -> None:
    head = ready.ledger.head()
    with pytest.raises(Refused, match="above the tolerance") as refused:
        ready.record_given("P4", "2026-03-21T09:30", dose_given="12", batch="B1")
    assert "given 12 million cells of 10 assigned" in str(refused.value)
    assert ready.ledger.head() == head


def test_with_a_reason_it_is_kept_leaves_a_critical_deviation_and_halts_until_a_decision(ready: Running) -> None:
    ready.record_given("P4", "2026-03-21T09:30", "the syringe was overfilled", dose_given="12", batch="B1")
    (deviation,) = ready.all(Deviation)
    assert (deviation.degree, deviation.category, str(deviation.occurred)) == ("critical", HALTING, "2026-03-21T09:30")
    assert "the syringe was overfilled" in deviation.description
    halted = "P4: the dosing of 21 March 2026, 09:30 departed from what was allowed: given 12 million cells of 10 "
    halted += (
        "assigned, above the tolerance. Reason given: the syringe was overfilled; dosing is halted until people decide"
    )
    ready.at("2026-04-18T10:00")
    assert halted in ready.words("P5")
    assert ready.decide("dose", 2, "the cells were within what is known") == 2
    assert halted not in ready.words("P5"), "people decided, knowing of it"
    ready.record_given("P5", "2026-04-18T10:00", "again", dose_given="12", batch="B1")
    assert any("P5: the dosing of 18 April 2026" in words for words in ready.words("P6")), (
        "the next one is not known yet"
    )
    assert verify(ready.ledger).is_whole


def test_a_decision_prepared_before_the_departure_does_not_lift_the_halt(ready: Running) -> None:
    """It was prepared at 10:00, the dosing took place at 9:30 and was entered at 11:00."""
    number = ready.prepare_decision()
    ready.propose(number, "dose", 2, "goes on")
    ready.sign_decision(number)
    ready.at("2026-03-21T11:00").record_given("P4", "2026-03-21T09:30", "overfilled", dose_given="12", batch="B1")
    with pytest.raises(Refused, match="deviation 1 of P4 entered"):
        ready.propose(number, "dose", 1, "goes on")
    with pytest.raises(Refused, match="deviation 1 of P4 entered"):
        ready.take(number)


def test_a_dosing_is_not_recorded_before_it_takes_place(ready: Running) -> None:
    with pytest.raises(Refused, match="later than now"):
        ready.record_given("P4", "2026-03-21T10:01", "in a hurry", dose_given="10", batch="B1")


def test_what_cannot_be_read_is_kept_as_typed_and_halts(ready: Running) -> None:
    found = ready.record_given("P4", "2026-03-21T09:30", "illegible", dose_given="ten", batch="B1")
    assert "dose given cannot be read: 'ten'" in found
    assert ready.record("dosings", "P4/1").fields["dose_given"] == "ten"


def test_aborted_before_any_cell_was_given(ready: Running) -> None:
    ready.prepare("P4")
    found = ready.record_given("P4", "2026-03-21T09:30", "bleeding", given="none", dose_given="0")
    assert found == ("no dose given", "given 0 million cells of 10 assigned, below the tolerance")
    assert ready.all(Slot)[3].state == "dosed", "the person is followed; who is not evaluable is replaced"


def test_a_correction_of_what_the_rule_rests_on_halts_and_another_does_not(ready: Running) -> None:
    stored = ready.record("dosings", "P3/1")
    with ready.work(NURSE) as work:
        correct_dosing(work, "P3", 1, {"volume_ml": "0.5"}, stored.fields, "forgotten")
    assert ready.all(Deviation) == []
    with ready.work(NURSE) as work:
        correct_dosing(work, "P3", 1, {"procedure_start": "2026-02-17T10:00"}, stored.fields, "wrong day")
    (deviation,) = ready.all(Deviation)
    assert "start of the procedure: 2026-02-17T10:00 (was 2026-02-16T10:00)" in deviation.description
    with pytest.raises(Conflict), ready.work(NURSE) as work:
        correct_dosing(work, "P3", 1, {"procedure_start": "2026-02-18T10:00"}, stored.fields, "no, this one")


def test_roles_and_sites(ready: Running) -> None:
    with pytest.raises(Refused, match="may not record that cells were given"):
        ready.prepare("P4", author=MONITOR)
    with pytest.raises(Refused, match="there is no participant P4 here"):
        ready.record_given("P4", "2026-03-21T09:30", author=SWISS_NURSE)


def test_what_halts_is_said_once_and_in_short(ready: Running) -> None:
    """Nothing was done for P8 and P9; what speaks of every criterion is one thing, and one halt tells of no other."""
    why = "by mistake, " * 30 + "in the end"
    for name in ("P8", "P9"):
        ready.enter("subjects", NURSE, subject=name, consent="2026-01-05T07:00+01:00", centre="IT01")
        found = ready.record_given(name, "2026-03-21T09:30", why, dose_given="5", batch="B1")
        assert [each for each in found if "criteri" in each] == ["criteria I1 and E1 are not answered"]
        assert found[0] == "no dose was assigned", "the dose comes first"
    first, second = ready.all(Deviation)
    halts = [each for each in ready.words("P5") if each.startswith(("P8: ", "P9: "))]
    assert len(halts) == 2
    for words in halts:
        assert words.startswith(f"{words[:2]}: the dosing of 21 March 2026, 09:30 departed from what was allowed: ")
        assert words.endswith(f" … Reason given: {why}; dosing is halted until people decide"), "it is told to its end"
        assert len(words) < 320 + len(why), "what departed is told in short"
    assert "by mistake" in first.description, "the deviation holds all of it"
    assert "dosing was halted by deviation 1 of P8" in second.description
    assert "P8: " not in second.description
    assert second.description.count("criteria I1") == 1


def test_the_batch_is_chosen(ready: Running) -> None:
    with pytest.raises(Refused, match="choose the batch"):
        ready.prepare("P4", batch="")
    assert not any(each.subject == "P4" for each in ready.all(Dosing))


def test_two_are_not_prepared_at_once_where_days_must_lie_between_them(ready: Running) -> None:
    """Seven days by the protocol: of what is prepared today nobody else is dosed before 28 March."""
    ready.prepare("P4")
    words = "a dosing of P4 is prepared and not recorded yet, and 7 days must lie between two participants: "
    with pytest.raises(Refused, match=words + "if it is given today, P5 can be dosed from 2026-03-28 at the earliest"):
        ready.prepare("P5")
    with ready.work(NURSE) as work:
        cancel_dosing(work, "P4", "the cells did not come")
    ready.prepare("P5")
