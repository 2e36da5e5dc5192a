"""The datasets of interventions, events and findings, each made of its kind of record."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.cdisc.domains import RELAPSE_CATEGORY
from firstdose.cdisc.item_codes import domain_of_measure
from firstdose.cdisc.nonstandard import UNDER_STUDY, qualifiers_of
from firstdose.cdisc.row_meanings import LABORATORY
from firstdose.cdisc.writing.disposition_terms import in_terms_with_categories
from firstdose.cdisc.writing.drafts import (
    Draft,
    draft,
    one_above_the_other,
    supplement_text,
    supplements,
    supplements_of,
)
from firstdose.cdisc.writing.imaging import READ_FROM_IMAGES, imaging_sessions, of_domain, with_sessions
from firstdose.cdisc.writing.tests_and_results import with_results, with_tests
from firstdose.cdisc.writing.timing import has_begun, was_given
from firstdose.protocol import Protocol
from firstdose.records import (
    AdverseEvent,
    Assessment,
    CriterionAnswer,
    Deviation,
    DiseaseHistory,
    Disposition,
    DltAdjudication,
    Dosing,
    Image,
    LabResult,
    MedicalHistory,
    Medication,
    Relapse,
    TrialData,
    VitalSign,
    columns_of,
)

RELAPSE = "RELAPSE"
LAST_RECORD = "LAST RECORD OF THE MEDICATION"
COMMITTEE = "ADJUDICATION COMMITTEE"
DISEASE = "DISEASE UNDER STUDY"
PERFORMED, SCHEDULED = "PERFORMED", "SCHEDULED"
DATES_OF_DOSE = ("ECSTDTC", "ECENDTC")
VIOLATED = {"inclusion": "no", "exclusion": "yes"}


def observations(protocol: Protocol, trial_data: TrialData) -> Iterator[Draft]:
    """The drafts of all domains of which there are records."""
    yield _adverse_events(trial_data)
    yield _relapses(trial_data[Relapse])
    yield _medications(trial_data[Medication])
    yield _dispositions(trial_data[Disposition])
    yield draft(Deviation, "DV", trial_data[Deviation])
    yield _collected_exposures(protocol, trial_data[Dosing])
    yield _exposures(protocol, trial_data[Dosing])
    yield _criteria_not_met(protocol, trial_data[CriterionAnswer])
    yield _laboratory(trial_data)
    yield _history(trial_data)
    yield imaging_sessions(trial_data[Image])
    yield from _assessments(trial_data)
    yield _vital_signs(trial_data[VitalSign])


def violations(protocol: Protocol, answers: pl.DataFrame) -> pl.DataFrame:
    """The answers that keep a subject out: inclusion criteria not met, exclusion criteria met."""
    criteria = protocol.population.criteria if protocol.population else ()
    schema = dict.fromkeys(("criterion", "IETEST", "IECAT", "answer"), pl.String)
    rows = [(each.id, each.text, each.kind.upper(), VIOLATED[each.kind]) for each in criteria]
    return answers.join(
        pl.DataFrame(rows, schema=schema, orient="row"), on=["criterion", "answer"], how="inner", maintain_order="left"
    )


def _criteria_not_met(protocol: Protocol, answers: pl.DataFrame) -> Draft:
    """IE: the criteria that are violated, which is all that it may hold."""
    found = violations(protocol, answers)
    number = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("subject")
    made = draft(CriterionAnswer, "IE", found.with_columns(number.alias("IESEQ")))
    return made.with_frame(made.frame.with_columns(pl.col("IEORRES").alias("IESTRESC")))


def _adverse_events(trial_data: TrialData) -> Draft:
    """AE: adverse events; the last verdict on whether one was dose-limiting stands beside it in SUPP--."""
    events = draft(AdverseEvent, "AE", trial_data[AdverseEvent])
    verdicts = trial_data[DltAdjudication].rename({"subject": "USUBJID", "event": "AESEQ"})
    last = verdicts.sort("adjudication").unique(["USUBJID", "AESEQ"], keep="last", maintain_order=True)
    rows = events.frame.select("USUBJID", "AESEQ").join(last, on=["USUBJID", "AESEQ"], maintain_order="left")
    columns = columns_of(DltAdjudication)
    said = [
        supplements_of("AE", rows, name, qualifier, columns[name])
        for name, qualifier in qualifiers_of(DltAdjudication, "AE").items()
    ]
    return events.and_supplements(*(each.with_columns(pl.lit(COMMITTEE).alias("QEVAL")) for each in said))


def _relapses(relapses: pl.DataFrame) -> Draft:
    """CE: relapses of the disease."""
    made = draft(Relapse, "CE", relapses)
    return made.with_frame(
        made.frame.with_columns(pl.lit(RELAPSE).alias("CETERM"), pl.lit(RELAPSE_CATEGORY).alias("CECAT"))
    )


def _medications(medications: pl.DataFrame) -> Draft:
    """CM: other drugs; whether one is still taken goes by its last record."""
    made = draft(Medication, "CM", medications)
    reference = pl.when(pl.col("CMENRTPT").is_not_null()).then(pl.lit(LAST_RECORD))
    return made.with_frame(made.frame.with_columns(reference.alias("CMENTPT")))


def _dispositions(dispositions: pl.DataFrame) -> Draft:
    """DS: milestones and ends; without words of the investigator those of the event stand in their place."""
    made = draft(Disposition, "DS", dispositions)
    return made.with_frame(in_terms_with_categories(made.frame))


def _exposures(protocol: Protocol, dosings: pl.DataFrame) -> Draft:
    """EX: what was given."""
    made = draft(Dosing, "EX", was_given(dosings))
    return made.with_frame(made.frame.with_columns(product_of(protocol, "EXTRT")))


def _collected_exposures(protocol: Protocol, dosings: pl.DataFrame) -> Draft:
    """EC: each dose as it was planned and as it was given, those of which nothing was given included.

    A dosing that is only prepared was scheduled, and no more.
    """
    frame = draft(Dosing, "EC", dosings).frame
    is_none = (pl.col("given") == "none").fill_null(False)
    numbered = frame.with_columns(pl.col("number").max().over("subject").alias("last"), has_begun().alias("is given"))
    performed = numbered.filter(pl.col("is given") | is_none).with_columns(
        pl.lit(PERFORMED).alias("ECMOOD"),
        pl.when(is_none).then(pl.lit("N")).otherwise(pl.lit("Y")).alias("ECOCCUR"),
    )
    scheduled = numbered.filter(pl.col("dose_assigned").is_not_null()).with_columns(
        pl.lit(SCHEDULED).alias("ECMOOD"),
        pl.col("dose_assigned").alias("ECDOSE"),
        *(pl.lit(None, pl.String).alias(name) for name in (*DATES_OF_DOSE, "ECLOT", "VISIT")),
        (pl.col("last") + pl.int_range(1, pl.len() + 1).over("USUBJID")).alias("ECSEQ"),
    )
    # A scheduled dose comes after every dose that was performed, so that no number is taken twice.
    both = pl.concat([performed, scheduled], how="diagonal").with_columns(pl.lit("Y").alias("ECPRESP"))
    not_given = draft(Dosing, "EC", dosings.filter(is_none))  # others have their supplements in EX
    return Draft("EC", both.with_columns(product_of(protocol, "ECTRT")), not_given.supplements)


def product_of(protocol: Protocol, variable: str) -> pl.Expr:
    """The product as recorded; else as the protocol calls it, or the control, of which level 0 is given."""
    name, control = protocol.product.name if protocol.product else None, protocol.dose_levels.control
    is_control = (pl.col("level_assigned") == 0).fill_null(False) & (pl.lit(control, pl.String).is_not_null())
    of_level = pl.when(is_control).then(pl.lit(control, pl.String)).otherwise(pl.lit(name, pl.String))
    return pl.coalesce(variable, of_level).alias(variable)


def _history(trial_data: TrialData) -> Draft:
    """MH: other conditions, and after them the disease under study, which a supplement marks."""
    conditions = draft(MedicalHistory, "MH", trial_data[MedicalHistory])
    last = conditions.frame.group_by("USUBJID").agg(pl.col("MHSEQ").max().alias("last"))
    diseases = trial_data[DiseaseHistory].join(
        last, left_on="subject", right_on="USUBJID", how="left", maintain_order="left"
    )
    number = pl.col("last").fill_null(0) + pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("subject")
    numbered = diseases.with_columns(number.alias("MHSEQ"), pl.lit(DISEASE).alias("MHCAT"))
    disease = draft(DiseaseHistory, "MH", numbered)
    marks = pl.Series(["Y"], dtype=pl.String).new_from_index(0, numbered.height)
    marked = disease.and_supplements(supplements("MH", disease.frame, UNDER_STUDY, marks, "Assigned"))
    return one_above_the_other([conditions, marked])


def _laboratory(trial_data: TrialData) -> Draft:
    """LB: laboratory results, and after them the measures that are made in a laboratory."""
    made = with_tests(draft(LabResult, LABORATORY, trial_data[LabResult]), LabResult, ("test", "name"))
    results = with_results(made, LabResult, "result", "result_text")
    own = of_domain(trial_data[Assessment], LABORATORY)
    if not own.height:
        return results
    last = results.frame.group_by("USUBJID").agg(pl.col("LBSEQ").max().alias("last"))
    joined = own.join(last, left_on="subject", right_on="USUBJID", how="left", maintain_order="left")
    number = pl.col("last").fill_null(0) + pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("subject")
    measured = _assessed(joined.with_columns(number.alias("number")), LABORATORY)
    recorded = supplement_text(columns_of(Assessment)["number"], own["number"])
    numbers = supplements(LABORATORY, measured.frame, qualifiers_of(Assessment, LABORATORY)["number"], recorded)
    rows = pl.concat([results.frame, measured.frame], how="diagonal")
    return Draft(LABORATORY, rows, (*results.supplements, *measured.supplements, numbers))


def _vital_signs(signs: pl.DataFrame) -> Draft:
    """VS: vital signs."""
    made = with_tests(draft(VitalSign, "VS", signs), VitalSign, ("test", "name"))
    return with_results(made, VitalSign, "result", "result_text")


def _assessments(trial_data: TrialData) -> Iterator[Draft]:
    """QS, FT, NV and RS: the assessments, each in the domain of its measure."""
    assessments = trial_data[Assessment]
    domains = {domain_of_measure(measure) for measure in assessments["measure"].unique().to_list()} - {LABORATORY}
    for domain in sorted(domains):
        made = _assessed(of_domain(assessments, domain), domain)
        yield with_sessions(made, trial_data[Image]) if domain == READ_FROM_IMAGES else made


def _assessed(assessments: pl.DataFrame, domain: str) -> Draft:
    """Assessments as rows of a domain."""
    made = with_tests(draft(Assessment, domain, assessments), Assessment, ("item", "question"), group="measure")
    return with_results(made, Assessment, "answer", "answer_text")
