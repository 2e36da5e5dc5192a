"""Who took the protocol's background treatment, and until which day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from firstdose.analysis.deriving.trial_days import UNKNOWN, Days, TrialDays
from firstdose.protocol.plan import Protocol
from firstdose.protocol.product import BackgroundTreatment
from firstdose.records import Medication, PartialDateTime
from firstdose.records.frames import in_frame
from firstdose.safety.periods import Immunosuppression, Period, possible_periods


@dataclass(frozen=True)
class Background:
    """A person's background treatment; `last` is the day of its last dose, unknown at both ends while it is taken.

    `remarks` say of which medication (by its identity) what was assumed.
    """

    was_taken: bool = False
    is_over: bool = False
    first: Days = UNKNOWN
    last: Days = UNKNOWN
    withdrawal_days: int = 0
    remarks: tuple[tuple[str, str], ...] = ()

    @property
    def last_day(self) -> int | None:
        """The last day; the last possible one of a partial date, None while it is taken."""
        return self.last.last

    def possible_periods(self, days: Days) -> tuple[Period, ...]:
        """The periods of safety follow-up that something of these days may lie in, however partial dates are read."""
        return tuple(
            period for period in Period if any(period in possible_periods(*days, each) for each in self._readings())
        )

    def _readings(self) -> tuple[Immunosuppression, ...]:
        """The treatment with its earliest and its latest possible end."""
        if not self.was_taken or not self.is_over:
            return (Immunosuppression(None, self.withdrawal_days, self.was_taken),)
        return tuple(Immunosuppression(day, self.withdrawal_days) for day in dict.fromkeys(self.last))


NONE_TAKEN = Background()


def is_background(medication: Medication, treatments: Iterable[BackgroundTreatment]) -> BackgroundTreatment | None:
    """The protocol's background treatment that a medication is, by its identifier, or else by the drug's name."""
    for treatment in treatments:
        if medication.background_treatment is not None:
            if _words(medication.background_treatment) == _words(treatment.id):
                return treatment
        elif _words(treatment.drug) in (_words(medication.drug), _words(medication.standard_name or "")):
            return treatment
    return None


def background(medications: Sequence[Medication], protocol: Protocol, days: TrialDays) -> Background:
    """What one person took of the protocol's background treatments, up to the last day of the last of them.

    Taken still, and so without a last day, is what is recorded as ongoing, and what has no end that is dated.
    """
    found = [(each, known) for each in medications if (known := is_background(each, protocol.background_treatments))]
    if not found:
        return NONE_TAKEN
    first = _earliest([_days(each, each.start, days) for each, _ in found])
    ends = [(each, _end(each, days)) for each, _ in found]
    remarks = tuple(_remarks(ends))
    over = [end for _, end in ends if end is not None and end.first is not None and end.last is not None]
    withdrawal = withdrawal_days(protocol)
    if len(over) < len(ends):
        return Background(True, False, first, UNKNOWN, withdrawal, remarks)
    last = Days(max(end.first or 0 for end in over), max(end.last or 0 for end in over))
    return Background(True, True, first, last, withdrawal, remarks)


def withdrawal_days(protocol: Protocol) -> int:
    """How long the effects of stopping are looked for, by the protocol's first background treatment."""
    first = next(iter(protocol.background_treatments), None)
    return (first.withdrawal_window_days if first else None) or 0


def _earliest(starts: Sequence[Days]) -> Days:
    """The first and last day that the first of several starts can be on; unknown where one is not known."""
    firsts = [each.first for each in starts if each.first is not None]
    lasts = [each.last for each in starts if each.last is not None]
    return Days(min(firsts), min(lasts)) if len(firsts) == len(lasts) == len(starts) else UNKNOWN


def _remarks(ends: Iterable[tuple[Medication, Days | None]]) -> Iterator[tuple[str, str]]:
    """What was made of ends that are known in part."""
    for medication, end in ends:
        if end is not None and end.exact is None:
            record = f"{medication.subject}/{medication.number}"
            yield record, OPEN_END if end.last is None else PARTIAL_END


OPEN_END = "its end cannot be counted in days; taken as still going on"
PARTIAL_END = "its end is a partial date; the last possible day is given, and periods are those that every day allows"


def _end(medication: Medication, days: TrialDays) -> Days | None:
    """The day of the end; None while it is taken."""
    if medication.ongoing or medication.end is None:
        return None
    return _days(medication, medication.end, days)


def _days(medication: Medication, when: PartialDateTime | None, days: TrialDays) -> Days:
    return days.days(medication.subject, in_frame(when))


def _words(text: str) -> str:
    return text.strip().casefold()
