"""Tables of people and of exposure, made again from exported ADaM files alone."""

from __future__ import annotations

from tests.cdisc.rederived_rows import ALL, Data, Figures, described, groups_of


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
