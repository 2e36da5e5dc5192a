"""The rules of dosing, run through the trial's own commands: who may be dosed when, and what halts dosing."""

from __future__ import annotations

from functools import partial
from typing import Any

from firstdose.conduct.ledger import Refused
from firstdose.conduct.snapshot import snapshot_now
from firstdose.conduct.staleness import stale_decisions
from firstdose.dosing import history_of
from firstdose.records import TrialData
from firstdose.validation.installation.bench import Bench
from firstdose.validation.installation.check import Check, Departure, expect
from firstdose.validation.installation.small_trial import MEMBERS, SmallTrial

CRITICAL = "ICH E6(R3) Annex 1, 4.3.4 (dosing is a critical function)"
FIRST_COHORT = {"P1": "2026-02-02", "P2": "2026-02-16", "P3": "2026-02-23"}
REVIEW = "2026-03-25T15:00"
"""After the window of the first cohort's last participant, 28 days from 23 February."""


def checks(bench: Bench) -> tuple[Check, ...]:
    """The checks of dosing, in a ledger of one kind of database."""
    part = part_of(bench)
    return (
        Check(
            "sentinel",
            part,
            f"{CRITICAL}; EMA first-in-human guideline: the sentinel is observed before others are dosed",
            "The sentinel's dosing is prepared on 2 February and given on 5 February; the protocol asks for 14 days. "
            "The next participant is asked for at 23:59 on 18 February, and a minute later",
            "Refused until midnight, allowed from then on: days count from the injection, not from the plan",
            partial(_sentinel, bench),
        ),
        Check(
            "window",
            part,
            f"{CRITICAL}: the DLT window is of days where the participant is, whatever the clocks do",
            "Somebody is dosed at 23:50 on 2 March, in a zone whose clocks go forward on 29 March; the window has 28 "
            "days",
            "Open at 23:59 on 30 March, over a minute later",
            partial(_window, bench),
        ),
        Check(
            "back_dated_dlt",
            part,
            f"{CRITICAL}: a decision holds only as long as the data that it rests on",
            "The second level is decided on and its cohort opened. Then an event of the first cohort, said to have "
            "begun weeks before, is entered and judged a DLT",
            "The decision is told to be stale, the gate is shut, and preparing a dose is refused until people decide "
            "again",
            partial(_back_dated_dlt, bench),
        ),
    )


def part_of(bench: Bench) -> str:
    """What the checks of dosing are called on the certificate."""
    return f"The rules of dosing, on {bench.place.title}"


def refusal(deed: partial[Any]) -> str:
    """The words with which something is refused.

    Raises Departure if it is carried out.
    """
    try:
        deed()
    except Refused as refused:
        return str(refused)
    raise Departure(f"carried out: {deed.func.__name__.replace('_', ' ')} {', '.join(map(str, deed.args))}")


def _sentinel(bench: Bench) -> str:
    with bench.trial() as trial:
        trial.at("2026-02-01T08:00").open()
        for name in ("P1", "P2"):
            trial.enrol(name, "C1")
        first = refusal(partial(trial.prepare, "P2"))
        expect("sentinel" in first, f"before the sentinel was dosed: {first}")
        trial.at("2026-02-02T09:00").prepare("P1")
        trial.at("2026-02-05T12:00").give("P1", "2026-02-05T11:00")
        before = trial.at("2026-02-18T23:59").against("P2")
        expect(len(before) == 1 and "sentinel" in before[0], f"at 23:59 on 18 February: {before or 'allowed'}")
        refusal(partial(trial.prepare, "P2"))
        after = trial.at("2026-02-19T00:00").against("P2")
        expect(not after, f"at 0:00 on 19 February: {after}")
        trial.prepare("P2")
    return f"23:59 on 18 February refused ({before[0]}); 0:00 on 19 February allowed"


def _window(bench: Bench) -> str:
    with bench.trial() as trial:
        trial.at("2026-02-01T08:00").open(size=1)
        trial.enrol("P1", "C1")
        trial.at("2026-03-02T23:50").prepare("P1")
        trial.give("P1", "2026-03-02T23:50")
        seen = [_history(trial.at(moment)) for moment in ("2026-03-30T23:59", "2026-03-31T00:00")]
    expect(seen == ["1?", "1N"], f"the history at 23:59 and at 0:00: {seen}")
    return "23:59 on 30 March: open (1?); 0:00 on 31 March: over without a DLT (1N)"


def _history(trial: SmallTrial) -> str:
    """The rule's history as of the clock, as outcome strings."""
    return str(history_of(trial.protocol, _data(trial), trial.now).history)


def _data(trial: SmallTrial) -> TrialData:
    return snapshot_now(trial.ledger, trial.now.date()).trial_data


def reviewed(trial: SmallTrial) -> int:
    """The first cohort dosed without a DLT and closed; the number of the preparation of the first decision."""
    trial.at("2026-02-01T08:00").open()
    trial.cohort_dosed("C1", FIRST_COHORT)
    trial.at(REVIEW).close_cohort("C1")
    return trial.prepare_decision()


def decided(trial: SmallTrial) -> int:
    """The same, with the decision to give the second level taken; its number."""
    preparation = reviewed(trial)
    trial.propose(preparation, 2)
    trial.sign(preparation, MEMBERS)
    return trial.take(preparation)


def _back_dated_dlt(bench: Bench) -> str:
    with bench.trial() as trial:
        decision = decided(trial)
        trial.at("2026-03-26T08:00").open(decision=decision)
        trial.enrol("P4", "C2")
        before = trial.at("2026-03-26T10:00").against("P4")
        expect(not before, f"before the event: {before}")
        trial.at("2026-03-26T11:00").dlt("P2", "2026-02-20")
        trial.at("2026-03-26T12:00")
        shut = trial.against("P4")
        expect(any("P2" in words and "DLT" in words for words in shut), f"the gate says: {shut or 'allowed'}")
        refusal(partial(trial.prepare, "P4"))
        stale = stale_decisions(trial.ledger, _data(trial), trial.protocol, trial.now)
        expect([(each.decision, each.halts) for each in stale] == [(decision, True)], f"stale: {stale}")
    return f"{stale[0].words}; dosing halted"
