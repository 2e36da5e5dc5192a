"""The parts of a scenario on safety: dose-limiting toxicity, adverse events by cause and period, other treatments."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.protocol.escalation import Cause
from firstdose.protocol.meaning import Identifier, Meaning, Text, part
from firstdose.simulation.virtual.parameters import Amount, Count, Positive, Share, Source

EventCause = Literal["product", "procedure", "background_treatment", "disease", "unrelated"]


@part
class Term:
    """One kind of adverse event: how often it is the one, its grades, and how long it lasts."""

    term: Annotated[Text, Meaning("Preferred term.", example="Headache")]
    organ_class: Annotated[Text, Meaning("System organ class.", example="Nervous system disorders")]
    weight: Annotated[float, Meaning("How often it occurs, relative to the other terms of its cause.", above=0)] = 1.0
    grades: Annotated[
        tuple[float, float, float, float],
        Meaning("How often it is of highest grade 1, 2, 3 and 4, relative to each other.", example=[6, 3, 1, 0]),
    ]
    median_days: Annotated[float, Meaning("Median duration.", unit="days", above=0)]
    treatment: Annotated[Text | None, Meaning("Drug that it is treated with, if any.", example="paracetamol")] = None
    special_interest: Annotated[Text | None, Meaning("Name of the group of special interest that it is in.")] = None


@part
class Terms:
    """Kinds of adverse event."""

    items: Annotated[tuple[Term, ...], Meaning("The terms.", fewest_items=1)]
    source: Source


@part
class RatesByPeriod:
    """Events per person-year in each period, for a person of average frailty at the lowest dose."""

    before: Annotated[float, Meaning("From consent to dosing.", lowest=0)] = 0.0
    early: Annotated[float, Meaning("Days 0 to 30.", lowest=0)] = 0.0
    on_treatment: Annotated[float, Meaning("Day 31 to the last day of background treatment.", lowest=0)] = 0.0
    withdrawal: Annotated[float, Meaning("The withdrawal window after it.", lowest=0)] = 0.0
    later: Annotated[float, Meaning("After that.", lowest=0)] = 0.0
    source: Source


@part
class EventsOfCause:
    """The adverse events that one cause truly leads to."""

    cause: Annotated[EventCause, Meaning("The cause.", example="procedure")]
    per_year: Annotated[RatesByPeriod, Meaning("Events per person-year by period.")]
    ratio_per_doubling: Annotated[
        Positive, Meaning("Ratio of the rates after dosing for each doubling of the dose; 1 for no effect.")
    ]
    terms: Annotated[Terms, Meaning("What the events are.")]


@part
class Seriousness:
    """Probability that an event of each highest grade is serious."""

    by_grade: Annotated[
        tuple[float, float, float, float],
        Meaning("For grades 1, 2, 3 and 4; grade 5 is always serious.", example=[0, 0.01, 0.2, 0.8]),
    ]
    source: Source


@part
class Relatedness:
    """How the investigators judge the relation of an event to each cause."""

    recognised: Annotated[Share, Meaning("Share of events whose true cause is judged at least possible.")]
    falsely_attributed: Annotated[
        Share, Meaning("Share of events that are judged possibly related to a cause that is not theirs.")
    ]


@part
class PartialDates:
    """How much of the dates of events is not known. Serious and dose-limiting events have whole dates."""

    day_unknown: Annotated[Share, Meaning("Share of starts and ends of which only the month is known.")]
    month_unknown: Annotated[Share, Meaning("Share of starts and ends of which only the year is known.")]


@part
class AdverseEvents:
    """Adverse events other than dose-limiting ones. In the DLT window no attributable one is of grade 3 or more."""

    frailty_variance: Annotated[
        Amount, Meaning("Variance of the gamma frailty, of mean 1, by which a person's rates are multiplied.")
    ]
    begins_milder: Annotated[Share, Meaning("Share of events of grade 2 or more that begin one grade lower.")]
    duration_spread: Annotated[Amount, Meaning("Standard deviation of the logarithm of the duration.")]
    does_not_resolve: Annotated[Share, Meaning("Share of events that do not end.")]
    with_sequelae: Annotated[Share, Meaning("Share of the events that end which leave sequelae.")]
    treated: Annotated[Share, Meaning("Share of the events with a treatment that are treated.")]
    changes_background: Annotated[
        Share, Meaning("Share of events caused by the background treatment for which it is reduced or interrupted.")
    ]
    stops_background: Annotated[
        Share, Meaning("Share of events caused by the background treatment for which it is stopped for good.")
    ]
    serious: Annotated[Seriousness, Meaning("Probability of being serious by grade.")]
    relatedness: Annotated[Relatedness, Meaning("How relations are judged.")]
    partial_dates: Annotated[PartialDates, Meaning("Dates known in part.")]
    causes: Annotated[tuple[EventsOfCause, ...], Meaning("Events by cause.", fewest_items=1)]


@part
class RatesByLevel:
    """P(DLT) at each dose level of one protocol."""

    values: Annotated[
        tuple[Annotated[float, Meaning("A probability.", lowest=0, highest=1)], ...],
        Meaning("Probability at each level.", fewest_items=1, example=[0.02, 0.03, 0.05, 0.08]),
    ]
    source: Source


@part
class Toxicity:
    """The true dose-toxicity curve: logistic in the logarithm of the dose given, or given by level."""

    rate_at_lowest_dose: Annotated[Share, Meaning("P(DLT) at the lowest dose of the protocol.")]
    odds_ratio_per_doubling: Annotated[Positive, Meaning("Odds ratio for each doubling of the dose; 1 for no effect.")]
    rates_by_level: Annotated[
        RatesByLevel | None, Meaning("P(DLT) at each level, instead of the curve; between doses the logits are joined.")
    ] = None
    mean_days_to_onset: Annotated[
        Positive, Meaning("Mean days from dosing to onset, of an exponential cut off at the end of the window.")
    ]
    caused_by: Annotated[Cause, Meaning("The cause of DLTs; must be one that the protocol attributes them to.")]
    terms: Annotated[Terms, Meaning("What the DLTs are; only grades 3 and 4 count.")]


@part
class BackgroundDose:
    """The dose of one of the protocol's background treatments."""

    treatment: Annotated[Identifier, Meaning("Identifier of the treatment in the protocol.", example="tacrolimus")]
    dose: Annotated[float, Meaning("Dose at each intake.", above=0)]
    unit: Annotated[Text, Meaning("Unit of the dose.", example="mg")]
    frequency: Annotated[Text, Meaning("How often.", example="twice daily")]
    route: Annotated[Text, Meaning("Route.", example="oral")]
    source: Source


