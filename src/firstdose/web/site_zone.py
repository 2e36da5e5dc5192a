"""The time zone in which what is recorded without one is read: the site's, a participant's, a record's own."""

from __future__ import annotations

from datetime import UTC, tzinfo

from django.conf import settings

from firstdose.dosing.known import zone_named
from firstdose.dosing.recorded import Records
from firstdose.records.date_words import zone_words
from firstdose.web.trial import Trial, now

RESTS_ON = ("subjects", "dosings")
"""What says in which zone a centre is."""


def site_zone() -> tzinfo | None:
    """The zone of the site; None where its name is none of those that are known."""
    return zone_named(settings.CONFIGURATION.zone)


def zone_of_person(trial: Trial, subject: str) -> tzinfo | None:
    """The zone of a participant's centre, as its dosings record it; that of the site where they record none."""
    key = (trial.ledger.last_entry_of(RESTS_ON), settings.CONFIGURATION.zone)
    records = trial.kept("zones", key, lambda: Records(trial.dosing_data(), now(), site_zone()))
    return records.zone_at(subject)


def words_of_zone(own: str = "", around: tzinfo | None = None) -> str:
    """The name of the zone in which a time is read: its record's own, or the one around it, or the site's."""
    return zone_words(zone_named(own) or around or site_zone() or UTC)
