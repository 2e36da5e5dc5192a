"""Neurofilament light chain: its concentration, averaged on the log scale; below the limit it is "at most"."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import geometric_mean

from firstdose.measures.change import NO_RULE
from firstdose.measures.item import Answers, Item, numeric
from firstdose.measures.measure import Doubt, Measure
from firstdose.measures.result import Missing, Result, Score

REPLICATES = ("replicate_1", "replicate_2")
MOST_APART = 1.5  # ratio of two replicates above which a laboratory repeats the measurement


def concentrations(answers: Answers) -> dict[str, float]:
    """The replicates that were measured."""
    return {name: value for name in REPLICATES if (value := numeric(answers.get(name))) is not None}


def score_concentration(answers: Answers) -> Result:
    """The geometric mean of the replicates; the limit itself, as "at most", where none could be quantified."""
    measured, limit = concentrations(answers), numeric(answers.get("limit_of_quantification"))
    if measured:
        mean = geometric_mean(measured.values())
        is_below = limit is not None and mean < limit
        remarks = ("extrapolated below the limit of quantification",) if is_below else ()
        return Score(mean, "pg/mL", measured, remarks=remarks)
    if answers.get("below_limit") is not True:
        return Missing("not measured")
    if limit is None:
        return Missing("below the limit of quantification, which is not given")
    return Score(limit, "pg/mL", bound="at most")


def check_concentrations(answers: Answers) -> Iterator[Doubt]:
    """Replicates agree, and a value below the limit has no concentration."""
    measured = concentrations(answers)
    if answers.get("below_limit") is True and measured:
        name = next(iter(measured))
        rule = "cannot be given when the result is below the limit"
        yield Doubt(name, answers[name], rule, "leave it out, or answer below_limit with no")
    if len(measured) == 2 and max(measured.values()) > MOST_APART * min(measured.values()):
        rule = f"must agree within a factor of {MOST_APART:g} with replicate_1 ({measured['replicate_1']:g})"
        yield Doubt("replicate_2", answers["replicate_2"], rule, "ask the laboratory")


NEUROFILAMENT = Measure(
    name="neurofilament",
    title="Neurofilament light chain",
    source="Khalil M et al. Neurofilaments as biomarkers in neurological disorders. Nat Rev Neurol 2018;14:577-589.",
    items=(
        *(
            Item(
                name=name,
                question=f"Concentration, replicate {number}",
                kind="number",
                unit="pg/mL",
                lowest=0.01,
                highest=100000,
                required=False,
            )
            for number, name in enumerate(REPLICATES, start=1)
        ),
        Item(
            name="below_limit",
            question="Is the concentration below the limit of quantification?",
            kind="yes or no",
            required=False,
        ),
        Item(
            name="limit_of_quantification",
            question="Lower limit of quantification",
            kind="number",
            unit="pg/mL",
            lowest=0.001,
            highest=1000,
            required=False,
        ),
        Item(
            name="fluid",
            question="What was it measured in?",
            kind="choice",
            choices={"serum": "serum", "plasma": "plasma", "csf": "cerebrospinal fluid"},
        ),
    ),
    unit="pg/mL",
    worse="higher",
    lowest=0.001,
    scale="geometric",
    minimum_change=NO_RULE,
    scoring=score_concentration,
    consistency=check_concentrations,
    sdtm={"DOMAIN": "LB"},
)
