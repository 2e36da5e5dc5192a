"""The dose levels, and the rule by which the trial moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Literal

from firstdose.protocol.guard_entry import GuardEntry
from firstdose.protocol.meaning import Meaning, Text, part

Settings = Mapping[str, Any]
Cause = Literal["product", "procedure", "background_treatment", "disease"]
NO_ESCALATION = "none"


def dose_in_words(dose: float) -> str:
    """A dose as people read it: 0.3, 16, 1,000,000; never as 1e+06, where a tenfold slip is hardly seen."""
    return f"{dose:,.15g}"


@part
class DoseLevels:
    """The doses that may be given, from the lowest (level 1) up."""

    unit: Annotated[Text, Meaning("Unit of the doses.", example="million cells")]
    values: Annotated[
        tuple[Annotated[float, Meaning("A dose.", above=0)], ...],
        Meaning("Doses in rising order.", fewest_items=1, most_items=60, example=[5, 10, 16, 24]),
    ]
    labels: Annotated[tuple[Text, ...], Meaning("Names of the levels, one for each.", example=["A", "B"])] = ()
    control: Annotated[
        Text | None, Meaning("Name of the arm that is given none of the product (level 0, dose 0), if there is one.")
    ] = None

    def dose_with_unit(self, level: int) -> str:
        """The dose of a level (from 1; 0 is the control) as people say it: "5 million cells"."""
        return f"{dose_in_words(self.values[level - 1] if level else 0)} {self.unit}"

    def label(self, level: int) -> str:
        """The name of a level (from 1; 0 is the control); without names its number."""
        if level == 0 and self.control:
            return self.control
        return self.labels[level - 1] if self.labels and level else str(level)


@part
class DltDefinition:
    """What counts as a dose-limiting toxicity."""

    definition: Annotated[Text, Meaning("The events that are dose-limiting.")]
    attribution: Annotated[
        tuple[Cause, ...],
        Meaning(
            "Causes to which an event must be attributed to count.",
            fewest_items=1,
            example=["product", "procedure"],
        ),
    ]
    window_days: Annotated[
        int, Meaning("Time from dosing in which an event counts.", unit="days", lowest=1, example=28)
    ]


@part
class EvaluableRule:
    """Who is evaluable for dose-limiting toxicity."""

    rule: Annotated[Text, Meaning("Who is evaluable.")]
    replaced: Annotated[bool, Meaning("Whether participants who are not evaluable are replaced.", example=True)]


@part
class Sentinel:
    """The first of a cohort, dosed and watched before the others."""

    participants: Annotated[int, Meaning("Participants of each cohort who are dosed first.", lowest=1)] = 1
    interval_days: Annotated[
        int,
        Meaning("Time from the sentinel's dosing to the next participant's.", unit="days", lowest=1, example=14),
    ]
    on_dlt: Annotated[
        Literal["committee_review", "end_cohort", "continue"],
        Meaning("After a sentinel's DLT the rest of the cohort waits for the committee, is not dosed, or goes on."),
    ]


@part
class CommitteeReview:
    """The safety committee's decision before the next cohort."""

    required: Annotated[bool, Meaning("Whether the next cohort waits for the committee's decision.", example=True)]
    name: Annotated[Text | None, Meaning("Name of the committee.")] = None
    quorum: Annotated[int | None, Meaning("Members who must take part in a decision.", lowest=1, example=3)] = None
    members: Annotated[tuple[Text, ...], Meaning("Roles of its members.", example=["neurologist", "statistician"])] = ()


@part
class Backfilling:
    """Treating who comes while the escalation waits at a lower level, to learn more about it."""

    most_at_a_level: Annotated[
        int,
        Meaning(
            "Participants, of the escalation and backfilled together, from which on nobody more is backfilled at a "
            "level.",
            lowest=2,
            highest=1000,
            example=12,
        ),
    ]


@part
class Escalation:
    """How the trial moves between dose levels."""

    design: Annotated[
        Text,
        Meaning(
            "Name of the escalation design; `none` where people are assigned to the levels in another way.",
            example="boin",
        ),
    ]
    target_dlt_rate: Annotated[
        float | None,
        Meaning("Share of participants with a DLT that is aimed at.", above=0, below=1, example=0.25),
    ] = None
    cohort_size: Annotated[int, Meaning("Participants dosed before each decision.", lowest=1, highest=100, example=3)]
    max_participants: Annotated[
        int,
        Meaning(
            "Most participants in the escalation, without those backfilled; the last cohort is smaller when need be.",
            lowest=1,
            highest=1000,
            example=24,
        ),
    ]
    max_participants_counts: Annotated[
        Literal["evaluable", "dosed"],
        Meaning("Whether that maximum counts evaluable or all dosed participants."),
    ] = "evaluable"
    start_level: Annotated[int, Meaning("Level of the first cohort; levels count from 1.", lowest=1)] = 1
    settings: Annotated[
        Settings,
        Meaning(
            "The design's own settings, which the reference of designs lists.",
            example={"variant": "confirm_six"},
        ),
    ] = field(default_factory=dict)
    guards: Annotated[
        tuple[GuardEntry, ...],
        Meaning("Further rules, applied in this order.", example=[{"stop_when_too_toxic": {"certainty": 0.95}}]),
    ] = ()
    expansion_participants: Annotated[
        int, Meaning("Participants added at the selected dose after the escalation.", lowest=0, highest=1000)
    ] = 0
    comparators: Annotated[
        Mapping[Text, Settings],
        Meaning("Designs, with their settings, that this one is compared with.", example={"boin": {}}),
    ] = field(default_factory=dict)
    dlt: Annotated[DltDefinition | None, Meaning("What counts as a dose-limiting toxicity (DLT).")] = None
    evaluable: Annotated[EvaluableRule | None, Meaning("Who is evaluable for DLTs.")] = None
    sentinel: Annotated[Sentinel | None, Meaning("Participants dosed and watched before the rest of a cohort.")] = None
    interval_between_participants_days: Annotated[
        int | None, Meaning("Shortest time between two participants' dosings.", unit="days", lowest=0)
    ] = None
    interval_between_cohorts_days: Annotated[
        int | None,
        Meaning("Shortest time from a cohort's last dosing to the next cohort's first.", unit="days", lowest=0),
    ] = None
    stop_within_cohort: Annotated[
        bool, Meaning("Whether dosing stops inside a cohort once its decision is settled.")
    ] = False
    backfill: Annotated[
        Backfilling | None,
        Meaning("Backfilling of lower levels while the escalation waits, for `design: boin`."),
    ] = None
    committee_review: Annotated[CommitteeReview | None, Meaning("The committee's decision before the next cohort.")] = (
        None
    )

    @property
    def has_rule(self) -> bool:
        """Whether a rule moves the trial between levels."""
        return self.design != NO_ESCALATION
