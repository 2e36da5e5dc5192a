"""The terms that are written for this package's codes, and the short code lists that written values are held against.

The lists hold what is used here, from CDISC's controlled terminology; they are not that terminology. A list that its
owner may extend is open: a value outside of it is no fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from firstdose.cdisc.terminology_file import Terminology
from firstdose.cdisc.writing.words_for_terms import RECORDED_IN_WORDS
from firstdose.records import Column

YES, NO = "Y", "N"
LISTED_BY_PACKAGES = {"LBTESTCD", "LBTEST", "VSTESTCD", "VSTEST"}
"""Lists that only a package has, by the variables that they are of."""


@dataclass(frozen=True)
class CodeList:
    """The terms of a list, whether others may be added, and whether these are all that a package has."""

    terms: tuple[str, ...]
    is_open: bool = False
    is_published: bool = False


CODE_LISTS: dict[str, CodeList] = {
    "Y": CodeList((YES,)),
    "NY": CodeList((YES, NO, "U", "NA")),
    "ND": CodeList(("NOT DONE",)),
    "AGEU": CodeList(("YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS")),
    "SEX": CodeList(("F", "INTERSEX", "M", "U")),
    "RACE": CodeList(
        (
            "AMERICAN INDIAN OR ALASKA NATIVE",
            "ASIAN",
            "BLACK OR AFRICAN AMERICAN",
            "NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER",
            "NOT REPORTED",
            "OTHER",
            "UNKNOWN",
            "WHITE",
        ),
        is_open=True,
    ),
    "ETHNIC": CodeList(("HISPANIC OR LATINO", "NOT HISPANIC OR LATINO", "NOT REPORTED", "UNKNOWN")),
    "ARMNULRS": CodeList(
        ("SCREEN FAILURE", "NOT ASSIGNED", "ASSIGNED, NOT TREATED", "UNPLANNED TREATMENT"), is_open=True
    ),
    "EPOCH": CodeList(("SCREENING", "TREATMENT", "FOLLOW-UP"), is_open=True),
    "BRDGMOOD": CodeList(("PERFORMED", "SCHEDULED")),
    "STENRF": CodeList(("BEFORE", "COINCIDENT", "DURING", "DURING/AFTER", "AFTER", "ONGOING", "UNKNOWN")),
    "AESEV": CodeList(("MILD", "MODERATE", "SEVERE")),
    "SEVRS": CodeList(("MILD", "MODERATE", "SEVERE"), is_open=True),
    "AETOXGR": CodeList(("1", "2", "3", "4", "5")),
    "AEREL": CodeList(
        ("NOT RELATED", "UNLIKELY RELATED", "POSSIBLY RELATED", "PROBABLY RELATED", "RELATED"), is_open=True
    ),
    "ACN": CodeList(
        (
            "DOSE INCREASED",
            "DOSE NOT CHANGED",
            "DOSE REDUCED",
            "DRUG INTERRUPTED",
            "DRUG WITHDRAWN",
            "NOT APPLICABLE",
            "UNKNOWN",
        )
    ),
    "OUT": CodeList(
        (
            "FATAL",
            "NOT RECOVERED/NOT RESOLVED",
            "RECOVERED/RESOLVED",
            "RECOVERED/RESOLVED WITH SEQUELAE",
            "RECOVERING/RESOLVING",
            "UNKNOWN",
        )
    ),
    "DSCAT": CodeList(("DISPOSITION EVENT", "OTHER EVENT", "PROTOCOL MILESTONE")),
    "NRIND": CodeList(("ABNORMAL", "HIGH", "LOW", "NORMAL"), is_open=True),
    "IECAT": CodeList(("INCLUSION", "EXCLUSION")),
    "COUNTRY": CodeList(("AUT", "BEL", "CHE", "DEU", "DNK", "ESP", "FRA", "GBR", "ITA", "NLD", "SWE", "USA"), True),
} | {name: CodeList(terms, is_open=True) for name, terms in RECORDED_IN_WORDS.items()}


def code_lists(terminology: Terminology | None) -> Mapping[str, CodeList]:
    """The lists that values are held against: those of a package where it has them, else the short ones."""
    published = terminology.lists if terminology else {}
    named = (CODE_LISTS.keys() | LISTED_BY_PACKAGES) & published.keys()
    return CODE_LISTS | {
        name: CodeList(tuple(published[name].terms), published[name].is_extensible, is_published=True) for name in named
    }


# The term of each code where it is not the code itself in capitals; without a term (None) the code goes to SUPP--.
NOT_DONE_ONLY = {"not_done": "NOT DONE", "done": None, "unable_to_perform": None}
TERMS_WRITTEN: dict[str, Mapping[str, str | None]] = {
    "SEX": {"female": "F", "male": "M", "undifferentiated": "INTERSEX", "unknown": "U"},
    "AEREL": {
        "unlikely": "UNLIKELY RELATED",
        "possible": "POSSIBLY RELATED",
        "probable": "PROBABLY RELATED",
    },
    "AEACN": {
        "none": "DOSE NOT CHANGED",
        "interrupted": "DRUG INTERRUPTED",
        "reduced": "DOSE REDUCED",
        "increased": "DOSE INCREASED",
        "delayed": "DOSE DELAYED",
        "withdrawn": "DRUG WITHDRAWN",
    },
    "AEOUT": {
        "recovered": "RECOVERED/RESOLVED",
        "recovered_with_sequelae": "RECOVERED/RESOLVED WITH SEQUELAE",
        "recovering": "RECOVERING/RESOLVING",
        "not_recovered": "NOT RECOVERED/NOT RESOLVED",
    },
    "IEORRES": {"yes": YES, "no": NO, "unknown": "U", "not_applicable": "NA"},
    **{f"{domain}STAT": NOT_DONE_ONLY for domain in ("LB", "VS", "QS", "FT", "NV", "RS")},
}
ANSWERS_WRITTEN: dict[str, tuple[str, str]] = {"CMENRTPT": ("ONGOING", "BEFORE")}
"""The terms for yes and no of variables that say them in other words."""


def terms_of(column: Column, variable: str) -> dict[str, str | None]:
    """The term that a variable has for each code of a field."""
    own = TERMS_WRITTEN.get(variable, {})
    return {code: own[code] if code in own else plain_term(code) for code in column.codes}


def plain_term(code: str) -> str:
    """A code as a term: in capitals, with blanks."""
    return code.replace("_", " ").upper()
