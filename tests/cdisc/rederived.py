"""Tables of the report made again from exported ADaM files alone, with nothing of the package that wrote them.

Each function takes datasets as rows and gives figures by table line: (what, within, when, group, statistic) -> value.
A figure that is None is one that cannot be known.
"""

from __future__ import annotations

import csv
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyreadstat


class Row(dict[str, Any]):
    """The variables of a row; one that the file has not, since it holds nothing, is None."""

    def __missing__(self, name: str) -> None:
        return None


Rows = list[Row]
Data = dict[str, Rows]
Line = tuple[str, str, str, str, str]
Figures = dict[Line, float | None]

ALL = "all"
TEXTS = {"USUBJID", "SUBJID", "SITEID", "STUDYID", "AVISIT", "AVALC", "LBTESTOR", "PARAMCD", "LBDTC", "AESTDTC"}
TEXTS |= {"BATCH", "AEENDTC", "EXSTDTC", "EXENDTC", "EXLOT", "SAMPLEID", "BATCHID", "SRCSEQS", "LVLRSN"}
TEXTS |= {"VSTESTOR", "VSDTC", "NOGRDRSN", "AREASON"}
APART = ("TROUGH", "DONOR SPECIFIC ANTIBODY")
DAYS_OF_A_YEAR = 365.25


def read_transport_files(folder: Path) -> Data:
    """Every dataset of a folder of transport files."""
    found = {}
    for path in sorted(folder.glob("*.xpt")):
        columns, _ = pyreadstat.read_xport(path, encoding="ASCII", output_format="dict")
        rows = [zip(columns, values, strict=True) for values in zip(*columns.values(), strict=True)]
        found[path.stem.upper()] = [Row((name, None if value == "" else value) for name, value in row) for row in rows]
    return found


