"""Variables of the datasets of events, interventions and findings (SDTM Implementation Guide 3.4).

A line gives name, label, type, core, origin and, if there is one, the code list. A head gives name, label and keys.
"""

HEAD = """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        DOMAIN   | Domain Abbreviation                  | Char | Req  | Assigned
        USUBJID  | Unique Subject Identifier            | Char | Req  | Collected
        --SEQ    | Sequence Number                      | Num  | Req  | Assigned"""
VISIT = """
        VISITNUM | Visit Number                         | Num  | Exp  | Derived
        VISIT    | Visit Name                           | Char | Perm | Collected"""
VISIT_IF_KNOWN = VISIT.replace("| Exp ", "| Perm")
"""The visit in datasets of interventions and events, which the guide does not expect there."""
EPOCH = """
        EPOCH    | Epoch                                | Char | Perm | Derived   | EPOCH"""
DATES = """
        --STDTC  | Start Date/Time of {what}            | Char | {core} | Collected
        --ENDTC  | End Date/Time of {what}              | Char | {core} | Collected"""
DAYS = """
        --STDY   | Study Day of Start of {what}         | Num  | Perm | Derived
        --ENDY   | Study Day of End of {what}           | Num  | Perm | Derived"""
TREATED = (DATES + DAYS).format(what="Treatment", core="Exp")
COLLECTED = """
        --DTC    | Date/Time of Collection              | Char | Perm | Collected"""
DAY_COLLECTED = """
        --DY     | Study Day of Collection              | Num  | Perm | Derived"""
RESULT = """
        --ORRES  | Result or Finding in Original Units  | Char | Exp  | Collected
        --ORRESU | Original Units                       | Char | Exp  | Collected"""
STANDARD = """
        --STRESC | Character Result/Finding in Std Format | Char | Exp | Collected
        --STRESN | Numeric Result/Finding in Standard Units | Num | Exp | Collected
        --STRESU | Standard Units                       | Char | Exp  | Collected"""
NOT_DONE = """
        --STAT   | Completion Status                    | Char | Perm | Collected | ND
        --REASND | {reason}                             | Char | Perm | Collected"""
LAST_BEFORE = """
        --LOBXFL | Last Observation Before Exposure Flag | Char | {core} | Derived  | Y"""
MEASURED = """
        --DTC    | Date/Time of {date}                  | Char | Exp  | Collected
        --DY     | Study Day of {day}                   | Num  | Perm | Derived"""
DOSE = """
        --DOSE   | Dose                                 | Num  | Exp  | Collected
        --DOSU   | Dose Units                           | Char | Exp  | Collected
        --DOSFRM | Dose Form                            | Char | Exp  | Collected
        --DOSFRQ | Dosing Frequency per Interval        | Char | Perm | Collected"""

