"""Planned ages are read from criteria only where these leave no doubt."""

import pytest

from firstdose.cdisc.writing.planned_ages import planned_ages
from firstdose.protocol.expression_parser import read_expression
from firstdose.protocol.population import Criterion, Population


@pytest.mark.parametrize(
    ("kind", "texts", "ages"),
    [
        ("inclusion", ["18 <= age_years <= 60"], (18, 60)),
        ("inclusion", ["age_years >= 18 and not pregnant", "65 >= age_years"], (18, 65)),
        ("inclusion", ["age_years >= 18", "age_years >= 21 and age_years <= 60"], (21, 60)),
        ("inclusion", ["edss >= 6.5"], (None, None)),
        ("inclusion", ["age_years >= 18", "age_years < 61"], (None, None)),
        ("inclusion", ["age_years >= 17.5"], (None, None)),
        ("inclusion", ["age_years >= 18 or guardian_agrees"], (None, None)),
        ("inclusion", ["age_years >= age_at_onset"], (None, None)),
        ("exclusion", ["age_years <= 60"], (None, None)),
    ],
)
def test_ages_of_criteria(kind: str, texts: list[str], ages: tuple[int | None, int | None]) -> None:
    criteria = tuple(
        Criterion(id=f"C{number}", kind="exclusion" if kind == "exclusion" else "inclusion", text=text,
                  expression=read_expression(text))
        for number, text in enumerate(texts)
    )  # fmt: skip
    assert planned_ages(Population(criteria=criteria)) == ages


def test_nothing_is_read_of_no_criteria() -> None:
    assert planned_ages(None) == planned_ages(
        Population(criteria=(Criterion(id="I1", kind="inclusion", text="Adult"),))
    )
    assert planned_ages(None) == (None, None)
