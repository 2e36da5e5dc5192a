"""The CTCAE tables: what they state was published, and the numeric grades of each term are ordered without a gap."""

import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from firstdose.records.units import conversion_factor
from firstdose.safety.grading import DependsOn, Graded, NotGraded, grade
from firstdose.safety.laboratory import VERSIONS, LaboratoryTerm, Mark, Version, laboratory_criteria
from firstdose.safety.marks import LaboratoryValue

TERMS = [term for version in VERSIONS for term in laboratory_criteria(version).terms]
EVERY = pytest.mark.parametrize("term", TERMS, ids=lambda term: f"{term.version}-{term.term}-{term.analyte}")
COUNTED = {"5.0": (47, 49), "6.0": (48, 52)}  # terms, and terms by analyte
MOST_APART = 0.10  # the criteria round their numbers in one unit and the other apart


def numbers_in(words: str) -> set[float]:
    """The numbers of a published criterion."""
    return {float(number) for number in re.findall(r"\d+(?:\.\d+)?", words.replace(",", ""))}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_terms_are_counted_and_the_source_is_named(version: Version) -> None:
    criteria = laboratory_criteria(version)
    assert (len({term.term for term in criteria.terms}), len(criteria.terms)) == COUNTED[version]
    assert "National Cancer Institute" in criteria.source
    assert "MedDRA" in criteria.attribution
    assert not {term.term for term in criteria.terms} & set(criteria.not_graded)
    assert all(criteria.not_graded.values())
    pairs = [(term.term, term.analyte) for term in criteria.terms]
    assert len(set(pairs)) == len(pairs)


@EVERY
def test_every_number_is_one_that_was_published_for_its_grade(term: LaboratoryTerm) -> None:
    if term.reading and ("whole numbers" in term.reading or "what remains" in term.reading):
        return
    for clause in term.clauses:
        words = " ".join(term.published.get(g, "") for g in clause.grades or range(1, 6))
        amounts = [amount for mark in clause.marks for amount in (*mark.alternatives, *([mark.plus] * bool(mark.plus)))]
        for amount in amounts:
            assert amount is not None
            per_cubic_millimetre = amount.number * 1000 if amount.of == "10^9/L" else amount.number
            stated = {amount.number, per_cubic_millimetre} & numbers_in(words)
            assert amount.number == 1 or stated, f"{amount} is not in: {words}"


@EVERY
def test_every_grade_of_the_table_was_published(term: LaboratoryTerm) -> None:
    graded = {g for clause in term.clauses for g in clause.grades}
    assert graded <= set(term.published)
    assert graded


@EVERY
def test_bounds_in_several_units_agree(term: LaboratoryTerm) -> None:
    for mark in (mark for clause in term.clauses for mark in clause.marks):
        for one, other in pairwise(mark.alternatives):
            factor = conversion_factor(one.of, other.of, term.analyte)
            assert factor is not None
            assert one.number * factor == pytest.approx(other.number, rel=MOST_APART)


def absolute_marks(term: LaboratoryTerm) -> list[float]:
    """The numbers that stand for themselves, in the first unit that the criteria state."""
    marks = [mark for clause in term.clauses for mark in clause.marks]
    return [mark.alternatives[0].number for mark in marks if not mark.alternatives[0].is_relative]


def unit_of(term: LaboratoryTerm) -> str:
    """The first unit that the criteria state, if any."""

    def units(mark: Mark) -> list[str]:
        stated = [mark.alternatives[0], *([mark.plus] if mark.plus else [])]
        return [amount.of for amount in stated if not amount.is_relative]

    return next((unit for clause in term.clauses for mark in clause.marks for unit in units(mark)), "U/L")


def frames(term: LaboratoryTerm) -> list[LaboratoryValue]:
    """Limits that fit the term's absolute numbers, each with a normal and an abnormal baseline."""
    absolute = absolute_marks(term)
    lower, upper = 50.0, 100.0
    if absolute and term.worse == "higher":
        lower, upper = 0.5 * min(absolute), 0.9 * min(absolute)
    if absolute and term.worse == "lower":
        lower, upper = 1.2 * max(absolute), 2.5 * max(absolute)
    lower, upper = {"pH": (7.35, 7.45), "fibrinogen": (220.0, 400.0)}.get(term.analyte, (lower, upper))
    normal = LaboratoryValue(
        1.0,
        unit_of(term),
        lower,
        upper,
        baseline=(lower + upper) / 2,
        on_anticoagulation=False,
        infarction_level=3 * upper,
    )
    return [
        normal,
        replace(normal, baseline=2 * upper),
        replace(normal, baseline=0.8 * lower),
        replace(normal, on_anticoagulation=True),
        replace(normal, is_baseline=True, baseline=None),
    ]