INTERVENTIONS = {
    "EX | Exposure | STUDYID USUBJID EXSEQ": f"""{HEAD}
        EXTRT    | Name of Treatment                    | Char | Req  | Collected
        {DOSE.strip()}
        EXROUTE  | Route of Administration              | Char | Perm | Collected
        EXLOT    | Lot Number                           | Char | Perm | Collected
        EXLOC    | Location of Dose Administration      | Char | Perm | Collected {VISIT_IF_KNOWN}{EPOCH}{TREATED}
    """,
    "EC | Exposure as Collected | STUDYID USUBJID ECSEQ": f"""{HEAD}
        ECTRT    | Name of Treatment                    | Char | Req  | Collected
        ECMOOD   | Mood                                 | Char | Perm | Assigned  | BRDGMOOD
        ECPRESP  | Pre-Specified                        | Char | Perm | Assigned  | Y
        ECOCCUR  | Occurrence                           | Char | Perm | Collected | NY
        {DOSE.strip()}
        ECROUTE  | Route of Administration              | Char | Perm | Collected
        ECLOT    | Lot Number                           | Char | Perm | Collected
        ECLOC    | Location of Dose Administration      | Char | Perm | Collected {VISIT_IF_KNOWN}{EPOCH}{TREATED}
    """,
    "CM | Concomitant/Prior Medications | STUDYID USUBJID CMSEQ": f"""{HEAD}
        CMTRT    | Reported Name of Drug, Med, or Therapy | Char | Req | Collected
        CMDECOD  | Standardized Medication Name         | Char | Perm | Assigned
        CMINDC   | Indication                           | Char | Perm | Collected
        CMCLAS   | Medication Class                     | Char | Perm | Assigned
        CMDOSE   | Dose per Administration              | Num  | Perm | Collected
        CMDOSU   | Dose Units                           | Char | Perm | Collected
        CMDOSFRQ | Dosing Frequency per Interval        | Char | Perm | Collected
        CMROUTE  | Route of Administration              | Char | Perm | Collected
        CMRSDISC | Reason the Intervention Was Discontinued | Char | Perm | Collected {VISIT_IF_KNOWN}{EPOCH}{COLLECTED}
        {DATES.format(what="Medication", core="Perm").strip()}{DAY_COLLECTED}{DAYS.format(what="Medication")}
        CMENRTPT | End Relative to Reference Time Point | Char | Perm | Collected | STENRF
        CMENTPT  | End Reference Time Point             | Char | Perm | Assigned
    """,
    "PR | Procedures | STUDYID USUBJID PRSEQ": f"""{HEAD}
        PRTRT    | Reported Name of Procedure           | Char | Req  | Collected
        PRCAT    | Category                             | Char | Perm | Assigned {VISIT_IF_KNOWN}{EPOCH}
        PRSTDTC  | Start Date/Time of Procedure         | Char | Exp  | Collected
        PRSTDY   | Study Day of Start of Procedure      | Num  | Perm | Derived
    """,
}

