"""Every entry of a ledger stands once in the history, as typed, and the history and the state tell the same.

The truth is the ledger's own replay of its entries; the files are read by a second reader, written from the
specification of ODM 1.3.2, which refuses what the specification calls an error.
"""

from __future__ import annotations

import tracemalloc
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from tempfile import TemporaryFile
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstdose.cdisc.odm import Exported, write_odm
from firstdose.cdisc.odm.markup import as_typed, carried
from firstdose.conduct.ledger import Draft, Entry, FieldChange, Head
from firstdose.conduct.roles import ROLES
from tests.cdisc.odm_ledgers import DATA_MANAGER, HOSTILE_AUTHOR, NURSE, SEAL, START, Told, document, ledgers
from tests.cdisc.odm_reading import Database, Group, as_kept, children, read_groups, read_snapshot, typed

QUIET = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def applied(told: Told) -> tuple[Database, dict[int, list[Group]]]:
    """What a receiver holds after the history, and what the file says of each entry."""
    database, groups = Database(), defaultdict(list)
    for group in read_groups(document(told.entries, "Transactional", with_metadata=False)):
        database.apply(group)
        assert group.audit is not None
        if group.transactions[-1] != "Context":
            groups[int(group.audit["SourceID"])].append(group)
    return database, groups


def check_entry(entry: Entry, groups: list[Group]) -> None:
    """Whether what the file says of an entry is what the entry says."""
    for group in groups:
        audit = group.audit or {}
        assert (group.kind, group.record) == (entry.record_type, entry.record)
        assert audit["DateTimeStamp"] == entry.recorded
        assert audit.get("ReasonForChange", "") == entry.reason
        assert typed(group.version) == (f"MDV.{entry.protocol_version}" if entry.protocol_version else "MDV")
    kinds = [group.transactions[-1] for group in groups]
    expected = {
        "create": [["Insert"]],
        "event": [["Insert"]],
        "restore": [["Insert"]],
        "remove": [["Remove"], ["Update", "Remove"]],
        "change": [["Update"], ["Remove", "Insert"], ["Insert", "Remove"]],  # reference data stand before clinical data
    }
    assert kinds in expected[entry.action]
    items = {item.field: item for group in groups for item in group.items}
    for change in entry.changes:
        item = items.get(change.field)
        if change.new is not None:
            assert item is not None
            notes = {number: text for number, (kind, text) in item.notes.items() if kind != "Remove"}
            assert as_kept({"value": item.value} | notes) == change.new
        elif kinds == ["Update"] and change.old is not None:
            assert item is not None
            assert item.transaction == "Remove"
    comments = [text for group in groups for text in group.comments.values()]
    for said in (entry.form_version, entry.clock_note):
        assert not said or entry.action == "remove" or any(said in text for text in comments)


@QUIET
@given(ledgers())
def test_the_history_holds_each_entry_once_and_ends_in_the_state(told: Told) -> None:
    database, groups = applied(told)
    assert sorted(groups) == [entry.sequence for entry in told.entries]
    for entry in told.entries:
        check_entry(entry, groups[entry.sequence])
    assert database.state() == told.state


@QUIET
@given(ledgers())
def test_the_snapshot_is_the_derived_state(told: Told) -> None:
    assert read_snapshot(document(told.entries, "Snapshot", with_metadata=False)) == told.state


@given(st.text())
def test_a_text_is_carried_and_comes_back(text: str) -> None:
    assert as_typed(carried(text)) == text
    assert typed(carried(text)) == text


def test_who_wrote_from_where_and_when_stands_with_each_entry() -> None:
    told = Told()
    told.create("subjects", "P1", NURSE, subject="P1", centre="IT01")
    told.create("batches", "B1", HOSTILE_AUTHOR, batch="B1")
    told.create("role_grants", "anna/coordinator/IT01", DATA_MANAGER, account="anna", full_name="Anna <A>")
    root = document(told.entries, "Transactional")
    admin = children(root, "AdminData")[0]
    users = {each.get("OID"): [typed(text.text or "") for text in each] for each in children(admin, "User")}
    places = {each.get("OID"): typed(each.get("Name")) for each in children(admin, "Location")}
    found = {}
    for group in read_groups(root):
        assert group.audit is not None
        found[int(group.audit["SourceID"])] = (users[group.audit["UserOID"]], places[group.audit["LocationOID"]])
    assert found[1] == (["anna", f"anna ({ROLES[NURSE.role].title})", "Anna <A>"], "IT01 (Europe/Rome)")
    assert found[2] == (
        [HOSTILE_AUTHOR.account, f"{HOSTILE_AUTHOR.account} ({HOSTILE_AUTHOR.role})"],
        f"{HOSTILE_AUTHOR.site} (no time zone)",
    )
    assert found[3][1] == "the trial as a whole (UTC)"


def test_a_sample_moves_with_its_participant_and_a_result_with_its_visit() -> None:
    told = Told()
    told.create("samples", "S1", sample="S1", subject="P1", visit="M1")
    told.change("samples", "S1", subject="P2")
    told.create("lab_results", "P1/1", subject="P1", number="1", visit="M1", result="5")
    told.change("lab_results", "P1/1", visit=None)
    told.change("lab_results", "P1/1", result="about 5")
    database, groups = applied(told)
    stood = {number: [(each.keys[:2], each.transactions[-1]) for each in some] for number, some in groups.items()}
    assert stood[2] == [(("P1", "SE.visit.M1"), "Remove"), (("P2", "SE.visit.M1"), "Insert")]
    assert stood[4] == [(("P1", "SE.visit.M1"), "Remove"), (("P1", "SE.common"), "Insert")]
    assert stood[5] == [(("P1", "SE.common"), "Update")]
    assert database.state() == told.state


