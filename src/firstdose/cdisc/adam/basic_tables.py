"""Variables of the datasets with one row a parameter and time (ADaM Implementation Guide 1.3, basic data structure).

A line is as in `subject_tables`. Codes of parameters are this package's own where no published one fits.
"""

CODE_AND_NAME = """
    PARAMCD  | Parameter Code                           | Char 8   | Req  | Assigned
        : One code for each parameter
    PARAM    | Parameter                                | Char 200 | Req  | Assigned
        : What is measured, with its unit
"""
PARAMETER = (
    CODE_AND_NAME
    + """
    PARCAT1  | Parameter Category 1                     | Char 200 | Perm | Assigned
        : {category}
"""
)
WHEN = """
    AVISIT   | Analysis Visit                           | Char 200 | Cond | Predecessor
        : {domain}.VISIT
    AVISITN  | Analysis Visit (N)                       | Num      | Perm | Derived
        : The number that the visit has in the records, most often where they differ; else its place in the schedule
    ADT      | Analysis Date                            | Date     | Cond | Derived
        : {date}
    ADY      | Analysis Relative Day                    | Num      | Cond | Derived
        : Study day; the day of the first treatment is day 1
"""
VALUE = """
    AVAL     | Analysis Value                           | Num      | Cond | Derived
        : {value}
    AVALU    | Analysis Value Unit                      | Char 200 | Perm | Derived
        : Unit of AVAL
"""
CHANGE = """
    ABLFL    | Baseline Record Flag                     | Char 1   | Cond | Derived     | Y
        : {baseline}
    BASE     | Baseline Value                           | Num      | Cond | Derived
        : AVAL of the person's record with ABLFL of the same parameter
    CHG      | Change from Baseline                     | Num      | Cond | Derived
        : AVAL - BASE, after the baseline
    ONTRTFL  | On Treatment Record Flag                 | Char 1   | Cond | Derived     | Y
        : Y: after the start of treatment
    ANL01FL  | Analysis Flag 01                         | Char 1   | Cond | Derived     | Y
        : Y: the last result of the person and parameter at a planned visit, which summaries by visit show
"""
LABORATORY_DATE = "Date of LBDTC where it is wholly known"
LAST_BEFORE = "The last number before treatment"