EVENTS = {
    "AE | Adverse Events | STUDYID USUBJID AESEQ": f"""{HEAD}
        AETERM   | Reported Term for the Adverse Event  | Char | Req  | Collected
        AELLT    | Lowest Level Term                    | Char | Exp  | Assigned
        AELLTCD  | Lowest Level Term Code               | Num  | Exp  | Assigned
        AEDECOD  | Dictionary-Derived Term              | Char | Req  | Assigned
        AEPTCD   | Preferred Term Code                  | Num  | Exp  | Assigned
        AEHLT    | High Level Term                      | Char | Exp  | Assigned
        AEHLTCD  | High Level Term Code                 | Num  | Exp  | Assigned
        AEHLGT   | High Level Group Term                | Char | Exp  | Assigned
        AEHLGTCD | High Level Group Term Code           | Num  | Exp  | Assigned
        AEBODSYS | Body System or Organ Class           | Char | Exp  | Assigned
        AEBDSYCD | Body System or Organ Class Code      | Num  | Exp  | Assigned
        AESOC    | Primary System Organ Class           | Char | Exp  | Assigned
        AESOCCD  | Primary System Organ Class Code      | Num  | Exp  | Assigned
        AESEV    | Severity/Intensity                   | Char | Perm | Collected | AESEV
        AESER    | Serious Event                        | Char | Exp  | Collected | NY
        AEACN    | Action Taken with Study Treatment    | Char | Exp  | Collected | ACN
        AEACNOTH | Other Action Taken                   | Char | Perm | Collected
        AEREL    | Causality                            | Char | Exp  | Collected | AEREL
        AEOUT    | Outcome of Adverse Event             | Char | Perm | Collected | OUT
        AESCAN   | Involves Cancer                      | Char | Perm | Collected | NY
        AESCONG  | Congenital Anomaly or Birth Defect   | Char | Perm | Collected | NY
        AESDISAB | Persist or Signif Disability/Incapacity | Char | Perm | Collected | NY
        AESDTH   | Results in Death                     | Char | Perm | Collected | NY
        AESHOSP  | Requires or Prolongs Hospitalization | Char | Perm | Collected | NY
        AESLIFE  | Is Life Threatening                  | Char | Perm | Collected | NY
        AESOD    | Occurred with Overdose               | Char | Perm | Collected | NY
        AESMIE   | Other Medically Important Serious Event | Char | Perm | Collected | NY
        AETOXGR  | Standard Toxicity Grade              | Char | Perm | Collected | AETOXGR {EPOCH}{COLLECTED}
        {DATES.format(what="Adverse Event", core="Exp").strip()}{DAY_COLLECTED}{DAYS.format(what="Adverse Event")}
    """,
    "CE | Clinical Events | STUDYID USUBJID CESEQ": f"""{HEAD}
        CETERM   | Reported Term for the Clinical Event | Char | Req  | Assigned
        CECAT    | Category for the Clinical Event      | Char | Perm | Assigned
        CESEV    | Severity/Intensity                   | Char | Perm | Collected | SEVRS {EPOCH}
        {DATES.format(what="Clinical Event", core="Perm").strip()}{DAYS.format(what="Event")}
    """,
    "DS | Disposition | STUDYID USUBJID DSSEQ": f"""{HEAD}
        DSTERM   | Reported Term for the Disposition Event | Char | Req | Collected
        DSDECOD  | Standardized Disposition Term        | Char | Req  | Collected
        DSCAT    | Category for Disposition Event       | Char | Exp  | Collected | DSCAT {VISIT_IF_KNOWN}{EPOCH}
        DSDTC    | Date/Time of Collection              | Char | Perm | Collected
        DSSTDTC  | Start Date/Time of Disposition Event | Char | Exp  | Collected
        DSDY     | Study Day of Collection              | Num  | Perm | Derived
        DSSTDY   | Study Day of Start of Disposition Event | Num | Exp | Derived
    """,
    "DV | Protocol Deviations | STUDYID USUBJID DVSEQ": f"""{HEAD}
        DVTERM   | Protocol Deviation Term              | Char | Req  | Collected
        DVCAT    | Category for Protocol Deviation      | Char | Perm | Collected {EPOCH}
        DVSTDTC  | Start Date/Time of Deviation         | Char | Perm | Collected
        DVSTDY   | Study Day of Start of Deviation Event | Num  | Perm | Derived
    """,
    "MH | Medical History | STUDYID USUBJID MHSEQ": f"""{HEAD}
        MHTERM   | Reported Term for the Medical History | Char | Req | Collected
        MHDECOD  | Dictionary-Derived Term              | Char | Perm | Assigned
        MHCAT    | Category for Medical History         | Char | Perm | Collected
        MHPRESP  | Medical History Event Pre-Specified  | Char | Perm | Collected | NY
        MHOCCUR  | Medical History Occurrence           | Char | Perm | Collected | NY
        MHBODSYS | Body System or Organ Class           | Char | Perm | Assigned
        MHSEV    | Severity/Intensity                   | Char | Perm | Collected | AESEV {VISIT_IF_KNOWN}
        MHDTC    | Date/Time of History Collection      | Char | Perm | Collected
        MHSTDTC  | Start Date/Time of Medical History Event | Char | Perm | Collected
        MHENDTC  | End Date/Time of Medical History Event | Char | Perm | Collected
        MHDY     | Study Day of History Collection      | Num  | Perm | Derived
    """,
}

ASSESSED = """
        --TESTCD | {code}                               | Char | Req  | Assigned
        --TEST   | {name}                               | Char | Req  | Collected
        --CAT    | {category}                           | Char | {core} | Collected
        --ORRES  | {result}                             | Char | Exp  | Collected
        --ORRESU | Original Units                       | Char | Perm | Collected
        --STRESC | {text}                               | Char | Exp  | Collected
        --STRESN | {number}                             | Num  | Perm | Collected
        --STRESU | Standard Units                       | Char | Perm | Collected"""
EVALUATOR = """
        --EVAL   | Evaluator                            | Char | Perm | Collected"""


def _assessed(reason: str, date: str, last: str = "Exp", **words: str) -> str:
    """The variables of a dataset of assessments, in the words that the guide has for each."""
    what = f"{NOT_DONE}{LAST_BEFORE.format(core=last)}{EVALUATOR}{VISIT}{EPOCH}{MEASURED}"
    return HEAD + ASSESSED.format(**words) + what.format(reason=reason, date=date, day=date)


