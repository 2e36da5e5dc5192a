"""What the terms of SDTM variables mean in this package's codes. Terms that are alike, case aside, need no entry."""

from __future__ import annotations

from collections.abc import Mapping

from firstdose.cdisc.domains import DOMAINS
from firstdose.records import NAMES

NOT_DONE = {"NOT DONE": "not_done"}
COUNTRIES = {
    "AUT": "Austria",
    "BEL": "Belgium",
    "CHE": "Switzerland",
    "DEU": "Germany",
    "DNK": "Denmark",
    "ESP": "Spain",
    "FRA": "France",
    "GBR": "United Kingdom",
    "ITA": "Italy",
    "NLD": "Netherlands",
    "SWE": "Sweden",
}

TERMS: dict[str, Mapping[str, str]] = {
    "SEX": {"F": "female", "M": "male", "U": "unknown", "UN": "undifferentiated", "INTERSEX": "undifferentiated"},
    "AESEV": {"1": "mild", "2": "moderate", "3": "severe"},
    "AETOXGR": {f"GRADE {grade}": str(grade) for grade in range(1, 6)},
    "AEREL": {
        "NONE": "not_related",
        "N": "not_related",
        "NOT RELATED": "not_related",
        "UNRELATED": "not_related",
        "REMOTE": "unlikely",
        "UNLIKELY RELATED": "unlikely",
        "POSSIBLY RELATED": "possible",
        "PROBABLY RELATED": "probable",
        "DEFINITE": "related",
        "DEFINITELY RELATED": "related",
        "Y": "related",
    },
    "AEACN": {
        "DOSE NOT CHANGED": "none",
        "DRUG INTERRUPTED": "interrupted",
        "DOSE REDUCED": "reduced",
        "DOSE INCREASED": "increased",
        "DOSE DELAYED": "delayed",
        "DRUG WITHDRAWN": "withdrawn",
    },
    "AEOUT": {
        "RECOVERED/RESOLVED": "recovered",
        "RECOVERED/RESOLVED WITH SEQUELAE": "recovered_with_sequelae",
        "RECOVERING/RESOLVING": "recovering",
        "NOT RECOVERED/NOT RESOLVED": "not_recovered",
    },
    "LBNRIND": {"LOW LOW": "low", "HIGH HIGH": "high"},
    **dict.fromkeys(("LBSTAT", "VSSTAT", "QSSTAT", "FTSTAT", "NVSTAT", "RSSTAT"), NOT_DONE),
    "COUNTRY": COUNTRIES,
    "IEORRES": {"Y": "yes", "N": "no", "U": "unknown", "NA": "not_applicable"},
    "CMENRTPT": {"ONGOING": "yes", "AFTER": "yes", "BEFORE": "no"},
    "RDOMAIN": {domain: NAMES[record_types[0]] for domain, record_types in DOMAINS.items()},
}
