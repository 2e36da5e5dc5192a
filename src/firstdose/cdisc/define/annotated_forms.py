"""Annotated blank forms: beside each question that is asked, the SDTM variable that holds its answer.

The forms are made of the records' own questions and of the items of the measures that the protocol uses; the variables
are those that the datasets are written by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from firstdose.cdisc.domains import DOMAINS, SUPPLEMENT, variable_of
from firstdose.cdisc.item_codes import domain_of_measure, item_codes
from firstdose.cdisc.nonstandard import qualifiers_of
from firstdose.cdisc.writing.metadata import domain_of
from firstdose.measures import MEASURES
from firstdose.protocol import Protocol
from firstdose.records import (
    FORM_TITLES,
    NAMES,
    RECORDS,
    Assessment,
    Column,
    DltAdjudication,
    Dosing,
    Subject,
    Visit,
    columns_of,
)

TEMPLATE = "acrf.html.j2"
COLLECTED = "Collected"
OF_ITEMS = ("item", "question", "answer", "answer_text", "standard_answer")
"""Fields of assessments that the items of a measure ask in their own words."""
RESULTS_OF_ITEMS = ("ORRES", "STRESC", "STRESN", "STRESU")
TITLES = FORM_TITLES | {NAMES[DltAdjudication]: "Adjudications of dose-limiting toxicity"}
"""The forms of a participant, and the one that the committee fills in."""
BY_RULE: dict[tuple[type, str], tuple[tuple[str, str, str], ...]] = {
    (Subject, "subject"): (("DM", "SUBJID", ""),),
    (Dosing, "dose_assigned"): (("EC", "ECDOSE", "where ECMOOD is SCHEDULED"),),
    (Dosing, "given"): (("EC", "ECOCCUR", ""),),
    (Visit, "state"): (("SV", "SVOCCUR", ""),),
    (Visit, "unscheduled"): (("SV", "SVPRESP", ""),),
}
"""Variables that hold a field in other words, so that no field names them."""


@dataclass(frozen=True)
class Annotation:
    """Where an answer stands: dataset, variable or the name of a value in SUPP--, under which condition if under one.

    A variable whose origin is not Collected says which it is. The answer to an item has the code of its test.
    """

    dataset: str
    name: str
    condition: str = ""
    origin: str = COLLECTED
    test: str = ""


@dataclass(frozen=True)
class AnnotatedQuestion:
    """A question, what can be answered, and where the answer stands; nowhere if it is not in SDTM.

    ``answers`` are those to choose from, if there is a choice; else what kind of answer it is.
    """

    words: str
    answers: tuple[str, ...]
    is_choice: bool
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True)
class AnnotatedForm:
    """One form: its questions and the datasets that its answers stand in."""

    identifier: str
    title: str
    questions: tuple[AnnotatedQuestion, ...]

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets by name, SUPP-- left out, in the order of first mention."""
        found = (each.dataset for question in self.questions for each in question.annotations)
        return tuple(dict.fromkeys(name for name in found if not name.startswith(SUPPLEMENT)))


def annotated_forms(protocol: Protocol) -> tuple[AnnotatedForm, ...]:
    """Each form of a participant, those that SDTM does not hold too, and one for each measure of the schedule."""
    of_records = [_form(name, kind) for name, kind in RECORDS.items() if name in TITLES and kind is not Assessment]
    activities = protocol.schedule.activities if protocol.schedule else ()
    used = dict.fromkeys(each.measure for each in activities if each.measure in MEASURES)
    return (*of_records, *(_form_of_measure(name) for name in used if name))


def collected_on_forms(forms: tuple[AnnotatedForm, ...]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The forms, by their identifiers, that collect each variable, or value in SUPP--, of a dataset.

    A variable is named by dataset and name; its values of one test by the code of the test besides.
    """
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for form in forms:
        for each in (each for question in form.questions for each in question.annotations):
            if each.origin == COLLECTED:
                place = (each.dataset, each.name)
                for key in (place, (*place, each.test)) if each.test else (place,):
                    found.setdefault(key, {})[form.identifier] = None
    return {place: tuple(identifiers) for place, identifiers in found.items()}


def forms_page(forms: tuple[AnnotatedForm, ...], study: str) -> str:
    """The forms as one HTML page that needs no other file."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(files(__package__).joinpath(TEMPLATE).read_text("utf-8"))
    return template.render(forms=forms, study=study)


def _form(name: str, record_type: type) -> AnnotatedForm:
    """The form of a kind of record."""
    domains = [domain for domain, kinds in DOMAINS.items() if record_type in kinds]
    questions = [
        _question(column, _annotations(record_type, field, domains))
        for field, column in columns_of(record_type).items()
    ]
    return AnnotatedForm(name, TITLES[name], tuple(questions))


def _form_of_measure(measure: str) -> AnnotatedForm:
    """The form of a clinical measure: what is asked of every assessment, then its items."""
    domain, described = domain_of_measure(measure), MEASURES[measure]
    general = [
        _question(column, _annotations(Assessment, field, [domain]))
        for field, column in columns_of(Assessment).items()
        if field not in OF_ITEMS
    ]
    items = [
        AnnotatedQuestion(
            item.question,
            tuple(f"{answer}: {words}" for answer, words in item.choices.items()) or (item.unit or item.kind,),
            bool(item.choices),
            (
                Annotation(domain, f"{domain}TEST"),
                *(
                    Annotation(domain, f"{domain}{end}", f"where {domain}TESTCD is {code}", test=code)
                    for end in RESULTS_OF_ITEMS
                ),
            ),
        )
        for item in described.items
        for code in (item_codes()[measure, item.name],)
    ]
    return AnnotatedForm(f"{NAMES[Assessment]}.{measure}", described.title, (*general, *items))


def _annotations(record_type: type, field: str, domains: list[str]) -> Iterator[Annotation]:
    """Where a field stands, in each of the domains of its kind of record."""
    for domain in domains:
        variable = domain_of(domain).variables.get(variable_of(record_type, field, domain))
        qualifier = qualifiers_of(record_type, domain).get(field)
        if variable is not None:
            yield Annotation(domain, variable.name, origin=variable.origin)
        if qualifier is not None:
            condition = "for what the variable does not say" if variable is not None else ""
            yield Annotation(f"{SUPPLEMENT}{domain}", qualifier.name, condition)
    for dataset, name, condition in BY_RULE.get((record_type, field), ()):
        yield Annotation(dataset, name, condition, domain_of(dataset).variables[name].origin)


def _question(column: Column, annotations: Iterable[Annotation]) -> AnnotatedQuestion:
    """A question of a record with its choices, or what kind of answer it asks for."""
    choices = tuple(column.codes.values()) if column.codes else ()
    return AnnotatedQuestion(
        column.question.words, choices or (column.kind_in_words,), bool(choices), tuple(annotations)
    )