CHARACTERS, NUMBER = "Character Result/Finding in Std Format", "Numeric Result/Finding in Standard Units"
FINDINGS = {
    "LB | Laboratory Test Results | STUDYID USUBJID LBSEQ": f"""{HEAD}
        LBTESTCD | Lab Test or Examination Short Name   | Char | Req  | Collected
        LBTEST   | Lab Test or Examination Name         | Char | Req  | Collected
        LBCAT    | Category for Lab Test                | Char | Exp  | Collected {RESULT}
        LBORNRLO | Reference Range Lower Limit in Orig Unit | Char | Exp | Collected
        LBORNRHI | Reference Range Upper Limit in Orig Unit | Char | Exp | Collected
        LBLLOD   | Lower Limit of Detection             | Char | Perm | Collected {STANDARD}
        LBSTNRLO | Reference Range Lower Limit-Std Units | Num | Exp  | Collected
        LBSTNRHI | Reference Range Upper Limit-Std Units | Num | Exp  | Collected
        LBNRIND  | Reference Range Indicator            | Char | Exp  | Collected | NRIND
        {NOT_DONE.format(reason="Reason Test Not Done").strip()}
        LBNAM    | Vendor Name                          | Char | Perm | Collected
        LBSPEC   | Specimen Type                        | Char | Perm | Collected
        {LAST_BEFORE.format(core="Exp").strip()}
        LBFAST   | Fasting Status                       | Char | Perm | Collected | NY {VISIT}{EPOCH}
        {MEASURED.format(date="Specimen Collection", day="Specimen Collection").strip()}
    """,
    "VS | Vital Signs | STUDYID USUBJID VSSEQ": f"""{HEAD}
        VSTESTCD | Vital Signs Test Short Name          | Char | Req  | Collected
        VSTEST   | Vital Signs Test Name                | Char | Req  | Collected
        VSPOS    | Vital Signs Position of Subject      | Char | Perm | Collected {RESULT}{STANDARD}
        {NOT_DONE.format(reason="Reason Not Performed").strip()}
        VSLOC    | Location of Vital Signs Measurement  | Char | Perm | Collected {LAST_BEFORE.format(core="Exp")}
        {VISIT.strip()}{EPOCH}
        {MEASURED.format(date="Measurements", day="Vital Signs").strip()}
        VSTPT    | Planned Time Point Name              | Char | Perm | Collected
    """,
    "QS | Questionnaires | STUDYID USUBJID QSSEQ": _assessed(
        code="Question Short Name",
        name="Question Name",
        category="Category of Question",
        core="Req",
        result="Finding in Original Units",
        text=CHARACTERS,
        number="Numeric Finding in Standard Units",
        reason="Reason Not Performed",
        date="Finding",
    ),
    "FT | Functional Tests | STUDYID USUBJID FTSEQ": _assessed(
        code="Short Name of Test",
        name="Name of Test",
        category="Category",
        core="Req",
        result="Result or Finding in Original Units",
        text="Result or Finding in Standard Format",
        number=NUMBER,
        reason="Reason Not Done",
        date="Test",
    ),
    "RS | Disease Response and Clin Classification | STUDYID USUBJID RSSEQ": _assessed(
        code="Assessment Short Name",
        name="Assessment Name",
        category="Category for Assessment",
        core="Exp",
        result="Result or Finding in Original Units",
        text=CHARACTERS,
        number=NUMBER,
        reason="Reason Not Done",
        date="Assessment",
        last="Perm",
    ),
    "IE | Inclusion/Exclusion Criteria Not Met | STUDYID USUBJID IESEQ": """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        DOMAIN   | Domain Abbreviation                  | Char | Req  | Assigned
        USUBJID  | Unique Subject Identifier            | Char | Req  | Collected
        IESEQ    | Sequence Number                      | Num  | Req  | Assigned
        IETESTCD | Inclusion/Exclusion Criterion Short Name | Char | Req | Collected
        IETEST   | Inclusion/Exclusion Criterion        | Char | Req  | Protocol
        IECAT    | Inclusion/Exclusion Category         | Char | Req  | Protocol  | IECAT
        IEORRES  | I/E Criterion Original Result        | Char | Req  | Collected | NY
        IESTRESC | I/E Criterion Result in Std Format   | Char | Req  | Collected | NY
        IEDTC    | Date/Time of Collection              | Char | Perm | Collected
        IEDY     | Study Day of Collection              | Num  | Perm | Derived
    """,
}
