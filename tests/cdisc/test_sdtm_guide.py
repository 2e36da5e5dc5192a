"""Labels, types, need and order of the SDTM variables that are written, as the Implementation Guide 3.4 has them.

Transcribed from a public index of the guide's tables; a line gives a variable, its type (C or N), its core (R, E or P)
and its label.
"""

import pytest

from firstdose.cdisc.writing.metadata import all_domains

GUIDE = {
    "DM": """
SUBJID C R Subject Identifier for the Study
RFSTDTC C E Subject Reference Start Date/Time
RFENDTC C E Subject Reference End Date/Time
RFXSTDTC C E Date/Time of First Study Treatment
RFXENDTC C E Date/Time of Last Study Treatment
RFICDTC C E Date/Time of Informed Consent
RFPENDTC C E Date/Time of End of Participation
DTHDTC C E Date/Time of Death
DTHFL C E Subject Death Flag
SITEID C R Study Site Identifier
BRTHDTC C P Date/Time of Birth
AGE N E Age
AGEU C E Age Units
SEX C R Sex
RACE C E Race
ETHNIC C P Ethnicity
ARMCD C E Planned Arm Code
ARM C E Description of Planned Arm
ACTARMCD C E Actual Arm Code
ACTARM C E Description of Actual Arm
ARMNRS C E Reason Arm and/or Actual Arm is Null
ACTARMUD C E Description of Unplanned Actual Arm
COUNTRY C R Country""",
    "SE": """
SESEQ N R Sequence Number
ETCD C R Element Code
ELEMENT C P Description of Element
TAETORD N P Planned Order of Element within Arm
EPOCH C P Epoch
SESTDTC C R Start Date/Time of Element
SEENDTC C E End Date/Time of Element
SESTDY N P Study Day of Start of Element
SEENDY N P Study Day of End of Element""",
    "SV": """
VISITNUM N R Visit Number
VISIT C P Visit Name
SVPRESP C E Pre-specified
SVOCCUR C E Occurrence
SVREASOC C P Reason for Occur Value
VISITDY N P Planned Study Day of Visit
SVSTDTC C E Start Date/Time of Observation
SVENDTC C E End Date/Time of Observation
SVSTDY N P Study Day of Start of Observation
SVENDY N P Study Day of End of Observation""",
    "EX": """
EXSEQ N R Sequence Number
EXTRT C R Name of Treatment
EXDOSE N E Dose
EXDOSU C E Dose Units
EXDOSFRM C E Dose Form
EXDOSFRQ C P Dosing Frequency per Interval
EXROUTE C P Route of Administration
EXLOT C P Lot Number
EXLOC C P Location of Dose Administration
EPOCH C P Epoch
EXSTDTC C E Start Date/Time of Treatment
EXENDTC C E End Date/Time of Treatment
EXSTDY N P Study Day of Start of Treatment
EXENDY N P Study Day of End of Treatment""",
    "EC": """
ECSEQ N R Sequence Number
ECTRT C R Name of Treatment
ECMOOD C P Mood
ECPRESP C P Pre-Specified
ECOCCUR C P Occurrence
ECDOSE N E Dose
ECDOSU C E Dose Units
ECDOSFRM C E Dose Form
ECDOSFRQ C P Dosing Frequency per Interval
ECROUTE C P Route of Administration
ECLOT C P Lot Number
ECLOC C P Location of Dose Administration
EPOCH C P Epoch
ECSTDTC C E Start Date/Time of Treatment
ECENDTC C E End Date/Time of Treatment
ECSTDY N P Study Day of Start of Treatment
ECENDY N P Study Day of End of Treatment""",
    "CM": """
CMSEQ N R Sequence Number
CMTRT C R Reported Name of Drug, Med, or Therapy
CMDECOD C P Standardized Medication Name
CMINDC C P Indication
CMCLAS C P Medication Class
CMDOSE N P Dose per Administration
CMDOSU C P Dose Units
CMDOSFRQ C P Dosing Frequency per Interval
CMROUTE C P Route of Administration
CMRSDISC C P Reason the Intervention Was Discontinued
EPOCH C P Epoch
CMSTDTC C P Start Date/Time of Medication
CMENDTC C P End Date/Time of Medication
CMSTDY N P Study Day of Start of Medication
CMENDY N P Study Day of End of Medication
CMENRTPT C P End Relative to Reference Time Point
CMENTPT C P End Reference Time Point""",
    "PR": """
PRSEQ N R Sequence Number
PRLNKID C P Link ID
PRTRT C R Reported Name of Procedure
PRCAT C P Category
VISITNUM N P Visit Number
VISIT C P Visit Name
EPOCH C P Epoch
PRSTDTC C E Start Date/Time of Procedure
PRSTDY N P Study Day of Start of Procedure""",
    "AE": """
AESEQ N R Sequence Number
AETERM C R Reported Term for the Adverse Event
AELLT C E Lowest Level Term
AELLTCD N E Lowest Level Term Code
AEDECOD C R Dictionary-Derived Term
AEPTCD N E Preferred Term Code
AEHLT C E High Level Term
AEHLTCD N E High Level Term Code
AEHLGT C E High Level Group Term
AEHLGTCD N E High Level Group Term Code
AEBODSYS C E Body System or Organ Class
AEBDSYCD N E Body System or Organ Class Code
AESOC C E Primary System Organ Class
AESOCCD N E Primary System Organ Class Code
AESEV C P Severity/Intensity
AESER C E Serious Event
AEACN C E Action Taken with Study Treatment
AEACNOTH C P Other Action Taken
AEREL C E Causality
AEOUT C P Outcome of Adverse Event
AESCAN C P Involves Cancer
AESCONG C P Congenital Anomaly or Birth Defect
AESDISAB C P Persist or Signif Disability/Incapacity
AESDTH C P Results in Death
AESHOSP C P Requires or Prolongs Hospitalization
AESLIFE C P Is Life Threatening
AESOD C P Occurred with Overdose
AESMIE C P Other Medically Important Serious Event
AETOXGR C P Standard Toxicity Grade
EPOCH C P Epoch
AESTDTC C E Start Date/Time of Adverse Event
AEENDTC C E End Date/Time of Adverse Event
AESTDY N P Study Day of Start of Adverse Event
AEENDY N P Study Day of End of Adverse Event""",
    "CE": """
CESEQ N R Sequence Number
CETERM C R Reported Term for the Clinical Event
CECAT C P Category for the Clinical Event
CESEV C P Severity/Intensity
EPOCH C P Epoch
CESTDTC C P Start Date/Time of Clinical Event
CEENDTC C P End Date/Time of Clinical Event
CESTDY N P Study Day of Start of Event
CEENDY N P Study Day of End of Event""",
    "DS": """
DSSEQ N R Sequence Number
DSTERM C R Reported Term for the Disposition Event
DSDECOD C R Standardized Disposition Term
DSCAT C E Category for Disposition Event
EPOCH C P Epoch
DSDTC C P Date/Time of Collection
DSSTDTC C E Start Date/Time of Disposition Event
DSDY N P Study Day of Collection
DSSTDY N E Study Day of Start of Disposition Event""",
    "DV": """
DVSEQ N R Sequence Number
DVTERM C R Protocol Deviation Term
DVCAT C P Category for Protocol Deviation
EPOCH C P Epoch
DVSTDTC C P Start Date/Time of Deviation
DVSTDY N P Study Day of Start of Deviation Event""",
    "MH": """
MHSEQ N R Sequence Number
MHTERM C R Reported Term for the Medical History
MHDECOD C P Dictionary-Derived Term
MHCAT C P Category for Medical History
MHPRESP C P Medical History Event Pre-Specified
MHOCCUR C P Medical History Occurrence
MHBODSYS C P Body System or Organ Class
MHDTC C P Date/Time of History Collection
MHSTDTC C P Start Date/Time of Medical History Event
MHENDTC C P End Date/Time of Medical History Event
MHDY N P Study Day of History Collection""",
    "IE": """
IESEQ N R Sequence Number
IETESTCD C R Inclusion/Exclusion Criterion Short Name
IETEST C R Inclusion/Exclusion Criterion
IECAT C R Inclusion/Exclusion Category
IEORRES C R I/E Criterion Original Result
IESTRESC C R I/E Criterion Result in Std Format
IEDTC C P Date/Time of Collection
IEDY N P Study Day of Collection""",
    "LB": """
LBSEQ N R Sequence Number
LBTESTCD C R Lab Test or Examination Short Name
LBTEST C R Lab Test or Examination Name
LBCAT C E Category for Lab Test
LBORRES C E Result or Finding in Original Units
LBORRESU C E Original Units
LBORNRLO C E Reference Range Lower Limit in Orig Unit
LBORNRHI C E Reference Range Upper Limit in Orig Unit
LBLLOD C P Lower Limit of Detection
LBSTRESC C E Character Result/Finding in Std Format
LBSTRESN N E Numeric Result/Finding in Standard Units
LBSTRESU C E Standard Units
LBSTNRLO N E Reference Range Lower Limit-Std Units
LBSTNRHI N E Reference Range Upper Limit-Std Units
LBNRIND C E Reference Range Indicator
LBSTAT C P Completion Status
LBREASND C P Reason Test Not Done
LBNAM C P Vendor Name
LBSPEC C P Specimen Type
LBLOBXFL C E Last Observation Before Exposure Flag
LBFAST C P Fasting Status
VISITNUM N E Visit Number
VISIT C P Visit Name
EPOCH C P Epoch
LBDTC C E Date/Time of Specimen Collection
LBDY N P Study Day of Specimen Collection""",
    "VS": """
VSSEQ N R Sequence Number
VSTESTCD C R Vital Signs Test Short Name
VSTEST C R Vital Signs Test Name
VSPOS C P Vital Signs Position of Subject
VSORRES C E Result or Finding in Original Units
VSORRESU C E Original Units
VSSTRESC C E Character Result/Finding in Std Format
VSSTRESN N E Numeric Result/Finding in Standard Units
VSSTRESU C E Standard Units
VSSTAT C P Completion Status
VSREASND C P Reason Not Performed
VSLOC C P Location of Vital Signs Measurement
VSLOBXFL C E Last Observation Before Exposure Flag
VISITNUM N E Visit Number
VISIT C P Visit Name
EPOCH C P Epoch
VSDTC C E Date/Time of Measurements
VSDY N P Study Day of Vital Signs
VSTPT C P Planned Time Point Name""",
    "QS": """
QSSEQ N R Sequence Number
QSTESTCD C R Question Short Name
QSTEST C R Question Name
QSCAT C R Category of Question
QSORRES C E Finding in Original Units
QSORRESU C P Original Units
QSSTRESC C E Character Result/Finding in Std Format
QSSTRESN N P Numeric Finding in Standard Units
QSSTRESU C P Standard Units
QSSTAT C P Completion Status
QSREASND C P Reason Not Performed
QSLOBXFL C E Last Observation Before Exposure Flag
VISITNUM N E Visit Number
VISIT C P Visit Name
EPOCH C P Epoch
QSDTC C E Date/Time of Finding
QSDY N P Study Day of Finding""",
    "FT": """
FTSEQ N R Sequence Number
FTTESTCD C R Short Name of Test
FTTEST C R Name of Test
FTCAT C R Category
FTORRES C E Result or Finding in Original Units
FTORRESU C P Original Units
FTSTRESC C E Result or Finding in Standard Format
FTSTRESN N P Numeric Result/Finding in Standard Units
FTSTRESU C P Standard Units
FTSTAT C P Completion Status
FTREASND C P Reason Not Done
FTLOBXFL C E Last Observation Before Exposure Flag
VISITNUM N E Visit Number
VISIT C P Visit Name
EPOCH C P Epoch
FTDTC C E Date/Time of Test
FTDY N P Study Day of Test""",
    "NV": """
NVSEQ N R Sequence Number
NVLNKID C P Link ID
NVTESTCD C R Short Name of Nervous System Test
NVTEST C R Name of Nervous System Test
NVCAT C P Category for Nervous System Test
NVORRES C E Result or Finding in Original Units
NVORRESU C P Original Units
NVSTRESC C E Character Result/Finding in Std Format
NVSTRESN N P Numeric Result/Finding in Standard Units
NVSTRESU C P Standard Units
NVSTAT C P Completion Status
NVREASND C P Reason Not Done
NVLOC C P Location Used for the Measurement
NVMETHOD C P Method of Test or Examination
NVLOBXFL C P Last Observation Before Exposure Flag
NVEVALID C P Evaluator Identifier
VISITNUM N E Visit Number
VISIT C P Visit Name
EPOCH C P Epoch
NVDTC C E Date/Time of Collection
NVDY N P Study Day of Visit/Collection/Exam""",
    "RS": """
RSSEQ N R Sequence Number
RSTESTCD C R Assessment Short Name
RSTEST C R Assessment Name
RSCAT C E Category for Assessment
RSORRES C E Result or Finding in Original Units
RSORRESU C P Original Units
RSSTRESC C E Character Result/Finding in Std Format
RSSTRESN N P Numeric Result/Finding in Standard Units
RSSTRESU C P Standard Units
RSSTAT C P Completion Status
RSREASND C P Reason Not Done
RSLOBXFL C P Last Observation Before Exposure Flag
RSEVALID C P Evaluator Identifier
VISITNUM N E Visit Number
VISIT C P Visit Name
EPOCH C P Epoch
RSDTC C E Date/Time of Assessment
RSDY N P Study Day of Assessment""",
    "TE": """
ETCD C R Element Code
ELEMENT C R Description of Element
TESTRL C R Rule for Start of Element
TEENRL C P Rule for End of Element""",
    "TV": """
VISITNUM N R Visit Number
VISIT C P Visit Name
VISITDY N P Planned Study Day of Visit
ARMCD C E Planned Arm Code
TVSTRL C R Visit Start Rule""",
    "TI": """
IETESTCD C R Inclusion/Exclusion Criterion Short Name
IETEST C R Inclusion/Exclusion Criterion
IECAT C R Inclusion/Exclusion Category
TIVERS C P Protocol Criteria Versions""",
    "TS": """
TSSEQ N R Sequence Number
TSPARMCD C R Trial Summary Parameter Short Name
TSPARM C R Trial Summary Parameter
TSVAL C E Parameter Value
TSVALNF C P Parameter Null Flavor
TSVALCD C E Parameter Value Code
TSVCDREF C E Name of the Reference Terminology
TSVCDVER C E Version of the Reference Terminology""",
}
IDENTIFIERS = ("STUDYID", "DOMAIN", "USUBJID")
ALLOWED = {
    "AE": {"AEDTC", "AEDY"},
    "CM": {"VISITNUM", "VISIT", "CMDTC", "CMDY"},
    "DS": {"VISITNUM", "VISIT"},
    "EC": {"VISITNUM", "VISIT"},
    "EX": {"VISITNUM", "VISIT"},
    "FT": {"FTEVALID"},
    "MH": {"MHSEV", "VISITNUM", "VISIT"},
    "QS": {"QSEVALID"},
    "SV": {"EPOCH"},
}
"""Variables of the model that the guide's tables of these domains do not print, and that may be added to them."""
TIMING = (
    "VISITNUM",
    "VISIT",
    "VISITDY",
    "TAETORD",
    "EPOCH",
    "DTC",
    "STDTC",
    "ENDTC",
    "DY",
    "STDY",
    "ENDY",
    "ENRTPT",
    "ENTPT",
)
CORES, KINDS = {"R": "Req", "E": "Exp", "P": "Perm"}, {"C": "Char", "N": "Num"}
Row = tuple[str, str, str, str]


def printed(domain: str) -> list[Row]:
    rows = []
    for line in GUIDE[domain].strip().splitlines():
        name, kind, core, label = line.split(" ", 3)
        rows.append((name, KINDS[kind], CORES[core], label))
    return rows


@pytest.mark.parametrize("domain", GUIDE)
def test_variables_are_as_the_guide_prints_them(domain: str) -> None:
    variables = [each for name, each in all_domains()[domain].variables.items() if name not in IDENTIFIERS]
    further = ALLOWED.get(domain, set())
    ours = [(each.name, each.kind, each.core, each.label) for each in variables if each.name not in further]
    assert ours == printed(domain)
    assert {each.name for each in variables} >= further
    assert all(each.core == "Perm" for each in variables if each.name in further)


@pytest.mark.parametrize("domain", [name for name, each in all_domains().items() if "USUBJID" in each.variables])
def test_timing_variables_stand_in_the_order_of_the_model(domain: str) -> None:
    names = [name.removeprefix(domain) if name != "VISIT" else name for name in all_domains()[domain].variables]
    places = [TIMING.index(name) for name in names if name in TIMING]
    assert places == sorted(places)
