"""Texts longer than a variable may be: the first part stands in the variable, the others in variables after it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from firstdose.cdisc.long_texts import further_name
from firstdose.cdisc.writing.datasets import Dataset
from firstdose.cdisc.writing.metadata import Variable
from firstdose.cdisc.writing.splitting import is_long, texts_in_parts

WHOLE = ("STUDYID", "USUBJID", "SUBJID", "SITEID", "AVISIT", "PARAM", "SAMPLEID")
"""What tells rows apart; it cannot be put in parts and is refused instead."""


def in_columns(dataset: Dataset) -> Dataset:
    """A dataset whose texts fit, but for those that must stay whole: `AETERM` goes on in `AETERM1` and so on."""
    columns: list[pl.Series] = []
    variables: list[Variable] = []
    for variable in dataset.variables:
        values = dataset.frame[variable.name]
        if not is_long(values) or variable.name in WHOLE:
            columns.append(values)
            variables.append(variable)
            continue
        for number, part in enumerate(texts_in_parts(values)):
            name = further_name(variable.name, number) if number else variable.name
            columns.append(part.alias(name))
            variables.append(replace(variable, name=name, core="Cond", codelist="") if number else variable)
    return replace(dataset, frame=pl.DataFrame(columns), variables=tuple(variables))
