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
EPOCH = """
        EPOCH    | Epoch                                | Char | Perm | Derived   | EPOCH"""
COLLECTED = """
        --DTC    | Date/Time of Collection              | Char | Exp  | Collected
        --DY     | Study Day of Collection              | Num  | Perm | Derived"""
START = """
        --STDTC  | Start Date/Time                      | Char | Exp  | Collected
        --ENDTC  | End Date/Time                        | Char | Exp  | Collected
        --STDY   | Study Day of Start                   | Num  | Perm | Derived
        --ENDY   | Study Day of End                     | Num  | Perm | Derived"""
RESULT = """
        --ORRES  | Result or Finding in Original Units  | Char | Exp  | Collected
        --ORRESU | Original Units                       | Char | Exp  | Collected"""
STANDARD = """
        --STRESC | Character Result/Finding in Std Format | Char | Exp | Collected
        --STRESN | Numeric Result/Finding in Standard Units | Num | Exp | Collected
        --STRESU | Standard Units                       | Char | Exp  | Collected"""
NOT_DONE = """
        --STAT   | Completion Status                    | Char | Perm | Collected | ND
        --REASND | Reason Not Done                      | Char | Perm | Collected"""
DOSE = """
        --DOSE   | Dose                                 | Num  | Exp  | Collected
        --DOSU   | Dose Units                           | Char | Exp  | Collected
        --DOSFRM | Dose Form                            | Char | Perm | Collected
        --DOSFRQ | Dosing Frequency per Interval        | Char | Perm | Collected"""

INTERVENTIONS = {
    "EX | Exposure | STUDYID USUBJID EXSEQ": f"""{HEAD}
        EXTRT    | Name of Treatment                    | Char | Req  | Collected
        {DOSE.strip()}
        EXROUTE  | Route of Administration              | Char | Perm | Collected
        EXLOT    | Lot Number                           | Char | Perm | Collected
        EXLOC    | Location of Dose Administration      | Char | Perm | Collected {VISIT}{EPOCH}{START}
    """,
    "EC | Exposure as Collected | STUDYID USUBJID ECSEQ": f"""{HEAD}
        ECTRT    | Name of Treatment                    | Char | Req  | Collected
        ECMOOD   | Mood                                 | Char | Perm | Assigned  | BRDGMOOD
        ECPRESP  | Pre-Specified                        | Char | Perm | Assigned  | Y
        ECOCCUR  | Occurrence                           | Char | Perm | Collected | NY
        {DOSE.strip()}
        ECROUTE  | Route of Administration              | Char | Perm | Collected
        ECLOT    | Lot Number                           | Char | Perm | Collected
        ECLOC    | Location of Dose Administration      | Char | Perm | Collected {VISIT}{EPOCH}{START}
    """,
    "CM | Concomitant/Prior Medications | STUDYID USUBJID CMSEQ": f"""{HEAD}
        CMTRT    | Reported Name of Drug, Med, or Therapy | Char | Req | Collected
        CMDECOD  | Standardized Medication Name         | Char | Perm | Assigned
        CMINDC   | Indication                           | Char | Perm | Collected
        CMCLAS   | Medication Class                     | Char | Perm | Assigned
        CMDOSE   | Dose per Administration              | Num  | Perm | Collected
        CMDOSU   | Dose Units                           | Char | Perm | Collected
        CMDOSFRQ | Dosing Frequency per Interval        | Char | Perm | Collected
        CMROUTE  | Route of Administration              | Char | Perm | Collected {VISIT}{EPOCH}
        CMDTC    | Date/Time of Collection              | Char | Perm | Collected
        CMDY     | Study Day of Collection              | Num  | Perm | Derived {START}
        CMENRTPT | End Relative to Reference Time Point | Char | Perm | Collected | STENRF
        CMENTPT  | End Reference Time Point             | Char | Perm | Assigned
    """,
}

