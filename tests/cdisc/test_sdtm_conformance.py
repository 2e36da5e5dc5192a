"""Each conformance check finds what it is for, with dataset, row and variable, and the gate holds."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from firstdose.cdisc import read_sdtm
from firstdose.cdisc.domains import DOMAINS
from firstdose.cdisc.item_codes import item_codes, name_of_item
from firstdose.cdisc.long_texts import parts_of
from firstdose.cdisc.nonstandard import all_qualifiers
from firstdose.cdisc.writing.checking import check_datasets
from firstdose.cdisc.writing.datasets import Dataset, sdtm_datasets
from firstdose.cdisc.writing.exporting import Export, export_sdtm
from firstdose.cdisc.writing.metadata import all_domains, domain_of
from firstdose.measures import MEASURES
from firstdose.protocol import read_protocol
from firstdose.records import (
    AdverseEvent,
    Cohort,
    Disposition,
    Dosing,
    Image,
    Medication,
    PartialDate,
    PartialDateTime,
    Relapse,
    Slot,
    Subject,
    Supplement,
    TrialData,
    Visit,
)

PROTOCOL = read_protocol(Path(__file__).parents[2] / "examples" / "nsc-spms" / "protocol.yaml")
CREATED = datetime(2026, 3, 31)
PERSON = Subject(subject="P1", centre="01", sex="female", country="Italy")
DAY = PartialDateTime(PartialDate(2026, 3, 10))
BEFORE = PartialDateTime(PartialDate(2026, 3, 9))
PARTLY_KNOWN = PartialDateTime(PartialDate(2026, 3))


def event(number: int = 1, subject: str = "P1", **fields: Any) -> AdverseEvent:
    given = {"term": "fever", "preferred_term": "Pyrexia", **fields}
    return AdverseEvent(subject=subject, number=number, **given)


def dosing(**fields: Any) -> Dosing:
    return Dosing(**{"subject": "P1", "number": 1, "given": "full", **fields})


def exported(tmp_path: Path, *records: Any, file_format: Any = "xpt") -> Export:
    return export_sdtm(PROTOCOL, TrialData.of([PERSON, *records]), tmp_path, created=CREATED, file_format=file_format)


def places(export: Export, effect: str = "refused") -> set[tuple[str, int | None, str | None]]:
    return {(each.dataset, each.row, each.variable) for each in export.findings if each.effect == effect}


def test_records_that_conform_are_written(tmp_path: Path) -> None:
    export = exported(tmp_path, event(start=PARTLY_KNOWN))
    assert not export.findings
    assert (tmp_path / "ae.xpt").is_file()
    (ae,) = (each for each in export.datasets if each.name == "AE")
    assert ae.frame["AESTDTC"].to_list() == ["2026-03"]
    assert "AESTDY" not in ae.frame.columns  # no day is known, so none is given


@pytest.mark.parametrize("word", ["Übelkeit", "頭痛", "a\nb", "tab\there"])
def test_letters_that_a_transport_file_cannot_hold_are_refused_by_name(tmp_path: Path, word: str) -> None:
    export = exported(tmp_path, event(1), event(2, term=word))
    assert places(export) == {("AE", 2, "AETERM")}
    assert [each.value for each in export.findings] == [word]
    assert not list(tmp_path.glob("*.xpt"))
    assert (tmp_path / "conformance.csv").is_file()
    assert not places(exported(tmp_path, event(2, term=word), file_format="csv"))


def test_numbers_that_a_transport_file_cannot_hold_are_refused_by_name(tmp_path: Path) -> None:
    drug = Medication(subject="P1", number=2**53 + 1, drug="x", dose=1e80)
    assert places(exported(tmp_path, drug)) == {("CM", 1, "CMSEQ"), ("CM", 1, "CMDOSE")}
    assert not places(exported(tmp_path, drug, file_format="dataset-json"))


def test_a_long_text_goes_on_in_supplements(tmp_path: Path) -> None:
    text = " ".join(f"word{number}" for number in range(100))
    export = exported(tmp_path, event(term=text))
    frames = {each.name: each.frame for each in export.datasets}
    rows = frames["SUPPAE"].select("QNAM", "QVAL", "QLABEL", "IDVARVAL").rows()
    first = frames["AE"]["AETERM"][0]
    assert [name for name, *_ in rows] == ["AETERM1", "AETERM2", "AETERM3"]
    assert first + "".join(value for _, value, *_ in rows) == text
    assert {tuple(rest) for _, _, *rest in rows} == {("Reported Term for the Adverse Event", "1")}
    assert max(len(value) for _, value, *_ in rows) <= 200


def test_a_long_identifier_is_refused_and_not_cut(tmp_path: Path) -> None:
    export = exported(tmp_path, Subject(subject="X" * 201, centre="01", sex="male", country="Italy"))
    assert ("DM", 2, "USUBJID") in places(export)


def test_a_record_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    assert places(exported(tmp_path, event(1), event(1, term="cough"))) == {("AE", 1, "AESEQ"), ("AE", 2, "AESEQ")}


def test_what_is_missing_or_unusual_is_told_and_written(tmp_path: Path) -> None:
    odd = Subject(subject="P2", centre=None, sex=None, country="Atlantis", ethnicity="Martian")
    export = exported(tmp_path, odd, event(1, preferred_term=None), event(2, "P9"))
    told = {("DM", 2, "SITEID"), ("DM", 2, "SEX"), ("DM", 2, "COUNTRY"), ("DM", 2, "ETHNIC")}
    assert places(export, "told") == told | {("AE", 1, "AEDECOD"), ("AE", 2, "USUBJID")}
    assert not export.is_refused
    assert export.files


def test_a_supplement_of_nothing_is_told(tmp_path: Path) -> None:
    keys = {"subject": "P1", "source": "adverse_events", "reference": "AESEQ", "reference_value": "7"}
    alone = Supplement(**keys, name="OWN", label="Own", value="x", origin="CRF")
    assert places(exported(tmp_path, event(1), alone), "told") == {("SUPPAE", 1, "IDVARVAL")}


def test_a_dose_of_which_nothing_was_given_is_in_ec_alone_and_comes_back(tmp_path: Path) -> None:
    given = Dosing(subject="P1", number=1, treatment="cells", given="full", dose_given=5.0, batch="B1")
    not_given = Dosing(subject="P1", number=2, treatment="cells", given="none", dose_assigned=5.0, cohort="1")
    frames = {each.name: each.frame for each in exported(tmp_path, given, not_given).datasets}
    assert frames["EX"]["EXSEQ"].to_list() == [1]
    rows = frames["EC"].select("ECSEQ", "ECMOOD", "ECOCCUR", "ECDOSE").rows()
    assert rows == [(1, "PERFORMED", "Y", 5.0), (2, "PERFORMED", "N", None), (3, "SCHEDULED", None, 5.0)]
    assert sorted(read_sdtm(tmp_path).trial_data.records(Dosing), key=lambda each: each.number) == [given, not_given]


def test_a_dosing_that_is_only_prepared_is_no_exposure(tmp_path: Path) -> None:
    prepared = Dosing(subject="P1", number=1, level_assigned=2, dose_assigned=10.0, batch="B1", zone="Europe/Rome")
    export = exported(tmp_path, prepared)
    frames = {each.name: each.frame for each in export.datasets}
    assert "EX" not in frames
    assert frames["EC"].select("ECMOOD", "ECDOSE").rows() == [("SCHEDULED", 10.0)]
    assert frames["DM"].select("ARM", "ACTARM", "ARMNRS").rows() == [("B", None, "ASSIGNED, NOT TREATED")]
    assert export.not_held == {"dosings that are only prepared": 1}


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], (None, None, "NOT ASSIGNED", None)),
        ([Slot(cohort="2", slot=1, subject="P1", state="assigned")], ("B", None, "ASSIGNED, NOT TREATED", None)),
        ([Slot(cohort="2", slot=1, subject="P1", state="reserved")], (None, None, "NOT ASSIGNED", None)),
        ([dosing(level_assigned=1, dose_given=5.0)], ("A", "A", None, None)),
        ([dosing(cohort="2", dose_given=9.8)], ("B", "B", None, None)),
        ([dosing(level_assigned=1, dose_given=10.0)], ("A", "B", None, None)),
        ([dosing(level_assigned=1, dose_given=7.0)], ("A", "A", None, None)),
        ([dosing(level_assigned=1, dose_given=10.0, dose_unit="mL")], ("A", "A", None, None)),
        ([dosing(level_assigned=2, given="none")], ("B", None, "ASSIGNED, NOT TREATED", None)),
        ([dosing(dose_given=7.0)], (None, None, "UNPLANNED TREATMENT", "7 million cells")),
        ([dosing(level_assigned=9)], (None, None, "UNPLANNED TREATMENT", "TREATED, DOSE AND ARM NOT RECORDED")),
        ([dosing(level_assigned=1), dosing(number=2, level_assigned=3)], ("A", "A", None, None)),
    ],
)
def test_the_arm_is_the_level_where_no_arm_is_recorded(
    tmp_path: Path, records: list[Any], expected: tuple[str | None, ...]
) -> None:
    export = exported(tmp_path, Cohort(cohort="2", dose_level=2), *records)
    frames = {each.name: each.frame for each in export.datasets}
    assert frames["DM"].select("ARM", "ACTARM", "ARMNRS", "ACTARMUD").row(0) == expected
    subjects = frames["TS"].filter(pl.col("TSPARMCD") == "ACTSUB")["TSVAL"].to_list()
    assert subjects == ["1" if expected[0] else None]
    assert not places(export)


@pytest.mark.parametrize(
    ("event", "category", "expected"),
    [
        ("lost to follow-up", None, ("lost to follow-up", "LOST TO FOLLOW-UP", "DISPOSITION EVENT")),
        ("subject withdrew", None, ("subject withdrew", "WITHDRAWAL BY SUBJECT", "DISPOSITION EVENT")),
        ("Completed the trial", None, ("Completed the trial", "COMPLETED", "DISPOSITION EVENT")),
        ("died", "OTHER EVENT", ("died", "DEATH", "OTHER EVENT")),
        ("Informed consent obtained", None,
         ("Informed consent obtained", "INFORMED CONSENT OBTAINED", "PROTOCOL MILESTONE")),
        ("moved to the moon", None, ("moved to the moon", "moved to the moon", None)),
    ],
)  # fmt: skip
def test_dispositions_that_say_the_same_as_a_term_are_the_term(
    tmp_path: Path, event: str, category: str | None, expected: tuple[str | None, ...]
) -> None:
    ended = Disposition(subject="P1", number=1, event=event, category=category)
    frames = {each.name: each.frame for each in exported(tmp_path, ended).datasets}
    assert frames["DS"].select("DSTERM", "DSDECOD", "DSCAT").row(0) == expected


def test_what_hangs_on_a_date_or_an_identifier_is_told(tmp_path: Path) -> None:
    dose = dosing(level_assigned=1, product_start=DAY, product_end=DAY)
    consented = replace(PERSON, consent=DAY)
    twice = replace(consented, subject="P2", earlier_subject="P1")

    def told(*people: Subject, dose: Dosing = dose) -> set[tuple[str, int | None, str | None]]:
        export = export_sdtm(PROTOCOL, TrialData.of([*people, dose]), tmp_path, created=CREATED)
        assert not export.is_refused
        return places(export, "told")

    assert not told(consented)
    assert told(PERSON) == {("DM", 1, "RFICDTC")}
    assert told(consented, dose=replace(dose, product_start=PARTLY_KNOWN)) == {("EX", 1, "EXSTDTC")}
    assert told(consented, dose=replace(dose, product_end=None)) == {("EX", 1, "EXENDTC")}
    assert told(consented, dose=replace(dose, product_end=BEFORE)) == {
        (name, row, f"{name}ENDTC") for name, row in (("EX", 1), ("EC", 1), ("SE", 2))
    }
    assert told(consented, twice) == {("SUPPDM", 1, "QVAL")}


def test_level_0_is_the_control_and_its_treatment(tmp_path: Path) -> None:
    protocol = replace(PROTOCOL, dose_levels=replace(PROTOCOL.dose_levels, control="Sham"))
    dosings = [dosing(level_assigned=0, dose_given=0.0), dosing(subject="P2", level_assigned=1, dose_given=0.0)]
    people = TrialData.of([PERSON, replace(PERSON, subject="P2"), *dosings])
    export = export_sdtm(protocol, people, tmp_path, created=CREATED)
    frames = {each.name: each.frame for each in export.datasets}
    assert frames["DM"]["ARMCD"].to_list() == frames["DM"]["ACTARMCD"].to_list() == ["CONTROL", "LEVEL1"]
    assert frames["EX"].select("EXTRT", "EXDOSE").rows() == [("Sham", 0.0), ("human neural stem cells", 0.0)]


def test_planned_visits_have_the_numbers_that_were_recorded(tmp_path: Path) -> None:
    visits = [Visit(subject="P1", visit=name, order=order) for name, order in (("D0", 30.0), ("M1", 2.0), ("UNS", 5.5))]
    frames = {each.name: each.frame for each in exported(tmp_path, *visits).datasets}
    planned, taken = (dict(frames[name].select("VISIT", "VISITNUM").iter_rows()) for name in ("TV", "SV"))
    assert taken == {"D0": 30.0, "M1": 2.0, "UNS": 5.5}
    assert (planned["D0"], planned["M1"], planned["R3"]) == (30.0, 2.0, 1.0)
    assert len(set(planned.values()) | {5.5}) == len(planned) + 1
    assert planned["M0"] > 20  # its own place is taken by M1


def test_a_trial_without_subjects_is_the_plan_alone(tmp_path: Path) -> None:
    export = export_sdtm(PROTOCOL, TrialData.of([Cohort(cohort="1", dose_level=1)]), tmp_path, created=CREATED)
    assert places(export, "told") == {("DM", None, None)}
    assert {path.stem for path in export.files} == {"ta", "te", "ti", "ts", "tv"}


def test_clinical_events_and_exposures_of_others_are_no_relapses_and_no_doses(tmp_path: Path) -> None:
    (tmp_path / "ce.csv").write_text("USUBJID,CESEQ,CETERM,CECAT\nP1,1,STROKE,STROKE\n")
    (tmp_path / "pr.csv").write_text("USUBJID,PRSEQ,PRTRT,PRCAT\nP1,1,BIOPSY,SURGERY\nP1,2,MRI,IMAGING\n")
    (tmp_path / "ec.csv").write_text("USUBJID,ECSEQ,ECTRT,ECOCCUR\nP1,1,DRUG,N\n")
    (tmp_path / "suppae.csv").write_text(
        "USUBJID,RDOMAIN,IDVAR,IDVARVAL,QNAM,QLABEL,QVAL\nP1,AE,AESEQ,1,AERELPRO,Another Meaning,x\n"
    )
    data = read_sdtm(tmp_path).trial_data
    assert not data[Relapse].height
    assert not data[Dosing].height
    assert data[Image]["modality"].to_list() == ["MRI"]
    assert data[Supplement]["label"].to_list() == ["Another Meaning"]


def test_a_value_of_a_record_that_is_not_there_is_set_aside_and_listed(tmp_path: Path) -> None:
    (tmp_path / "ae.csv").write_text("USUBJID,AESEQ,AETERM\nP1,1,FEVER\n")
    row = "P1,AE,AESEQ,{},AERELPRO,Related to the Procedure,POSSIBLE\n"
    head = "USUBJID,RDOMAIN,IDVAR,IDVARVAL,QNAM,QLABEL,QVAL\n"
    (tmp_path / "suppae.csv").write_text(head + row.format(1) + row.format(2) + row.format(1))
    reading = read_sdtm(tmp_path)
    assert reading.trial_data[AdverseEvent]["relation_to_procedure"].to_list() == ["possible"]
    assert sorted(reading.rejected["row"].to_list()) == [3, 4]
    assert [each.effect for each in reading.problems].count("rejected") == 2


def test_no_two_items_have_one_code_or_one_name() -> None:
    items = [(measure.name, item.name) for measure in MEASURES.values() for item in measure.items]
    assert len(set(item_codes().values())) == len({name_of_item(*item) for item in items}) == len(items)
    assert all(len(code) <= 8 for code in item_codes().values())
    assert all(len(name_of_item(*item)) <= 40 for item in items)


@pytest.mark.parametrize("domain", DOMAINS)
def test_supplements_have_names_and_labels_that_fit_and_differ(domain: str) -> None:
    known = all_qualifiers(domain)
    assert len({each.name for each in known}) == len(known)
    assert not {each.name for each in known} & set(all_domains()[domain].variables)
    assert all(len(each.name) <= 8 and len(each.label) <= 40 for each in known)


def with_frame(changed: str, frame: pl.DataFrame) -> list[Dataset]:
    datasets = sdtm_datasets(PROTOCOL, TrialData.of([PERSON, event(1), event(2, start=PARTLY_KNOWN)]))
    return [
        Dataset(each.name, each.domain, frame, each.variables) if each.name == changed else each for each in datasets
    ]


def ae() -> pl.DataFrame:
    return next(each.frame for each in with_frame("", pl.DataFrame()) if each.name == "AE")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (pl.col("AESEQ").cast(pl.String), "must be Num"),
        (pl.lit("2026-13").alias("AESTDTC"), "ISO 8601"),
        (pl.lit("2026-3-1").alias("AESTDTC"), "ISO 8601"),
        (pl.lit("fever ").alias("AETERM"), "end with a blank"),
        (pl.lit("x" * 201).alias("AETERM"), "at most 200"),
        (pl.lit(None, pl.String).alias("AETERM"), "must not be empty"),
        (pl.lit(1, pl.Int64).alias("AESEQ"), "from the others"),
        ((3 - pl.col("AESEQ")).alias("AESEQ"), "in the order of"),
    ],
)
def test_a_defect_of_the_writer_itself_would_be_refused(change: pl.Expr, words: str) -> None:
    findings = check_datasets(with_frame("AE", ae().with_columns(change)), "csv")
    assert [each for each in findings if words in each.rule and each.effect == "refused" and each.dataset == "AE"]


def test_columns_in_another_order_are_refused() -> None:
    frame = ae().select(reversed(ae().columns))
    assert any("order" in each.rule for each in check_datasets(with_frame("AE", frame), "csv"))


def test_words_in_the_place_of_an_arm_are_a_reason_and_other_arms_are_told(tmp_path: Path) -> None:
    people = [
        replace(PERSON, subject="P1", arm="Screen Failure", arm_given="Screen Failure"),
        replace(PERSON, subject="P2", arm="A", arm_given="Not Treated "),
        replace(PERSON, subject="P3", arm="elsewhere", arm_given=None),
        replace(PERSON, subject="P4", arm="A", arm_given="A"),
    ]
    export = export_sdtm(PROTOCOL, TrialData.of(people), tmp_path, created=CREATED, file_format="csv")
    (frame,) = (each.frame for each in export.datasets if each.name == "DM")
    assert frame.select("ARMCD", "ARM", "ACTARMCD", "ACTARM", "ARMNRS").rows() == [
        (None, None, None, None, "SCREEN FAILURE"),
        ("LEVEL1", "A", None, None, "ASSIGNED, NOT TREATED"),
        (None, "elsewhere", None, None, "ASSIGNED, NOT TREATED"),
        ("LEVEL1", "A", "LEVEL1", "A", None),
    ]
    assert [(each.row, each.variable, each.value) for each in export.findings] == [(3, "ARM", "elsewhere")]


def test_a_variable_that_the_guide_expects_may_be_empty_but_not_absent() -> None:
    assert ae()["AELLT"].null_count() == ae().height
    variables = tuple(each for each in domain_of("AE").variables.values() if each.name in set(ae().columns) - {"AELLT"})
    without = [
        Dataset("AE", each.domain, each.frame.drop("AELLT"), variables) if each.name == "AE" else each
        for each in with_frame("", pl.DataFrame())
    ]
    (finding,) = check_datasets(without, "csv")
    assert (finding.effect, finding.dataset, finding.variable) == ("refused", "AE", "AELLT")


@pytest.mark.parametrize("change", [pl.lit(None, pl.String).alias("TSVAL"), pl.lit("NI").alias("TSVALNF")])
def test_a_parameter_of_the_trial_has_a_value_or_a_null_flavor(change: pl.Expr) -> None:
    summary = next(each.frame for each in with_frame("", pl.DataFrame()) if each.name == "TS")
    findings = check_datasets(with_frame("TS", summary.with_columns(change)), "csv")
    assert {(each.effect, each.dataset, each.variable) for each in findings} == {("refused", "TS", "TSVALNF")}


def test_blanks_that_no_part_can_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="blanks"):
        parts_of("a" + " " * 401 + "b")
