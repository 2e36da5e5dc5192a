"""Processes that are killed, and processes that want the same at the same instant. Names begin with the item."""

import json
from collections import Counter

from firstdose.conduct.ledger import Ledger, replay, verify
from tests.conduct.ledger.clients import RECORDS
from tests.conduct.ledger.places import COORDINATOR, Place, entered
from tests.conduct.ledger.running_clients import clients

KILLS, ROUNDS = 200, 200


def test_item_17_nothing_acknowledged_is_lost_when_processes_are_killed(place: Place, ledger: Ledger) -> None:
    """Six clients write without end; one of them is killed at a random moment, 200 times."""
    acknowledged = clients("killed", place.url, KILLS, 20260302)["acknowledged"]
    assert "failed" not in {name for name, _ in acknowledged}
    assert len(acknowledged) > KILLS / 4  # they did write
    rows = place.stored_entries()
    seals = {row[0]: row[-1] for row in rows}
    for _, entries in acknowledged:
        for sequence, seal in entries:
            assert seals[sequence] == seal
    # Written together or not at all: each write that is there has all its entries.
    assert set(Counter(row[-4] for row in rows).values()) == {RECORDS}
    assert {name for name, _ in acknowledged} <= {row[-3] for row in rows}
    with ledger.entries() as entries:
        records = replay(entries)
    stored = {row[:2]: (json.loads(row[2]), row[3]) for row in place.stored_records()}
    assert stored == {name: (dict(record.fields), record.head) for name, record in records.items()}
    found = verify(ledger)
    assert found.is_whole, found.faults
    assert found.entries == len(rows)
    ledger.write(COORDINATOR, [entered("afterwards", pulse="60")])


def test_item_17_a_kill_at_every_step_of_a_write_leaves_all_of_it_or_nothing(place: Place, ledger: Ledger) -> None:
    """Before and after each statement of a write of two records, from the first to what follows COMMIT."""
    outcomes = clients("at-every-step", place.url)["outcomes"]
    assert set(outcomes[:-1]) == {"killed"}
    assert outcomes[-1] == "ended 0"
    assert len(outcomes) > 20
    written = {row[1].rpartition("-")[0] for row in place.stored_records()}
    steps = {f"step-{number}" for number in range(1, len(outcomes) + 1)}
    assert written < steps
    assert f"step-{len(outcomes)}" in written  # the one that ended
    assert f"step-{len(outcomes) - 1}" in written  # killed after COMMIT, before it could say so
    assert set(Counter(row[1].rpartition("-")[0] for row in place.stored_records()).values()) == {2}
    assert len(place.stored_entries()) == 2 * len(written)
    assert verify(ledger).is_whole


def test_item_14_exactly_one_of_two_gets_the_last_slot(place: Place, ledger: Ledger) -> None:
    """Two processes with connections of their own, asked at the same instant, 200 times."""
    for number in range(ROUNDS):
        ledger.write(COORDINATOR, [entered(f"slot-{number}", "slot", level="3")])
    answers = clients("at-once", place.url, ROUNDS)["answers"]
    for turn, both in enumerate(answers):
        assert sorted(both) == (["C", "T"] if turn % 2 else ["F", "T"])
    winners = {f"slot-{turn}": f"S0{both.index('T')}" for turn, both in enumerate(answers)}
    assert {record.record: record.fields["participant"] for record in ledger.records("slot")} == winners
    assert len(place.stored_entries()) == 2 * ROUNDS
    assert verify(ledger).is_whole
    assert len({both.index("T") for both in answers}) == 2  # neither was always the first


def test_a_process_that_is_split_off_uses_a_connection_of_its_own(place: Place, ledger: Ledger) -> None:
    """Both go on with the ledger that one of them had opened; shown by the clients of the other tests too."""
    import os
    import warnings

    ledger.write(COORDINATOR, [entered("before", pulse="60")])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, where the tests run in several processes
        process = os.fork()
    if process == 0:
        try:
            for number in range(5):
                ledger.write(COORDINATOR, [entered(f"child-{number}", pulse="61")])
        except BaseException:
            os._exit(1)
        os._exit(0)
    for number in range(5):
        ledger.write(COORDINATOR, [entered(f"parent-{number}", pulse="62")])
    assert os.waitpid(process, 0)[1] == 0
    ledger.write(COORDINATOR, [entered("after", pulse="63")])
    found = verify(ledger)
    assert found.is_whole
    assert found.entries == 12
