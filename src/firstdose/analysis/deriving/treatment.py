"""What each person was given and when, as their records of dosing say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from firstdose.analysis.deriving.notes import note
from firstdose.analysis.deriving.trial_days import FIRST_YEAR, LAST_YEAR, Anchor, TrialDays, moment_of_text
from firstdose.dosing.known import zone_named
from firstdose.dosing.recorded import Records
from firstdose.protocol.plan import Protocol
from firstdose.records import Dosing, PartialDateTime, TrialData
from firstdose.records.derived import AnalysisNote
from firstdose.safety.moments import Moment

ZoneAt = Callable[[str], tzinfo | None]

NOT_DATED = "the start of treatment is not known; days cannot be counted"
WITHOUT_ZONE = "no time zone of the site that is known is recorded; times are taken as they were written"
WITHOUT_END = "the end of the last administration is not recorded; the time after treatment counts from its start"


@dataclass(frozen=True)
class Treatment:
    """One person's administrations that gave anything, in their order.

    `began` is when the first began, at the latest on the day of the data where it is not dated; `last` is the latest
    time of one that is known.
    """

    dosings: tuple[Dosing, ...]
    anchor: Anchor
    began: Moment
    last: Moment

    @property
    def start(self) -> PartialDateTime | None:
        """The start of the procedure of the first administration, or else of the product."""
        return started(self.dosings[0])

    @property
    def batches(self) -> str | None:
        """The batches that were given."""
        return "; ".join(dict.fromkeys(each.batch for each in self.dosings if each.batch)) or None


def gave_anything(dosing: Dosing, protocol: Protocol) -> bool:
    """Whether any of the product was given.

    What has neither begun nor a dose is only planned. A dose of 0 is an administration where the protocol has a
    control, whose people are given none of the product; else nothing was given. What began and has neither an amount
    nor "none" did give something.
    """
    if dosing.given is not None:
        return dosing.given != "none"
    if dosing.dose_given is None:
        return started(dosing) is not None
    return dosing.dose_given > 0 or protocol.dose_levels.control is not None


def started(dosing: Dosing) -> PartialDateTime | None:
    """When an administration began: its procedure, or else the product."""
    return dosing.procedure_start or dosing.product_start


def zones_of_sites(data: TrialData) -> ZoneAt:
    """The zone of a person's centre, for dosings that name none."""
    return Records(data, datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)).zone_at


def no_zone(_: str) -> tzinfo | None:
    """Of no centre a zone is known."""
    return None


def treatments(
    protocol: Protocol, dosings: Iterable[Dosing], known_by: date | None, zone_at: ZoneAt = no_zone
) -> tuple[dict[str, Treatment], list[AnalysisNote]]:
    """The treatment of everybody who was given anything, by subject."""
    given: dict[str, list[Dosing]] = {}
    notes: list[AnalysisNote] = []
    for dosing in dosings:
        if gave_anything(dosing, protocol):
            given.setdefault(dosing.subject, []).append(dosing)
    found = {
        subject: _treatment(several, zone_at(subject), known_by, notes) for subject, several in sorted(given.items())
    }
    return found, notes


def days_of(found: Mapping[str, Treatment], known_by: date | None) -> TrialDays:
    """The days of the trial of everybody who was treated."""
    return TrialDays({subject: each.anchor for subject, each in found.items()}, known_by)


def _treatment(
    several: Sequence[Dosing], zone_of_centre: tzinfo | None, known_by: date | None, notes: list[AnalysisNote]
) -> Treatment:
    """The treatment of one person."""
    zone = next((found for each in several if (found := zone_named(each.zone)) is not None), zone_of_centre)
    moments = {each.number: _moment(started(each), zone, known_by) for each in several}
    ordered = sorted(several, key=lambda each: (moments[each.number].earliest or date.max, each.number))
    first = ordered[0]
    identity = f"{first.subject}/{first.number}"
    start = moments[first.number]
    began = Moment(None, known_by or FAR) if start.is_missing else start
    if start.is_missing:
        notes.append(note(Dosing, identity, "treatment_start", NOT_DATED))
    elif zone is None and any(time.offset_minutes is not None for each in several if (time := started(each))):
        notes.append(note(Dosing, identity, "treatment_start", WITHOUT_ZONE))
    latest = ordered[-1]
    if latest.frequency is not None and latest.product_end is None:
        notes.append(note(Dosing, f"{latest.subject}/{latest.number}", "treatment_end", WITHOUT_END))
    ends = [_moment(each.product_end, zone, known_by) for each in several]
    return Treatment(tuple(ordered), Anchor(zone, start), began, _latest([*moments.values(), *ends], began))


FAR = date(LAST_YEAR, 1, 1)


def _moment(when: PartialDateTime | None, zone: tzinfo | None, known_by: date | None) -> Moment:
    return moment_of_text(None if when is None else str(when), zone, known_by)


def _latest(moments: Iterable[Moment], start: Moment) -> Moment:
    """The day of the latest of several moments, of which some may be known in part and some not at all."""
    known = [each for each in moments if not each.is_missing]
    if not known:
        return start
    earliest = max((each.earliest for each in known if each.earliest is not None), default=None)
    latest = None if any(each.latest is None for each in known) else max(each.latest for each in known if each.latest)
    return Moment(earliest, latest)
