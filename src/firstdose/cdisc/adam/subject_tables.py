"""Variables of the subject-level dataset and of adverse events (ADaM Implementation Guide 1.3, OCCDS 1.1).

A line gives name, label, type with the length of texts, core, origin and, if there is one, the code list. The lines
after it, which begin with a colon, give the source: the variable that is copied, or how the value is made. A head gives
name, label and keys. Days are counted as ADaM does: that of the first treatment is day 1, the one before it day -1.
"""

COMMON = """
    STUDYID  | Study Identifier                         | Char 200 | Req  | Predecessor
        : DM.STUDYID
    USUBJID  | Unique Subject Identifier                | Char 200 | Req  | Predecessor
        : DM.USUBJID
    SITEID   | Study Site Identifier                    | Char 200 | Perm | Predecessor
        : ADSL.SITEID
    AGE      | Age                                      | Num      | Perm | Predecessor
        : ADSL.AGE
    SEX      | Sex                                      | Char 20  | Perm | Predecessor | SEX
        : ADSL.SEX
    TRTP     | Planned Treatment                        | Char 200 | Cond | Predecessor
        : ADSL.TRT01P
    TRTPN    | Planned Treatment (N)                    | Num      | Perm | Predecessor
        : ADSL.TRT01PN
    TRTA     | Actual Treatment                         | Char 200 | Cond | Predecessor
        : ADSL.TRT01A
    TRTAN    | Actual Treatment (N)                     | Num      | Perm | Predecessor
        : ADSL.TRT01AN
    ENRLFL   | Enrolled Population Flag                 | Char 1   | Cond | Predecessor | NY
        : ADSL.ENRLFL
    SAFFL    | Safety Population Flag                   | Char 1   | Cond | Predecessor | NY
        : ADSL.SAFFL
    DLTEVFL  | DLT-Evaluable Population Flag            | Char 1   | Cond | Predecessor | NY
        : ADSL.DLTEVFL
    PPROTFL  | Per-Protocol Population Flag             | Char 1   | Cond | Predecessor | NY
        : ADSL.PPROTFL
    TRTSDT   | Date of First Exposure to Treatment      | Date     | Cond | Predecessor
        : ADSL.TRTSDT
"""

PERIODS = {
    "01": ("Days 0-30", "First day at risk of adverse events in days 0 to 30 after treatment"),
    "02": ("Immunosuppressed", "First day at risk from day 31 to the last immunosuppressant dose"),
    "03": ("Withdrawal", "First day at risk in the withdrawal window after the last immunosuppressant dose"),
    "04": ("Later", "First day at risk after these periods"),
}
"""The periods in which adverse events begin: name, and from when."""
PERIOD = """
    AP{n}SDT  | Period {n} Start Date ({name}) | Date | Cond | Derived
        : {start}
    AP{n}EDT  | Period {n} End Date ({name}) | Date | Cond | Derived
        : Last day at risk in this period
    AP{n}SDY  | Period {n} Start Relative Day | Num | Perm | Derived
        : Study day of AP{n}SDT, also where that date is not known
    AP{n}EDY  | Period {n} End Relative Day | Num | Perm | Derived
        : Study day of AP{n}EDT, also where that date is not known"""

PERIOD_LINES = "".join(PERIOD.format(n=n, name=name, start=start) for n, (name, start) in PERIODS.items()).strip()

