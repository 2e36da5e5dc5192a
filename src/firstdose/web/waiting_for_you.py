"""What waits for the one who looks: steps that somebody else has begun and that this person may take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from firstdose.conduct.catalogue import DataLock, JudgedEvent, PreparedDecision, ProtocolVersion
from firstdose.conduct.held import waiting_held
from firstdose.conduct.judged import changed_since_verdict
from firstdose.conduct.ledger import Ledger
from firstdose.conduct.locking import cut_off_in_force
from firstdose.conduct.own_records import all_of
from firstdose.conduct.screened import screened
from firstdose.conduct.signatures import signatures_of
from firstdose.dosing import Reason
from firstdose.dosing.recorded import Records
from firstdose.records.wording import counted
from firstdose.web.acting import TrialRequest
from firstdose.web.held_words import address_of_held, is_shown
from firstdose.web.judged_events import waiting_for_verdict
from firstdose.web.preparations import changed_in
from firstdose.web.seeing import visible_subjects
from firstdose.web.trial import now
from firstdose.web.value_words import moment_words


@dataclass(frozen=True)
class Waiting:
    """A step in words, and the page on which it is taken."""

    words: str
    address: str


def waiting_for(request: TrialRequest) -> list[Waiting]:
    """What waits for this person, or for one of several: events held, locks, versions, decisions, people screened."""
    acting = request.acting
    return [
        *_held(request),
        *(_verdicts(request) if acting.may("adjudicate") else ()),
        *(_locks(request) if acting.may("lock_data") else ()),
        *(_versions(request) if acting.may("manage_versions") else ()),
        *(_decisions(request) if acting.may("take_decisions") or acting.may("prepare_decisions") else ()),
        *(_people(request) if acting.may("sign_eligibility") or acting.may("prepare_decisions") else ()),
    ]


def _held(request: TrialRequest) -> Iterator[Waiting]:
    """What is held, for those who record it, open the lock, or decide on the dose; the halts tell what it is."""
    acting, is_locked = request.acting, cut_off_in_force(request.trial.ledger) is not None
    for each in waiting_held(request.trial.ledger):
        begins, address = f"Held event {each.held}", address_of_held(each.held)
        if not is_shown(request, each):
            continue
        if acting.may("enter_data"):
            step = "have the lock opened, then record it" if is_locked else "record it now"
            yield Waiting(f"{begins}: {step}", address)
        elif acting.may("lock_data") and is_locked:
            yield Waiting(f"{begins}: open the lock, which takes two people", reverse("locks"))
        elif acting.may("lock_data") or acting.may("take_decisions"):
            yield Waiting(f"{begins}: look at it", address)


def _verdicts(request: TrialRequest) -> Iterator[Waiting]:
    """How many events wait for a verdict, and how many for another one, since they are not what was judged."""
    trial, address = request.trial, reverse("adjudications")
    courses = trial.courses(now())
    key = (courses, trial.ledger.last_entry_of(("judged_events",)))
    found = trial.kept_a_while("to judge again", key, lambda: _to_judge_again(trial.ledger, courses.records))
    waiting, again = len(waiting_for_verdict(courses)), len(found)
    if waiting:
        it_waits, them = ("waits", "it") if waiting == 1 else ("wait", "them")
        yield Waiting(
            f"{counted(waiting, 'possible DLT')} {it_waits} for a verdict: look at {them}, and judge", address
        )
    if again:
        is_not, it = ("is", "it") if again == 1 else ("are", "them")
        yield Waiting(f"{counted(again, 'event')} {is_not} not what was judged any more: judge {it} again", address)


def _to_judge_again(ledger: Ledger, records: Records) -> list[Reason]:
    """The events that are not what members judged."""
    return list(changed_since_verdict(records, all_of(ledger, JudgedEvent)))


def _locks(request: TrialRequest) -> Iterator[Waiting]:
    """Locks that another person asked for or asked to open."""
    asked = {"asked": "locked", "unlock_asked": "opened again"}
    for lock in all_of(request.trial.ledger, DataLock):
        if lock.state in asked and lock.asked_by != request.acting.author.account:
            what = f"The data up to {moment_words(lock.cut_off)} are to be {asked[lock.state]}"
            yield Waiting(f"{what}: confirm it, or take it back", reverse("locks"))


def _versions(request: TrialRequest) -> Iterator[Waiting]:
    """Versions of the protocol that another person loaded."""
    for each in all_of(request.trial.ledger, ProtocolVersion):
        if each.state == "loaded" and each.loaded_by != request.acting.author.account:
            address = f"{reverse('version')}?{urlencode({'version': each.version})}"
            yield Waiting(f"Version {each.version} of the protocol is loaded: look at it, and approve it", address)


def _decisions(request: TrialRequest) -> Iterator[Waiting]:
    """The decision on the dose that was prepared last, while it is not taken: for members, and for who prepares it.

    On data that have changed since nothing can be decided, so that members are asked for nothing.
    """
    ledger = request.trial.ledger
    last = max(all_of(ledger, PreparedDecision), key=lambda each: each.preparation, default=None)
    if last is None or ledger.record("dose_decisions", str(last.decision)).exists:
        return
    if changed_in(request.trial, last):
        if request.acting.may("prepare_decisions"):
            words = f"Decision {last.decision} was prepared on data that have changed since: prepare it anew"
            yield Waiting(words, reverse("decisions"))
        return
    if request.acting.may("take_decisions"):
        yield _of_member(request, last)


def _people(request: TrialRequest) -> Iterator[Waiting]:
    """Participants of whom only the confirmation is lacking, for who signs it; eligible ones, for who opens cohorts."""
    trial, acting = request.trial, request.acting
    courses = trial.courses(now())
    everybody = tuple(courses.records.subjects)
    key = (courses, trial.last_entry)
    found = trial.kept_a_while("screened", key, lambda: screened(trial.ledger, courses, everybody))
    visible = visible_subjects(trial, acting)
    if acting.may("sign_eligibility"):
        for subject in (each for each in found.to_confirm if each in visible):
            words = f"{subject} meets the criteria as answered: look at them, confirm eligibility, and sign"
            yield Waiting(words, reverse("eligibility", kwargs={"subject": subject}))
    wait = [each for each in found.without_cohort if each in visible]
    if wait and acting.may("prepare_decisions"):
        who = f"{', '.join(wait)} {'is' if len(wait) == 1 else 'are'} eligible"
        yield Waiting(f"No cohort is open, and {who}: see what comes next, and open the cohort", reverse("doses"))


def _of_member(request: TrialRequest, prepared: PreparedDecision) -> Waiting:
    """The step that a decision waits for from a member."""
    address = reverse("decision", args=[prepared.preparation])
    if prepared.action is None:
        return Waiting(f"Decision {prepared.decision} is prepared: look at it, and propose", address)
    given = signatures_of(request.trial.ledger, "prepared_decisions", str(prepared.preparation))
    signed = {each.signature.signer for each in given if each.is_valid}
    step = "take it, if enough have signed" if request.acting.author.account in signed else "look at it, and sign"
    return Waiting(f"Decision {prepared.decision} is proposed: {step}", address)
