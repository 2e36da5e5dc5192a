"""What is to be found out, in whom, and by which conventions."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.protocol.meaning import Identifier, Meaning, Text, part


@part
class EventOfSpecialInterest:
    """A kind of adverse event that the trial looks for, whatever its grade."""

    id: Annotated[
        Identifier,
        Meaning("What adverse events of the kind hold as their event of special interest.", example="ectopic_growth"),
    ]
    name: Annotated[Text, Meaning("Name of the kind, as tables show it.", example="Neoplasm or ectopic growth")]
    definition: Annotated[Text, Meaning("Which events are of the kind.")]


@part
class AnalysisSet:
    """A set of participants that analyses are made in."""

    id: Annotated[Identifier, Meaning("Short identifier of the set.", example="dlt_evaluable")]
    name: Annotated[Text, Meaning("Name of the set.")]
    definition: Annotated[Text, Meaning("Who belongs to it.")]


@part
class Endpoint:
    """What is measured for an objective."""

    id: Annotated[Identifier, Meaning("Short identifier of the endpoint.", example="dlt")]
    objective: Annotated[Literal["primary", "secondary", "exploratory"], Meaning("Level of its objective.")]
    text: Annotated[Text, Meaning("The endpoint in words.")]
    measure: Annotated[Identifier | None, Meaning("Name of the clinical measure.", example="edss")] = None
    timing: Annotated[Text | None, Meaning("When it is measured.", example="12 months after dosing")] = None
    visits: Annotated[
        tuple[Identifier, ...],
        Meaning("Key visits that its model compares; the scheduled ones if left out.", example=["M6", "M12"]),
    ] = ()
    confirmed_change: Annotated[
        tuple[Identifier, ...],
        Meaning("Named definitions of confirmed change, the leading one first.", example=["worsening_24_weeks"]),
    ] = ()


@part
class IntercurrentEvent:
    """Something that happens after dosing and changes what the endpoint means."""

    event: Annotated[Text, Meaning("What happens.", example="tacrolimus stopped early")]
    strategy: Annotated[
        Literal["treatment_policy", "hypothetical", "composite", "while_on_treatment", "principal_stratum"],
        Meaning("How it is dealt with (ICH E9(R1))."),
    ]


@part
class Estimand:
    """What exactly is estimated (ICH E9(R1))."""

    id: Annotated[Identifier, Meaning("Short identifier of the estimand.")]
    endpoint: Annotated[Identifier, Meaning("Identifier of its endpoint.")]
    analysis_set: Annotated[Identifier, Meaning("Identifier of the analysis set.")]
    treatment: Annotated[Text, Meaning("Treatment condition of interest.")]
    summary: Annotated[Text, Meaning("Population-level summary.", example="proportion with an event")]
    intercurrent_events: Annotated[tuple[IntercurrentEvent, ...], Meaning("Intercurrent events and strategies.")] = ()


@part
class NaturalHistoryRate:
    """How often people in one range of a score worsen within a year without the product."""

    lowest: Annotated[float, Meaning("Lower end of the range of the score, itself included.", example=6.5)]
    highest: Annotated[float, Meaning("Upper end of the range, itself included.", example=6.5)]
    yearly_probability: Annotated[float, Meaning("Probability of the event within a year.", lowest=0, highest=1)]
    based_on_participants: Annotated[
        float | None, Meaning("Number of people whose information the probability carries.", above=0)
    ] = None


@part
class NaturalHistory:
    """The course of the disease without the product, as a benchmark; never a control group."""

    id: Annotated[Identifier, Meaning("Short identifier of the benchmark.")]
    measure: Annotated[Identifier, Meaning("Name of the clinical measure.", example="edss")]
    event: Annotated[Text, Meaning("The event.", example="worsening by a whole step")]
    source: Annotated[Text, Meaning("Where the rates come from.")]
    rates: Annotated[tuple[NaturalHistoryRate, ...], Meaning("Rates by range of the score.", fewest_items=1)]


@part
class Conventions:
    """Choices that are made once and printed with every figure."""

    confidence_level: Annotated[float, Meaning("Level of intervals.", above=0, below=1)] = 0.95
    zero_interval: Annotated[
        Literal["one_sided", "two_sided"], Meaning("Whether the interval beside a zero is one- or two-sided.")
    ] = "one_sided"
    proportion_interval: Annotated[
        Literal["clopper_pearson", "wilson", "jeffreys"], Meaning("Interval of a proportion.")
    ] = "clopper_pearson"
    person_year_days: Annotated[float, Meaning("Length of a person-year.", unit="days", lowest=365, highest=366)] = (
        365.25
    )
    toxicity_grading: Annotated[Literal["CTCAE 5.0", "CTCAE 6.0"], Meaning("Grading of adverse events.")] = "CTCAE 5.0"
    analysis_until_day: Annotated[
        int | None,
        Meaning(
            "Last day from dosing that analyses look at; no limit if left out.", unit="days", lowest=1, example=365
        ),
    ] = None
    treatment_emergent_days: Annotated[
        int | None,
        Meaning(
            "Time from dosing in which an event is treatment-emergent; no limit if left out.",
            unit="days",
            lowest=1,
        ),
    ] = None
