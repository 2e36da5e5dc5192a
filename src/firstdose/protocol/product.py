"""The cell product that is given, and the drugs given around it."""

from __future__ import annotations

from typing import Annotated

from firstdose.protocol.meaning import Identifier, Meaning, Text, part


@part
class ReleaseCriterion:
    """One test that a batch must pass before it may be given."""

    id: Annotated[Identifier, Meaning("Short identifier of the test.", example="viability")]
    test: Annotated[Text, Meaning("What is tested.", example="Viable cells")]
    at_least: Annotated[float | None, Meaning("Lowest result that passes.", example=70)] = None
    at_most: Annotated[float | None, Meaning("Highest result that passes.")] = None
    unit: Annotated[Text | None, Meaning("Unit of the result.", example="%")] = None
    result: Annotated[Text | None, Meaning("Result that passes, if it is not a number.", example="no growth")] = None


@part
class DoseTolerance:
    """How far the dose given may lie from the dose assigned and still count at its level."""

    below: Annotated[float, Meaning("Most by which the dose given may fall short.", lowest=0, example=10)]
    above: Annotated[float, Meaning("Most by which the dose given may exceed.", lowest=0, example=10)]
    unit: Annotated[Text, Meaning("Unit of both: % of the dose assigned, or the unit of the dose levels.", example="%")]


@part
class Product:
    """The investigational product."""

    name: Annotated[Text, Meaning("Name of the product.")]
    kind: Annotated[Text | None, Meaning("What it is.", example="allogeneic human neural stem cells")] = None
    autologous: Annotated[
        bool | None,
        Meaning("Whether each batch is made of one participant's own cells, and may be given to nobody else."),
    ] = None
    description: Annotated[Text | None, Meaning("Source, manufacture and form.")] = None
    unit: Annotated[Text | None, Meaning("Unit in which doses are made up; that of the dose levels.")] = None
    route: Annotated[Text | None, Meaning("Route of administration.", example="intracerebroventricular")] = None
    administrations: Annotated[int, Meaning("Times that each participant is given the product.", lowest=1)] = 1
    administration: Annotated[Text | None, Meaning("How it is given.")] = None
    release_criteria: Annotated[tuple[ReleaseCriterion, ...], Meaning("Tests that each batch must pass.")] = ()
    dose_tolerance: Annotated[
        DoseTolerance | None, Meaning("How far the dose given may lie from the dose assigned.")
    ] = None


@part
class TroughTarget:
    """The range in which a drug's trough concentration is kept."""

    lowest: Annotated[float, Meaning("Lower end of the range.", lowest=0, example=5)]
    highest: Annotated[float, Meaning("Upper end of the range.", above=0, example=10)]
    unit: Annotated[Text, Meaning("Unit of the concentration.", example="ng/mL")]


@part
class BackgroundTreatment:
    """A drug that participants take around the product, such as immunosuppression or lymphodepletion."""

    id: Annotated[Identifier, Meaning("Short identifier of the treatment.", example="tacrolimus")]
    drug: Annotated[Text, Meaning("Name of the drug.", example="tacrolimus")]
    purpose: Annotated[Text | None, Meaning("Why it is given.", example="against rejection of the graft")] = None
    regimen: Annotated[Text | None, Meaning("Dose and route.")] = None
    start_day: Annotated[int, Meaning("First day, counted from dosing (day 0).", unit="days", example=0)]
    stop_day: Annotated[int, Meaning("Last day, counted from dosing (day 0).", unit="days", example=183)]
    withdrawal_window_days: Annotated[
        int | None,
        Meaning("Time after the last day in which effects of stopping are looked for.", unit="days", lowest=0),
    ] = None
    trough_target: Annotated[TroughTarget | None, Meaning("Range of trough concentrations aimed at.")] = None
