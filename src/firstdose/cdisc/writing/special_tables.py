"""Variables of the special-purpose, trial-design and relationship datasets (SDTM Implementation Guide 3.4).

A line gives name, label, type, core, origin and, if there is one, the code list. A head gives name, label and keys.
"""

SPECIAL_PURPOSE = {
    "DM | Demographics | STUDYID USUBJID": """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        DOMAIN   | Domain Abbreviation                  | Char | Req  | Assigned
        USUBJID  | Unique Subject Identifier            | Char | Req  | Collected
        SUBJID   | Subject Identifier for the Study     | Char | Req  | Collected
        RFSTDTC  | Subject Reference Start Date/Time    | Char | Exp  | Derived
        RFENDTC  | Subject Reference End Date/Time      | Char | Exp  | Derived
        RFXSTDTC | Date/Time of First Study Treatment   | Char | Exp  | Derived
        RFXENDTC | Date/Time of Last Study Treatment    | Char | Exp  | Derived
        RFICDTC  | Date/Time of Informed Consent        | Char | Exp  | Collected
        RFPENDTC | Date/Time of End of Participation    | Char | Exp  | Collected
        DTHDTC   | Date/Time of Death                   | Char | Exp  | Collected
        DTHFL    | Subject Death Flag                   | Char | Exp  | Assigned  | Y
        SITEID   | Study Site Identifier                | Char | Req  | Collected
        BRTHDTC  | Date/Time of Birth                   | Char | Perm | Collected
        AGE      | Age                                  | Num  | Exp  | Collected
        AGEU     | Age Units                            | Char | Exp  | Assigned  | AGEU
        SEX      | Sex                                  | Char | Req  | Collected | SEX
        RACE     | Race                                 | Char | Exp  | Collected | RACE
        ETHNIC   | Ethnicity                            | Char | Perm | Collected | ETHNIC
        ARMCD    | Planned Arm Code                     | Char | Exp  | Protocol
        ARM      | Description of Planned Arm           | Char | Exp  | Assigned
        ACTARMCD | Actual Arm Code                      | Char | Exp  | Protocol
        ACTARM   | Description of Actual Arm            | Char | Exp  | Assigned
        ARMNRS   | Reason Arm and/or Actual Arm is Null | Char | Exp  | Assigned  | ARMNULRS
        ACTARMUD | Description of Unplanned Actual Arm  | Char | Exp  | Assigned
        COUNTRY  | Country                              | Char | Req  | Collected | COUNTRY
    """,
    "SE | Subject Elements | STUDYID USUBJID SESEQ": """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        DOMAIN   | Domain Abbreviation                  | Char | Req  | Assigned
        USUBJID  | Unique Subject Identifier            | Char | Req  | Collected
        SESEQ    | Sequence Number                      | Num  | Req  | Assigned
        ETCD     | Element Code                         | Char | Req  | Assigned
        ELEMENT  | Description of Element               | Char | Perm | Assigned
        TAETORD  | Planned Order of Element within Arm  | Num  | Perm | Assigned
        EPOCH    | Epoch                                | Char | Perm | Assigned  | EPOCH
        SESTDTC  | Start Date/Time of Element           | Char | Req  | Derived
        SEENDTC  | End Date/Time of Element             | Char | Exp  | Derived
        SESTDY   | Study Day of Start of Element        | Num  | Perm | Derived
        SEENDY   | Study Day of End of Element          | Num  | Perm | Derived
    """,
    "SV | Subject Visits | STUDYID USUBJID VISITNUM": """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        DOMAIN   | Domain Abbreviation                  | Char | Req  | Assigned
        USUBJID  | Unique Subject Identifier            | Char | Req  | Collected
        VISITNUM | Visit Number                         | Num  | Req  | Assigned
        VISIT    | Visit Name                           | Char | Perm | Collected
        SVPRESP  | Pre-specified                        | Char | Exp  | Collected | Y
        SVOCCUR  | Occurrence                           | Char | Exp  | Collected | NY
        SVREASOC | Reason for Occur Value               | Char | Perm | Collected
        VISITDY  | Planned Study Day of Visit           | Num  | Perm | Protocol
        EPOCH    | Epoch                                | Char | Perm | Derived   | EPOCH
        SVSTDTC  | Start Date/Time of Observation       | Char | Exp  | Collected
        SVENDTC  | End Date/Time of Observation         | Char | Exp  | Collected
        SVSTDY   | Study Day of Start of Observation    | Num  | Perm | Derived
        SVENDY   | Study Day of End of Observation      | Num  | Perm | Derived
    """,
}

