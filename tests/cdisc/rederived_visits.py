"""Tables of scores, laboratory results and vital signs, made again from exported ADaM files alone."""

from __future__ import annotations

from collections import defaultdict

from tests.cdisc.rederived_rows import Data, Figures, Row, by_visit, groups_of

APART = ("TROUGH", "DONOR SPECIFIC ANTIBODY")


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
