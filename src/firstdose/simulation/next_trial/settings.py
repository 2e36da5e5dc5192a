"""The settings file of a next trial: everything that its power rests on, each number with its source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from firstdose.methods.group_sequential import Spending
from firstdose.protocol.meaning import Meaning, Text, part
from firstdose.protocol.problems import Places
from firstdose.simulation.next_trial.arms import ArmDesign
from firstdose.simulation.next_trial.endpoints import NextEndpoint
from firstdose.simulation.virtual.parameters import Amount, Positive, Share


@part
class Conduct:
    """How fast people come, who leaves, and which visits are missed."""

    accrual_per_month: Annotated[Positive, Meaning("People randomised per month, all sites together.")]
    leaving_per_year: Annotated[Amount, Meaning("People who leave per person-year.")]
    missed_visit: Annotated[Share, Meaning("Share of visits that are missed by those who have not left.")]
    longest_months: Annotated[
        float, Meaning("Longest time to the last result that is acceptable.", unit="months", above=0, highest=600)
    ] = 120.0


@part
class Looks:
    """When the results are looked at, and what ends the trial or an arm early."""

    information: Annotated[
        tuple[Annotated[float, Meaning("A share.", above=0, highest=1)], ...],
        Meaning("Shares of the people whose endpoint is complete at each look; the last is 1.", fewest_items=1),
    ] = (1.0,)
    spending: Annotated[Spending, Meaning("How the one-sided error is spent over the looks.")] = "obrien_fleming"
    futility_below: Annotated[
        tuple[Annotated[float, Meaning("A limit.", lowest=-5, highest=1)], ...],
        Meaning("A comparison is given up where its Z is below this: one limit for each look before the last."),
    ] = ()


@part
class Aim:
    """What the trial must be able to do."""

    power: Annotated[float, Meaning("Power asked for.", above=0, below=1, example=0.8)]
    one_sided_error: Annotated[
        float, Meaning("Error of the family of comparisons, one-sided.", lowest=0.00001, highest=0.2, example=0.025)
    ]
    most_participants: Annotated[int, Meaning("Most people who could be recruited.", lowest=4, highest=5000)]


@part
class NextTrialSections:
    """The top-level keys of a settings file."""

    name: Annotated[Text, Meaning("The trial in a few words.")]
    description: Annotated[Text | None, Meaning("More about it.")] = None
    drug: Annotated[Text, Meaning("The drug around the cells.", example="tacrolimus")]
    dose_unit: Annotated[Text, Meaning("Unit of doses.", example="million cells")]
    aim: Annotated[Aim, Meaning("What the trial must be able to do.")]
    participants: Annotated[
        tuple[Annotated[int, Meaning("A number.", lowest=4, highest=5000)], ...],
        Meaning("Numbers of people that power is shown for, in rising order.", fewest_items=1, example=[60, 120, 180]),
    ]
    conduct: Annotated[Conduct, Meaning("Accrual, leaving and visits.")]
    looks: Annotated[Looks, Meaning("Interim looks.")] = Looks()
    endpoints: Annotated[tuple[NextEndpoint, ...], Meaning("Endpoints.", fewest_items=1)]
    designs: Annotated[tuple[ArmDesign, ...], Meaning("Ways to randomise.", fewest_items=1)]


@dataclass(frozen=True, kw_only=True)
class NextTrialSettings(NextTrialSections):
    """Settings that were read, with the place of each of their keys."""

    places: Places = field(default_factory=Places, repr=False, compare=False)
