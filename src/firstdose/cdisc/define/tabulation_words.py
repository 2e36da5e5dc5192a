"""What Define-XML says of SDTM datasets beyond their metadata: what a row is, how values are derived, what to beware.

Two hyphens at the beginning of a variable stand for the domain.
"""

from __future__ import annotations

from firstdose.cdisc.long_texts import LONGEST_TEXT
from firstdose.cdisc.writing.metadata import SUPPLEMENT

STRUCTURES = {
    "DM": "One record per subject",
    "SE": "One record per subject per element",
    "SV": "One record per subject per visit",
    "EX": "One record per subject per administration",
    "EC": "One record per subject per administration, and one per dose that was scheduled",
    "CM": "One record per subject per medication",
    "PR": "One record per subject per session of imaging",
    "AE": "One record per subject per adverse event",
    "CE": "One record per subject per relapse",
    "DS": "One record per subject per disposition event or protocol milestone",
    "DV": "One record per subject per protocol deviation",
    "MH": "One record per subject per condition",
    "LB": "One record per subject per test per time of collection",
    "VS": "One record per subject per test per time of measurement",
    "QS": "One record per subject per item per assessment",
    "FT": "One record per subject per item per assessment",
    "NV": "One record per subject per item per assessment",
    "RS": "One record per subject per item per assessment",
    "IE": "One record per subject per criterion that was violated",
    "TA": "One record per planned element per arm",
    "TE": "One record per element",
    "TV": "One record per planned visit",
    "TI": "One record per criterion",
    "TS": "One record per value of a trial summary parameter",
    "RELREC": "One record per related record",
}
SUPPLEMENTS_STRUCTURE = "One record per value beside a record of the related domain"

DATASET_COMMENTS = {
    "CE": "Relapses of the disease under study.",
    "EC": "Doses that were scheduled (ECMOOD is SCHEDULED) stand beside those that were given or of which nothing was "
    "given; EX holds what was given.",
    "IE": "Only criteria that keep a subject out: inclusion criteria not met and exclusion criteria met.",
    "LB": "Metabolites of which relative abundances were measured are not among these results: they have neither unit "
    "nor range, and mostly no code of a laboratory test. The analysis dataset ADMB holds them. Clinical measures that "
    "a laboratory makes stand behind the results of their subject; LBCAT is their name.",
    "MH": "The disease under study is the record that SUPPMH marks with MHDISSTU.",
    "NV": "What is read from images of the nervous system. The sessions stand in PR; NVLNKID and PRLNKID link the two.",
    "PR": "Sessions of imaging; what is read from the images stands in NV.",
    "TA": "Arms are the planned dose levels, and the control where there is one; all have the same elements.",
}

STUDY_DAY = (
    "Days from RFSTDTC of DM to the date; the day of the first administration of the product is day 1, the one before "
    "it day -1. Only where both dates are known to the day."
)
FIRST_DOSE = "Earliest start of an administration of the product; only where all of them are known to the day."
LAST_DOSE = "Latest end of an administration of the product; only where all of them are known to the day."
METHODS = {
    "RFSTDTC": FIRST_DOSE,
    "RFXSTDTC": FIRST_DOSE,
    "RFENDTC": LAST_DOSE,
    "RFXENDTC": LAST_DOSE,
    "SESTDTC": "Screening starts with the consent, treatment with the first administration of the product, follow-up "
    "at the end of the last one.",
    "SEENDTC": "Screening ends with the first administration of the product, or with the end of participation without "
    "one; treatment with the end of the last administration; follow-up with the end of participation.",
    "EPOCH": "The epoch of the element of SE that covers the start of what was observed, else its date of collection: "
    "SCREENING from RFICDTC, TREATMENT from RFXSTDTC to RFXENDTC, FOLLOW-UP after it, none after RFPENDTC. On the day "
    "of the first administration two times decide; where one is not known, the day counts as TREATMENT. Only where "
    "the dates are known to the day.",
    "VISITNUM": "The number recorded for the visit; else that of the same visit of other subjects; else its place in "
    "the protocol's schedule; else a number after all of these.",
    "NVMETHOD": "PRTRT of the session of imaging that NVLNKID names.",
    "--LOBXFL": "Y for the last result with a value before the first administration of the product: by subject, test, "
    "category, specimen, position and location; of two results of one time the one with the higher sequence number. "
    "Only results dated to the day; none where a date known in part leaves open which was the last. On the day of the "
    "first administration two times decide; where one is not known, the result counts as before it unless its visit "
    "is planned for a later day.",
    "--DY": STUDY_DAY,
    "--STDY": STUDY_DAY,
    "--ENDY": STUDY_DAY,
}
OWN_ARMS = "Codes of this trial: LEVEL and the number of the dose level, or CONTROL."
COMMENTS = {
    "DSDECOD": "The event as recorded; one that says the same as a term of CDISC is written as the term.",
    "DSCAT": "As recorded; else by the event, where its words can be interpreted.",
    "ARM": "As recorded; else the dose level assigned at the first administration, or that of the cohort in which the "
    "subject holds a slot.",
    "ACTARM": "As recorded; else the dose level whose dose the first administration was, within the tolerance of the "
    "protocol; a dose of no level, or one that is not known, was given in the arm assigned.",
    "ACTARMUD": "The dose that was given, where it is of no arm.",
    "ARMCD": OWN_ARMS,
    "ACTARMCD": OWN_ARMS,
    "VISITDY": "The day of the first administration, day 0 of the protocol, is day 1.",
    "--TESTCD": "The code recorded if it has at most eight characters; items of known measures have codes of this "
    "program, and others codes made of the letters of their name.",
    "--STRESC": "The standard result as recorded. A test of which no standard result is recorded at all, and all of "
    "whose results have one unit, repeats its results.",
    "--LNKID": "Findings are linked to the session of imaging of the same subject and visit, if there is only one.",
    "NVLOC": "The organ that the measure is of; empty for measures that may be of several.",
    "CMENRTPT": "The reference time point is the last record of the medication.",
    "QNAM": f"A text of the related domain beyond {LONGEST_TEXT} characters goes on here, under the name of its "
    "variable and a number.",
    "TSVAL": f"A value beyond {LONGEST_TEXT} characters goes on in TSVAL1 and so on.",
    "TSVALNF": "NI where neither protocol nor records say what the guide asks for.",
}

WITH_AN_ARM = "the subjects of DM with a planned arm, screen failures left out"
DERIVED_PARAMETERS = {
    "ACTSUB": f"The number of {WITH_AN_ARM}.",
    "SSTDTC": f"The earliest RFICDTC of {WITH_AN_ARM}; only where all of them are known to the day.",
}
"""Parameters of TS that are counted from DM, and how."""
ASSIGNED_PARAMETERS = ("DCUTDESC", "DCUTDTC", "SDTIGVER", "SDTMVER", "STYPE")
"""Parameters of TS that the export sets: the day of its cut, the versions, and that there is an intervention."""


def structure_of(dataset: str) -> str:
    """What one row of a dataset is."""
    return SUPPLEMENTS_STRUCTURE if dataset.startswith(SUPPLEMENT) else STRUCTURES[dataset]


def said_of(words: dict[str, str], dataset: str, variable: str) -> str:
    """What a table says of a variable, by its name or that without the domain; nothing if it says nothing."""
    without_domain = f"--{variable.removeprefix(dataset)}" if variable.startswith(dataset) else variable
    return words.get(variable) or words.get(without_domain, "")
