"""Epochs are those of the elements that a subject went through (SE), by dates and times as recorded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from firstdose.cdisc.writing.datasets import sdtm_datasets
from firstdose.protocol import read_protocol
from firstdose.records import (
    AdverseEvent,
    Disposition,
    Dosing,
    Medication,
    Subject,
    TrialData,
    Visit,
    read_partial_date_time,
)

PROTOCOL = read_protocol(Path(__file__).parents[2] / "examples" / "nsc-spms" / "protocol.yaml")
DATED = ("AE", "CE", "CM", "DS", "DV", "EX", "LB", "NV", "PR", "QS", "RS", "FT", "SV", "VS")


def moment(text: str | None) -> Any:
    return None if text is None else read_partial_date_time(text)


def frames(*records: Any, **person: str | None) -> dict[str, pl.DataFrame]:
    dates = {name: moment(text) for name, text in person.items()}
    subject = Subject(subject="P1", centre="01", sex="female", country="Italy", **dates)
    return {each.name: each.frame for each in sdtm_datasets(PROTOCOL, TrialData.of([subject, *records]))}


def dosing(**fields: Any) -> Dosing:
    start, end = moment("2026-03-10T10:00"), moment("2026-03-10T10:20")
    given = {"level_assigned": 1, "given": "full", "product_start": start, "product_end": end, **fields}
    return Dosing(subject="P1", number=1, **given)


def event(start: str) -> AdverseEvent:
    return AdverseEvent(subject="P1", number=1, term="headache", start=moment(start))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2011-05-04", None),  # before consent
        ("2026-01-04", None),
        ("2026-01-05", "SCREENING"),
        ("2026-03-09", "SCREENING"),
        ("2026-03-10T08:00", "SCREENING"),
        ("2026-03-10T10:00", "TREATMENT"),
        ("2026-03-10T10:15", "TREATMENT"),
        ("2026-03-10T18:00", "FOLLOW-UP"),
        ("2026-03-10", "TREATMENT"),  # the day alone
        ("2026-03-11", "FOLLOW-UP"),
        ("2026-05-01", "FOLLOW-UP"),
        ("2026-05-02", None),  # after the end of participation
        ("2026-03", None),
    ],
)
def test_an_event_is_in_the_epoch_of_the_element_that_covers_it(start: str, expected: str | None) -> None:
    made = frames(dosing(), event(start), consent="2026-01-05", participation_end="2026-05-01")
    found = made["AE"]["EPOCH"].to_list() if "EPOCH" in made["AE"].columns else [None]
    assert found == [expected]


@pytest.mark.parametrize(
    ("consent", "start", "expected"),
    [
        ("2026-01", "2026-02-01", "SCREENING"),
        ("2026-01", "2026-01-20", None),  # the day of consent may be later
        (None, "2026-02-01", None),  # SE has no screening either
        (None, "2026-03-11", "FOLLOW-UP"),
    ],
)
def test_where_consent_leaves_the_epoch_open_there_is_none(
    consent: str | None, start: str, expected: str | None
) -> None:
    ae = frames(dosing(), event(start), consent=consent)["AE"]
    assert (ae["EPOCH"].to_list() if "EPOCH" in ae.columns else [None]) == [expected]


def test_who_was_never_dosed_is_in_screening_until_the_end() -> None:
    drugs = [
        Medication(subject="P1", number=number, drug="x", start=moment(day))
        for number, day in enumerate(("2025-12-31", "2026-01-10", "2026-02-02"), start=1)
    ]
    prepared = dosing(given=None, product_start=None, product_end=None)
    made = frames(prepared, *drugs, consent="2026-01-05", participation_end="2026-02-01")
    assert made["CM"]["EPOCH"].to_list() == [None, "SCREENING", None]
    ended = Disposition(subject="P1", number=1, event="SCREEN FAILURE", occurred=moment("2026-02-01"))
    made = frames(ended, consent="2026-01-05", participation_end="2026-02-01")
    assert made["DS"]["EPOCH"].to_list() == ["SCREENING"]


def test_every_epoch_of_the_reference_trial_is_one_of_its_elements(sdtm: Callable[[str], pl.DataFrame]) -> None:
    """Counted again from the files: the spans of SE, days alone being any moment of them."""
    elements: dict[str, list[tuple[str, str, str]]] = {}
    for subject, epoch, start, end in sdtm("se").select("USUBJID", "EPOCH", "SESTDTC", "SEENDTC").iter_rows():
        elements.setdefault(subject, []).append((epoch, start, end))

    def may_be_in(text: str, start: str, end: str) -> bool:
        after = text[: len(start)] >= start[: len(text)]
        return after and (not end or text[: len(end)] <= end[: len(text)])

    seen = 0
    for name in DATED:
        frame = sdtm(name.lower())
        date = next(f"{name}{ending}" for ending in ("STDTC", "DTC") if f"{name}{ending}" in frame.columns)
        for subject, text, epoch in frame.select("USUBJID", date, "EPOCH").iter_rows():
            if len(text) < 10:
                assert not epoch
                continue
            covering = {each for each, *span in elements[subject] if may_be_in(text, *span)}
            assert (epoch in covering) if covering else not epoch, (name, subject, text, epoch, covering)
            seen += 1
    assert seen > 9_000


@pytest.mark.parametrize(
    ("state", "occurred", "beside"),
    [("done", "Y", None), ("partly_done", "Y", "PARTLY DONE"), ("missed", "N", None), (None, None, None)],
)
def test_a_visit_of_which_a_part_was_done_took_place(state: Any, occurred: str | None, beside: str | None) -> None:
    made = frames(Visit(subject="P1", visit="M1", unscheduled=False, state=state, start=moment("2026-04-10")))
    assert made["SV"].select("SVPRESP", "SVOCCUR").row(0) == ("Y", occurred)
    said = made["SUPPSV"].filter(pl.col("QNAM") == "SVSTATE")["QVAL"].to_list() if "SUPPSV" in made else []
    assert said == ([beside] if beside else [])
