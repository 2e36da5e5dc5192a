"""Lesions on MRI: those new on T2 since the reference scan, and those that take up contrast."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.measures.change import NO_RULE
from firstdose.measures.item import Answers, Item, numeric
from firstdose.measures.measure import Doubt, Measure
from firstdose.measures.result import Missing, Result, Score


def score_lesions(answers: Answers) -> Result:
    """New T2 lesions; enhancing lesions are a part of the score where contrast was given."""
    new = numeric(answers.get("new_t2"))
    if new is None:
        return Missing("not answered: new_t2")
    enhancing = numeric(answers.get("enhancing"))
    parts = {"new_t2": new} | ({} if enhancing is None else {"enhancing": enhancing})
    without = "no contrast was given" if answers.get("contrast_given") is False else "enhancing lesions not counted"
    return Score(new, "lesions", parts, remarks=(without,) if enhancing is None else ())


def check_contrast(answers: Answers) -> Iterator[Doubt]:
    """Enhancing lesions are seen only after contrast."""
    if answers.get("contrast_given") is False and answers.get("enhancing") is not None:
        rule = "cannot be counted when no contrast was given"
        yield Doubt("enhancing", answers["enhancing"], rule, "leave it out, or correct contrast_given")


LESION_COUNTS = Measure(
    name="lesion_counts",
    title="Lesion counts",
    source=(
        "Wattjes MP et al. 2021 MAGNIMS-CMSC-NAIMS consensus recommendations on the use of MRI in patients with "
        "multiple sclerosis. Lancet Neurol 2021;20:653-670."
    ),
    items=(
        Item(
            name="new_t2",
            question="Lesions that are new or clearly larger on T2 since the reference scan",
            kind="whole number",
            unit="lesions",
            lowest=0,
            highest=500,
        ),
        Item(
            name="enhancing",
            question="Lesions that take up contrast",
            kind="whole number",
            unit="lesions",
            lowest=0,
            highest=500,
            required=False,
        ),
        Item(name="contrast_given", question="Was contrast given?", kind="yes or no", required=False),
        Item(
            name="reader_blinded",
            question="Did the reader not know dose and visit?",
            kind="yes or no",
            required=False,
        ),
    ),
    unit="lesions",
    worse="higher",
    lowest=0,
    highest=500,
    minimum_change=NO_RULE,
    scoring=score_lesions,
    consistency=check_contrast,
    sdtm={"DOMAIN": "NV"},
)
