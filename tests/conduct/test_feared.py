"""Within a cohort the next waits for a verdict that may end the level. Truth: by 3+3 two DLTs of a cohort end it."""

from __future__ import annotations

from tests.conduct.running import Running


def second_dosed(trial: Running) -> Running:
    """P4 and P5 are dosed at level 2; P6 is to follow on 4 April."""
    trial.dose("P4", "2026-03-21T10:00", "10")
    trial.dose("P5", "2026-03-28T10:00", "10")
    return trial.at("2026-04-04T10:00")


def test_one_event_that_waits_ends_nothing(ready: Running) -> None:
    trial = second_dosed(ready)
    trial.event("P4", "2026-03-22")
    assert trial.words("P6") == [], "with one DLT of three the rule goes on at the level"


def test_a_second_dlt_that_is_feared_holds_the_third_until_it_is_judged(ready: Running) -> None:
    trial = second_dosed(ready)
    trial.event("P4", "2026-03-22")
    trial.verdict("P4", "dlt")
    assert trial.words("P6") == []
    trial.event("P5", "2026-03-29", term="coma")
    assert trial.words("P6") == [
        "P5: coma of grade 3 (event 1) waits for adjudication; if that is a DLT, the rule leaves the level of cohort "
        "C2, whatever the rest of it shows"
    ]
    trial.verdict("P5", "not_dlt")
    assert trial.words("P6") == []


def test_two_that_wait_are_feared_together(ready: Running) -> None:
    trial = second_dosed(ready)
    for name, day in (("P4", "2026-03-22"), ("P5", "2026-03-29")):
        trial.event(name, day)
    (words,) = trial.words("P6")
    assert "P4: seizure of grade 3 (event 1) waits for adjudication; P5: seizure" in words
    assert "if each is a DLT" in words
    trial.verdict("P4", "not_dlt")
    assert trial.words("P6") == []


def test_what_the_rule_says_already_is_not_said_twice(ready: Running) -> None:
    trial = second_dosed(ready)
    for name, day in (("P4", "2026-03-22"), ("P5", "2026-03-29")):
        trial.event(name, day)
        trial.verdict(name, "dlt")
    (words,) = trial.words("P6")
    assert words.startswith("whatever the rest of cohort C2 shows, the rule leaves its level")
