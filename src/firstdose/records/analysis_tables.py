"""What the chapters of the analysis make of derived data before they count: a row a person, event, score or time.

Results are summed up from these rows and from `AnalysisData`; exports for other software write both. Day 0 is the day
of the start of the procedure in the site's calendar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

import polars as pl

from firstdose.records.analysis_data import AnalysisData
from firstdose.records.frames import fit_schema
from firstdose.records.partial_dates import PartialDate
from firstdose.records.question import Question, record

Imputed = Literal["D", "M"]
TimeKind = Literal["confirmed_change", "first_adverse_event", "resolution_of_adverse_event"]
Ending = Literal["event", "censored", "died"]
Extent = Literal["administration", "person"]


@record
class PersonRow:
    """What tables say of a person besides the derived record."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    day_0: Annotated[PartialDate | None, Question("Date of day 0, where it is wholly known")] = None
    days_at_risk: Annotated[int | None, Question("Days at risk of adverse events", unit="days", lowest=0)] = None
    has_died: Annotated[bool, Question("Is anything recorded that tells of their death")]


@record
class PeriodRow:
    """The days of one period in which a person was at risk of adverse events."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    period: Annotated[str, Question("Name of the period", is_key=True)]
    first_day: Annotated[int, Question("First day", unit="days")]
    last_day: Annotated[int, Question("Last day", unit="days")]


@record
class EventRow:
    """One adverse event: its dates, completed where they are known in part, and whether it is a person's worst."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    number: Annotated[int, Question("Number", is_key=True)]
    start: Annotated[PartialDate | None, Question("Start; of a partial date the first day that it can be")] = None
    start_imputed: Annotated[Imputed | None, Question("What of the start was completed: day, or month and day")] = None
    end: Annotated[PartialDate | None, Question("End; of a partial date the last day that it can be")] = None
    end_imputed: Annotated[Imputed | None, Question("What of the end was completed: day, or month and day")] = None
    is_worst: Annotated[bool, Question("First counted event of the person's highest grade")]
    is_worst_in_class: Annotated[bool, Question("The same within the organ class")]
    is_worst_in_term: Annotated[bool, Question("The same within the term")]


@record
class LabRow:
    """One laboratory result as the tables see it."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    number: Annotated[int, Question("Number", is_key=True)]
    is_after: Annotated[bool, Question("Is it from after the start of treatment?")]
    change: Annotated[float | None, Question("Change from baseline, after it")] = None
    is_summarised: Annotated[bool, Question("Is it the result of its visit that summaries show?")]
    against_range: Annotated[str | None, Question("Low, normal, high or not known, against the normal range")] = None
    is_worst_low: Annotated[bool, Question("First of the person's worst grade of too low, after the start")]
    is_worst_high: Annotated[bool, Question("First of the person's worst grade of too high, after the start")]


@record
class VitalSignRow:
    """One vital sign of a treated person, in its standard unit, as the tables see it."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    number: Annotated[int, Question("Number", is_key=True)]
    test: Annotated[str, Question("Test")]
    what: Annotated[str, Question("Name of the test, with its unit, position and time point")]
    visit: Annotated[str | None, Question("Visit")] = None
    day: Annotated[int | None, Question("Day, where it is known", unit="days")] = None
    value: Annotated[float | None, Question("Value")] = None
    unit: Annotated[str | None, Question("Unit")] = None
    is_baseline: Annotated[bool, Question("Is it the person's baseline?")]
    baseline: Annotated[float | None, Question("The person's baseline")] = None
    is_after: Annotated[bool, Question("Is it surely from after the start of treatment?")]
    change: Annotated[float | None, Question("Change from baseline, after the start of treatment")] = None
    is_summarised: Annotated[bool, Question("Is it the value of its visit that summaries show?")]


