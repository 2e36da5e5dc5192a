"""Variables of the datasets of findings (SDTM Implementation Guide 3.4), written as those of events are."""

from firstdose.cdisc.writing.observation_tables import EPOCH, HEAD, VISIT

RESULT = """
        --ORRES  | Result or Finding in Original Units  | Char | Exp  | Collected
        --ORRESU | Original Units                       | Char | Exp  | Collected | UNIT"""
STANDARD = """
        --STRESC | Character Result/Finding in Std Format | Char | Exp | Collected
        --STRESN | Numeric Result/Finding in Standard Units | Num | Exp | Collected
        --STRESU | Standard Units                       | Char | Exp  | Collected | UNIT"""
NOT_DONE = """
        --STAT   | Completion Status                    | Char | Perm | Collected | ND
        --REASND | {reason}                             | Char | Perm | Collected"""
LAST_BEFORE = """
        --LOBXFL | Last Observation Before Exposure Flag | Char | {core} | Derived  | Y"""
MEASURED = """
        --DTC    | Date/Time of {date}                  | Char | Exp  | Collected
        --DY     | Study Day of {day}                   | Num  | Perm | Derived"""
ASSESSED = """
        --TESTCD | {code}                               | Char | Req  | Assigned
        --TEST   | {name}                               | Char | Req  | Collected
        --CAT    | {category}                           | Char | {core} | Collected
        --ORRES  | {result}                             | Char | Exp  | Collected
        --ORRESU | Original Units                       | Char | Perm | Collected | UNIT
        --STRESC | {text}                               | Char | Exp  | Collected
        --STRESN | {number}                             | Num  | Perm | Collected
        --STRESU | Standard Units                       | Char | Perm | Collected | UNIT"""
EVALUATOR = """
        --EVALID | Evaluator Identifier                 | Char | Perm | Collected"""


LINK = """
        --LNKID  | Link ID                              | Char | Perm | Assigned"""
PLACE_AND_METHOD = """
        --LOC    | Location Used for the Measurement    | Char | Perm | Assigned  | LOC
        --METHOD | Method of Test or Examination        | Char | Perm | Derived | METHOD"""


def _assessed(
    reason: str, date: str, day: str = "", last: str = "Exp", link: str = "", place: str = "", **words: str
) -> str:
    """The variables of a dataset of assessments, in the words that the guide has for each."""
    what = f"{NOT_DONE}{place}{LAST_BEFORE.format(core=last)}{EVALUATOR}{VISIT}{EPOCH}{MEASURED}"
    return HEAD + link + ASSESSED.format(**words) + what.format(reason=reason, date=date, day=day or date)


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
        LBSPEC   | Specimen Type                        | Char | Perm | Collected | SPECTYPE
        {LAST_BEFORE.format(core="Exp").strip()}
        LBFAST   | Fasting Status                       | Char | Perm | Collected | NY {VISIT}{EPOCH}
        {MEASURED.format(date="Specimen Collection", day="Specimen Collection").strip()}
    """,
    "VS | Vital Signs | STUDYID USUBJID VSSEQ": f"""{HEAD}
        VSTESTCD | Vital Signs Test Short Name          | Char | Req  | Collected
        VSTEST   | Vital Signs Test Name                | Char | Req  | Collected
        VSPOS    | Vital Signs Position of Subject      | Char | Perm | Collected | POSITION {RESULT}{STANDARD}
        {NOT_DONE.format(reason="Reason Not Performed").strip()}
        VSLOC    | Location of Vital Signs Measurement  | Char | Perm | Collected | LOC {LAST_BEFORE.format(core="Exp")}
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
    "NV | Nervous System Findings | STUDYID USUBJID NVSEQ": _assessed(
        code="Short Name of Nervous System Test",
        name="Name of Nervous System Test",
        category="Category for Nervous System Test",
        core="Perm",
        result="Result or Finding in Original Units",
        text=CHARACTERS,
        number=NUMBER,
        reason="Reason Not Done",
        date="Collection",
        day="Visit/Collection/Exam",
        last="Perm",
        link=LINK,
        place=PLACE_AND_METHOD,
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