def test_a_text_that_is_no_value_of_its_item_stands_in_an_annotation_as_long_as_it_does() -> None:
    told = Told()
    told.create("lab_results", "P1/1", result="abt 5", drawn="UN-UNK-2026", fasting="yes")
    told.change("lab_results", "P1/1", result="5.5", drawn="2026-03-02T08:30", fasting="perhaps")
    told.change("lab_results", "P1/1", result="five", fasting=None)
    told.change("lab_results", "P1/1", result="six")
    _, groups = applied(told)
    items = {number: {item.field: item for item in some[0].items} for number, some in groups.items()}
    assert items[1]["result"].value is None
    assert items[1]["result"].notes == {"1": ("Insert", "abt 5")}
    assert items[1]["drawn"].notes == {"1": ("Insert", "UN-UNK-2026")}
    assert items[1]["fasting"].value == "yes"
    assert (items[2]["result"].value, items[2]["result"].notes) == ("5.5", {"1": ("Remove", None)})
    assert items[2]["drawn"].value == "2026-03-02T08:30"
    assert items[2]["fasting"].notes == {"1": ("Insert", "perhaps")}
    assert items[3]["result"].notes == {"1": ("Insert", "five")}
    assert items[4]["result"].notes == {"1": ("Update", "six")}


def signature(told: Told, number: int, kind: str, record: str, head: int, meaning: str = "I confirm this") -> Entry:
    return told.create(
        "signatures",
        str(number),
        signature=str(number),
        about_type=kind,
        about_record=record,
        head=str(head),
        meaning=meaning,
        signer="anna",
        signer_name="Anna A",
    )


def test_signatures_stand_with_what_was_signed_and_fall_when_it_changes() -> None:
    told = Told()
    told.create("subjects", "P1", subject="P1", centre="IT01")
    head = told.create("adverse_events", "P1/1", subject="P1", number="1", term="headache").sequence
    signature(told, 1, "adverse_events", "P1/1", head)
    signature(told, 2, "adverse_events", "P1/1", head, "I agree")
    told.create("batches", "B1", batch="B1")
    signature(told, 3, "batches", "B1", told.records["batches", "B1"].head)
    signature(told, 4, "subjects", "P1", 1)
    result = told.create("lab_results", "P1/1", subject="P1", number="1", visit="M1")
    signature(told, 5, "lab_results", "P1/1", result.sequence)
    told.change("subjects", "P1", centre="IT02")
    database, _ = applied(told)
    assert [name for name, _ in database.signed] == [
        ("adverse_events", "P1/1"),
        ("adverse_events", "P1/1"),
        ("subjects", "P1"),
        ("lab_results", "P1/1"),
    ]
    assert database.signed[0][1]["DateTimeStamp"] == told.entries[2].recorded
    assert ("signatures", "3") in database.state()
    root = document(told.entries, "Snapshot")
    meanings = {each.get("OID"): each[0].text for each in children(children(root, "AdminData")[0], "SignatureDef")}
    held = [((each.kind, each.record), each.signature) for each in read_groups(root) if each.signature]
    assert [(name, meanings[given["SignatureOID"]]) for name, given in held if given] == [
        (("adverse_events", "P1/1"), "I confirm this"),
        (("adverse_events", "P1/1"), "I agree"),
        (("lab_results", "P1/1"), "I confirm this"),
    ]


def test_what_changes_no_record_is_in_the_history_and_not_in_the_state() -> None:
    told = Told()
    told.tell(Draft("event", "accounts", "anna", (FieldChange("event", None, "signed in"),)))
    told.tell(Draft("event", "accounts", "anna", (FieldChange("event", None, "signed out"),)))
    _, groups = applied(told)
    assert [groups[number][0].items[0].value for number in (1, 2)] == ["signed in", "signed out"]
    assert read_snapshot(document(told.entries, "Snapshot")) == {}


def test_a_history_that_is_seen_in_part_is_written_all_the_same() -> None:
    """A role may not see the entry that made a record, as long as another site's participant stood in it."""
    told = Told()
    told.create("slots", "C1/1", cohort="C1", slot="1", state="held", subject="P9")
    told.change("slots", "C1/1", state="released", subject=None)
    root = document(told.entries[1:], "Transactional")
    assert [group.record for group in read_groups(root)] == ["C1/1"]


def test_the_history_is_written_as_it_is_read() -> None:
    """Eight times the entries take no more memory: none of them is held, nor is what is written."""
    told = Told()
    first = told.create("lab_results", "P1/1", subject="P1", number="1", visit="M1", result_text="x" * 200)

    def peak(count: int) -> int:
        def entries() -> Iterator[Entry]:
            return (replace(first, sequence=number, record=f"P1/{number}") for number in range(1, count + 1))

        tracemalloc.start()
        with patch("firstdose.cdisc.odm.writing.write_study"), TemporaryFile() as file:
            write_odm(Exported(entries, Head(count, SEAL), START, START), "Transactional", file)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(4_000) < peak(500) + 300_000  # held, they would take some megabytes
