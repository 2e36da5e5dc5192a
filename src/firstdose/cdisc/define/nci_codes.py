"""The codes that the NCI's thesaurus gives to lists of CDISC's controlled terminology and to their terms."""

from __future__ import annotations

from typing import NamedTuple

PACKAGE = "2025-03-28"
"""The package of the terminology (SDTM) that these were taken from."""

_TABLE = """
NY | C66742 | No Yes Response
    C49487 N
    C48660 NA
    C17998 U
    C49488 Y
ND | C66789 | Not Done
    C49484 NOT DONE
AGEU | C66781 | Age Unit
    C25301 DAYS
    C25529 HOURS
    C29846 MONTHS
    C29844 WEEKS
    C29848 YEARS
SEX | C66731 | Sex
    C16576 F
    C45908 INTERSEX
    C20197 M
    C17998 U
RACE | C74457 | Race
    C41259 AMERICAN INDIAN OR ALASKA NATIVE
    C41260 ASIAN
    C16352 BLACK OR AFRICAN AMERICAN
    C41219 NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER
    C43234 NOT REPORTED
    C17649 OTHER
    C17998 UNKNOWN
    C41261 WHITE
ETHNIC | C66790 | Ethnic Group
    C17459 HISPANIC OR LATINO
    C41222 NOT HISPANIC OR LATINO
    C43234 NOT REPORTED
    C17998 UNKNOWN
ARMNULRS | C142179 | Arm Null Reason
    C142238 ASSIGNED, NOT TREATED
    C142239 NOT ASSIGNED
    C49628 SCREEN FAILURE
    C142240 UNPLANNED TREATMENT
EPOCH | C99079 | Epoch
    C125938 BASELINE
    C102255 BLINDED TREATMENT
    C123452 CONTINUATION TREATMENT
    C202578 FOLLOW-UP
    C123453 INDUCTION TREATMENT
    C209541 INTERVENTION
    C202577 LONG-TERM FOLLOW-UP
    C165873 OBSERVATION
    C102256 OPEN LABEL TREATMENT
    C199844 PRE-SCREENING
    C210380 PRODUCT EXPOSURE
    C98779 RUN-IN
    C202487 SCREENING
    C101526 TREATMENT
    C42872 WASHOUT
BRDGMOOD | C125923 | BRIDG Activity Mood
    C38000 PERFORMED
    C125937 SCHEDULED
STENRF | C66728 | Relation to Reference Period
    C38008 AFTER
    C25629 BEFORE
    C184710 BEFORE/DURING
    C25456 COINCIDENT
    C25490 DURING
    C49640 DURING/AFTER
    C53279 ONGOING
    C17998 UNKNOWN
AESEV | C66769 | Severity/Intensity Scale for Adverse Events
    C41338 MILD
    C41339 MODERATE
    C41340 SEVERE
SEVRS | C165643 | Severity Response
    C45368 MAJOR
    C70666 MILD
    C25570 MINIMAL
    C45367 MINOR
    C61376 MODERATE
    C70667 SEVERE
    C17998 U
ACN | C66767 | Action Taken with Study Treatment
    C49503 DOSE INCREASED
    C49504 DOSE NOT CHANGED
    C150826 DOSE RATE REDUCED
    C49505 DOSE REDUCED
    C49501 DRUG INTERRUPTED
    C49502 DRUG WITHDRAWN
    C48660 NOT APPLICABLE
    C17998 UNKNOWN
OUT | C66768 | Outcome of Event
    C48275 FATAL
    C49494 NOT RECOVERED/NOT RESOLVED
    C49498 RECOVERED/RESOLVED
    C49495 RECOVERED/RESOLVED WITH SEQUELAE
    C49496 RECOVERING/RESOLVING
    C17998 UNKNOWN
DSCAT | C74558 | Category of Disposition Event
    C74590 DISPOSITION EVENT
    C150824 OTHER EVENT
    C74588 PROTOCOL MILESTONE
NRIND | C78736 | Reference Range Indicator
    C78802 ABNORMAL
    C78800 HIGH
    C78801 LOW
    C78727 NORMAL
IECAT | C66797 | Category of Inclusion/Exclusion
    C25370 EXCLUSION
    C25532 INCLUSION
"""


class NciList(NamedTuple):
    """A list of terms: its code, its name, and the code of each term."""

    code: str
    name: str
    terms: dict[str, str]


def _read(table: str) -> dict[str, NciList]:
    """The lists by their short names: a line for each list, then one for each term."""
    found: dict[str, NciList] = {}
    latest: dict[str, str] = {}
    for line in filter(None, table.splitlines()):
        if line.startswith(" "):
            code, term = line.strip().split(" ", 1)
            latest[term] = code
        else:
            short, code, name = (part.strip() for part in line.split("|"))
            latest = {}
            found[short] = NciList(code, name, latest)
    return found


NCI_LISTS = _read(_TABLE)
NCI_LISTS["Y"] = NCI_LISTS["NY"]
