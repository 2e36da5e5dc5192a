"""Generated trials whose records SDTM can hold, and the form in which they come back: re-programmed here by record.

The form says what SDTM cannot hold, or what it asks for and records need not say. It knows nothing of the writer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from hypothesis import strategies as st

from firstdose.dosing import level_given
from firstdose.measures import MEASURES
from firstdose.protocol import Protocol
from firstdose.records import (
    AdverseEvent,
    Assessment,
    CriterionAnswer,
    Death,
    Deviation,
    DiseaseHistory,
    Disposition,
    DltAdjudication,
    Dosing,
    Image,
    LabResult,
    MedicalHistory,
    Medication,
    Relapse,
    Subject,
    Supplement,
    Visit,
    VitalSign,
    columns_of,
)
from tests.records import strategies

SUBJECTS = ("NSC-01", "NSC-02", "NSC 03")
VISITS = ("M0", "M1", "UNSCHEDULED 1", "F548")
NUMBERED = (
    AdverseEvent,
    Deviation,
    Disposition,
    Dosing,
    Image,
    LabResult,
    MedicalHistory,
    Medication,
    Relapse,
    VitalSign,
)
ONCE = (Subject, DiseaseHistory, Death)
ITEMS = (
    *((m.name, item.name) for m in MEASURES.values() for item in m.items[:2]),
    ("mood", "MOOD1"),
    ("mood", "sad day"),
)
MAIN = {
    LabResult: ("result", "result_text"),
    VitalSign: ("result", "result_text"),
    Assessment: ("answer", "answer_text"),
}
NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]{1,4})?\s*")

IN_WORDS = {
    "ROUTE": {"oral": "ORAL", "Intravenous": "INTRAVENOUS", "by mouth": "ORAL", "intracerebroventricular": None},
    "DOSFRQ": {"twice daily": "BID", "daily": "QD", "qd": "QD", "every 3 weeks": None},
    "SPEC": {"serum": "SERUM", "csf": "CEREBROSPINAL FLUID", "BLOOD": "BLOOD", "tear": None},
    "POS": {"Sitting ": "SITTING", "leaning": None},
    "LOC": {"brain": "BRAIN", "left ventricle": None},
    "DOSFRM": {"tablet": "TABLET", "cells": None},
}
"""Words for which a term is written, and some for which there is none, by the end of the variable."""


def sdtm_ending(variable: str) -> str:
    """A variable without its domain."""
    return variable[2:]


ascii_texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30).filter(str.strip)
long_words = st.integers(30, 120).map(lambda n: " ".join(f"word{number}  and" for number in range(n)))
long_runs = st.integers(201, 450).map(lambda n: "x" * n)


def long_of(letters: str) -> st.SearchStrategy[str]:
    """Texts longer than a variable."""
    return st.integers(70, 200).map(lambda n: letters * n)


def texts(is_ascii: bool) -> st.SearchStrategy[str]:
    """Texts of all lengths, in ASCII or in any letters."""
    if is_ascii:
        return ascii_texts | long_words | long_runs | st.just("a" * 200) | st.just("ends with blanks  ")
    return strategies.texts | long_words | long_of("頭痛 ") | long_of("Ω") | st.just("é" * 201)


def values(record_type: type, name: str, is_ascii: bool) -> st.SearchStrategy[Any]:
    """Values of one field that SDTM can hold."""
    column = columns_of(record_type)[name]
    if name == "visit":
        return st.sampled_from(VISITS)
    if (record_type, name) in ((Subject, "centre"), (Subject, "arm"), (Subject, "arm_given"), (Subject, "country")):
        return st.sampled_from(["A", "B", "Italy", "01", "elsewhere"])
    if column.kind is str and not column.codes:
        said = IN_WORDS.get(sdtm_ending(column.question.sdtm))
        return texts(is_ascii) | st.sampled_from([*said, "as written"]) if said else texts(is_ascii)
    if (record_type, name) == (Dosing, "level_assigned"):
        return st.integers(0, 6)
    if (record_type, name) in ((Dosing, "dose_given"), (Dosing, "dose_assigned")):
        return st.sampled_from([0.0, 4.6, 5.0, 7.5, 16.0, 1e6])
    if column.kind is float:
        return st.floats(-1e60, 1e60, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-60)
    return st.integers(-(10**8), 10**8) if column.kind is int else strategies.values(column)


def records(record_type: type, is_ascii: bool, **fixed: Any) -> st.SearchStrategy[Any]:
    """Records of one kind, with some fields fixed."""
    drawn = {
        name: values(record_type, name, is_ascii)
        if column.is_required
        else st.none() | values(record_type, name, is_ascii)
        for name, column in columns_of(record_type).items()
        if name not in fixed
    }
    return st.builds(record_type, **drawn, **{name: st.just(value) for name, value in fixed.items()})


@st.composite
def trials(draw: st.DrawFn, protocol: Protocol, is_ascii: bool) -> list[Any]:
    """The records of a trial of up to three people."""
    subjects = draw(st.lists(st.sampled_from(SUBJECTS), unique=True, min_size=1))
    found: list[Any] = [draw(records(Subject, is_ascii, subject=subject)) for subject in subjects]
    orders = {visit: draw(st.none() | st.just(float(place))) for place, visit in enumerate(VISITS, start=1)}
    some = st.sampled_from([(), (), (1,), (1, 2), (4, 7, 9)])
    for subject in subjects:
        found += [draw(records(kind, is_ascii, subject=subject, number=n)) for kind in NUMBERED for n in draw(some)]
        found += [
            draw(records(DltAdjudication, is_ascii, subject=subject, event=event, adjudication=number))
            for event in (1, 2, 7)
            for number in draw(st.sampled_from([(), (1,), (2, 3)]))
        ]
        for number in draw(some):
            measure, item = draw(st.sampled_from(ITEMS))
            keys = {"subject": subject, "number": number, "measure": measure, "item": item}
            found.append(draw(records(Assessment, is_ascii, **keys)))
        found += [draw(records(kind, is_ascii, subject=subject)) for kind in ONCE[1:] if draw(st.booleans())]
        found += [
            draw(records(Visit, is_ascii, subject=subject, visit=visit, order=orders[visit]))
            for visit in draw(st.lists(st.sampled_from(VISITS), unique=True))
        ]
        criteria = [criterion.id for criterion in protocol.population.criteria] if protocol.population else []
        found += [
            draw(records(CriterionAnswer, is_ascii, subject=subject, criterion=criterion))
            for criterion in draw(st.lists(st.sampled_from(criteria), unique=True))
        ]
        found += [
            Supplement(
                subject=subject,
                source="subjects",
                name=name,
                label=draw(st.sampled_from(["Other value", "Related to the Disease"])),
                value=draw(ascii_texts),
                origin="CRF",
            )
            for name in draw(st.lists(st.sampled_from(["OWN1", "OWN2"]), unique=True))
        ]
    return found


def as_it_comes_back(recorded: Iterable[Any], protocol: Protocol) -> list[Any]:
    """The records as they stand after they were written as SDTM and read."""
    kept = [_in_terms(_plain(each)) for each in recorded]
    kept = [_with_arms(each, kept, protocol) if isinstance(each, Subject) else each for each in kept]
    kept = _last_verdicts([each for each in kept if not _is_left_out(each, protocol)])
    by_test: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for each in kept:
        if type(each) in MAIN:
            by_test[type(each), getattr(each, "measure", None), getattr(each, "test", None) or each.item].append(each)
    for several in by_test.values():
        if _may_repeat(several):
            for each in several:
                kept[kept.index(each)] = _repeated(each)
    return [_without_idle_units(_with_what_is_asked_for(each, protocol)) for each in kept]


def _is_said_to_be_given(each: Dosing) -> bool:
    """Whether a dosing is more than prepared, and not one of which nothing was given."""
    dates = (each.procedure_start, each.product_start, each.product_end)
    said = each.given is not None or (each.dose_given or 0) > 0 or any(date is not None for date in dates)
    return said and each.given != "none"


def _with_arms(person: Subject, recorded: list[Any], protocol: Protocol) -> Subject:
    """With the names of the levels assigned and given where no arm is recorded; these trials have no cohorts."""
    own = [each for each in recorded if isinstance(each, Dosing) and each.subject == person.subject]
    own.sort(key=lambda each: (not _is_said_to_be_given(each), each.number))
    names = {number: protocol.dose_levels.label(number) for number in range(1, len(protocol.dose_levels.values) + 1)}
    levels = [each.level_assigned for each in own if each.level_assigned is not None]
    arm = names.get(levels[0]) if levels else None
    given = None
    if own and _is_said_to_be_given(own[0]):
        is_in_unit = (own[0].dose_unit or "million cells").strip().casefold() == "million cells"
        level = level_given(protocol, own[0].dose_given) if is_in_unit else None
        given = arm if level is None else names[level]
    return replace(person, arm=person.arm or arm, arm_given=person.arm_given or given)


def _last_verdicts(kept: list[Any]) -> list[Any]:
    """Of the adjudications of an adverse event that is there the last, of others none."""
    events = {(each.subject, each.number) for each in kept if isinstance(each, AdverseEvent)}
    last: dict[tuple[str, int], int] = {}
    for each in kept:
        if isinstance(each, DltAdjudication):
            key = (each.subject, each.event)
            last[key] = max(last.get(key, 0), each.adjudication)
    return [
        each
        for each in kept
        if not isinstance(each, DltAdjudication)
        or ((each.subject, each.event) in events and each.adjudication == last[each.subject, each.event])
    ]


def _without_idle_units(each: Any) -> Any:
    """Without units where there is no result."""
    if type(each) not in MAIN:
        return each
    each = replace(each, unit=None) if _original(each) == (None, None) else each
    if hasattr(each, "standard_unit") and (each.standard_result, each.standard_text) == (None, None):
        each = replace(each, standard_unit=None)
    return each


def _plain(each: Any) -> Any:
    """Without blanks at the end of texts."""
    texts = {f.name: value.rstrip(" ") or None for f in fields(each) if isinstance(value := getattr(each, f.name), str)}
    return replace(each, **texts)


def _in_terms(each: Any) -> Any:
    """With the terms for words that have one."""
    terms = {}
    for name, column in columns_of(type(each)).items():
        known = IN_WORDS.get(sdtm_ending(column.question.sdtm), {})
        by_word = {word.strip().casefold(): term for word, term in known.items() if term}
        if isinstance(value := getattr(each, name), str) and (term := by_word.get(value.strip().casefold())):
            terms[name] = term
    return replace(each, **terms)


def _is_left_out(each: Any, protocol: Protocol) -> bool:
    """Answers that keep nobody out are in no IE; dosings that are only prepared are scheduled in EC, and not read."""
    if isinstance(each, Dosing):
        return each.given != "none" and not _is_said_to_be_given(each)
    if isinstance(each, CriterionAnswer):
        criteria = protocol.population.criteria if protocol.population else ()
        kinds = {criterion.id: criterion.kind for criterion in criteria}
        return each.answer != {"inclusion": "no", "exclusion": "yes"}[kinds[each.criterion]]
    return False


def _original(each: Any) -> tuple[float | None, str | None]:
    number, words = MAIN[type(each)]
    return getattr(each, number), getattr(each, words)


def _may_repeat(several: list[Any]) -> bool:
    """No row of the test has anything standard, and results have one unit."""
    of_results = ("standard_result", "standard_text", "standard_unit", "standard_range_low", "standard_range_high")
    standard = (*of_results, "standard_answer")
    units = {each.unit or "" for each in several if _original(each) != (None, None)}
    return len(units) < 2 and all(getattr(each, name, None) is None for each in several for name in standard)


def _repeated(each: Any) -> Any:
    """The result as its own standard."""
    number, words = _original(each)
    if (number, words) == (None, None):
        return each
    if isinstance(each, Assessment):
        return replace(each, standard_answer=number)
    filled = {"standard_result": number, "standard_unit": each.unit}
    filled["standard_text"] = None if number is not None else words
    if isinstance(each, LabResult):
        filled |= {"standard_range_low": each.range_low, "standard_range_high": each.range_high}
    return replace(each, **filled)


def _with_what_is_asked_for(each: Any, protocol: Protocol) -> Any:
    """What SDTM requires, taken from elsewhere where it is not recorded; words that are a number."""
    if isinstance(each, Dosing) and each.treatment is None and protocol.product:
        return replace(each, treatment=protocol.product.name)
    if isinstance(each, Disposition) and each.term is None:
        return replace(each, term=each.event)
    if type(each) not in MAIN:
        return each
    number, words = MAIN[type(each)]
    if _original(each) != (None, None) and each.performed == "done":
        each = replace(each, performed=None)
    value, text = _original(each)
    if value is None and text is not None and NUMBER.fullmatch(text):
        each = replace(each, **{number: float(text), words: None})
    standard_text, standard = getattr(each, "standard_text", None), getattr(each, "standard_result", None)
    if standard is not None and standard_text and NUMBER.fullmatch(standard_text) and float(standard_text) == standard:
        each = replace(each, standard_text=None)
    return each