@record
class ScoreRow:
    """One score as the tables see it; what the measure's leading definition of confirmed worsening found."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    measure: Annotated[str, Question("Name of the measure", is_key=True)]
    part: Annotated[str, Question("Part of the score", is_key=True)]
    day: Annotated[int, Question("Day", unit="days", is_key=True)]
    is_after: Annotated[bool, Question("Is it from after the start of treatment?")]
    is_summarised: Annotated[bool, Question("Is it the score of its visit that summaries show?")]
    definition: Annotated[str | None, Question("Title of the leading definition, where it is about worsening")] = None
    is_onset: Annotated[bool, Question("Onset of the first confirmed worsening")]
    confirms: Annotated[bool, Question("Confirms that worsening")]


@record
class ExposureRow:
    """One figure of exposure, of one administration or of all of a person's."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    extent: Annotated[Extent, Question("One administration, or all of the person's", is_key=True)]
    what: Annotated[str, Question("What it is", is_key=True)]
    number: Annotated[int | None, Question("Number of the administration", is_key=True)] = None
    value: Annotated[float | None, Question("Value")] = None
    unit: Annotated[str | None, Question("Unit")] = None
    text: Annotated[str | None, Question("Answer in words")] = None


@record
class TimeRow:
    """One person's time to an event or to censoring, as curves and rates take it."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    kind: Annotated[TimeKind, Question("Kind of time", is_key=True)]
    about: Annotated[str, Question("The measure, or the kind of adverse event", is_key=True)]
    definition: Annotated[str, Question("Definition of confirmed change; else empty", is_key=True)]
    event: Annotated[str, Question("The event", is_key=True)]
    number: Annotated[int | None, Question("Number of the adverse event", is_key=True)] = None
    start_day: Annotated[int, Question("Day from which it is observed", unit="days")]
    day: Annotated[int, Question("Day of the event or of censoring", unit="days")]
    time: Annotated[int, Question("Time as it is analysed", unit="days", lowest=0)]
    shortest: Annotated[int | None, Question("Shortest time that partial dates leave open", unit="days")] = None
    longest: Annotated[int | None, Question("Longest time that partial dates leave open", unit="days")] = None
    ending: Annotated[Ending, Question("The event, censored, or died before")]
    confirmed_day: Annotated[int | None, Question("Day of the score that confirms a change", unit="days")] = None
    is_shown: Annotated[bool, Question("Is it shown in full: not by a definition that no endpoint names")]
    is_open: Annotated[bool, Question("A change was found, but whether it is of this kind is not known")]


@record
class MetaboliteRow:
    """One metabolite in one sample, on the scale of the models."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    fluid: Annotated[str, Question("Fluid", is_key=True)]
    sample: Annotated[str, Question("Sample", is_key=True)]
    metabolite: Annotated[str, Question("Metabolite", is_key=True)]
    visit: Annotated[str, Question("Visit")]
    visit_place: Annotated[int, Question("Place of the visit in the order of the analysis, from 1")]
    batch: Annotated[str | None, Question("Run of the measurement")] = None
    dose: Annotated[float | None, Question("Dose of the level that the person counts at")] = None
    main_class: Annotated[str | None, Question("Main class")] = None
    subclass: Annotated[str | None, Question("Subclass")] = None
    value: Annotated[float | None, Question("Log2 of the abundance, after the division by the sample's factor")] = None
    factor: Annotated[float, Question("What abundances of the sample were divided by")]
    is_reference: Annotated[bool, Question("Is it of the reference visit?")]
    baseline: Annotated[float | None, Question("The person's value at the reference visit")] = None
    change: Annotated[float | None, Question("Change from it")] = None


TABLES: dict[type, str] = {
    PersonRow: "people",
    PeriodRow: "periods",
    EventRow: "events",
    LabRow: "laboratory",
    VitalSignRow: "vital_signs",
    ScoreRow: "scores",
    ExposureRow: "exposure",
    TimeRow: "times",
    MetaboliteRow: "metabolites",
}


@dataclass(frozen=True, eq=False)
class AnalysisTables:
    """One frame for each kind of row, and the data that they were made of."""

    data: AnalysisData
    frames: Mapping[type, pl.DataFrame]

    def __post_init__(self) -> None:
        """Complete the frames; columns that their kind of row has not are refused."""
        frames = {row: fit_schema(row, self.frames.get(row, pl.DataFrame())) for row in TABLES}
        object.__setattr__(self, "frames", MappingProxyType(frames))

    def __getitem__(self, row: type) -> pl.DataFrame:
        """The frame of a kind of row."""
        return self.frames[row]
