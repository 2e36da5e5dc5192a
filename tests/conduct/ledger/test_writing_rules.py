"""What may be written, by whom, why and when; names begin with the item of the adversarial list."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from firstdose.conduct.ledger import (
    Author,
    Conflict,
    Draft,
    FieldChange,
    FieldConflict,
    Ledger,
    LedgerError,
    Refused,
    back_up,
    read_copy,
    verify,
)
from tests.conduct.ledger.places import COORDINATOR, OTHER, START, Clock, Place, changed, entered, filled

INVISIBLE = ["", " ", "\t\n", "\u00a0\u2003", "\u200b\u200d", "\ufeff", "\u2060\u00ad", "\u202e\u202c", "\u3000"]
TO_SEE = ["wrong person", "😀", "👩🏽‍⚕️", "لا", "誤記", "é", ".", "\u202ereversed"]
TOO_MUCH = ["x" * 10_000_000, "x\x00y", "\ud83d", "x" * 2_001]


@pytest.mark.parametrize("reason", [*INVISIBLE, *TOO_MUCH], ids=lambda text: f"{text[:4]!a}-{len(text)}")
def test_item_10_a_reason_that_says_nothing_or_cannot_be_kept_is_refused(ledger: Ledger, reason: str) -> None:
    filled(ledger, 1)
    for draft in (
        changed("S01-1", "pulse", "81", "82", reason),
        changed("S01-1", "pulse", "81", None, reason),
        Draft("remove", "vital_sign", "S01-1", reason=reason),
    ):
        with pytest.raises(Refused, match=r"reason"):
            ledger.write(COORDINATOR, [draft])
    assert ledger.head().sequence == 2
    assert ledger.record("vital_sign", "S01-1").fields == {"pulse": "81"}


@pytest.mark.parametrize("reason", TO_SEE)
def test_item_10_a_reason_in_any_letters_is_kept_as_typed(place: Place, ledger: Ledger, reason: str) -> None:
    filled(ledger, 1)
    ledger.write(COORDINATOR, [changed("S01-1", "pulse", "81", reason, reason)])
    (last,) = ledger.history("vital_sign", "S01-1")[2:]
    assert (last.reason, last.changes) == (reason, (FieldChange("pulse", "81", reason),))
    assert ledger.record("vital_sign", "S01-1").fields == {"pulse": reason}
    assert verify(ledger).is_whole


@pytest.mark.parametrize(
    "draft",
    [
        entered("", pulse="60"),
        entered(" \n", pulse="60"),
        entered("x" * 201, pulse="60"),
        entered("S01-1", "", pulse="60"),
        entered("S01\x001", pulse="60"),
        entered("S01-1", pulse="\ud800"),
        entered("S01-1", pulse="6\x000"),
        entered("S01-1", pulse="x" * 100_001),
        entered("S01-1", **{f"text_{number}": "x" * 100_000 for number in range(21)}),
        entered("S01-1", **{"x" * 201: "60"}),
        Draft("create", "vital_sign", "S01-1", (FieldChange("pulse", None, "60"), FieldChange("pulse", None, "61"))),
        Draft("event", "sign_in", "c.rossi", (FieldChange("agent", "x" * 10_000_000, None),), "why"),
        Draft("event", "sign_in", "c.rossi", (FieldChange("agent", "\ud800", None),), "why"),
        Draft("change", "vital_sign", "S09-1", (FieldChange("pulse", None, "60"),)),
        Draft("restore", "vital_sign", "S09-1", reason="why"),
        Draft("other", "vital_sign", "S01-1"),  # type: ignore[arg-type]
    ],
    ids=range(16),
)
def test_item_10_what_cannot_be_kept_is_refused_and_nothing_of_its_write_stays(
    place: Place, ledger: Ledger, draft: Draft
) -> None:
    with pytest.raises(Refused):
        ledger.write(COORDINATOR, [entered("S02-1", pulse="60"), draft])
    assert place.stored_entries() == place.stored_records() == []


def test_item_10_the_largest_that_is_taken_can_be_copied_and_read(ledger: Ledger, tmp_path: Path) -> None:
    fields = {f"text_{number}": "\x01" * 99_000 for number in range(20)}
    ledger.write(COORDINATOR, [entered("S01-1", **fields)])
    with ledger.entries() as entries:
        expected = list(entries)
    back_up(ledger, tmp_path / "copy", START)
    assert list(read_copy(tmp_path / "copy")) == expected
    assert verify(ledger).is_whole


@pytest.mark.parametrize(
    "author",
    [Author("", "coordinator"), Author(" ", "coordinator"), Author("c.rossi", "\u200b"), Author("x" * 201, "r")],
)
def test_nobody_writes_without_a_name_and_a_role(ledger: Ledger, author: Author) -> None:
    with pytest.raises(Refused):
        ledger.write(author, [entered("S01-1", pulse="60")])
    assert ledger.head().sequence == 0


def test_item_11_what_changes_no_record_is_in_the_chain_all_the_same(place: Place, ledger: Ledger) -> None:
    """A failed sign-in, a role given, an export: entries like all others, and no record of them can be made up."""
    for what in ("sign_in_failed", "role_given", "export", "redaction"):
        ledger.write(COORDINATOR, [Draft("event", what, "c.rossi", (FieldChange("from", None, "192.0.2.7"),))])
    assert [entry.record_type for entry in ledger.history("export", "c.rossi")] == ["export"]
    assert place.stored_records() == []
    assert verify(ledger).entries == 4
    place.tamper("DELETE FROM ledger_entries WHERE sequence = 1")
    assert verify(ledger).faults[0].sequence == 1


def test_item_13_the_second_of_two_who_edit_a_field_is_shown_both_values(ledger: Ledger) -> None:
    filled(ledger, 1)
    ledger.write(COORDINATOR, [changed("S01-1", "pulse", "81", "82")])
    with pytest.raises(Conflict) as told:
        ledger.write(OTHER, [entered("S02-1", pulse="60"), changed("S01-1", "pulse", "81", "83")])
    assert told.value.fields == (FieldConflict("pulse", seen="81", stored="82", wanted="83"),)
    assert (told.value.record_type, told.value.record) == ("vital_sign", "S01-1")
    assert "pulse" in str(told.value)
    assert ledger.record("vital_sign", "S01-1").fields == {"pulse": "82"}
    assert not ledger.record("vital_sign", "S02-1").exists  # nothing of a write that fails


def test_item_13_other_fields_of_the_same_record_do_not_collide(ledger: Ledger) -> None:
    filled(ledger, 1)
    ledger.write(COORDINATOR, [changed("S01-1", "pulse", "81", "82")])
    ledger.write(OTHER, [changed("S01-1", "weight", None, "70.5")])
    assert ledger.record("vital_sign", "S01-1").fields == {"pulse": "82", "weight": "70.5"}


def test_item_13_a_failure_that_is_passed_over_is_not_written_by_half(place: Place, ledger: Ledger) -> None:
    filled(ledger, 1)

    def passed_over() -> None:
        with ledger.writing(OTHER) as writing:
            writing.append(entered("S02-1", pulse="60"))
            with pytest.raises(Conflict):
                writing.append(changed("S01-1", "pulse", "1", "83"))

    with pytest.raises(Refused, match="a part of it was refused"):
        passed_over()
    assert ledger.head().sequence == 2
    assert len(place.stored_records()) == 1


def test_item_16_a_record_is_as_it_was_when_its_head_is_the_same(ledger: Ledger) -> None:
    """What a signature binds: the head of a record tells whether anybody wrote about it since."""
    filled(ledger, 2)
    seen = ledger.record("vital_sign", "S01-1").head
    ledger.write(OTHER, [changed("S01-2", "pulse", "82", "70")])
    assert ledger.record("vital_sign", "S01-1").head == seen
    ledger.write(OTHER, [changed("S01-1", "pulse", "81", "70")])
    ledger.write(OTHER, [changed("S01-1", "pulse", "70", "81")])
    assert ledger.record("vital_sign", "S01-1").fields == {"pulse": "81"}
    assert ledger.record("vital_sign", "S01-1").head > seen


def test_a_removed_record_is_kept_and_can_be_had_back(ledger: Ledger) -> None:
    filled(ledger, 1)
    ledger.write(COORDINATOR, [Draft("remove", "vital_sign", "S01-1", reason="entered twice")])
    gone = ledger.record("vital_sign", "S01-1")
    assert (gone.is_removed, gone.fields) == (True, {"pulse": "81"})
    for draft in (changed("S01-1", "pulse", "81", "82"), entered("S01-1", pulse="82")):
        with pytest.raises(Refused, match="was removed; restore it"):
            ledger.write(COORDINATOR, [draft])
    ledger.write(COORDINATOR, [Draft("restore", "vital_sign", "S01-1", reason="was another visit")])
    assert not ledger.record("vital_sign", "S01-1").is_removed
    assert len(ledger.history("vital_sign", "S01-1")) == 4
    assert verify(ledger).is_whole


def test_item_19_order_does_not_depend_on_the_clock(place: Place) -> None:
    clock = Clock(step=timedelta(0))
    ledger = place.create(clock=clock)
    moments = [START, START + timedelta(days=365), START - timedelta(days=3), START, START + timedelta(seconds=1)]
    for number, clock.now in enumerate(moments, start=1):
        ledger.write(COORDINATOR, [entered(f"S01-{number}", pulse="60")])
    with ledger.entries() as found:
        entries = list(found)
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.instant for entry in entries] == moments
    assert [bool(entry.clock_note) for entry in entries] == [False, False, True, False, False]
    assert (
        entries[2].clock_note
        == f"the clock is behind the entry before, {moments[1].isoformat(timespec='microseconds')}"
    )
    assert verify(ledger).is_whole


@pytest.mark.parametrize(
    "hours",
    [
        pytest.param((0, 1, 2, 3), id="right"),
        pytest.param((0, 1, 900, 900, 2, 3, 4), id="ran ahead and was set right"),
        pytest.param((0, 1, 5, 3, 4, 6), id="set back"),
        pytest.param((0, 1, 900), id="ahead at the end"),
    ],
)
def test_item_19_the_state_at_a_moment_goes_by_the_order_of_the_entries(place: Place, hours: tuple[int, ...]) -> None:
    """Naive truth: from the end, the first entry that bears the moment or an earlier one was written by then."""
    clock = Clock(step=timedelta(0))
    ledger = place.create(clock=clock)
    moments = [START + timedelta(hours=each) for each in hours]
    for number, clock.now in enumerate(moments, start=1):
        ledger.write(COORDINATOR, [entered(f"S01-{number}", pulse="60")])
    for at in range(-1, 8):
        moment = START + timedelta(hours=at)
        sequence = len(moments)
        while sequence and moments[sequence - 1] > moment:
            sequence -= 1
        assert ledger.sequence_at(moment) == sequence


def test_item_19_where_the_clock_went_wrong_is_told_in_words(place: Place) -> None:
    clock = Clock(step=timedelta(0))
    ledger = place.create(clock=clock)
    for number, hours in enumerate((0, 1, 900, 901, 2, 3), start=1):
        clock.now = START + timedelta(hours=hours)
        ledger.write(COORDINATOR, [entered(f"S01-{number}", pulse="60")])
    now = START + timedelta(hours=3)
    assert ledger.clock_faults(2, START + timedelta(hours=1)).words == ""
    assert ledger.clock_faults(6, now).words == (
        "The server's clock went back: entry 5 bears an earlier time than the one before; "
        "the server's clock ran ahead: 2 entries from 3 to 4 bear a later time than 2026-03-02 11:30:00 UTC; "
        "what was known goes by the order of the entries."
    )
    set_back = ledger.clock_faults(6, START + timedelta(hours=1000)).words
    assert "went back" in set_back
    assert "ran ahead" not in set_back


def test_item_19_the_hour_that_is_there_twice_is_told_apart(place: Place) -> None:
    """In Rome the clocks go back at 3:00 on 25 October 2026: 2:30 is there twice, and in UTC once each."""
    rome, clock = ZoneInfo("Europe/Rome"), Clock(step=timedelta(0))
    ledger = place.create(clock=clock)
    first = datetime(2026, 10, 25, 2, 30, tzinfo=rome)
    for fold in (0, 1):
        clock.now = first.replace(fold=fold).astimezone(UTC)
        ledger.write(COORDINATOR, [entered(f"S01-{fold}", pulse="60")])
    with ledger.entries() as found:
        entries = list(found)
    assert [entry.recorded[11:16] for entry in entries] == ["00:30", "01:30"]
    assert {entry.instant.astimezone(ZoneInfo(entry.zone)).strftime("%H:%M") for entry in entries} == {"02:30"}
    assert [entry.clock_note for entry in entries] == ["", ""]
    assert all(entry.instant.tzinfo is UTC for entry in entries)


def test_item_21_a_request_that_is_sent_again_is_not_written_again(place: Place, ledger: Ledger) -> None:
    drafts = [entered("S01-1", pulse="60"), entered("S01-2", pulse="61")]
    first = ledger.write(COORDINATOR, drafts, request="form-7")
    assert ledger.write(COORDINATOR, drafts, request="form-7") == first
    assert [entry.write for entry in first] == [1, 1]
    ledger.write(COORDINATOR, [entered("S01-3", pulse="60")], request="form-8")
    assert ledger.write(COORDINATOR, drafts, request="form-7") == first
    with ledger.writing(COORDINATOR, request="form-7") as writing:
        assert writing.is_repeated
    with pytest.raises(Refused, match="carried out before"), ledger.writing(COORDINATOR, request="form-7") as writing:
        writing.append(entered("S01-9", pulse="60"))
    with pytest.raises(Refused, match="by somebody else"):
        ledger.write(OTHER, drafts, request="form-7")
    assert len(place.stored_entries()) == 3


@pytest.mark.parametrize("request_name", ["", " ", "x" * 201, "a\x00b", "\ud800"])
def test_item_21_a_request_that_cannot_be_known_again_is_refused(ledger: Ledger, request_name: str) -> None:
    with pytest.raises(Refused):
        ledger.write(COORDINATOR, [entered("S01-1", pulse="60")], request=request_name)


def test_one_transaction_is_not_opened_inside_another(place: Place, ledger: Ledger) -> None:
    """It would end the outer one, and with it what keeps others from writing."""
    filled(ledger, 1)
    with ledger.writing(COORDINATOR) as writing:
        writing.append(entered("S02-1", pulse="60"))
        for inner in (ledger.head, lambda: ledger.write(OTHER, [entered("S03-1", pulse="1")])):
            with pytest.raises(LedgerError, match="open in this thread already"):
                inner()
        writing.append(entered("S02-2", pulse="60"))
    with ledger.entries() as entries, pytest.raises(LedgerError, match="open in this thread already"):
        ledger.record("vital_sign", next(iter(entries)).record)
    assert ledger.head().sequence == 4
    assert verify(ledger).is_whole