SUBJECT_LEVEL = {
    "ADSL | Subject-Level Analysis Dataset | STUDYID USUBJID": f"""
    STUDYID  | Study Identifier                         | Char 200 | Req  | Predecessor
        : DM.STUDYID
    USUBJID  | Unique Subject Identifier                | Char 200 | Req  | Predecessor
        : DM.USUBJID
    SUBJID   | Subject Identifier for the Study         | Char 200 | Req  | Predecessor
        : DM.SUBJID
    SITEID   | Study Site Identifier                    | Char 200 | Req  | Predecessor
        : DM.SITEID
    AGE      | Age                                      | Num      | Req  | Derived
        : Age at consent as recorded, else counted from birth to consent where both leave it no choice
    AGEU     | Age Units                                | Char 10  | Req  | Assigned    | AGEU
        : YEARS
    SEX      | Sex                                      | Char 20  | Req  | Predecessor | SEX
        : DM.SEX
    RACE     | Race                                     | Char 200 | Req  | Predecessor | RACE
        : DM.RACE
    ETHNIC   | Ethnicity                                | Char 200 | Perm | Predecessor | ETHNIC
        : DM.ETHNIC
    COUNTRY  | Country                                  | Char 200 | Perm | Predecessor
        : DM.COUNTRY
    ARM      | Description of Planned Arm               | Char 200 | Req  | Predecessor
        : DM.ARM
    ACTARM   | Description of Actual Arm                | Char 200 | Perm | Predecessor
        : DM.ACTARM
    TRT01P   | Planned Treatment for Period 01          | Char 200 | Req  | Derived
        : The protocol's name and dose of the level assigned; NOT ASSIGNED without one
    TRT01PN  | Planned Treatment for Period 01 (N)      | Num      | Perm | Derived
        : Dose level assigned; 0 is the control
    TRT01A   | Actual Treatment for Period 01           | Char 200 | Cond | Derived
        : The protocol's name and dose of the level that the person counts at
    TRT01AN  | Actual Treatment for Period 01 (N)       | Num      | Perm | Derived
        : Dose level that the person counts at, by the dose given; 0 is the control
    LVLRSN   | Reason for Counting at That Level        | Char 200 | Perm | Derived
        : How the level was found, where it is not the one assigned
    DOSE01P  | Planned Treatment Dose for Period 01     | Num      | Perm | Derived
        : Dose assigned, in the unit of the dose levels
    DOSE01A  | Actual Treatment Dose for Period 01      | Num      | Perm | Derived
        : Dose given, in the unit of the dose levels
    DOSE01U  | Units for Dose for Period 01             | Char 200 | Perm | Protocol
        : The unit of the protocol's dose levels
    BATCH    | Batch Given                              | Char 200 | Perm | Derived
        : Batches of all administrations, separated by semicolons
    ENRLFL   | Enrolled Population Flag                 | Char 1   | Cond | Derived     | NY
        : Y: gave consent and met the criteria
    SAFFL    | Safety Population Flag                   | Char 1   | Cond | Derived     | NY
        : Y: was given any of the product
    DLTEVFL  | DLT-Evaluable Population Flag            | Char 1   | Cond | Derived     | NY
        : Y: evaluable for dose-limiting toxicity; N: not, as who was not treated; missing while it is not known
    DLTEVRSN | Why Evaluable for DLT or Not             | Char 200 | Perm | Derived
        : The rule that decides
    PPROTFL  | Per-Protocol Population Flag             | Char 1   | Cond | Derived     | NY
        : Y: was treated, without a major deviation
    DLTFL    | Dose-Limiting Toxicity Flag              | Char 1   | Perm | Derived     | NY
        : Y: had a dose-limiting toxicity; missing where that is not known
    TRTSDT   | Date of First Exposure to Treatment      | Date     | Cond | Derived
        : Day of the start of the procedure in the site's calendar; missing where it is not wholly known
    TRTEDT   | Date of Last Exposure to Treatment       | Date     | Cond | Derived
        : Last day of the last administration; missing where it is not wholly known
    TRTDURD  | Total Treatment Duration (Days)          | Num      | Perm | Derived
        : Days from the first to the last of treatment, both included
    {PERIOD_LINES}
    ARISKDY  | Days at Risk of Adverse Events           | Num      | Perm | Derived
        : Days from the first treatment to the end of the time in which events count, both included
    BGTRTFL  | Took the Background Treatment Flag       | Char 1   | Perm | Derived     | NY
        : Y: took the background treatment
    BGTRTSDT | Date of First Background Treatment       | Date     | Perm | Derived
        : First day of the background treatment, where it is known
    BGTRTEDT | Date of Last Background Treatment        | Date     | Perm | Derived
        : Last day of the background treatment; missing while it is taken
    BGWDRDY  | Withdrawal Window (Days)                 | Num      | Perm | Derived
        : Withdrawal window of the background treatment that was stopped last
    DISDUR   | Disease Duration (Years)                 | Num      | Perm | Derived
        : Years from the first symptoms to consent; of an onset known in part from its middle
    FUPEDT   | Date of Last Follow-Up                   | Date     | Perm | Derived
        : Last day of follow-up that is known, by the last day of the analysis
    FUPEDY   | Study Day of Last Follow-Up              | Num      | Perm | Derived
        : Study day of FUPEDT
    EOSDT    | End of Study Date                        | Date     | Perm | Derived
        : Day on which the person left the trial, by the last day of the analysis
    DCSREAS  | Reason for Discontinuation from Study    | Char 200 | Perm | Derived
        : Why the person left the trial
    DTHFL    | Subject Death Flag                       | Char 1   | Perm | Derived     | NY
        : Y: a record of death, a day of death or a fatal event, by the last day of the analysis
    DTHDT    | Date of Death                            | Date     | Perm | Derived
        : Day of death, where it is wholly known, by the last day of the analysis
    DTHDY    | Study Day of Death                       | Num      | Perm | Derived
        : Study day of DTHDT
    """,
}

