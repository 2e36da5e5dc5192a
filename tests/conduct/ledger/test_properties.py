"""Any sequence of drafts, and any tampering with what they left. The rules are programmed again here, naively."""

import json
import shutil
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from firstdose.conduct.ledger import (
    Conflict,
    Draft,
    FieldChange,
    Ledger,
    Refused,
    rebuild,
    replay,
    verify,
)
from firstdose.conduct.ledger.entry import COLUMNS, Action
from tests.conduct.ledger.places import (
    COORDINATOR,
    KINDS,
    OTHER_KEY,
    Place,
    changed,
    entered,
    new_place,
)
from tests.conduct.ledger.seals import resealed
from tests.conduct.ledger.servers import quick_folder

RECORDS = ("S01-1", "S01-2", "S02-1")
FIELDS = ("pulse", "weight")
ACTIONS: tuple[Action, ...] = ("create", "change", "change", "remove", "restore", "event")
EXAMPLES = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
both_kinds = pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.postgresql] * (kind == "postgresql")) for kind in KINDS]
)

texts = some.one_of(some.none(), some.sampled_from(["60", "61", "", " ", "x\u0301😀", '"\\', "\x1f\u2028"]))
changes = some.builds(FieldChange, some.sampled_from(FIELDS), texts, texts)
drafts = some.builds(
    Draft,
    some.sampled_from(ACTIONS),
    some.just("vital_sign"),
    some.sampled_from(RECORDS),
    some.lists(changes, max_size=2).map(tuple),
    some.sampled_from(["", "\u200b", "as in the source", "as in the source", "誤記"]),
)