BASIC = {
    "ADLB | Laboratory Analysis Dataset | STUDYID USUBJID PARAMCD LBSEQ": PARAMETER.format(
        category="Category of the test"
    )
    + """
    LBSEQ    | Sequence Number                          | Num      | Req  | Predecessor
        : LB.LBSEQ
    LBTESTOR | Laboratory Test as Recorded              | Char 200 | Perm | Predecessor
        : LB.LBTESTCD, SUPPLB.LBTESTOR
    LBDTC    | Date/Time of Specimen Collection         | Char 200 | Perm | Predecessor
        : LB.LBDTC
"""
    + WHEN.format(domain="LB", date=LABORATORY_DATE)
    + VALUE.format(value="Standard result where there is one, else that reported")
    + """
    AVALC    | Analysis Value (C)                       | Char 200 | Cond | Derived
        : Result that is no number
"""
    + CHANGE.format(baseline=LAST_BEFORE)
    + """
    ANRLO    | Analysis Normal Range Lower Limit        | Num      | Perm | Derived
        : Lower limit in the unit of AVAL
    ANRHI    | Analysis Normal Range Upper Limit        | Num      | Perm | Derived
        : Upper limit in the unit of AVAL
    ANRIND   | Analysis Reference Range Indicator       | Char 20  | Perm | Derived
        : AVAL against ANRLO and ANRHI; NOT KNOWN where it is within the one limit that is given
    ATOXDSCL | Analysis Toxicity Description Low        | Char 200 | Perm | Derived
        : Term for a value that is too low
    ATOXGRL  | Analysis Toxicity Grade Low              | Char 1   | Perm | Derived
        : ATOXGRLN as text
    ATOXGRLN | Analysis Toxicity Grade Low (N)          | Num      | Perm | Derived
        : Grade for that term
    ATOXDSCH | Analysis Toxicity Description High       | Char 200 | Perm | Derived
        : Term for a value that is too high
    ATOXGRH  | Analysis Toxicity Grade High             | Char 1   | Perm | Derived
        : ATOXGRHN as text
    ATOXGRHN | Analysis Toxicity Grade High (N)         | Num      | Perm | Derived
        : Grade for that term
    NOGRDRSN | Why a Grade Is Missing                   | Char 200 | Perm | Derived
        : The reason in words
    WRSTLFL  | Worst Low Grade on Treatment Flag        | Char 1   | Perm | Derived     | Y
        : First result of the person's highest grade of ATOXDSCL after the start of treatment
    WRSTHFL  | Worst High Grade on Treatment Flag       | Char 1   | Perm | Derived     | Y
        : First result of the person's highest grade of ATOXDSCH after the start of treatment
    HRSINTK  | Hours Since the Last Intake of the Drug  | Num      | Perm | Derived
        : Hours from the last intake to the draw, for a trough
""",
    "ADQS | Clinical Measures Analysis Dataset | STUDYID USUBJID PARAMCD ADY": PARAMETER.format(category="The measure")
    + """
    PARCAT2  | Parameter Category 2                     | Char 200 | Perm | Assigned
        : Part of the measure; SCORE is the score itself
    ASEQ     | Analysis Sequence Number                 | Num      | Req  | Assigned
        : Number of the row of the person, by PARAMCD and ADY
"""
    + WHEN.format(domain="QS, RS, FT, NV or LB", date="Date of the assessment")
    + VALUE.format(value="Score of the measure or of its part, made of the answers by the measure's rules")
    + """
    AVALC    | Analysis Value (C)                       | Char 200 | Cond | Derived
        : Without a score, whether the person was UNABLE TO PERFORM or it is MISSING
    BOUND    | How the True Value May Differ            | Char 20  | Perm | Derived
        : EXACT, or whether the true value is AT MOST or AT LEAST AVAL
    AREASON  | Why There Is No Score, or What to Beware | Char 200 | Perm | Derived
        : The reason in words
"""
    + CHANGE.format(baseline="The last score before treatment")
    + """
    CRIT1    | Analysis Criterion 1                     | Char 200 | Cond | Assigned
        : Onset of the first confirmed worsening by the measure's leading definition
    CRIT1FL  | Criterion 1 Evaluation Result Flag       | Char 1   | Cond | Derived     | Y
        : Y: this score is that onset
    CRIT2    | Analysis Criterion 2                     | Char 200 | Cond | Assigned
        : Confirmation of that worsening
    CRIT2FL  | Criterion 2 Evaluation Result Flag       | Char 1   | Cond | Derived     | Y
        : Y: this score confirms it
    SRCSEQS  | Numbers of the Records Behind It         | Char 200 | Perm | Predecessor
        : QS.QSSEQ, RS.RSSEQ, FT.FTSEQ, NV.NVSEQ, SUPPLB.LBASSNO
""",
    "ADVS | Vital Signs Analysis Dataset | STUDYID USUBJID PARAMCD VSSEQ": CODE_AND_NAME
    + """
    VSSEQ    | Sequence Number                          | Num      | Req  | Predecessor
        : VS.VSSEQ
    VSTESTOR | Vital Sign as Recorded                   | Char 200 | Perm | Predecessor
        : VS.VSTESTCD, SUPPVS.VSTESTOR
    VSDTC    | Date/Time of Measurements                | Char 200 | Perm | Predecessor
        : VS.VSDTC
"""
    + WHEN.format(domain="VS", date="Date of VSDTC where it is wholly known")
    + VALUE.format(value="Standard result where there is one, else that reported")
    + CHANGE.format(baseline=LAST_BEFORE),
    "ADEX | Exposure Analysis Dataset | STUDYID USUBJID PARAMCD ASEQ": PARAMETER.format(
        category="ADMINISTRATION: one administration; PERSON: all administrations of the person"
    )
    + """
    ASEQ     | Analysis Sequence Number                 | Num      | Req  | Assigned
        : Number of the row of the person and parameter
    EXSEQ    | Sequence Number                          | Num      | Cond | Predecessor
        : EX.EXSEQ
    EXTRT    | Name of Treatment                        | Char 200 | Perm | Predecessor
        : EX.EXTRT
    EXLOT    | Lot Number                               | Char 200 | Perm | Predecessor
        : EX.EXLOT
    EXROUTE  | Route of Administration                  | Char 200 | Perm | Predecessor
        : EX.EXROUTE
    EXSTDTC  | Start Date/Time of Treatment             | Char 200 | Perm | Predecessor
        : EX.EXSTDTC
    EXENDTC  | End Date/Time of Treatment               | Char 200 | Perm | Predecessor
        : EX.EXENDTC
"""
    + VALUE.format(value="What PARAM says; of several administrations of a person the mean")
    + """
    AVALC    | Analysis Value (C)                       | Char 200 | Cond | Derived
        : Answer in words: Y or N, the batch
""",
    "ADMB | Metabolite Analysis Dataset | STUDYID USUBJID PARAMCD FLUID AVISIT SAMPLEID": PARAMETER.format(
        category="Main class of the metabolite"
    )
    + """
    PARCAT2  | Parameter Category 2                     | Char 200 | Perm | Assigned
        : Subclass of the metabolite
    FLUID    | Fluid                                    | Char 200 | Req  | Assigned
        : What was measured
    SAMPLEID | Sample Identifier                        | Char 200 | Req  | Assigned
        : The sample as it is called in the abundances
    BATCHID  | Run of the Measurement                   | Char 200 | Perm | Assigned
        : The batch in which it was measured
    AVISIT   | Analysis Visit                           | Char 200 | Req  | Assigned
        : Visit at which the sample was drawn
    AVISITN  | Analysis Visit (N)                       | Num      | Req  | Derived
        : Place of the visit in the order of the analysis; 1 is the reference
    DOSELVL  | Dose of the Level That Counts            | Num      | Cond | Derived
        : Dose of the level that the person counts at
"""
    + VALUE.format(value="Log2 of the abundance, divided by the factor of the sample where samples are normalised")
    + """
    ABLFL    | Baseline Record Flag                     | Char 1   | Cond | Derived     | Y
        : Y: of the reference visit
    BASE     | Baseline Value                           | Num      | Cond | Derived
        : AVAL of the person's record with ABLFL of the same parameter and fluid
    CHG      | Change from Baseline                     | Num      | Cond | Derived
        : AVAL - BASE, after the reference visit
    NORMFACT | Factor of the Sample                     | Num      | Perm | Derived
        : The number that abundances of the sample were divided by; 1 without normalisation
""",
}

