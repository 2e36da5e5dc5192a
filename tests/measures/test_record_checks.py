"""Assessments that make no score stand in the list of problems, with the row and the names that are known."""

from pathlib import Path

import pytest

from firstdose.measures.record_checks import check_assessments
from firstdose.records import read_folder
from firstdose.records.problems import EFFECTS

HEADER = "subject,number,measure,item,answer,answer_text,performed,reason\n"


@pytest.mark.parametrize(
    ("row", "field", "value", "words"),
    [
        ("P1,1,edss,score,6.0,,done,", "item", "score", ("an item of edss", "step")),
        ("P1,1,edds,step,6.0,,done,", "measure", "edds", ("a measure that Firstdose knows", "did you mean edss")),
        ("P1,1,EDSS,step,6.0,,done,", "measure", "EDSS", ("a measure", "did you mean edss")),
        ("P1,1,edss,step,6.3,,done,", "answer", "6.3", ("half step from 1 to 10",)),
        ("P1,1,edss,step,11,,done,", "answer", "11", ("at most 10",)),
        ("P1,1,edss,mobility,,flies,done,", "answer_text", "flies", ("one of the item's codes",)),
        ("P1,1,edss,step,,,unable_to_perform,tired", "performed", "unable_to_perform", ("unable to perform",)),
    ],
)
def test_an_assessment_that_makes_no_score_is_listed(
    tmp_path: Path, row: str, field: str, value: str, words: tuple[str, ...]
) -> None:
    (tmp_path / "subjects.csv").write_text("subject\nP1\n", "utf-8")
    (tmp_path / "assessments.csv").write_text(HEADER + "P1,2,edss,step,6.5,,done,\n" + row + "\n", "utf-8")
    problems = list(read_folder(tmp_path, further_checks=(check_assessments,)).problems)
    (found,) = [each for each in problems if each.effect == "not scored"]
    assert (found.file, found.row, found.field, found.value) == ("assessments.csv", 3, field, value)
    assert all(each in f"{found.rule} {found.fix}" for each in words)
    assert "left out" in EFFECTS[found.effect]


def test_possible_answers_are_not_listed(tmp_path: Path) -> None:
    rows = ("edss,step,6.5,,done,", "edss,mobility,,walks,done,", "timed_walk,trial_1,,,unable_to_perform,tired")
    lines = [f"P1,{number},{row}" for number, row in enumerate(rows, start=1)]
    (tmp_path / "subjects.csv").write_text("subject\nP1\n", "utf-8")
    (tmp_path / "assessments.csv").write_text(HEADER + "\n".join(lines) + "\n", "utf-8")
    assert not list(read_folder(tmp_path, further_checks=(check_assessments,)).problems)