class Naive:
    """What a record is, and what may be done to it, in as few words as possible."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, str]] = {}
        self.removed: set[str] = set()

    def outcome(self, draft: Draft) -> str:
        """Whether a draft is "written", "refused" or a "conflict"; if written, it is carried out."""
        there, gone = draft.record in self.records, draft.record in self.removed
        names = [change.field for change in draft.changes]
        needs_reason = draft.action in ("remove", "restore") or any(change.old is not None for change in draft.changes)
        if len(names) != len(set(names)) or (needs_reason and draft.reason in ("", "\u200b")):
            return "refused"
        if draft.action == "event":
            return "written"
        allowed = {
            "create": not there,
            "change": there and not gone and bool(names),
            "remove": there and not gone,
            "restore": there and gone,
        }
        if not allowed[draft.action]:
            return "refused"
        fields = self.records.get(draft.record, {})
        if any(fields.get(change.field) != change.old for change in draft.changes):
            return "conflict"
        fields = fields | {change.field: change.new for change in draft.changes if change.new is not None}
        for change in draft.changes:
            if change.new is None:
                fields.pop(change.field, None)
        self.records[draft.record] = fields
        if draft.action == "remove":
            self.removed.add(draft.record)
        if draft.action == "restore":
            self.removed.discard(draft.record)
        return "written"


def outcome(ledger: Ledger, draft: Draft) -> str:
    try:
        ledger.write(COORDINATOR, [draft])
    except Refused:
        return "refused"
    except Conflict:
        return "conflict"
    return "written"


def seen_now(draft: Draft, naive: Naive) -> Draft:
    """The same draft by somebody who sees what is there."""
    fields = naive.records.get(draft.record, {})
    found = tuple(FieldChange(change.field, fields.get(change.field), change.new) for change in draft.changes)
    return Draft(draft.action, draft.record_type, draft.record, found, draft.reason)


@both_kinds
@EXAMPLES
@given(sequence=some.lists(some.tuples(drafts, some.booleans()), max_size=12))
@example(sequence=[(entered("S01-1", pulse="60"), False), (changed("S01-1", "pulse", "60", None), False)])
def test_any_sequence_of_drafts_leaves_what_its_entries_say(kind: str, sequence: Sequence[tuple[Draft, bool]]) -> None:
    folder, naive, written = quick_folder("drafts"), Naive(), 0
    place = new_place(kind, folder)
    ledger = place.create()
    for draft, knows in sequence:
        wanted = seen_now(draft, naive) if knows else draft
        expected = naive.outcome(wanted)
        written += expected == "written"
        assert outcome(ledger, wanted) == expected
    stored = {row[1]: (json.loads(row[2]), bool(row[4])) for row in place.stored_records()}
    assert stored == {name: (fields, name in naive.removed) for name, fields in naive.records.items()}
    with ledger.entries() as entries:
        replayed = replay(entries)
    assert {record.record: record for record in ledger.records()} == {name[1]: each for name, each in replayed.items()}
    found = verify(ledger, [ledger.head()])
    assert found.is_whole, found.faults
    assert found.entries == ledger.head().sequence == written
    before = place.stored_records()
    rebuild(place.as_owner())
    assert place.stored_records() == before
    place.close()
    shutil.rmtree(folder)


ENTRIES = 8
numbers = some.integers(1, ENTRIES)
tamperings = some.one_of(
    some.tuples(some.just("alter"), numbers, some.sampled_from(COLUMNS)),
    some.tuples(some.just("swap"), numbers, numbers),
    some.tuples(some.just("delete"), numbers, some.just(0)),
    some.tuples(some.just("cut off"), numbers, some.just(0)),
    some.tuples(some.just("duplicate"), numbers, some.just(0)),
    some.tuples(some.just("add"), some.sampled_from([-3, ENTRIES + 1, ENTRIES + 5]), numbers),
    some.tuples(some.just("reseal"), numbers, some.sampled_from(COLUMNS[:-2])),
)
OTHER_TEXT = {"action": "event", "changes": '[["pulse",null,"99"]]', "seal": "0" * 64, "previous": "f" * 64}


def tampered(rows: list[list[Any]], what: str, at: int, other: Any) -> list[list[Any]]:
    """The rows after one act of tampering."""
    rows = [list(row) for row in rows]
    if what in ("alter", "reseal"):
        column = COLUMNS.index(other)
        value = rows[at - 1][column]
        rows[at - 1][column] = value + 100 if isinstance(value, int) else OTHER_TEXT.get(other, f"{value}x")
    elif what == "swap":
        rows[at - 1][0], rows[other - 1][0] = rows[other - 1][0], rows[at - 1][0]
    elif what == "delete":
        del rows[at - 1]
    elif what == "cut off":
        del rows[at - 1 :]
    elif what == "duplicate":
        rows.append([ENTRIES + 1, *unasked(rows[at - 1])[1:]])
    else:
        rows.append([at, *unasked(rows[other - 1])[1:-2], rows[-1][-1], "0" * 64])
    rows.sort(key=lambda row: row[0])
    return resealed(rows, OTHER_KEY) if what == "reseal" else rows


def unasked(row: list[Any]) -> list[Any]:
    """A row without its request, which an index would not let be there twice."""
    return [None if name == "request" else value for name, value in zip(COLUMNS, row, strict=True)]


def first_that_differs(before: list[list[Any]], after: list[list[Any]]) -> int:
    """The lowest number under which not the same stands as before."""
    places: set[int] = {row[0] for row in [*before, *after]}
    then, now = ({row[0]: row for row in rows} for rows in (before, after))
    return min(number for number in places if then.get(number) != now.get(number))


@pytest.fixture(
    scope="module", params=[pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def written_place(request: pytest.FixtureRequest) -> Any:
    """A ledger of eight entries, which is put back after each tampering."""
    folder = quick_folder("properties")
    place = new_place(request.param, folder)
    ledger = place.create()
    for number in range(1, 4):
        ledger.write(COORDINATOR, [entered(f"S01-{number}", pulse="60")], request=f"form-{number}")
    for number in range(1, 4):
        ledger.write(COORDINATOR, [changed(f"S01-{number}", "pulse", "60", "61")])
    ledger.write(COORDINATOR, [Draft("event", "export", "c.rossi")])
    ledger.write(COORDINATOR, [changed("S01-1", "pulse", "61", "62")])
    yield place, [list(row) for row in place.stored_entries()], place.as_owner()
    place.close()
    shutil.rmtree(folder)


def replaced(place: Place, rows: list[list[Any]]) -> None:
    with place.unguarded() as connection:
        connection.execute("DELETE FROM ledger_entries")
        for row in rows:
            place.put_entry(connection, row)


@settings(EXAMPLES, max_examples=120)
@given(tampering=tamperings)
@example(tampering=("alter", 8, "record"))
@example(tampering=("alter", 8, "action"))
@example(tampering=("delete", 8, 0))
@example(tampering=("alter", 3, "sequence"))
def test_any_one_tampering_is_found_and_the_first_bad_entry_is_named(
    written_place: tuple[Place, list[list[Any]], Ledger], tampering: tuple[str, int, Any]
) -> None:
    place, before, ledger = written_place
    head = ledger.head()
    after = tampered(before, *tampering)
    if sorted(after) == sorted(before):  # an entry that changed places with itself
        return
    replaced(place, after)
    found = verify(ledger, [head])
    replaced(place, before)
    assert not found.is_whole
    first = min(first_that_differs(before, after), ENTRIES + 1)  # beyond the end, the gap itself is named
    assert found.faults[0].sequence == (1 if tampering[0] == "reseal" else first)
    assert verify(ledger, [head]).is_whole