EVENTS = {
    "AE | Adverse Events | STUDYID USUBJID AESEQ": f"""{HEAD}
        AETERM   | Reported Term for the Adverse Event  | Char | Req  | Collected
        AEDECOD  | Dictionary-Derived Term              | Char | Req  | Assigned
        AEBODSYS | Body System or Organ Class           | Char | Exp  | Assigned
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
        AETOXGR  | Standard Toxicity Grade              | Char | Perm | Collected | AETOXGR {EPOCH}
        AEDTC    | Date/Time of Collection              | Char | Perm | Collected
        AEDY     | Study Day of Collection              | Num  | Perm | Derived {START}
    """,
    "CE | Clinical Events | STUDYID USUBJID CESEQ": f"""{HEAD}
        CETERM   | Reported Term for the Clinical Event | Char | Req  | Assigned
        CECAT    | Category for the Clinical Event      | Char | Perm | Assigned
        CESEV    | Severity/Intensity                   | Char | Perm | Collected | AESEV {EPOCH}{START}
    """,
    "DS | Disposition | STUDYID USUBJID DSSEQ": f"""{HEAD}
        DSTERM   | Reported Term for the Disposition Event | Char | Req | Collected
        DSDECOD  | Standardized Disposition Term        | Char | Req  | Collected
        DSCAT    | Category for Disposition Event       | Char | Exp  | Collected | DSCAT {VISIT}{EPOCH}
        DSDTC    | Date/Time of Collection              | Char | Perm | Collected
        DSSTDTC  | Start Date/Time of Disposition Event | Char | Exp  | Collected
        DSDY     | Study Day of Collection              | Num  | Perm | Derived
        DSSTDY   | Study Day of Start of Disposition Event | Num | Exp | Derived
    """,
    "DV | Protocol Deviations | STUDYID USUBJID DVSEQ": f"""{HEAD}
        DVTERM   | Protocol Deviation Term              | Char | Req  | Collected
        DVCAT    | Category for Protocol Deviation      | Char | Perm | Collected {EPOCH}
        DVSTDTC  | Start Date/Time of Deviation         | Char | Perm | Collected
        DVSTDY   | Study Day of Start of Observation    | Num  | Perm | Derived
    """,
    "MH | Medical History | STUDYID USUBJID MHSEQ": f"""{HEAD}
        MHTERM   | Reported Term for the Medical History | Char | Req | Collected
        MHDECOD  | Dictionary-Derived Term              | Char | Perm | Assigned
        MHCAT    | Category for Medical History         | Char | Perm | Collected
        MHPRESP  | Medical History Event Pre-Specified  | Char | Perm | Collected | NY
        MHOCCUR  | Medical History Occurrence           | Char | Perm | Collected | NY
        MHBODSYS | Body System or Organ Class           | Char | Perm | Assigned
        MHSEV    | Severity/Intensity                   | Char | Perm | Collected | AESEV {VISIT}
        MHDTC    | Date/Time of History Collection      | Char | Exp  | Collected
        MHSTDTC  | Start Date/Time of Medical History Event | Char | Perm | Collected
        MHENDTC  | End Date/Time of Medical History Event | Char | Perm | Collected
        MHDY     | Study Day of History Collection      | Num  | Perm | Derived
    """,
}

QUESTIONNAIRE = f"""{HEAD}
        --TESTCD | Short Name of Test                   | Char | Req  | Assigned
        --TEST   | Name of Test                         | Char | Req  | Collected
        --CAT    | Category for Test                    | Char | Req  | Collected {RESULT}{STANDARD}{NOT_DONE}
        --EVAL   | Evaluator                            | Char | Perm | Collected {VISIT}{EPOCH}{COLLECTED}
    """

FINDINGS = {
    "LB | Laboratory Test Results | STUDYID USUBJID LBSEQ": f"""{HEAD}
        LBTESTCD | Lab Test or Examination Short Name   | Char | Req  | Collected
        LBTEST   | Lab Test or Examination Name         | Char | Req  | Collected
        LBCAT    | Category for Lab Test                | Char | Exp  | Collected {RESULT}
        LBORNRLO | Reference Range Lower Limit in Orig Unit | Char | Exp | Collected
        LBORNRHI | Reference Range Upper Limit in Orig Unit | Char | Exp | Collected
        LBLLOD   | Lower Limit of Detection             | Num  | Perm | Collected {STANDARD}
        LBSTNRLO | Reference Range Lower Limit-Std Units | Num | Exp  | Collected
        LBSTNRHI | Reference Range Upper Limit-Std Units | Num | Exp  | Collected
        LBNRIND  | Reference Range Indicator            | Char | Exp  | Collected | NRIND {NOT_DONE}
        LBNAM    | Laboratory Name                      | Char | Perm | Collected
        LBSPEC   | Specimen Material Type               | Char | Perm | Collected
        LBFAST   | Fasting Status                       | Char | Perm | Collected | NY {VISIT}{EPOCH}{COLLECTED}
    """,
    "VS | Vital Signs | STUDYID USUBJID VSSEQ": f"""{HEAD}
        VSTESTCD | Vital Signs Test Short Name          | Char | Req  | Collected
        VSTEST   | Vital Signs Test Name                | Char | Req  | Collected
        VSPOS    | Vital Signs Position of Subject      | Char | Perm | Collected {RESULT}{STANDARD}{NOT_DONE}
        VSLOC    | Location of Vital Signs Measurement  | Char | Perm | Collected {VISIT}{EPOCH}{COLLECTED}
        VSTPT    | Planned Time Point Name              | Char | Perm | Collected
    """,
    "QS | Questionnaires | STUDYID USUBJID QSSEQ": QUESTIONNAIRE,
    "FT | Functional Tests | STUDYID USUBJID FTSEQ": QUESTIONNAIRE,
    "RS | Disease Response and Clin Classification | STUDYID USUBJID RSSEQ": QUESTIONNAIRE,
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
