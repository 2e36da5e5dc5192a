"""Who took the protocol's background treatment, and until which day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from firstdose.analysis.deriving.trial_days import UNKNOWN, Days, TrialDays
from firstdose.protocol.plan import Protocol
from firstdose.protocol.product import BackgroundTreatment
from firstdose.records import Medication, PartialDateTime
from firstdose.records.frames import in_frame
from firstdose.safety.periods import Immunosuppression, Period, possible_periods


@dataclass(frozen=True)
class Stop:
    """The first and last day on which a treatment can have been stopped, its withdrawal window, and the medication."""

    record: str
    treatment: str
    first: int
    last: int
    withdrawal_days: int


@dataclass(frozen=True)
class Background:
    """A person's background treatment; `last` is the day of its last dose, unknown at both ends while it is taken.

    `stops` are the treatments that may have been the last to be stopped; that which was sets the withdrawal window.
    `remarks` say of which medication (by its identity) and of what derived from it what was assumed.
    """

    was_taken: bool = False
    is_over: bool = False
    first: Days = UNKNOWN
    last: Days = UNKNOWN
    stops: tuple[Stop, ...] = ()
    remarks: tuple[tuple[str, str, str], ...] = ()

    @property
    def last_day(self) -> int | None:
        """The last day; the last possible one of a partial date, None while it is taken."""
        return self.last.last

    @property
    def withdrawal_days(self) -> int | None:
        """The withdrawal window after that last day; None while a treatment is taken."""
        on_last_day = [each.withdrawal_days for each in self.stops if each.last == self.last_day]
        return max(on_last_day, default=None)

    def possible_periods(self, days: Days) -> tuple[Period, ...]:
        """The periods of safety follow-up that something of these days may lie in, however partial dates are read."""
        return tuple(
            period for period in Period if any(period in possible_periods(*days, each) for each in self._readings())
        )

    def _readings(self) -> tuple[Immunosuppression, ...]:
        """The treatment with the earliest and latest possible end of each that may have been stopped last."""
        if not self.was_taken or not self.is_over:
            return (Immunosuppression(None, 0, self.was_taken),)
        found = [Immunosuppression(day, each.withdrawal_days) for each in self.stops for day in (each.first, each.last)]
        return tuple(dict.fromkeys(found))


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
    over = [
        Stop(_identity(each), known.id, end.first, end.last, known.withdrawal_window_days or 0)
        for (each, known), (_, end) in zip(found, ends, strict=True)
        if end is not None and end.first is not None and end.last is not None
    ]
    if len(over) < len(ends):
        return Background(True, False, first, UNKNOWN, (), remarks)
    stops = last_stops(over)
    if len({each.treatment for each in over}) > 1:
        remarks += tuple(_choice(stops))
    return Background(True, True, first, Days(stops[0].first, max(each.last for each in stops)), stops, remarks)


def last_stops(ends: Sequence[Stop]) -> tuple[Stop, ...]:
    """Which of several ends may be the last one, and since when; a single one where that is known.

    Of ends on the same day that with the longest withdrawal window counts.
    """
    earliest = max(each.first for each in ends)
    possible = sorted(
        (each for each in ends if each.last >= earliest), key=lambda each: each.withdrawal_days, reverse=True
    )
    kept = [
        each for place, each in enumerate(possible) if not any(longer.first >= each.last for longer in possible[:place])
    ]
    return tuple(replace(each, first=earliest) for each in kept)


def _choice(stops: Sequence[Stop]) -> Iterator[tuple[str, str, str]]:
    """Of several treatments, which one sets the withdrawal window."""
    windows = {each.treatment: each.withdrawal_days for each in stops}
    names = " or ".join(f"{treatment} ({days} days)" for treatment, days in windows.items())
    if len(set(windows.values())) > 1:
        text = f"dates leave open which of several treatments was stopped last: {names}; a period then is, too"
    else:
        text = f"of several treatments the one stopped last sets the withdrawal window: {names}"
    for each in stops:
        yield each.record, "background_withdrawal_days", text


def _earliest(starts: Sequence[Days]) -> Days:
    """The first and last day that the first of several starts can be on; unknown where one is not known."""
    firsts = [each.first for each in starts if each.first is not None]
    lasts = [each.last for each in starts if each.last is not None]
    return Days(min(firsts), min(lasts)) if len(firsts) == len(lasts) == len(starts) else UNKNOWN


def _remarks(ends: Iterable[tuple[Medication, Days | None]]) -> Iterator[tuple[str, str, str]]:
    """What was made of ends that are known in part."""
    for medication, end in ends:
        if end is not None and end.exact is None:
            yield _identity(medication), "background_last_day", OPEN_END if end.last is None else PARTIAL_END


OPEN_END = "its end cannot be counted in days; taken as still going on"
PARTIAL_END = "its end is a partial date; the last possible day is given, and periods are those that every day allows"


def _end(medication: Medication, days: TrialDays) -> Days | None:
    """The day of the end; None while it is taken."""
    if medication.ongoing or medication.end is None:
        return None
    return _days(medication, medication.end, days)


def _days(medication: Medication, when: PartialDateTime | None, days: TrialDays) -> Days:
    return days.days(medication.subject, in_frame(when))


def _identity(medication: Medication) -> str:
    return f"{medication.subject}/{medication.number}"


def _words(text: str) -> str:
    return text.strip().casefold()