def read_csv_files(folder: Path) -> Data:
    """Every dataset of a folder of CSV files; what looks like a number is one, but in variables of text."""
    found = {}
    for path in sorted(folder.glob("ad*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        found[path.stem.upper()] = [Row((name, _value(name, text)) for name, text in row.items()) for row in rows]
    return found


def _value(name: str, text: str) -> Any:
    if not text:
        return None
    if name in TEXTS:
        return text
    if name.endswith("DT"):
        return date.fromisoformat(text)
    try:
        return float(text)
    except ValueError:
        return text


def groups_of(rows: Iterable[Row], level: str = "TRTAN") -> Iterator[tuple[str, Rows]]:
    """The rows of the treated at each dose level, then all of theirs."""
    treated = [row for row in rows if row["SAFFL"] == "Y"]
    by_level: dict[str, Rows] = defaultdict(list)
    for row in treated:
        if row[level] is not None:
            by_level[f"{row[level]:.0f}"].append(row)
    yield from sorted(by_level.items())
    yield ALL, treated


def people(rows: Iterable[Row]) -> int:
    return len({row["USUBJID"] for row in rows})


def counted(data: Data) -> Rows:
    """The adverse events that are counted, each with whether the person has died."""
    died = {row["USUBJID"] for row in data["ADSL"] if row["DTHFL"] == "Y"}
    events = data.get("ADAE", [])
    return [Row(row, died=row["USUBJID"] in died) for row in events if row["ANL01FL"] == "Y"]


def _said(row: Row, name: str) -> bool | None:
    return {"Y": True, "N": False, None: None}[row.get(name)]


def _severe(row: Row) -> bool | None:
    return None if row.get("ATOXGRN") is None else row["ATOXGRN"] >= 3


def _fatal(row: Row) -> bool | None:
    if row.get("AOUT") in (None, "UNKNOWN"):
        return None if row["died"] else False
    return bool(row["AOUT"] == "FATAL")


QUESTIONS: dict[str, Callable[[Row], bool | None]] = {
    "any adverse event": lambda row: True,
    "grade 3 or more": _severe,
    "serious": lambda row: _said(row, "AESER"),
    "related to the product": lambda row: _said(row, "ARELPRD"),
    "related to the procedure": lambda row: _said(row, "ARELPRC"),
    "related to the background treatment": lambda row: _said(row, "ARELBGT"),
    "related to the disease": lambda row: _said(row, "ARELDIS"),
    "led to a change of treatment": lambda row: _said(row, "CHGTRTFL"),
    "fatal": _fatal,
}


def analysis_sets(data: Data) -> Figures:
    """How many people of each set count at each level."""
    found: Figures = {}
    for what, name in (
        ("enrolled", "ENRLFL"),
        ("treated", "SAFFL"),
        ("dlt_evaluable", "DLTEVFL"),
        ("per_protocol", "PPROTFL"),
    ):
        members = [row for row in data["ADSL"] if row[name] == "Y"]
        found[what, "", "", ALL, "people"] = len(members)
        for level in {row["TRT01AN"] for row in members} - {None}:
            found[what, "", "", f"{level:.0f}", "people"] = sum(row["TRT01AN"] == level for row in members)
    return found


def people_at_baseline(data: Data) -> Figures:
    """Age, duration of the disease, sex and centre of the treated."""
    found: Figures = {}
    for group, members in groups_of(data["ADSL"], "TRT01AN"):
        for what, name in (("age", "AGE"), ("time since the first symptoms", "DISDUR")):
            values = [row[name] for row in members if row[name] is not None]
            found |= {(what, "", "", group, key): value for key, value in described(values).items()}
        for what, sex in (("female", "F"), ("male", "M")):
            found[what, "", "", group, "people"] = sum(row["SEX"] == sex for row in members)
        for site in {row["SITEID"] for row in data["ADSL"] if row["SAFFL"] == "Y"}:
            found[site, "", "", group, "people"] = sum(row["SITEID"] == site for row in members)
    return found


def dose_limiting_toxicities(data: Data) -> dict[str, tuple[int, int]]:
    """Group -> people with a dose-limiting toxicity, people evaluable for one."""
    found = {}
    for group, members in groups_of(data["ADSL"], "TRT01AN"):
        evaluable = [row for row in members if row["DLTEVFL"] == "Y"]
        found[group] = (sum(row["DLTFL"] == "Y" for row in evaluable), len(evaluable))
    return found


def adverse_event_overview(data: Data) -> Figures:
    """People and events by what is asked of each; where no answer is known there is no figure."""
    found: Figures = {}
    sizes = {group: len(rows) for group, rows in groups_of(data["ADSL"], "TRT01AN")}
    events = dict(groups_of(counted(data)))
    for what, asked in QUESTIONS.items():
        for group in sizes:
            rows = events.get(group, [])
            answers = [(asked(row), row) for row in rows]
            if answers and all(answer is None for answer, _ in answers):
                found[what, "", "", group, "people"] = None
                continue
            having = [row for answer, row in answers if answer]
            found[what, "", "", group, "people"] = people(having)
            found[what, "", "", group, "events"] = len(having)
    return found


def adverse_events_by_class_and_term(data: Data) -> Figures:
    """People and events of each class, and of each term within it; nobody is a zero."""
    found: Figures = {}
    every = [row for row in counted(data) if row["SAFFL"] == "Y"]
    lines = {(row["ABODSYS"], "") for row in every} | {(row["ADECOD"], row["ABODSYS"]) for row in every}
    events = dict(groups_of(every))
    for group, _ in groups_of(data["ADSL"], "TRT01AN"):
        for what, within in lines:
            name, among = ("ADECOD", ("ABODSYS", within)) if within else ("ABODSYS", ("ABODSYS", what))
            rows = [row for row in events.get(group, []) if row[name] == what and row[among[0]] == among[1]]
            found[what, within, "", group, "people"] = people(rows)
            found[what, within, "", group, "events"] = len(rows)
    return found


def highest_grades(data: Data) -> Figures:
    """People by the grade of the event that is flagged as their worst."""
    found: Figures = {}
    worst = dict(groups_of(row for row in counted(data) if row.get("AOCCIFL") == "Y"))
    for group, _ in groups_of(data["ADSL"], "TRT01AN"):
        for grade in range(1, 6):
            rows = [row for row in worst.get(group, []) if row["ATOXGRN"] == grade]
            found["any adverse event", "", f"grade {grade}", group, "people"] = len(rows)
    return found


def described(values: list[float]) -> dict[str, float | None]:
    """The statistics of a summary; no deviation of a single value."""
    if not values:
        return {"n": 0}
    return {
        "n": len(values),
        "mean": statistics.fmean(values),
        "sd": statistics.stdev(values) if len(values) > 1 else None,
        "median": statistics.median(values),
        "minimum": min(values),
        "maximum": max(values),
    }


EXPOSURES = {
    "DOSEASG": "dose assigned",
    "DOSEGIV": "dose given",
    "DOSESHAR": "share of the dose assigned that was given",
    "VOLUME": "volume",
    "VIABIL": "viability when given",
    "RELVIAB": "viability of the batch at release",
    "TRTDUR": "days from the first to the last of treatment",
}


ANSWERS = {"INTOLER": "dose given within the tolerance", "INTRPT": "administration interrupted"}


def exposure(data: Data) -> Figures:
    """Doses, volume, viability and duration of the treated; people within the tolerance or interrupted."""
    found: Figures = {}
    rows_of = dict(groups_of(data.get("ADEX", [])))
    for code, what in ANSWERS.items():
        for group, members in groups_of(data["ADSL"], "TRT01AN"):
            answers = [row["AVALC"] for row in rows_of.get(group, []) if row["PARAMCD"] == code]
            found[what, "", "", group, "people"] = answers.count("Y") if answers or not members else None
    for code, what in EXPOSURES.items():
        for group, _ in groups_of(data["ADSL"], "TRT01AN"):
            values = [row["AVAL"] for row in rows_of.get(group, []) if row["PARAMCD"] == code]
            for statistic, value in described(values).items():
                found[what, "", "", group, statistic] = value
    return found


def by_visit(rows: Iterable[Row], value: str, what: Callable[[Row], tuple[str, str]]) -> Figures:
    """A value at each analysis visit, of the records that summaries show."""
    found: Figures = {}
    for group, members in groups_of(rows):
        lines: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        for row in members:
            if row.get("ANL01FL") == "Y" and row[value] is not None:
                lines[*what(row), row["AVISIT"]].append(row[value])
        for (name, within, visit), values in lines.items():
            for statistic, number in described(values).items():
                if number is not None:
                    found[name, within, visit, group, statistic] = number
    return found


def _measure(row: Row) -> tuple[str, str]:
    return row["PARCAT1"].lower().replace(" ", "_"), ""


def change_of_scores(data: Data) -> Figures:
    """Change from baseline of every measure, at each visit."""
    scores = [row for row in data.get("ADQS", []) if row["PARCAT2"] == "SCORE" and row["CHG"] is not None]
    return by_visit(scores, "CHG", _measure)


def laboratory_by_visit(data: Data) -> Figures:
    """Laboratory results at each visit."""
    return by_visit(data.get("ADLB", []), "AVAL", lambda row: (row["LBTESTOR"], row["PARAM"]))


def vital_signs_by_visit(data: Data, value: str) -> Figures:
    """Vital signs, or their change from baseline, at each visit."""
    rows = [row for row in data.get("ADVS", []) if value == "AVAL" or row["ONTRTFL"] == "Y"]
    return by_visit(rows, value, lambda row: (row["VSTESTOR"], row["PARAM"]))


def confirmed_changes(data: Data) -> dict[tuple[str, str, str, str], tuple[int, int]]:
    """(event, measure, definition, group) -> people with it, people in whom it could be seen."""
    found = {}
    rows = [row for row in data.get("ADTTE", []) if row["PARCAT1"] == "CONFIRMED CHANGE"]
    for group, members in groups_of(rows):
        by_parameter: dict[tuple[str, str, str], Rows] = defaultdict(list)
        for row in members:
            event = row["PARAM"].removeprefix("Time to ").split(" (days)")[0].rsplit(", ", 1)[0]
            by_parameter[event, _measured(row), row["PARCAT3"]].append(row)
        for key, its in by_parameter.items():
            found[*key, group] = (sum(row["CNSR"] == 0 for row in its), len(its))
    return found


def worsening_or_death(data: Data) -> dict[tuple[str, str, str, str], tuple[int, int]]:
    """The same of worsening or death, whichever was seen: who died counts, and is seen."""
    found = {}
    died = {row["USUBJID"] for row in data["ADSL"] if row["DTHDT"] is not None and row["SAFFL"] == "Y"}
    rows = [row for row in data.get("ADTTE", []) if row["PARAM"].startswith(WORSENING)]
    people_of = {group: {row["USUBJID"] for row in its} for group, its in groups_of(data["ADSL"], "TRT01AN")}
    for group, members in groups_of(rows):
        for measure, definition in {(_measured(row), row["PARCAT3"]) for row in members}:
            own = [row for row in members if (_measured(row), row["PARCAT3"]) == (measure, definition)]
            dead = died & people_of[group]
            having = {row["USUBJID"] for row in own if row["CNSR"] == 0} | dead
            found["worsening or death", measure, definition, group] = (
                len(having),
                people(own) + len(dead - {row["USUBJID"] for row in own}),
            )
    return found


def worsening_on_any_measure(data: Data, definition: str, measures: list[str]) -> dict[str, tuple[int, int]]:
    """Group -> people who worsened on any of several measures by one definition, of those seen on any of them."""
    rows = [
        row
        for row in data.get("ADTTE", [])
        if row["PARAM"].startswith(WORSENING) and row["PARCAT3"] == definition and _measured(row) in measures
    ]
    return {
        group: (people(row for row in members if row["CNSR"] == 0), people(members))
        for group, members in groups_of(rows)
    }


WORSENING = "Time to worsening, "


def _measured(row: Row) -> str:
    return str(row["PARCAT2"]).lower().replace(" ", "_")


def free_of_worsening(data: Data) -> dict[tuple[str, str, str, str], float]:
    """(measure, definition, group, day) -> the product-limit estimate of the share without, where anybody worsened."""
    found = {}
    rows = [row for row in data.get("ADTTE", []) if row["PARCAT1"] == "CONFIRMED CHANGE" and row["ANL01FL"] == "Y"]
    leading = [row for row in rows if row["PARAM"].startswith(WORSENING) and "unclear" not in row["PARAM"]]
    for group, members in groups_of(leading):
        for measure, definition in {(_measured(row), row["PARCAT3"]) for row in members}:
            own = [row for row in members if (_measured(row), row["PARCAT3"]) == (measure, definition)]
            share = 1.0
            for day in sorted({row["AVAL"] for row in own if row["CNSR"] == 0}):
                at_risk = sum(row["AVAL"] >= day for row in own)
                share *= 1 - sum(row["AVAL"] == day and row["CNSR"] == 0 for row in own) / at_risk
                found[measure, definition, group, f"day {day:g}"] = share
    return found


def laboratory_shifts(data: Data) -> Figures:
    """People by baseline grade and worst grade after the start of treatment, of each term."""
    results = [row for row in data.get("ADLB", []) if row["PARCAT1"] not in APART]
    of_term: dict[tuple[str, str], list[tuple[Row, float | None]]] = defaultdict(list)
    for row in results:
        for words, grade in (("ATOXDSCL", "ATOXGRLN"), ("ATOXDSCH", "ATOXGRHN")):
            if row.get(words) is not None:
                of_term[row[words], row["USUBJID"]].append((row, row[grade]))
    cells = []
    for (what, _), its in of_term.items():
        before = [grade for row, grade in its if row["ABLFL"] == "Y"]
        after = [grade for row, grade in its if row["ONTRTFL"] == "Y"]
        if before or after:
            when = f"baseline {_worst(before)}, worst {_worst(after, True)}"
            cells.append(Row(its[0][0], what=what, when=when))
    found: Figures = {}
    grid = {(row["what"], row["when"]) for row in cells if row["SAFFL"] == "Y"}
    for group, rows in groups_of(cells):
        for what in {row["what"] for row in rows}:
            for when in {cell for name, cell in grid if name == what}:
                count = sum((row["what"], row["when"]) == (what, when) for row in rows)
                found[what, "", when, group, "people"] = count
    return found


def _worst(grades: list[float | None], tell_missing: bool = False) -> str:
    known = [grade for grade in grades if grade is not None]
    if not grades:
        return "no result"
    if not known:
        return "not graded"
    return f"grade {max(known):.0f}" + (", some not graded" if tell_missing and len(known) < len(grades) else "")


PERIODS = {
    "days 0 to 30": "AP01",
    "day 31 to the last immunosuppressant dose": "AP02",
    "after the immunosuppressant was stopped": "AP03",
    "later": "AP04",
}


def event_rates(data: Data) -> Figures:
    """Events per person-year at risk, in all and by period."""
    found: Figures = {}
    events = counted(data)
    for group, members in groups_of(data["ADSL"], "TRT01AN"):
        for when in ("", *PERIODS):
            ends = {row["USUBJID"]: end for row in members if (end := _end(row, when)) is not None}
            years = sum(_days(row, when) for row in members if row["USUBJID"] in ends) / DAYS_OF_A_YEAR
            for what in ("any adverse event", "grade 3 or more", "serious", "related to the product"):
                here = [row for row in events if row["USUBJID"] in ends and _began_in(row, when, ends)]
                answers = [QUESTIONS[what](row) for row in here]
                if years and not (answers and all(answer is None for answer in answers)):
                    rate = sum(bool(answer) for answer in answers) / years
                    found[what, "", when, group, "events_per_person_year"] = rate
    return found


def _end(row: Row, when: str) -> float | None:
    """The study day on which the time at risk ends."""
    end: float | None = row[f"{PERIODS[when]}EDY"] if when else row["ARISKDY"]
    return end


def _days(row: Row, when: str) -> float:
    days: float = row[f"{PERIODS[when]}EDY"] - row[f"{PERIODS[when]}SDY"] + 1 if when else row["ARISKDY"]
    return days


def _began_in(row: Row, when: str, ends: dict[str, float]) -> bool:
    """Whether an event began by the end of the time at risk, on the first day that it can have begun."""
    start = row["ASTDYLO"]
    return (not when or row["APERIODC"] == when) and (start is None or start <= ends[row["USUBJID"]])


def first_event_rates(data: Data) -> Figures:
    """People with an event per person-year until their first."""
    found: Figures = {}
    rows = [row for row in data.get("ADTTE", []) if row["PARCAT1"] == "FIRST ADVERSE EVENT"]
    answered = {what: any(QUESTIONS[what](row) is not None for row in counted(data)) for what in QUESTIONS}
    for group, members in groups_of(rows):
        for what in {row["PARCAT2"] for row in members}:
            its = [row for row in members if row["PARCAT2"] == what]
            if answered[what]:
                years = sum(row["AVAL"] for row in its) / DAYS_OF_A_YEAR
                rate = sum(row["CNSR"] == 0 for row in its) / years
                found[what, "", "", group, "people_per_person_year"] = rate
    return found


def resolved_events(data: Data) -> Figures:
    """Counted events with a known time, and those that were resolved."""
    found: Figures = {}
    rows = [row for row in data.get("ADTTE", []) if row["PARCAT1"] == "RESOLUTION OF ADVERSE EVENT"]
    by_group = dict(groups_of(rows))
    for group, _ in groups_of(data["ADSL"], "TRT01AN"):
        members = by_group.get(group, [])
        found["any adverse event", "", "", group, "events"] = len(members)
        if members:
            found["any adverse event", "", "", group, "resolved_events"] = sum(row["CNSR"] == 0 for row in members)
    return found
