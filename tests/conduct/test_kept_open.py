"""A possible DLT that nobody has judged: neither a removal nor a correction by one person takes it from the rule."""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Author, Draft, Refused
from firstdose.conduct.recommending import freeze
from firstdose.conduct.rules import RULES
from firstdose.records import DltAdjudication
from tests.conduct.running import BOTH_KINDS, Running
from tests.conduct.workplace import INVESTIGATOR, NURSE
from tests.dosing.trial import protocol

CORRECTED = "corrected by anna (Study nurse or coordinator) on 21 March 2026, 10:00 (Europe/Rome), before anybody had"


@pytest.fixture
def asked(ready: Running) -> Running:
    """The trial of which the second cohort is ready, with every rule of the desk."""
    ready.rules = RULES
    return ready


def remove(trial: Running, record: str = "P2/1", author: Author = NURSE) -> None:
    with trial.work(author) as work:
        work.append(Draft("remove", "adverse_events", record, reason="entered for the wrong person"))


def waits(trial: Running) -> bool:
    """Whether the gate and the rule's advice wait for the verdict on the event of P2."""
    found = [words for words in trial.words("P4") if "(event 1) waits for adjudication" in words]
    step = freeze(trial.ledger, trial.protocol, trial.now).advised.recommendation
    assert step is not None
    is_told = any("P2: the window is over, and the outcome waits" in flag for flag in step.flags)
    assert (trial.history == "1N?N") is is_told is bool(found)
    return is_told


@pytest.mark.parametrize("database_kind", BOTH_KINDS)
def test_a_possible_dlt_is_removed_only_when_members_have_said_that_it_is_none(asked: Running) -> None:
    asked.event("P2", "2026-02-15")
    for author in (NURSE, INVESTIGATOR):
        with pytest.raises(Refused, match="adverse event 1 of P2 could be a dose-limiting toxicity, and members"):
            remove(asked, author=author)
    assert waits(asked)
    asked.verdict("P2", "undecided")
    with pytest.raises(Refused, match="not judged it: it is removed only after that"):
        remove(asked)
    asked.verdict("P2", "not_dlt", "entered for the wrong person")
    remove(asked)
    assert asked.record("adverse_events", "P2/1").is_removed
    assert (asked.history, asked.words("P4")) == ("1NNN", [])


def test_nor_is_one_removed_of_which_nobody_has_said_whether_it_is_related(asked: Running) -> None:
    asked.event("P2", "2026-02-15", relation_to_product="")
    with pytest.raises(Refused, match="could be a dose-limiting toxicity"):
        remove(asked)


def test_nor_one_whose_term_was_emptied_before(asked: Running) -> None:
    """It is not among the data then, which holds dosing; gone, nothing would."""
    asked.event("P2", "2026-02-15")
    asked.change("adverse_events", "P2/1", term="")
    assert any("cannot be used" in words for words in asked.words("P4"))
    with pytest.raises(Refused, match="could be a dose-limiting toxicity"):
        remove(asked)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("P2", {"start": "2026-01-15"}),  # before the dosing
        ("P2", {"start": "2026-03-20"}),  # after the window
        ("P2", {"relation_to_product": "not_related", "relation_to_procedure": "unlikely"}),
        ("P4", {"start": "2026-03-20"}),  # not dosed
    ],
)
def test_what_cannot_be_a_dlt_is_removed_at_once(asked: Running, name: str, facts: dict[str, str]) -> None:
    known: dict[str, Any] = {"start": "2026-02-15"} | facts
    asked.event(name, **known)
    remove(asked, f"{name}/1")
    assert asked.words("P4") == []


@pytest.mark.parametrize("database_kind", BOTH_KINDS)
@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"relation_to_product": "not_related"}, "related to the cells: not related (was related)"),
        ({"start": "2026-01-15"}, "start: 2026-01-15 (was 2026-02-15)"),
        ({"start": "2026-03-15"}, "start: 2026-03-15 (was 2026-02-15)"),
    ],
)
def test_a_correction_that_takes_it_back_is_kept_and_opens_the_verdict(
    asked: Running, facts: dict[str, str], said: str
) -> None:
    asked.event("P2", "2026-02-15")
    asked.later(seconds=1)
    asked.change("adverse_events", "P2/1", **facts)
    assert asked.record("adverse_events", "P2/1").fields.items() >= facts.items()
    (opened,) = asked.all(DltAdjudication)
    assert (opened.verdict, opened.members) == ("undecided", None)
    assert opened.reason == f"{CORRECTED} judged it: {said}"
    assert waits(asked)
    assert f"P2: seizure of grade 3 (event 1) waits for adjudication: {opened.reason}" in asked.words("P4")
    asked.verdict("P2", "not_dlt")
    assert (asked.history, asked.words("P4")) == ("1NNN", [])


