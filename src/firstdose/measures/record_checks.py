"""Assessments that no measure can read: an unknown measure or item, or an answer that the item does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from firstdose.measures import MEASURES
from firstdose.measures.recorded import answers_of
from firstdose.protocol.problems import nearest
from firstdose.records.examinations import Assessment
from firstdose.records.found_rows import Found, indexed, with_words
from firstdose.records.trial_data import TrialData

RESTS_ON = ("measure", "item", "performed", "answer", "answer_text")
NAMES = ("measure", "item")
WORDS = {"field": pl.String, "rule": pl.String, "fix": pl.String}


def check_assessments(data: TrialData) -> Iterator[Found]:
    """Each assessment of which no score can be made; each distinct one is looked at once.

    What contradicts another answer of the same day is no matter of one row: `occasions` seeks it.
    """
    for rows in indexed(data, Assessment, *RESTS_ON):
        distinct = rows.select(RESTS_ON).unique(maintain_order=True)
        words = [_in_words(row) or (None, None, None) for row in distinct.iter_rows(named=True)]
        judged = pl.concat([distinct, pl.DataFrame(words, schema=WORDS, orient="row")], how="horizontal")
        wrong = judged.drop_nulls("rule")
        found = rows.join(wrong, on=RESTS_ON, how="inner", nulls_equal=True, maintain_order="left")
        for (field,), alike in found.group_by("field", maintain_order=True):
            yield Assessment, str(field), with_words(alike, pl.col("rule"), pl.col("fix"), "not scored")


def _in_words(row: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """An objection to a row; one to its answer says of which item of which measure."""
    found = objection_to(row)
    if found is None or found[0] in NAMES:
        return found
    return found[0], f"{row['measure']}, {row['item']}: {found[1]}", found[2]


def objection_to(row: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """The field to look at, the rule that is broken and how to mend it; none where the answer is possible."""
    measure = MEASURES.get(row["measure"])
    if measure is None:
        return "measure", "must be the name of a measure that Firstdose knows", _near(row["measure"], list(MEASURES))
    names = [item.name for item in measure.items]
    if row["item"] not in names:
        return "item", f"must be an item of {measure.name}", _near(row["item"], names)
    answers = answers_of(measure, [{**row, "reason": None}])
    doubts = [each for each in measure.check(answers) if each.place.key == row["item"]]
    if not doubts:
        return None
    return field_of_answer(row), doubts[0].rule, doubts[0].fix


def field_of_answer(row: Mapping[str, Any]) -> str:
    """The field that holds the answer."""
    if row["performed"] == "unable_to_perform":
        return "performed"
    return "answer_text" if row["answer"] is None else "answer"


def _near(word: str, known: list[str]) -> str:
    """The nearest name, and all that there are."""
    match = nearest(word, known)
    return (f"did you mean {match}? " if match else "") + f"known: {', '.join(known)}"
