"""Variables of the datasets of events and interventions (SDTM Implementation Guide 3.4).

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
DOSE = """
        --DOSE   | Dose                                 | Num  | Exp  | Collected
        --DOSU   | Dose Units                           | Char | Exp  | Collected | UNIT
        --DOSFRM | Dose Form                            | Char | Exp  | Collected | FRM
        --DOSFRQ | Dosing Frequency per Interval        | Char | Perm | Collected | FREQ"""

INTERVENTIONS = {
    "EX | Exposure | STUDYID USUBJID EXSEQ": f"""{HEAD}
        EXTRT    | Name of Treatment                    | Char | Req  | Collected
        {DOSE.strip()}
        EXROUTE  | Route of Administration              | Char | Perm | Collected | ROUTE
        EXLOT    | Lot Number                           | Char | Perm | Collected
        EXLOC    | Location of Dose Administration      | Char | Perm | Collected | LOC {VISIT_IF_KNOWN}{EPOCH}{TREATED}
    """,
    "EC | Exposure as Collected | STUDYID USUBJID ECSEQ": f"""{HEAD}
        ECTRT    | Name of Treatment                    | Char | Req  | Collected
        ECMOOD   | Mood                                 | Char | Perm | Assigned  | BRDGMOOD
        ECPRESP  | Pre-Specified                        | Char | Perm | Assigned  | Y
        ECOCCUR  | Occurrence                           | Char | Perm | Collected | NY
        {DOSE.strip()}
        ECROUTE  | Route of Administration              | Char | Perm | Collected | ROUTE
        ECLOT    | Lot Number                           | Char | Perm | Collected
        ECLOC    | Location of Dose Administration      | Char | Perm | Collected | LOC {VISIT_IF_KNOWN}{EPOCH}{TREATED}
    """,
    "CM | Concomitant/Prior Medications | STUDYID USUBJID CMSEQ": f"""{HEAD}
        CMTRT    | Reported Name of Drug, Med, or Therapy | Char | Req | Collected
        CMDECOD  | Standardized Medication Name         | Char | Perm | Assigned
        CMINDC   | Indication                           | Char | Perm | Collected
        CMCLAS   | Medication Class                     | Char | Perm | Assigned
        CMDOSE   | Dose per Administration              | Num  | Perm | Collected
        CMDOSU   | Dose Units                           | Char | Perm | Collected | UNIT
        CMDOSFRQ | Dosing Frequency per Interval        | Char | Perm | Collected | FREQ
        CMROUTE  | Route of Administration              | Char | Perm | Collected | ROUTE
        CMRSDISC | Reason the Intervention Was Discontinued | Char | Perm | Collected {VISIT_IF_KNOWN}{EPOCH}{COLLECTED}
        {DATES.format(what="Medication", core="Perm").strip()}{DAY_COLLECTED}{DAYS.format(what="Medication")}
        CMENRTPT | End Relative to Reference Time Point | Char | Perm | Collected | STENRF
        CMENTPT  | End Reference Time Point             | Char | Perm | Assigned
    """,
    "PR | Procedures | STUDYID USUBJID PRSEQ": f"""{HEAD}
        PRLNKID  | Link ID                              | Char | Perm | Assigned
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
        DSDECOD  | Standardized Disposition Term        | Char | Req  | Assigned
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
