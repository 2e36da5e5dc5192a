"""The lists of terms that datasets use, with the codes that the NCI's terminology gives to lists and terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from firstdose.cdisc.define.definition import Comment, Standard, Term, TermList
from firstdose.cdisc.nci_codes import NCI_LISTS, PACKAGE, NciList
from firstdose.cdisc.terminology_file import Terminology
from firstdose.cdisc.values import as_text
from firstdose.cdisc.writing.datasets import Dataset
from firstdose.cdisc.writing.terminology import CODE_LISTS

TERMINOLOGY_OID = "STD.CT"

DICTIONARIES = {"COUNTRY": "ISO3166"}
"""Lists that are kept elsewhere: the countries' codes of three letters."""
YES_ALONE, YES_OR_NO = "Y", "NY"
"""The list of flags, and the one of the terminology that it is a part of."""
MEANINGS = {
    "TESTCD": "TEST",
    "PARAMCD": "PARAM",
    "TSPARMCD": "TSPARM",
    "ACTARMCD": "ACTARM",
    "ARMCD": "ARM",
    "ETCD": "ELEMENT",
}
"""Variables that hold codes, and those that say what the codes mean."""
OF_THIS_TRIAL = Comment(
    "COM.OWN_TERMS",
    "The terms as this trial uses them, without codes of CDISC's controlled terminology.",
)


def package_of(terminology: Terminology | None) -> Standard:
    """The package of the terminology that codes of terms are of: the one given, or that of the codes kept here."""
    return Standard(TERMINOLOGY_OID, "CDISC/NCI", "CT", terminology.package if terminology else PACKAGE, "SDTM")


def term_lists(datasets: Sequence[Dataset], terminology: Terminology | None = None) -> dict[tuple[str, str], TermList]:
    """The list of each variable that has one, by dataset and variable.

    A list that several variables share holds what any of them uses, in the order of the list and then of the alphabet.
    """
    shared: dict[str, set[str]] = {}
    of_numbers: set[str] = set()
    for each in datasets:
        for variable in each.variables:
            if variable.codelist:
                shared.setdefault(variable.codelist, set()).update(_values(each.frame[variable.name]))
                if variable.kind == "Num":
                    of_numbers.add(variable.codelist)
    published = _published(terminology)
    made = {name: _shared_list(name, values, name in of_numbers, published) for name, values in shared.items()}
    found: dict[tuple[str, str], TermList] = {}
    for each in datasets:
        for variable in each.variables:
            own = made.get(variable.codelist) or _list_of_codes(each, variable.name, published)
            if own and (own.terms or own.dictionary):
                found[each.name, variable.name] = own
    return found


def _published(terminology: Terminology | None) -> Mapping[str, NciList]:
    """The lists with the codes of their terms, by short name; those of the package where one is given."""
    if terminology is None:
        return NCI_LISTS
    lists = {name: NciList(each.code, each.name, each.terms) for name, each in terminology.lists.items()}
    return lists | ({YES_ALONE: lists[YES_OR_NO]} if YES_OR_NO in lists else {})


def _shared_list(name: str, used: set[str], is_of_numbers: bool, published: Mapping[str, NciList]) -> TermList:
    """The terms of a named list that are used."""
    oid = f"CL.{name}"
    if name in DICTIONARIES:
        return TermList(oid, name, dictionary=DICTIONARIES[name])
    listed = CODE_LISTS[name].terms if name in CODE_LISTS else ()
    values = [term for term in listed if term in used] + sorted(used.difference(listed))
    known = published.get(name)
    if known is None:
        return TermList(
            oid, name, tuple(map(Term, values)), "integer" if is_of_numbers else "text", comment=OF_THIS_TRIAL.oid
        )
    terms = (Term(each, "", known.terms.get(each, ""), each not in known.terms) for each in values)
    return TermList(oid, known.name, tuple(terms), code=known.code, standard=TERMINOLOGY_OID)


def _list_of_codes(each: Dataset, variable: str, published: Mapping[str, NciList]) -> TermList | None:
    """The codes of tests, parameters, arms and elements with their meanings; nothing for other variables.

    A list of that name in the terminology gives codes to those that are in it.
    """
    ending = next((ending for ending in MEANINGS if variable.endswith(ending)), None)
    words = variable.removesuffix(ending) + MEANINGS[ending] if ending else ""
    if words not in each.frame.columns:
        return None
    pairs = each.frame.select(variable, words).drop_nulls().unique(variable, keep="first", maintain_order=True)
    rows, oid, name = pairs.sort(variable).rows(), f"CL.{each.name}.{variable}", f"{each.name}.{variable}"
    known = published.get(variable)
    if known is None:
        return TermList(oid, name, tuple(Term(code, meaning) for code, meaning in rows), comment=OF_THIS_TRIAL.oid)
    terms = (Term(code, meaning, known.terms.get(code, ""), code not in known.terms) for code, meaning in rows)
    return TermList(oid, known.name, tuple(terms), code=known.code, standard=TERMINOLOGY_OID)


def _values(series: pl.Series) -> Iterable[str]:
    """The different values as text."""
    return filter(None, map(as_text, series.drop_nulls().unique().to_list()))