TIME_TO_EVENT = {
    "ADTTE | Time-to-Event Analysis Dataset | STUDYID USUBJID PARAMCD SRCSEQ": PARAMETER.format(
        category="CONFIRMED CHANGE, FIRST ADVERSE EVENT or RESOLUTION OF ADVERSE EVENT"
    )
    + """
    PARCAT2  | Parameter Category 2                     | Char 200 | Perm | Assigned
        : The measure, or the kind of adverse event
    PARCAT3  | Parameter Category 3                     | Char 200 | Perm | Assigned
        : The definition of confirmed change
    SRCDOM   | Source Data                              | Char 8   | Perm | Assigned
        : The dataset of the record that the event, or the censoring, is taken from
    SRCVAR   | Source Variable                          | Char 8   | Perm | Assigned
        : The variable there that ADT is taken from; empty for an event that was not seen to end
    SRCSEQ   | Source Sequence Number                   | Num      | Perm | Assigned
        : AESEQ of ADAE, ASEQ of ADQS; empty in ADSL
    STARTDT  | Time-to-Event Origin Date for Subject    | Date     | Cond | Derived
        : First treatment; for a resolution the start of the event
    ADT      | Analysis Date                            | Date     | Cond | Derived
        : Date of the event or of censoring
    ADY      | Analysis Relative Day                    | Num      | Perm | Derived
        : Study day of ADT
    AVAL     | Analysis Value                           | Num      | Req  | Derived
        : To the first adverse event ADT - STARTDT + 1; to a resolution ADT - STARTDT; to confirmed change the days from
        : STARTDT to the planned day of the visit of ADT
    AVALU    | Analysis Value Unit                      | Char 200 | Req  | Assigned
        : DAYS
    AVALLO   | Shortest Possible Time                   | Num      | Perm | Derived
        : The shortest time that partial dates leave open
    AVALHI   | Longest Possible Time                    | Num      | Perm | Derived
        : The longest time that partial dates leave open
    CNSR     | Censor                                   | Num      | Req  | Derived     | CNSR
        : 0: the event; 1: censored; 2: died before
    EVNTDESC | Event or Censoring Description           | Char 200 | Req  | Derived
        : What happened, or why it is censored
    CNFDT    | Date of Confirmation                     | Date     | Perm | Derived
        : Date of the score that confirms the change
    CNFDY    | Study Day of Confirmation                | Num      | Perm | Derived
        : Study day of CNFDT
    ANL01FL  | Analysis Flag 01                         | Char 1   | Perm | Derived     | Y
        : Y: of confirmed change, by the definition that leads for the measure or one that an endpoint names; all others
    OPENFL   | Kind of Change Not Known Flag            | Char 1   | Perm | Derived     | Y
        : Y: a change was found, but whether it is of this kind is not known
""",
}