@pytest.mark.parametrize("start", ["2026-01-15", "2026-03-15"])
def test_what_a_correction_took_out_of_the_window_is_not_removed_before_its_verdict(asked: Running, start: str) -> None:
    """A verdict on an event that is gone could not be given: dosing would stand still until it was restored."""
    asked.event("P2", "2026-02-15")
    asked.change("adverse_events", "P2/1", start=start)
    with pytest.raises(Refused, match="not judged it: it is removed only after that"):
        remove(asked)
    assert waits(asked)
    asked.verdict("P2", "not_dlt", "another day")
    remove(asked)
    assert (asked.history, asked.words("P4")) == ("1NNN", [])


def test_members_may_find_that_it_is_a_dlt_all_the_same(asked: Running) -> None:
    asked.event("P2", "2026-02-15")
    asked.change("adverse_events", "P2/1", relation_to_product="not_related")
    asked.verdict("P2", "dlt")
    assert asked.history == "1NTN"


@pytest.mark.parametrize(
    "steps",
    [
        ({"relation_to_product": ""}, {"relation_to_product": "not_related"}),
        ({"start": ""}, {"start": "2026-01-15"}),
        ({"start": "2026"}, {"start": "2026-01-15"}),
        ({"start": "unreadable"}, {"start": "2026-01-15"}),
    ],
)
def test_no_step_between_takes_it_back_unseen(asked: Running, steps: tuple[dict[str, str], dict[str, str]]) -> None:
    asked.event("P2", "2026-02-15")
    for facts in steps:
        asked.change("adverse_events", "P2/1", **facts)
    assert len(asked.all(DltAdjudication)) == 1
    assert waits(asked)
    asked.change("adverse_events", "P2/1", relation_to_product="related", start="2026-02-15")
    with pytest.raises(Refused, match="removed only after that"):
        remove(asked)


@pytest.mark.parametrize(
    ("facts", "corrected"),
    [
        ({"relation_to_product": ""}, {"relation_to_product": "not_related"}),  # the first answer takes nothing back
        ({"start": ""}, {"start": "2026-01-15"}),
        ({"start": "2026"}, {"start": "2026-01-15"}),
        ({"relation_to_product": "not_related"}, {"start": "2026-02-16"}),
    ],
)
def test_what_was_left_open_is_filled_in_without_a_verdict(
    asked: Running, facts: dict[str, str], corrected: dict[str, str]
) -> None:
    known: dict[str, Any] = {"start": "2026-02-15", "relation_to_procedure": "not_related"} | facts
    asked.event("P2", **known)
    asked.change("adverse_events", "P2/1", **corrected)
    assert not asked.all(DltAdjudication)
    assert asked.words("P4") == []


@pytest.mark.parametrize(
    "facts", [{"grade": "1"}, {"relation_to_product": "possible"}, {"start": "2026-02-16"}, {"term": "fit"}]
)
def test_a_correction_that_leaves_it_possible_opens_nothing(asked: Running, facts: dict[str, str]) -> None:
    """It waits as before: the grade alone makes no event one that members need not judge."""
    asked.event("P2", "2026-02-15")
    asked.change("adverse_events", "P2/1", **facts)
    assert not asked.all(DltAdjudication)
    assert any("(event 1) waits for adjudication" in words for words in asked.words("P4"))


def test_what_was_judged_is_corrected_as_before(asked: Running) -> None:
    asked.event("P2", "2026-02-15")
    asked.verdict("P2", "dlt")
    asked.change("adverse_events", "P2/1", relation_to_product="not_related")
    assert [each.verdict for each in asked.all(DltAdjudication)] == ["dlt"]
    assert asked.history == "1NTN"


def test_without_a_definition_nothing_is_judged(asked: Running) -> None:
    asked.event("P2", "2026-02-15")
    asked.protocol = protocol(lambda text: text[: text.index("  dlt:")] + text[text.index("  evaluable:") :])
    remove(asked)
    assert asked.record("adverse_events", "P2/1").is_removed


def test_a_write_that_is_undone_opens_no_verdict(asked: Running) -> None:
    asked.event("P2", "2026-02-15")

    def fail(_: Work, draft: Draft) -> None:
        if draft.record_type == "dlt_adjudications":
            raise Refused("another rule")

    asked.rules = (*RULES, fail)
    with pytest.raises(Refused, match="another rule"):
        asked.change("adverse_events", "P2/1", relation_to_product="not_related")
    assert asked.record("adverse_events", "P2/1").fields["relation_to_product"] == "related"
    assert not asked.all(DltAdjudication)