def outward(term: LaboratoryTerm, frame: LaboratoryValue) -> list[float]:
    """Values from the middle of the normal range outward, every bound and its neighbourhood among them."""
    assert frame.lower_limit is not None
    assert frame.upper_limit is not None
    middle = (frame.lower_limit + frame.upper_limit) / 2
    far = 60 * frame.upper_limit if term.worse == "higher" else frame.lower_limit / 60
    grid = [middle * (far / middle) ** (step / 400) for step in range(401)]
    near = [mark * shift for mark in absolute_marks(term) for shift in (1 - 1e-6, 1, 1 + 1e-6)]
    span = sorted((middle, far))
    return sorted((v for v in grid + near if span[0] <= v <= span[1]), reverse=term.worse == "lower")


@EVERY
@pytest.mark.parametrize("number", range(5), ids=["normal", "high", "low", "anticoagulation", "is baseline"])
def test_grades_rise_outward_and_leave_no_gap(term: LaboratoryTerm, number: int) -> None:
    frame = frames(term)[number]
    seen: list[int] = []
    for value in outward(term, frame):
        found = grade(term, replace(frame, value=value))
        if isinstance(found, NotGraded):
            assert found.reason in {clause.why for clause in term.clauses}
            least = found.at_least
        else:
            least = found.grade if isinstance(found, Graded) else min(found.grades)
        assert not seen or least >= seen[-1], f"{value} has a lower grade than what is less extreme"
        seen.append(least)
    certain = [c for c in term.clauses if c.grades and not c.conditions and "baseline" not in str(c.marks)]
    assert seen[-1] >= max((min(clause.grades) for clause in certain), default=0)


@EVERY
def test_every_grade_can_be_had(term: LaboratoryTerm) -> None:
    had: set[int] = set()
    for frame in frames(term):
        for value in outward(term, frame):
            found = grade(term, replace(frame, value=value))
            had |= {found.grade} if isinstance(found, Graded) else set(getattr(found, "grades", ()))
    assert had - {0} == {g for clause in term.clauses for g in clause.grades}


@EVERY
def test_a_value_within_limits_and_like_a_normal_baseline_has_no_grade(term: LaboratoryTerm) -> None:
    frame = frames(term)[0]
    found = grade(term, replace(frame, value=frame.baseline or 0))
    assert found == Graded(0) or found == NotGraded("P/C below 1 is grade 1 if there is proteinuria at all", 0)


@EVERY
def test_what_depends_on_symptoms_never_becomes_a_grade(term: LaboratoryTerm) -> None:
    several = [clause for clause in term.clauses if len(clause.grades) > 1 or clause.depends_on]
    assert all(clause.depends_on for clause in several)
    if several and "symptom" in several[0].depends_on:  # type: ignore[operator]
        results = [grade(term, replace(frames(term)[0], value=v)) for v in outward(term, frames(term)[0])]
        assert any(isinstance(found, DependsOn) for found in results)


@EVERY
def test_nothing_but_a_number_is_graded(term: LaboratoryTerm) -> None:
    for value in (math.nan, math.inf, -1.0):
        assert isinstance(grade(term, replace(frames(term)[0], value=value)), NotGraded)


def test_terms_that_share_a_range_or_lack_a_grade_are_as_published() -> None:
    by_name = {term.term: term for term in laboratory_criteria("5.0").terms}
    assert by_name["Hypokalemia"].clauses[0].grades == (1, 2)
    assert {g for clause in by_name["Lymphocyte count increased"].clauses for g in clause.grades} == {2, 3}
    assert {g for clause in by_name["Hypermagnesemia"].clauses for g in clause.grades} == {1, 3, 4}
    assert [clause.grades for clause in by_name["Lipase increased"].clauses] == [(1,), (2,), (2, 3), (3, 4)]
