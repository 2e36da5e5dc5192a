"""Datasets as a definition: the metadata that they were written by, and what their values say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import polars as pl

from firstdose.cdisc.adam.metadata import MAY_BE_EMPTY
from firstdose.cdisc.define import analysis_words, tabulation_words
from firstdose.cdisc.define.annotated_forms import annotated_forms, collected_on_forms
from firstdose.cdisc.define.definition import (
    Comment,
    Definition,
    Document,
    Group,
    Item,
    Method,
    Provenance,
    Standard,
    TermList,
)
from firstdose.cdisc.define.terms_used import OF_THIS_TRIAL, package_of, term_lists
from firstdose.cdisc.define.value_level import results_by_test
from firstdose.cdisc.define.value_types import type_of
from firstdose.cdisc.terminology_file import Terminology
from firstdose.cdisc.writing.datasets import Dataset
from firstdose.cdisc.writing.metadata import SUPPLEMENT, Variable
from firstdose.protocol import Protocol

TABULATION = Standard("STD.SDTMIG", "SDTMIG", "IG", "3.4")
ANALYSIS = Standard("STD.ADAMIG", analysis_words.STANDARD, "IG", analysis_words.VERSION)
SOURCES = {"Collected": "Investigator", "Derived": "Sponsor", "Assigned": "Sponsor", "Protocol": "Sponsor"}
"""Who values come from: records are entered by the investigator's staff. What was copied has its source in words."""
WITHOUT_VALUES = Comment("COM.NO_VALUES", "The guide asks for this variable; no value of it is recorded.")
FORMS = Document("LF.ACRF", "Annotated blank forms", "acrf.html")
ONE_A_SUBJECT = ("STUDYID", "USUBJID")

Pages = Mapping[tuple[str, ...], tuple[str, ...]]
"""The forms that collect each variable, as `collected_on_forms` gives them."""


class Words(NamedTuple):
    """What is said of a variable: the words of its origin, the method of its derivation, and a comment."""

    origin: str = ""
    method: str = ""
    comment: str = ""


def definition_of(
    protocol: Protocol,
    datasets: Sequence[Dataset],
    standard: Standard,
    ending: str,
    created: datetime,
    terminology: Terminology | None = None,
) -> Definition:
    """The definition of datasets that stand in files with an ending, such as xpt.

    Lists and terms have the codes of the package of terminology that is given, else of the one whose codes are kept.
    """
    lists = term_lists(datasets, terminology)
    abouts = _dataset_comments(protocol, standard)
    groups = tuple(_group(each, standard, ending, lists, abouts) for each in datasets)
    forms = None if standard == ANALYSIS else FORMS
    if forms is not None:
        on_forms = collected_on_forms(annotated_forms(protocol))
        groups = tuple(_with_forms(group, on_forms, forms) for group in groups)
    methods, comments = _texts(datasets, standard, abouts)
    used = {each.oid: each for each in lists.values()}
    standards = (standard, package_of(terminology)) if any(each.standard for each in used.values()) else (standard,)
    if any(each.comment for each in used.values()):
        comments = (*comments, OF_THIS_TRIAL)
    if any(item.comment == WITHOUT_VALUES.oid for group in groups for item in group.items):
        comments = (*comments, WITHOUT_VALUES)
    trial = protocol.trial
    return Definition(
        trial.id, trial.title or trial.id, created, standards, groups, tuple(used.values()), methods, comments, forms
    )


def in_files(definition: Definition, ending: str) -> Definition:
    """The same definition beside datasets in files with another ending."""
    return replace(
        definition, groups=tuple(replace(group, file=_file(group.name, ending)) for group in definition.groups)
    )


def _file(dataset: str, ending: str) -> str:
    """The file that a dataset stands in."""
    return f"{dataset.lower()}.{ending}"


def _with_forms(group: Group, on_forms: Pages, forms: Document) -> Group:
    """A dataset whose collected variables, and values of SUPP--, refer to the forms that ask for them."""
    return replace(
        group,
        items=tuple(
            replace(
                _on_form(item, (group.name, item.name), on_forms, forms),
                values=tuple(_on_form(value, _place(group, value), on_forms, forms) for value in item.values),
            )
            for item in group.items
        ),
    )


def _place(group: Group, value: Item) -> tuple[str, ...]:
    """The values of one test as forms name them."""
    return (group.name, value.name, value.condition.value) if value.condition else (group.name, value.name)


def _on_form(item: Item, place: tuple[str, ...], on_forms: Pages, forms: Document) -> Item:
    """A variable or values, with the forms that ask for them as the document of their origin, if there are any.

    Values of a test that no form names are on the forms of their variable.
    """
    pages = on_forms.get(place) or on_forms.get(place[:2])
    if item.provenance.kind != "Collected" or not pages:
        return item
    return replace(item, provenance=replace(item.provenance, document=forms.oid, pages=pages))


