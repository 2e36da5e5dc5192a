"""What is recorded of one person as a list by day, and of what nothing is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from firstdose.records import Death, Deviation, Disposition, Dosing, Image, Medication, Relapse, Sample, Visit
from firstdose.report.committee.narratives import shortened
from firstdose.report.documents.blocks import Row, row
from firstdose.report.results.names import in_small_letters
from firstdose.report.timeline.marks import Life
from firstdose.report.timeline.picture import ENDED

KINDS: Mapping[str, type] = {
    "relapses": Relapse,
    "medications": Medication,
    "samples": Sample,
    "images": Image,
    "deviations": Deviation,
    "visits": Visit,
}
"""What a reader looks for on a person's page, besides events, scores and troughs."""

Line = tuple[tuple[float, str], Row]


def lines_of(life: Life) -> tuple[Row, ...]:
    """Everything recorded of a person by day, as rows of day, kind and details; what has no day comes last."""
    return tuple(line for _, line in sorted(_rows(life), key=lambda each: each[0]))


def not_recorded(life: Life) -> list[str]:
    """Of what nothing is recorded of a person, so that a gap is not taken for an answer."""
    found = {"adverse events": life.events, "EDSS scores": life.scores, "troughs": life.troughs}
    found |= {name: life.of(kind) for name, kind in KINDS.items()}
    return [name for name, rows in found.items() if not rows]


def _rows(life: Life) -> Iterator[Line]:
    """Everything dated, as lines that sort by day; what has no day comes last."""
    for each in life.events:
        yield _line(each["first_day"], each["last_day"], f"Adverse event {each['number']}", _event(each))
    named: tuple[tuple[type, str, str, Callable[[Mapping[str, Any]], str]], ...] = (
        (Relapse, "onset", "Relapse", _relapse),
        (
            Disposition,
            "occurred",
            "Milestone or end",
            lambda each: _joined(in_small_letters(each["event"] or ""), each["term"]),
        ),
        (Deviation, "occurred", "Deviation", lambda each: _joined(each["degree"], each["description"])),
        (Death, "died", "Death", lambda each: _joined(*_cause(life, each["cause"]))),
        (Image, "taken", "Image", lambda each: _joined(each["modality"], each["finding"])),
        (Sample, "taken", "Sample", lambda each: _joined(each["fluid"].replace("_", " "), each["sample"])),
    )
    for each in life.of(Dosing):
        field = "procedure_start" if each["procedure_start"] else "product_start"
        yield _line(each[f"{field}_first"], each[f"{field}_last"], "Dosing", _dosing(each))
    for kind, field, what, words in named:
        for each in life.of(kind):
            yield _line(each[f"{field}_first"], each[f"{field}_last"], what, words(each))
    for each in life.of(Medication):
        what = "Background treatment" if each["background_treatment"] else "Medication"
        yield _line(each["start_first"], each["start_last"], what, _medication(each))
    for each in life.troughs:
        hours = each["hours_since_intake"]
        yield _line(
            each["day"],
            each["day"],
            "Trough",
            _joined(
                each["analyte"] or each["name"] or each["test"],
                f"{each['value']:g} {each['unit'] or ''}",
                "" if hours is None else f"{hours:.1f} hours after the last intake",
            ),
        )
    for each in life.of(Visit):
        if each["state"] == "missed" or each["unscheduled"]:
            yield _line(
                each["start_first"],
                each["start_last"],
                "Visit",
                _joined(each["visit"], (each["state"] or "").replace("_", " "), each["reason"]),
            )
    previous = None
    for each in life.scores:
        if each["value"] is not None and each["value"] != previous:
            change = "" if previous is None else f"was {previous:g}"
            yield _line(each["day"], each["day"], "EDSS", _joined(f"{each['value']:g}", change))
            previous = each["value"]


def _medication(each: Mapping[str, Any]) -> str:
    """A drug with its dose, what for and until when."""
    dose = f"{each['dose']:g} {each['dose_unit'] or ''}" if each["dose"] is not None else ""
    until = f"to {each['end']}" if each["end"] else "still taken" if each["ongoing"] else "no end recorded"
    treated = f"for adverse event {each['event']}" if each["event"] is not None else ""
    return _joined(each["drug"], dose, each["frequency"], each["indication"], treated, until, each["reason_stopped"])


def _relapse(each: Mapping[str, Any]) -> str:
    """A relapse with its symptoms, its end and whether steroids were given."""
    steroids = {
        True: "treated with steroids",
        False: "without steroids",
        None: "steroids: not recorded",
    }
    end = f"to {each['end']}" if each["end"] else "no end recorded"
    return _joined(each["severity"], each["description"], end, steroids[each["steroids"]])


def _cause(life: Life, recorded: str | None) -> tuple[str, ...]:
    """The recorded cause of death; without one the fatal events, where there are any."""
    fatal = dict.fromkeys(each["term"] for each in life.events if each["outcome"] == "fatal" and each["term"])
    if recorded:
        return (recorded,)
    return ("cause not recorded", f"fatal event: {', '.join(fatal)}") if fatal else ("cause not recorded",)


def _line(first: int | None, last: int | None, what: str, details: str) -> Line:
    day = "not known" if first is None else f"{first}" if first == last else f"{first} to {last}"
    return (float("inf") if first is None else first, what), row(day.replace("-", "−"), what, details)


def _event(each: Mapping[str, Any]) -> str:
    grade = each["grade"] if each["grade"] is not None else each["severity"]
    began = each["first_day"]  # what is known in part cannot have ended before it began
    days = (each["end_first_day"] if began is None else _latest(each["end_first_day"], began), each["end_last_day"])
    ends = [day for day in days if day is not None]
    unknown = "over, end not recorded" if each["outcome"] in ENDED else "no end recorded"
    end = unknown if not ends else f"ended day {' to '.join(str(day) for day in dict.fromkeys(ends))}"
    return _joined(
        each["term"],
        "grade not recorded" if grade is None else f"grade {grade}" if isinstance(grade, int) else str(grade),
        "serious" if each["is_serious"] else "",
        "DLT" if each["is_dlt"] else "",
        end.replace("-", "−"),
        (each["outcome"] or "outcome not recorded").replace("_", " "),
        "" if each["counts"] else f"not counted: {each['emergence_rule']}",
    )


def _latest(day: int | None, began: int) -> int | None:
    return None if day is None else max(day, began)


def _dosing(each: Mapping[str, Any]) -> str:
    given = "dose not recorded" if each["dose_given"] is None else f"{each['dose_given']:.4g} {each['dose_unit'] or ''}"
    return _joined(
        given,
        f"batch {each['batch']}" if each["batch"] else "",
        f"to {each['product_end']}" if each["product_end_first"] else "",
        each["interruption_reason"],
    )


def _joined(*parts: str | None) -> str:
    return "; ".join(shortened(part.strip(), 300) for part in parts if part and part.strip())
