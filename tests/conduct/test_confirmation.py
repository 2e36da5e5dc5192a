"""A confirmation of eligibility is the investigator's, signed, and counts while the signature holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.conduct.by_hand import refuse_by_hand
from firstdose.conduct.confirmation import MEANING, confirmation_of
from firstdose.conduct.eligibility import confirm_eligibility, reasons_against
from firstdose.conduct.ledger import Author, Refused
from firstdose.conduct.retelling import retell
from firstdose.conduct.roles import SYSTEM
from firstdose.conduct.slots import assign_slot
from firstdose.records import Subject, TrialData, read_partial_date_time
from tests.conduct.running import Running
from tests.conduct.workplace import INVESTIGATOR, NURSE

BY_HAND = {"eligibility_confirmed": "2026-01-06T09:00+01:00", "eligibility_confirmed_by": "Carlo Rossi"}
UNSIGNED = "the confirmation of eligibility bears no investigator's signature"
FALLEN = "the confirmation of eligibility does not hold any more"


@pytest.fixture
def held(running: Running) -> Running:
    """P1 has answered everything and holds a slot."""
    running.at("2026-01-06T10:00").open()
    running.person("P1")
    running.reserve("P1", "C1")
    return running


@pytest.mark.parametrize("author", [NURSE, INVESTIGATOR])
@pytest.mark.parametrize(
    "fields", [BY_HAND, {"eligibility_confirmed_by": "me"}, {"arm": "C"}, {"arm_given": "level 3"}], ids=str
)
def test_no_form_writes_what_is_confirmed_or_given(held: Running, author: Author, fields: dict[str, str]) -> None:
    held.rules = (refuse_by_hand,)
    with pytest.raises(Refused, match="cannot be written in a form"):
        held.change("subjects", "P1", author, **fields)
    with pytest.raises(Refused, match="cannot be written in a form"):
        held.enter("subjects", author, subject="P2", centre="IT01", **fields)
    held.change("subjects", "P1", author, country="Italy")
    held.eligible("P1")
    with pytest.raises(Refused, match="cannot be written in a form"):
        held.change("subjects", "P1", author, eligibility_confirmed="")


def test_a_confirmation_without_signature_opens_nothing(held: Running) -> None:
    """Such as one that an earlier version let a form write."""
    held.change("subjects", "P1", NURSE, **BY_HAND)
    assert confirmation_of(held.ledger, "P1").state == "unsigned"
    assert any(each.startswith(UNSIGNED) for each in held.words("P1"))
    with pytest.raises(Refused, match=UNSIGNED), held.work(NURSE) as work:
        assign_slot(work, "P1")


def test_only_the_investigator_confirms_and_signs_in_the_same_write(held: Running) -> None:
    purpose = held.purpose("subjects", "P1", MEANING)
    with pytest.raises(Refused, match="may not confirm"), held.work(NURSE) as work:
        confirm_eligibility(work, "P1", held.proof(NURSE, purpose), purpose.head)
    other = replace(purpose, meaning="read")
    with pytest.raises(Refused, match="to sign something else"), held.work(INVESTIGATOR) as work:
        confirm_eligibility(work, "P1", held.proof(INVESTIGATOR, other), purpose.head)
    assert confirmation_of(held.ledger, "P1").state == "none"
    held.eligible("P1")
    assert confirmation_of(held.ledger, "P1").state == "signed"
    assert not any("eligibility" in each for each in held.words("P1"))


def test_a_signature_with_another_meaning_confirms_nothing(held: Running) -> None:
    from firstdose.conduct.signatures import sign

    held.change("subjects", "P1", NURSE, **BY_HAND)
    purpose = held.purpose("subjects", "P1", "read by me")
    with held.work(INVESTIGATOR) as work:
        sign(work, purpose, held.proof(INVESTIGATOR, purpose))
    assert confirmation_of(held.ledger, "P1").state == "unsigned"


def test_it_falls_with_a_change_and_is_given_anew(held: Running) -> None:
    held.eligible("P1")
    held.later(hours=1)
    held.change("subjects", "P1", birth="1980-01-01")
    assert any(each.startswith(FALLEN) for each in held.words("P1"))
    assert confirmation_of(held.ledger, "P1", held.at("2026-01-06T10:30").now).holds, "as of before the change"
    held.at("2026-01-06T12:00").eligible("P1")
    assert not any("eligibility" in each for each in held.words("P1"))


def test_an_answer_that_was_changed_since_is_confirmed_anew(held: Running) -> None:
    held.eligible("P1")
    held.later(hours=1)
    held.change("criterion_answers", "P1/I1", answered="2026-01-06T10:45+01:00")
    assert any("answered after eligibility was confirmed" in each for each in held.words("P1"))
    with held.work(INVESTIGATOR) as work:
        assert reasons_against(work, "P1") == ()
    held.eligible("P1")
    assert not any("after eligibility" in each for each in held.words("P1"))


def test_what_was_told_from_an_existing_trial_was_confirmed_on_paper(running: Running) -> None:
    told = Subject(
        subject="T1",
        centre="IT01",
        consent=read_partial_date_time("2025-01-05"),
        eligibility_confirmed=read_partial_date_time("2025-01-20"),
        eligibility_confirmed_by="an investigator",
    )
    retell(running.ledger, Author("firstdose", SYSTEM), TrialData.of([told]))
    found = confirmation_of(running.ledger, "T1")
    assert (found.state, found.holds) == ("on_paper", True)
    before = running.now
    running.later(hours=1)
    running.change("subjects", "T1", country="Italy")
    changed = confirmation_of(running.ledger, "T1")
    assert (changed.state, changed.holds) == ("outdated", False), "as a signature falls"
    assert "on paper does not hold any more" in changed.words
    assert confirmation_of(running.ledger, "T1", before).holds, "as of before the change"
    running.change("subjects", "T1", eligibility_confirmed="2025-01-21")
    assert confirmation_of(running.ledger, "T1").state == "unsigned"


def test_a_deviation_that_halts_is_not_lifted_by_a_form(one_cohort: Running) -> None:
    one_cohort.at("2026-02-20T09:00").person("P9")
    one_cohort.record_given("P9", "2026-02-20T08:00", "an emergency", batch="B1", cohort="C1")
    one_cohort.rules = (refuse_by_hand,)
    with pytest.raises(Refused, match="halts dosing until the committee has decided"):
        one_cohort.change("deviations", "P9/1", category="other")
    from firstdose.conduct.ledger import Draft

    with pytest.raises(Refused, match="halts dosing until"), one_cohort.work(NURSE) as work:
        work.append(Draft("remove", "deviations", "P9/1", reason="entered twice"))
    one_cohort.change("deviations", "P9/1", action="the sponsor was told")