def words_of(standard: Standard, dataset: str, variable: Variable) -> Words:
    """What is said of a variable besides its label."""
    if standard == ANALYSIS:
        return Words(*analysis_words.words_of(variable))
    method = tabulation_words.said_of(tabulation_words.METHODS, dataset, variable.name)
    return Words(
        method=method if variable.origin == "Derived" else "",
        comment=tabulation_words.said_of(tabulation_words.COMMENTS, dataset, variable.name),
    )


def _group(
    each: Dataset,
    standard: Standard,
    ending: str,
    lists: dict[tuple[str, str], TermList],
    abouts: Mapping[str, str],
) -> Group:
    """One dataset; `abouts` is what is said of whole datasets."""
    is_analysis = standard == ANALYSIS
    described = each.domain
    return Group(
        oid=f"IG.{each.name}",
        name=each.name,
        domain=each.name.removeprefix(SUPPLEMENT),
        label=described.label,
        observation_class=described.observation_class.upper(),
        subclass=analysis_words.subclass_of(each.name) if is_analysis else "",
        structure=analysis_words.structure_of(described) if is_analysis else tabulation_words.structure_of(each.name),
        purpose="Analysis" if is_analysis else "Tabulation",
        is_repeating="USUBJID" in each.frame.columns and described.keys != ONE_A_SUBJECT,
        is_reference="USUBJID" not in each.frame.columns,
        file=_file(each.name, ending),
        items=tuple(_item(each, variable, standard, lists) for variable in each.variables),
        comment=f"COM.{each.name}" if each.name in abouts else "",
    )


def _item(each: Dataset, variable: Variable, standard: Standard, lists: dict[tuple[str, str], TermList]) -> Item:
    """One variable, with its values by test where the dataset has tests."""
    words = words_of(standard, each.name, variable)
    path = f"{each.name}.{variable.name}"
    origin = Provenance(variable.origin, "" if words.origin else SOURCES.get(variable.origin, ""), words.origin)
    terms = lists.get((each.name, variable.name))
    keys = each.domain.keys
    is_empty = each.frame[variable.name].null_count() == each.frame.height
    no_values = WITHOUT_VALUES.oid if is_empty else ""
    return Item(
        oid=f"IT.{path}",
        name=variable.name,
        label=variable.label,
        value_type=type_of(variable.name, each.frame[variable.name]),
        provenance=origin,
        is_mandatory=variable.core == "Req" and not (standard == ANALYSIS and variable.name in MAY_BE_EMPTY),
        is_empty=is_empty,
        key=keys.index(variable.name) + 1 if variable.name in keys else None,
        display_format=getattr(variable, "display_format", ""),
        term_list=terms.oid if terms else "",
        method=f"MT.{path}" if words.method else "",
        comment=f"COM.{path}" if words.comment else no_values,
        values=tuple(map(_of_parameter, results_by_test(each, variable, origin, f"MT.{path}" if words.method else ""))),
    )


def _of_parameter(value: Item) -> Item:
    """The values of a parameter of TS with an origin of its own; others as they are."""
    code = value.condition.value if value.condition and value.condition.variable == "TSPARMCD" else ""
    if code in tabulation_words.DERIVED_PARAMETERS:
        return replace(value, provenance=Provenance("Derived", SOURCES["Derived"]), method=f"MT.{value.oid[3:]}")
    if code in tabulation_words.ASSIGNED_PARAMETERS:
        return replace(value, provenance=Provenance("Assigned", SOURCES["Assigned"]))
    return value


def _methods_of_parameters(each: Dataset) -> Iterable[Method]:
    """How those parameters of TS are made that are counted from other datasets."""
    for code, text in tabulation_words.DERIVED_PARAMETERS.items():
        if each.frame.filter((pl.col("TSPARMCD") == code) & pl.col("TSVAL").is_not_null()).height:
            path = f"TS.TSVAL.{code}"
            yield Method(f"MT.{path}", f"Derivation of {path}", text)


def _dataset_comments(protocol: Protocol, standard: Standard) -> Mapping[str, str]:
    """What is said of whole datasets."""
    return analysis_words.dataset_comments(protocol) if standard == ANALYSIS else tabulation_words.DATASET_COMMENTS


def _texts(
    datasets: Iterable[Dataset], standard: Standard, abouts: Mapping[str, str]
) -> tuple[tuple[Method, ...], tuple[Comment, ...]]:
    """The methods and comments that datasets and variables refer to."""
    methods: list[Method] = []
    comments = []
    for each in datasets:
        about = abouts.get(each.name)
        if about:
            comments.append(Comment(f"COM.{each.name}", about))
        if each.name == "TS":
            methods += _methods_of_parameters(each)
        for variable in each.variables:
            path, words = f"{each.name}.{variable.name}", words_of(standard, each.name, variable)
            if words.method:
                methods.append(Method(f"MT.{path}", f"Derivation of {path}", words.method))
            if words.comment:
                comments.append(Comment(f"COM.{path}", words.comment))
    return tuple(methods), tuple(comments)
