"""Decisions on the dose: what is recommended when the rule breaks, what is decided on, by whom, and on which data."""

from __future__ import annotations

import time
from functools import partial

from firstdose.conduct.administering import prepare_dosing
from firstdose.conduct.catalogue import PreparedDecision
from firstdose.conduct.own_records import all_of
from firstdose.conduct.recommending import Rule, recommend
from firstdose.conduct.reproducing import is_reproduced
from firstdose.conduct.snapshot import snapshot_now
from firstdose.designs.recommendation import Recommendation
from firstdose.protocol import Protocol
from firstdose.validation.installation.bench import Bench
from firstdose.validation.installation.check import Check, expect
from firstdose.validation.installation.dosing_checks import CRITICAL, decided, part_of, refusal, reviewed
from firstdose.validation.installation.small_trial import BATCH, MEMBERS, PHARMACIST

LONGEST_SECONDS = 0.05
"""How long a rule is waited for that is made to be slow."""


def checks(bench: Bench) -> tuple[Check, ...]:
    """The checks of decisions, in a ledger of one kind of database."""
    part = part_of(bench)
    return (
        Check(
            "no_recommendation",
            part,
            f"{CRITICAL}: a failure is never taken for a recommendation to escalate",
            "The rule is made to break with an exception, to give nonsense, to name a level that does not exist, and "
            "to give no answer in time",
            "No recommendation each time, with the reason",
            partial(_no_recommendation, bench),
        ),
        Check(
            "reproduced",
            part,
            "21 CFR 11.10(a), EMA computerised systems: a decision can be followed from the data that were seen",
            "A decision is taken, then records are changed and added; the data that the committee saw are read again "
            "and the rule is asked again",
            "The same head, the same hash of the data, and the same recommendation, bit for bit",
            partial(_reproduced, bench),
        ),
        Check(
            "signed_decision",
            part,
            "21 CFR 11.10(g), 11.70: a departure from the rule needs a reason and the signatures of the quorum",
            "Another level than the recommended one is proposed without a reason; then, with one, the decision is to "
            "be taken with one signature of two; then the proposal is changed after both have signed",
            "Refused each time: a signature falls when what was signed changes",
            partial(_signed_decision, bench),
        ),
        Check(
            "authority",
            part,
            "21 CFR 11.10(d), (g): nobody does what the role may not",
            "A committee member enters data, and the pharmacist prepares a dose",
            "Both are refused, in the transaction that would write",
            partial(_authority, bench),
        ),
    )


def _breaks(*_: object) -> Recommendation:
    raise FloatingPointError("made to break")


def _nonsense(*_: object) -> Recommendation:
    return "escalate"  # type: ignore[return-value]


def _no_such_level(protocol: Protocol, *_: object) -> Recommendation:
    return Recommendation("dose", len(protocol.dose_levels.values) + 1, None, "escalate")


def _no_recommendation(bench: Bench) -> str:
    said = []
    with bench.trial() as trial:
        reviewed(trial)
        found = snapshot_now(trial.ledger, trial.now.date())
        ask = partial(recommend, trial.protocol, found, trial.now)
        control = ask()
        is_dose = control.recommendation is not None and control.recommendation.action == "dose"
        expect(is_dose, f"whole, the rule gives none either: {control.words}")
        rules: tuple[Rule, ...] = (_breaks, _nonsense, _no_such_level)
        for advised in (*(ask(rule=rule) for rule in rules), ask(seconds=LONGEST_SECONDS, rule=_slow)):
            expect(advised.recommendation is None, f"a recommendation: {advised.words}")
            said.append(advised.words.removeprefix("no recommendation: "))
    return f"none each time: {'; '.join(said)}"


def _slow(*_: object) -> Recommendation:
    time.sleep(4 * LONGEST_SECONDS)
    return Recommendation("dose", 2, None, "escalate")


def _reproduced(bench: Bench) -> str:
    with bench.trial() as trial:
        decided(trial)
        (prepared,) = all_of(trial.ledger, PreparedDecision)
        trial.at("2026-04-02T08:00").change("subjects", "P1", "misread the letter", consent="2026-01-05T07:30+01:00")
        trial.dlt("P2", "2026-02-20")
        changed = snapshot_now(trial.ledger, trial.now.date()).content_hash != prepared.data_hash
        expect(changed, "nothing has changed: nothing was shown")
        expect(is_reproduced(trial.ledger, prepared, trial.protocol), "head, data or recommendation are others")
    return f"head {prepared.ledger_head.partition(':')[0]}, data {prepared.data_hash[:12]}..., same recommendation"


def _signed_decision(bench: Bench) -> str:
    with bench.trial() as trial:
        preparation = reviewed(trial)
        without_reason = refusal(partial(trial.propose, preparation, 1))
        expect("say why" in without_reason, without_reason)
        trial.propose(preparation, 1, "one more cohort at this level")
        trial.sign(preparation, MEMBERS[:1])
        one = refusal(partial(trial.take, preparation))
        expect("1 member has signed" in one, one)
        trial.sign(preparation, MEMBERS[1:])
        trial.propose(preparation, 2)
        fallen = refusal(partial(trial.take, preparation))
        expect("0 members have signed" in fallen, fallen)
        trial.sign(preparation, MEMBERS)
        trial.take(preparation)
    return "refused without a reason, with one signature of two, and with signatures of another proposal; then taken"


def _authority(bench: Bench) -> str:
    with bench.trial() as trial:
        trial.at("2026-02-01T08:00").open()
        trial.enrol("P1", "C1")
        head = trial.ledger.head()

        def enter_by_member() -> None:
            trial.enter("vital_signs", MEMBERS[0], subject="P1", visit="M1", number="1")

        def prepare_by_pharmacist() -> None:
            with trial.work(PHARMACIST) as work:
                prepare_dosing(work, "P1", BATCH)

        said = [refusal(partial(deed)) for deed in (enter_by_member, prepare_by_pharmacist)]
        expect(all("may not" in words for words in said), "; ".join(said))
        expect(trial.ledger.head() == head, "something was written")
    return f"refused: {'; '.join(said)}"
