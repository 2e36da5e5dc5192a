"""What records say that SDTM has no variable for: the name and label of each such value in SUPP--.

Writer and reader both take them from here. A value is taken back into its field only if name and label are these.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from firstdose.cdisc.domains import DOMAINS
from firstdose.records import NAMES

LONGEST_NAME, LONGEST_LABEL = 8, 40


@dataclass(frozen=True)
class Qualifier:
    """The name and the label of a value in SUPP--."""

    name: str
    label: str


UNDER_STUDY = Qualifier("MHDISSTU", "Disease Under Study")
"""Marks the row of MH that is the disease under study."""
MARK = "disease_under_study"

CAUSES = {
    "relation_to_procedure": "RELPRO Related to the Procedure",
    "relation_to_background_treatment": "RELBCK Related to the Background Treatment",
    "relation_to_disease": "RELDIS Related to the Disease",
}
WORDS = {"result_text": "ORTXT Result in Words", "performed": "PERF Was It Done or Able to Be Done"}

# Two hyphens stand for the domain.
NONSTANDARD: dict[str, dict[str, str]] = {
    "subjects": {
        "earlier_subject": "EARLSUBJ Subject Identifier When Screened Before",
        "consent_version": "CONSVERS Version of the Consent Form",
        "protocol_version": "PROTVERS Version of the Protocol Followed",
        "eligibility_confirmed": "ELIGDTC Date/Time Eligibility Confirmed",
        "eligibility_confirmed_by": "ELIGBY Who Confirmed Eligibility",
    },
    "deaths": {
        "cause": "DTHCAUS Cause of Death",
        "event": "DTHAESEQ Number of Adverse Event Led to Death",
        "relation_to_product": "DTHREL Death Related to the Product",
        "relation_to_procedure": "DTHRPROC Death Related to the Procedure",
        "relation_to_background_treatment": "DTHRBACK Death Related to Background Treatment",
        "relation_to_disease": "DTHRDIS Death Related to the Disease",
        "autopsy": "AUTOPSY Autopsy Done",
    },
    "criterion_answers": {"value": "IEVALUE Value That the Answer Rests On"},
    "disease_histories": {
        "course": "MHCOURSE Course of the Disease",
        "diagnosed": "MHDXDTC Date of Diagnosis",
        "progressive_since": "MHPRGDTC Start of Progression",
        "relapses_in_2_years": "MHRELAP2 Relapses in 2 Years Before Consent",
        "edss_2_years_before": "MHEDSS2 EDSS 2 Years Before Consent",
        "treatments_failed": "MHTRTFAI Treatments That Failed",
    },
    "deviations": {"degree": "DVDEGREE Degree of the Deviation", "action": "DVACTION Action Taken"},
    "dosings": {
        "cohort": "--COHORT Cohort",
        "level_assigned": "--LEVEL Dose Level Assigned",
        "dose_assigned": "--DOSEAS Dose Assigned",
        "given": "--GIVEN How Much of the Dose Was Given",
        "viability_percent": "--VIABIL Viability When Given (%)",
        "volume_ml": "--VOLML Volume Given (mL)",
        "procedure_start": "--PRCDTC Start Date/Time of the Procedure",
        "zone": "--ZONE Time Zone of the Site",
        "interrupted": "--INTRPT Interrupted",
        "interruption_reason": "--INTRSN Reason of the Interruption",
    },
    "visits": {"state": "SVSTATE Did the Visit Take Place", "unscheduled": "SVUNSCHD Unscheduled"},
    "adverse_events": {
        **{field: f"AE{words}" for field, words in CAUSES.items()},
        "expectedness": "AEEXPECT Expected From What Is Known of Product",
        "special_interest": "AESPINT Adverse Event of Special Interest",
        "aware": "AEAWADTC Date/Time the Sponsor Became Aware",
        "action_with_background_treatment": "AEACNBCK Action Taken with Background Treatment",
    },
    "dlt_adjudications": {
        "adjudication": "AEDLTNO Number of the Adjudication of the DLT",
        "adjudicated": "AEDLTDTC Date/Time of the Adjudication of the DLT",
        "verdict": "AEDLT Dose-Limiting Toxicity as Adjudicated",
        "caused_by_product": "AEDLTPRD DLT: Attributed to the Product",
        "caused_by_procedure": "AEDLTPRC DLT: Attributed to the Procedure",
        "caused_by_background_treatment": "AEDLTBCK DLT: Attributed to Background Treatment",
        "caused_by_disease": "AEDLTDIS DLT: Attributed to the Disease",
        "members": "AEDLTMEM DLT: Members Who Took Part",
        "reason": "AEDLTRSN DLT: Reason of the Verdict",
    },
    "relapses": {
        "confirmed": "CECONFRM Confirmed by Examination",
        "steroids": "CESTEROI Treated with Steroids",
        "description": "CEDESCR Symptoms",
    },
    "medications": {
        "purpose": "CMPURPOS Purpose",
        "background_treatment": "CMBACKGR Background Treatment of the Protocol",
        "event": "CMAESEQ Number of the Adverse Event Treated",
    },
    "images": {
        "scanner": "PRSCANNR Scanner",
        "field_tesla": "PRTESLA Field Strength (T)",
        "contrast": "PRCONTR With Contrast Agent",
        "days_since_steroids": "PRSTERDY Days Since the Last Steroids",
        "quality": "PRQUAL Quality",
        "reader": "PRREADER Who Read It",
        "reader_blinded": "PRRDBLND Reader Blinded to the Dose",
        "finding": "PRFINDNG Finding in Words",
    },
    "lab_results": {
        **{field: f"LB{words}" for field, words in WORDS.items()},
        "test": "LBTESTOR Test as Recorded",
        "name": "LBTESTNM Name of the Test as Recorded",
        "analyte": "LBANALYT Analyte",
        "last_intake": "LBINTDTC Last Intake of the Drug Before the Draw",
    },
    "vital_signs": {
        **{field: f"VS{words}" for field, words in WORDS.items()},
        "test": "VSTESTOR Test as Recorded",
        "name": "VSTESTNM Name of the Test as Recorded",
    },
    "assessments": {
        "number": "--ASSNO Number Among the Assessments",
        "answer_text": "--ANSTXT Answer in Words",
        "performed": "--PERF Was It Done or Able to Be Done",
        "item": "--ITEM Item as Recorded",
        "question": "--QUEST Question as Recorded",
        "assessor": "--RATER Who Assessed It",
        "blinded": "--BLIND Assessor Blinded",
    },
}


def qualifiers_of(record_type: type, domain: str) -> dict[str, Qualifier]:
    """The field of each value of a kind of record that may stand in a domain's SUPP--."""
    named = NONSTANDARD.get(NAMES[record_type], {})
    return {field: Qualifier(*text.replace("--", domain, 1).split(" ", 1)) for field, text in named.items()}


@cache
def all_qualifiers(domain: str) -> dict[Qualifier, str]:
    """Every value that the reader of a domain takes back, and the field that it belongs to."""
    found = {UNDER_STUDY: MARK} if domain == "MH" else {}
    return found | {
        qualifier: field
        for record_type in DOMAINS.get(domain, ())
        for field, qualifier in qualifiers_of(record_type, domain).items()
    }
