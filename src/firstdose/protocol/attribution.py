"""What a finding is held against: the drug around the product, outcomes that answer to it, and how strong it may be."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.protocol.meaning import Identifier, Meaning, Text, part

OutcomeKind = Literal["measure", "laboratory", "metabolite_class", "metabolite"]
KIND = Meaning("What the outcome is: a clinical measure, a laboratory test, a metabolite or a class of them.")
NAME = Meaning("Its name: that of the measure, code of the test, name of the metabolite or class.", example="edss")

Numbers = tuple[float, ...]


@part
class AttributedOutcome:
    """An outcome whose dose slope is to be attributed: to the cells, or to something else."""

    kind: Annotated[OutcomeKind, KIND] = "measure"
    name: Annotated[Text, NAME]
    drug_effects: Annotated[
        Numbers,
        Meaning(
            "Effects of the drug to try, in the unit of the outcome per unit of the trough; if left out, from none to "
            "twice what takes the slope to 0.",
            example=[0, 0.05, 0.1],
        ),
    ] = ()
    trough_slopes: Annotated[
        Numbers,
        Meaning(
            "Slopes of the trough on dose to try, in units of the trough per doubling of the dose; if left out, up to "
            "the whole target range between the lowest and the highest dose.",
            example=[0, 0.5, 1],
        ),
    ] = ()
    yearly_drifts: Annotated[
        Numbers,
        Meaning(
            "Drifts between cohorts to try, in units of the outcome per year; if left out, from none to what takes the "
            "slope to 0.",
            example=[0, 0.1, 0.2],
        ),
    ] = ()
    highest_dose_steps: Annotated[
        Numbers,
        Meaning(
            "Steps to try that befell the people of the highest dose alone, in units of the outcome.", example=[0, 0.2]
        ),
    ] = ()


@part
class NegativeControl:
    """An outcome, chosen beforehand, that answers to the drug and not plausibly to the product."""

    kind: Annotated[OutcomeKind, KIND] = "laboratory"
    name: Annotated[Text, NAME]
    reason: Annotated[Text, Meaning("Why it answers to the drug and not to the product, with the source.")]
    explaining_slope: Annotated[
        float | None,
        Meaning(
            "Its slope per doubling of the dose, in its own unit, if a difference in the drug large enough to explain "
            "the finding were there.",
            example=-0.05,
        ),
    ] = None


@part
class Attribution:
    """How it is asked whether a finding is due to the product or to the drug around it."""

    treatment: Annotated[
        Identifier | None,
        Meaning("Background treatment in question; the first one if left out.", example="tacrolimus"),
    ] = None
    outcomes: Annotated[
        tuple[AttributedOutcome, ...],
        Meaning("Outcomes looked at; if left out, measures of endpoints, brain volume and metabolite classes."),
    ] = ()
    negative_controls: Annotated[
        tuple[NegativeControl, ...], Meaning("Outcomes chosen beforehand that answer to the drug, not to the product.")
    ] = ()
    visits_on: Annotated[
        tuple[Identifier, ...],
        Meaning(
            "Visits on the drug; if these or `visits_off` are left out, each person's own dates of the drug count."
        ),
    ] = ()
    visits_off: Annotated[tuple[Identifier, ...], Meaning("Visits after the drug; see `visits_on`.")] = ()
    value_of_period: Annotated[
        Literal["last", "mean"], Meaning("What stands for several visits of one person on, or after, the drug.")
    ] = "last"
