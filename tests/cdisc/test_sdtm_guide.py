"""Labels, types, need and order of the SDTM variables that are written, as the Implementation Guide 3.4 has them.

`sdtm_guide.txt` is transcribed from a public index of the guide's tables; below a domain, a line gives a variable, its
type (C or N), its core (R, E or P) and its label.
"""

from pathlib import Path

import pytest

from firstdose.cdisc.writing.metadata import all_domains

FILE = Path(__file__).parent / "sdtm_guide.txt"
CORES, KINDS = {"R": "Req", "E": "Exp", "P": "Perm"}, {"C": "Char", "N": "Num"}
Row = tuple[str, str, str, str]


def read_guide() -> dict[str, list[Row]]:
    """The variables of each domain: name, type, core and label, as the guide prints them."""
    guide: dict[str, list[Row]] = {}
    for line in filter(None, FILE.read_text("utf-8").splitlines()):
        if line.startswith("["):
            rows = guide[line.strip("[]")] = []
        else:
            name, kind, core, label = line.split(" ", 3)
            rows.append((name, KINDS[kind], CORES[core], label))
    return guide


GUIDE = read_guide()
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


@pytest.mark.parametrize("domain", GUIDE)
def test_variables_are_as_the_guide_prints_them(domain: str) -> None:
    variables = [each for name, each in all_domains()[domain].variables.items() if name not in IDENTIFIERS]
    further = ALLOWED.get(domain, set())
    ours = [(each.name, each.kind, each.core, each.label) for each in variables if each.name not in further]
    assert ours == GUIDE[domain]
    assert {each.name for each in variables} >= further
    assert all(each.core == "Perm" for each in variables if each.name in further)


@pytest.mark.parametrize("domain", [name for name, each in all_domains().items() if "USUBJID" in each.variables])
def test_timing_variables_stand_in_the_order_of_the_model(domain: str) -> None:
    names = [name.removeprefix(domain) if name != "VISIT" else name for name in all_domains()[domain].variables]
    places = [TIMING.index(name) for name in names if name in TIMING]
    assert places == sorted(places)