@part
class SymptomaticDrug:
    """A drug against symptoms of the disease, taken since before the trial."""

    drug: Annotated[Text, Meaning("Drug.", example="baclofen")]
    indication: Annotated[Text, Meaning("What it is taken for.", example="spasticity")]
    share: Annotated[float, Meaning("Share of people who take it.", lowest=0, highest=1)]
    dose: Annotated[float, Meaning("Dose.", above=0)]
    unit: Annotated[Text, Meaning("Unit of the dose.", example="mg")]
    frequency: Annotated[Text, Meaning("How often.", example="three times daily")]


@part
class SymptomaticDrugs:
    """Drugs against symptoms."""

    items: Annotated[tuple[SymptomaticDrug, ...], Meaning("The drugs.")] = ()
    source: Source


@part
class Treatments:
    """Background treatment as it is really taken, and other drugs."""

    background_doses: Annotated[tuple[BackgroundDose, ...], Meaning("Doses of the background treatments.")] = ()
    stopped_early_per_year: Annotated[
        Amount, Meaning("Early ends of background treatment per person-year, other than for adverse events.")
    ]
    stop_delay_days: Annotated[Amount, Meaning("Mean days by which the last intake is later than planned.")]
    dose_changed: Annotated[Share, Meaning("Share of people whose dose of background treatment is changed once.")]
    symptomatic: Annotated[SymptomaticDrugs, Meaning("Drugs against symptoms.")]


@part
class Relapses:
    """Relapses of the disease."""

    per_year: Annotated[Amount, Meaning("Relapses per person-year.")]
    edss_rise: Annotated[Count, Meaning("Rise of the EDSS while a relapse lasts, in half steps (0.5 each).")]
    mean_days: Annotated[Positive, Meaning("Mean days that a relapse lasts.")]
    steroids: Annotated[Share, Meaning("Share of relapses that are treated with steroids.")]