TRIAL_DESIGN = {
    "TA | Trial Arms | STUDYID ARMCD TAETORD": """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        DOMAIN   | Domain Abbreviation                  | Char | Req  | Assigned
        ARMCD    | Planned Arm Code                     | Char | Req  | Protocol
        ARM      | Description of Planned Arm           | Char | Req  | Protocol
        TAETORD  | Planned Order of Element within Arm  | Num  | Req  | Assigned
        ETCD     | Element Code                         | Char | Req  | Assigned
        ELEMENT  | Description of Element               | Char | Perm | Assigned
        TABRANCH | Branch                               | Char | Exp  | Protocol
        TATRANS  | Transition Rule                      | Char | Exp  | Protocol
        EPOCH    | Epoch                                | Char | Req  | Assigned  | EPOCH
    """,
    "TE | Trial Elements | STUDYID ETCD": """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        DOMAIN   | Domain Abbreviation                  | Char | Req  | Assigned
        ETCD     | Element Code                         | Char | Req  | Assigned
        ELEMENT  | Description of Element               | Char | Req  | Assigned
        TESTRL   | Rule for Start of Element            | Char | Req  | Assigned
        TEENRL   | Rule for End of Element              | Char | Perm | Assigned
    """,
    "TV | Trial Visits | STUDYID VISITNUM ARMCD": """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        DOMAIN   | Domain Abbreviation                  | Char | Req  | Assigned
        VISITNUM | Visit Number                         | Num  | Req  | Assigned
        VISIT    | Visit Name                           | Char | Perm | Protocol
        VISITDY  | Planned Study Day of Visit           | Num  | Perm | Protocol
        ARMCD    | Planned Arm Code                     | Char | Exp  | Protocol
        TVSTRL   | Visit Start Rule                     | Char | Req  | Protocol
    """,
    "TI | Trial Inclusion/Exclusion Criteria | STUDYID IETESTCD": """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        DOMAIN   | Domain Abbreviation                  | Char | Req  | Assigned
        IETESTCD | Inclusion/Exclusion Criterion Short Name | Char | Req | Protocol
        IETEST   | Inclusion/Exclusion Criterion        | Char | Req  | Protocol
        IECAT    | Inclusion/Exclusion Category         | Char | Req  | Protocol  | IECAT
        TIVERS   | Protocol Criteria Versions           | Char | Perm | Protocol
    """,
    "TS | Trial Summary | STUDYID TSPARMCD TSSEQ": """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        DOMAIN   | Domain Abbreviation                  | Char | Req  | Assigned
        TSSEQ    | Sequence Number                      | Num  | Req  | Assigned
        TSPARMCD | Trial Summary Parameter Short Name   | Char | Req  | Assigned
        TSPARM   | Trial Summary Parameter              | Char | Req  | Assigned
        TSVAL    | Parameter Value                      | Char | Exp  | Protocol
        TSVALNF  | Parameter Null Flavor                | Char | Perm | Assigned
        TSVALCD  | Parameter Value Code                 | Char | Exp  | Assigned
        TSVCDREF | Name of the Reference Terminology    | Char | Exp  | Assigned
        TSVCDVER | Version of the Reference Terminology | Char | Exp  | Assigned
    """,
}

RELATIONSHIPS = {
    "SUPPQUAL | Supplemental Qualifiers | STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM": """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        RDOMAIN  | Related Domain Abbreviation          | Char | Req  | Assigned
        USUBJID  | Unique Subject Identifier            | Char | Exp  | Collected
        IDVAR    | Identifying Variable                 | Char | Exp  | Assigned
        IDVARVAL | Identifying Variable Value           | Char | Exp  | Assigned
        QNAM     | Qualifier Variable Name              | Char | Req  | Assigned
        QLABEL   | Qualifier Variable Label             | Char | Req  | Assigned
        QVAL     | Data Value                           | Char | Req  | Collected
        QORIG    | Origin                               | Char | Req  | Assigned
        QEVAL    | Evaluator                            | Char | Exp  | Collected
    """,
    "RELREC | Related Records | STUDYID RDOMAIN USUBJID IDVAR IDVARVAL RELID": """
        STUDYID  | Study Identifier                     | Char | Req  | Protocol
        RDOMAIN  | Related Domain Abbreviation          | Char | Req  | Assigned
        USUBJID  | Unique Subject Identifier            | Char | Exp  | Collected
        IDVAR    | Identifying Variable                 | Char | Req  | Assigned
        IDVARVAL | Identifying Variable Value           | Char | Exp  | Collected
        RELTYPE  | Relationship Type                    | Char | Exp  | Assigned
        RELID    | Relationship Identifier              | Char | Req  | Assigned
    """,
}
