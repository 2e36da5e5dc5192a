"""The terms of CDISC's terminology that USDM documents use, with their codes in the NCI's thesaurus."""

from __future__ import annotations

from typing import NamedTuple

CODE_SYSTEM = "http://www.cdisc.org"
OWN_SYSTEM = "urn:firstdose:protocol"
"""Where words of the protocol stand in the place of a code."""
VERSION = "2026-03-27"
"""The package that all codes were taken from, in the terminologies of digital data flow and of SDTM."""


class Term(NamedTuple):
    """A code, and what it means: its preferred term."""

    code: str
    decode: str


INTERVENTIONAL = Term("C98388", "Interventional Study")
PHASES = {
    "1": Term("C15600", "Phase I Trial"),
    "1a": Term("C199990", "Phase Ia Trial"),
    "1b": Term("C199989", "Phase Ib Trial"),
    "1/2": Term("C15693", "Phase I/II Trial"),
    "2": Term("C15601", "Phase II Trial"),
}
INTERVENTION_MODELS = {
    "SEQUENTIAL": Term("C142568", "Group Sequential Design"),
    "PARALLEL": Term("C82639", "Parallel Study"),
    "SINGLE GROUP": Term("C82640", "Single Group Study"),
}

OFFICIAL_TITLE = Term("C207616", "Official Study Title")
BRIEF_TITLE = Term("C207615", "Brief Study Title")
ACRONYM = Term("C207646", "Study Acronym")
SPONSOR = Term("C70793", "Clinical Study Sponsor")
REGISTRY = Term("C93453", "Study Registry")

INVESTIGATIONAL_ARM = Term("C174266", "Investigational Arm")
CONTROL_ARM = Term("C174226", "Control Arm")
OWN_DATA = Term("C188866", "Data Generated Within Study")
EPOCHS = {
    "SCREENING": Term("C202487", "Screening Epoch"),
    "TREATMENT": Term("C101526", "Treatment Epoch"),
    "FOLLOW-UP": Term("C202578", "Follow-Up Epoch"),
}
VISIT = Term("C25716", "Visit")

FIXED = Term("C201358", "Fixed Reference Timing Type")
BEFORE = Term("C201357", "Before Timing Type")
AFTER = Term("C201356", "After Timing Type")
START_TO_START = Term("C201355", "Start to Start")

EXPERIMENTAL = Term("C41161", "Protocol Agent")
BACKGROUND = Term("C165822", "Background Treatment")
BIOLOGIC = Term("C307", "Biological Agent")
DRUG = Term("C1909", "Pharmacologic Substance")
INVESTIGATIONAL_PRODUCT = Term("C202579", "Investigational Medicinal Product")
ONCE = Term("C64576", "Once")
DAY = Term("C25301", "Day")
YEAR = Term("C29848", "Year")
DOSE_FINDING = Term("C158289", "Dose Finding Study")

CRITERIA = {
    "inclusion": Term("C25532", "Inclusion Criteria"),
    "exclusion": Term("C25370", "Exclusion Criteria"),
}
OBJECTIVES = {
    "primary": Term("C85826", "Trial Primary Objective"),
    "secondary": Term("C85827", "Trial Secondary Objective"),
    "exploratory": Term("C163559", "Trial Exploratory Objective"),
}
ENDPOINTS = {
    "primary": Term("C94496", "Primary Endpoint"),
    "secondary": Term("C139173", "Secondary Endpoint"),
    "exploratory": Term("C170559", "Exploratory Endpoint"),
}
