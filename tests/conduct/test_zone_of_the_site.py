"""A site whose zone was left out keeps its days in UTC, and says so in its records; what is recorded comes first."""

from __future__ import annotations

from dataclasses import replace

from firstdose.conduct.gating import gate_in
from firstdose.dosing import Gate
from tests.conduct.running import Running
from tests.conduct.workplace import INVESTIGATOR, NURSE

NURSE_IN_UTC = replace(NURSE, zone="UTC")


def gate_of(running: Running, subject: str) -> Gate:
    with running.work(NURSE_IN_UTC) as work:
        return gate_in(work, subject, batch="B1")


def ready_in_utc(running: Running) -> Running:
    """P1 with a slot and consent dated the day before, at five past midnight UTC."""
    running.open()
    running.at("2026-01-07T01:05").person("P1", NURSE_IN_UTC, consent="2026-01-06")
    running.reserve("P1", "C1", NURSE_IN_UTC)
    running.eligible("P1", replace(INVESTIGATOR, zone="UTC"))
    return running


def test_consent_of_yesterday_is_past_from_midnight_on(running: Running) -> None:
    found = gate_of(ready_in_utc(running), "P1")
    assert not any("consent" in reason.words for reason in found.reasons)
    assert not any("zone of the site" in note for note in found.notes)


def test_the_zone_is_recorded_with_the_dosing(running: Running) -> None:
    from firstdose.conduct.slots import assign_slot

    with ready_in_utc(running).work(NURSE_IN_UTC) as work:
        assign_slot(work, "P1")
    running.prepare("P1", author=NURSE_IN_UTC)
    assert running.record("dosings", "P1/1").fields["zone"] == "UTC"


def test_the_zone_that_is_recorded_of_a_centre_goes_on(ready: Running) -> None:
    """Rome is recorded of P1 to P3; a start without the zone does not make two zones of one centre."""
    ready.prepare("P4", author=NURSE_IN_UTC)
    assert ready.record("dosings", "P4/1").fields["zone"] == "Europe/Rome"


def test_a_participant_of_another_site_is_not_named_in_a_refusal(ready: Running) -> None:
    from firstdose.conduct.participants import without_others

    elsewhere = replace(NURSE, site="CH01", zone="Europe/Zurich")
    with ready.work(elsewhere) as work:
        told = without_others(work, "7 days must pass since the dosing of P4; P40 and XP4 are somebody else")
    assert told == ("7 days must pass since the dosing of a participant of another site; P40 and XP4 are somebody else")
    with ready.work(NURSE) as work:
        assert without_others(work, "the dosing of P4") == "the dosing of P4"