OCCURRENCE = {
    "ADAE | Adverse Events Analysis Dataset | STUDYID USUBJID AESEQ": """
    AESEQ    | Sequence Number                          | Num      | Req  | Predecessor
        : AE.AESEQ
    AETERM   | Reported Term for the Adverse Event      | Char 200 | Req  | Predecessor
        : AE.AETERM
    AEDECOD  | Dictionary-Derived Term                  | Char 200 | Cond | Predecessor
        : AE.AEDECOD
    AEBODSYS | Body System or Organ Class               | Char 200 | Cond | Predecessor
        : AE.AEBODSYS
    ADECOD   | Analysis Term                            | Char 200 | Req  | Derived
        : Dictionary term, or the reported one where there is none
    ABODSYS  | Analysis System Organ Class              | Char 200 | Req  | Derived
        : Organ class, or that it is not coded
    AESTDTC  | Start Date/Time of Adverse Event         | Char 200 | Perm | Predecessor
        : AE.AESTDTC
    ASTDT    | Analysis Start Date                      | Date     | Cond | Derived
        : Date of AESTDTC; of a partial one the first that it can be, after treatment where the event counts
    ASTDTF   | Analysis Start Date Imputation Flag      | Char 1   | Cond | Derived     | DATEFL
        : D: day imputed, M: month and day imputed
    ASTDY    | Analysis Start Relative Day              | Num      | Perm | Derived
        : Study day of ASTDT
    ASTDYLO  | Earliest Possible Start Relative Day     | Num      | Perm | Derived
        : First study day on which it may have begun
    ASTDYHI  | Latest Possible Start Relative Day       | Num      | Perm | Derived
        : Last study day on which it may have begun
    AEENDTC  | End Date/Time of Adverse Event           | Char 200 | Perm | Predecessor
        : AE.AEENDTC
    AENDT    | Analysis End Date                        | Date     | Cond | Derived
        : Date of AEENDTC; of a partial one the last that it can be
    AENDTF   | Analysis End Date Imputation Flag        | Char 1   | Cond | Derived     | DATEFL
        : D: day imputed, M: month and day imputed
    AENDY    | Analysis End Relative Day                | Num      | Perm | Derived
        : Study day of AENDT
    AENDYLO  | Earliest Possible End Relative Day       | Num      | Perm | Derived
        : First study day on which it may have ended
    AENDYHI  | Latest Possible End Relative Day         | Num      | Perm | Derived
        : Last study day on which it may have ended
    TRTEMFL  | Treatment Emergent Analysis Flag         | Char 1   | Cond | Derived     | NY
        : Y: counted as treatment-emergent, which an event is unless its dates say that it is not; N: it is not
    TREMRSN  | Rule That Decided on Emergence           | Char 200 | Perm | Derived
        : The rule in words
    TREMASFL | Treatment Emergence Assumed Flag         | Char 1   | Perm | Derived     | Y
        : Y: its dates leave it open whether it is treatment-emergent; it is counted as such
    ANL01FL  | Analysis Flag 01                         | Char 1   | Cond | Derived     | Y
        : Y: counted in tables, that is TRTEMFL is Y
    APERIODC | Period (C)                               | Char 100 | Perm | Derived
        : Period in which it began; missing where its date leaves that open
    ATOXGR   | Analysis Toxicity Grade                  | Char 1   | Perm | Derived     | AETOXGR
        : ATOXGRN as text
    ATOXGRN  | Analysis Toxicity Grade (N)              | Num      | Perm | Derived
        : Highest grade
    ASEV     | Analysis Severity                        | Char 20  | Perm | Derived     | AESEV
        : Severity, where there is no grade
    AESER    | Serious Event                            | Char 1   | Perm | Derived     | NY
        : Y or N; missing where that is not known
    ARELPRD  | Related to the Product                   | Char 1   | Perm | Derived     | NY
        : Y: judged related by the protocol's terms
    ARELPRC  | Related to the Procedure                 | Char 1   | Perm | Derived     | NY
        : Y: judged related by the protocol's terms
    ARELBGT  | Related to the Background Treatment      | Char 1   | Perm | Derived     | NY
        : Y: judged related by the protocol's terms
    ARELDIS  | Related to the Disease                   | Char 1   | Perm | Derived     | NY
        : Y: judged related by the protocol's terms
    AEREL    | Causality                                | Char 200 | Perm | Predecessor | AEREL
        : AE.AEREL
    AESPINT  | Event of Special Interest                | Char 200 | Perm | Derived
        : Which it is
    DLTAEFL  | Dose-Limiting Toxicity Event Flag        | Char 1   | Perm | Derived     | NY
        : Y: dose-limiting; missing where that is not known
    CHGTRTFL | Changed Treatment Flag                   | Char 1   | Perm | Derived     | NY
        : Y: the product or the background treatment was changed for it
    AOUT     | Analysis Outcome                         | Char 200 | Perm | Derived     | OUT
        : Outcome by the last day of the analysis
    AOCCIFL  | 1st Max Sev./Int. Occurrence Flag        | Char 1   | Cond | Derived     | Y
        : First counted event of the person's highest grade
    AOCCSIFL | 1st Max Sev./Int. Occur Within SOC Flag  | Char 1   | Cond | Derived     | Y
        : First counted event of the person's highest grade within ABODSYS
    AOCCPIFL | 1st Max Sev./Int. Occur Within PT Flag   | Char 1   | Cond | Derived     | Y
        : First counted event of the person's highest grade within ABODSYS and ADECOD
    """,
}
