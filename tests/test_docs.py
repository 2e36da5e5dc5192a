"""The documentation says what the code does: pages are complete and up to date, and the commands they show are run."""

import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from docs import build
from docs.pages import commands, designs, pictures

from firstdose.cli import main
from firstdose.designs import DESIGNS, GUARDS
from firstdose.designs.building import check_escalation, settings_of
from firstdose.protocol.describe import keys_of
from firstdose.protocol.plan import ProtocolSections
from firstdose.protocol.reading import examine_text
from firstdose.simulation.figures import OperatingCharacteristics, ScenarioFigures

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
WITH_EXAMPLES = [ROOT / "README.md", DOCS / "tutorial.md", DOCS / "how-to" / "analyse-metabolites.md"]
MENTIONED_TARGETS = re.compile(r"`make ([a-z]+)|^make ([a-z]+)", re.MULTILINE)
MADE_BY_COMMANDS = {"wheels", "report", "certificate", "demo-output", ".venv"}
TO_COME = {"tests/golden"}  # where stored pages and rows will be; there are none yet


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text_of(*paths: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in paths)


def page(name: str) -> str:
    return text_of(DOCS / name)


def section(text: str, heading: str) -> str:
    """The part of a page under a second-level heading."""
    found = re.search(rf"^## `{re.escape(heading)}`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {heading}"
    return found.group(1)


def links(text: str) -> Iterator[str]:
    """Targets of links and pictures that lie in the project."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            yield target


def test_generated_pages_and_pictures_are_up_to_date() -> None:
    assert [ids(path) for path in build.out_of_date()] == []


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_links_lead_somewhere(path: Path) -> None:
    for target in links(text_of(path)):
        file, _, heading = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), target
        if heading:
            named = {
                re.sub(r"[^\w -]", "", line).strip().replace(" ", "-").lower() for line in headings(text_of(found))
            }
            assert heading in named, target


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_paths_that_a_page_names_exist(path: Path) -> None:
    """Whole paths from the project's folder, and in ARCHITECTURE those from the package's."""
    roots = [ROOT] + ([ROOT / "src" / "firstdose"] if path.name == "ARCHITECTURE.md" else [])
    named = re.findall(r"`([\w.*-]+(?:/[\w.*<>-]+)+/?)`", text_of(path))
    for name in named:
        if "<" in name or name.split("/")[0] in MADE_BY_COMMANDS or not re.search(r"\.\w+$|/$|^tests/|^src/", name):
            continue
        if name in TO_COME:
            continue
        assert any(list(root.glob(name.rstrip("/"))) for root in roots), name


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_make_targets_that_a_page_names_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for found in MENTIONED_TARGETS.findall(text_of(path)):
        assert (found[0] or found[1]) in targets


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_commands_and_options_that_a_page_names_exist(path: Path) -> None:
    helps = page("reference/commands.md")
    for command in re.findall(r"(?:^\$ |`)(?:\.venv/bin/)?firstdose ([a-z]\w+)", text_of(path), re.MULTILINE):
        assert command in commands.command_names()
    for option in re.findall(r"`(--[a-z-]+)[ `]", text_of(path)):
        assert option in helps or path.name not in {"README.md", "tutorial.md"}, option


def test_every_picture_says_what_it_shows() -> None:
    for path in pictures.picture_figures():
        assert len(pictures.description(path.read_text("utf-8"))) > 40


def test_every_command_is_in_the_reference_and_in_the_tutorial_or_readme() -> None:
    told = text_of(ROOT / "README.md", DOCS / "tutorial.md")
    for command in commands.command_names():
        assert section(page("reference/commands.md"), command)
        assert f"firstdose {command}" in told or f"make {command}" in told


@pytest.mark.parametrize("name", DESIGNS)
def test_every_design_and_its_settings_are_explained(name: str) -> None:
    reference = section(page("reference/designs.md"), name)
    assert DESIGNS[name].title in reference
    assert DESIGNS[name].source in reference
    methods = text_of(*DOCS.glob("methods/*.md"))
    assert f"`{name}`" in methods or f"`design: {name}`" in methods
    for setting in keys_of(settings_of(DESIGNS[name])):
        assert f"| `{setting}` |" in reference
        assert f"`{setting}" in methods, f"{name}: {setting} is on no page of docs/methods"


@pytest.mark.parametrize("name", GUARDS)
def test_every_guard_and_its_settings_are_explained(name: str) -> None:
    reference = section(page("reference/guards.md"), name)
    assert f"`- {name}" in reference
    for setting in keys_of(settings_of(GUARDS[name])):
        assert f"| `{setting}` |" in reference


def test_every_section_of_the_protocol_is_in_the_reference() -> None:
    for key in keys_of(ProtocolSections):
        assert f"\n| `{key}` |" in page("reference/protocol.md")


MISTAKES: dict[str, dict[str, Any]] = {
    "target_dlt_rate": {"escalation": {"target_dlt_rate": 25}},
    "dose_levels.values": {"dose_levels": {"values": ["5 million", 10, 20, 30]}},
    "escalation.settings.variant": {"escalation": {"design": "three_plus_three"}},
    "escalation.settings.reference_dose": {
        "escalation": {
            "design": "blrm",
            "settings": {"reference_dose": {"value": 10, "unit": "mg"}, "prior_mean": [-1, 0], "prior_sd": [2, 1]},
        }
    },
    "escalation.settings.skeleton": {"escalation": {"design": "crm", "settings": {"skeleton": [0.1, 0.2]}}},
    "escalation.cohort_size": {
        "escalation": {"design": "three_plus_three", "settings": {"variant": "previous"}, "cohort_size": 2}
    },
    "escalation.guards": {
        "escalation": {"guards": [{"at_least": {"participants": 6}}, {"stop_when_enough": {"participants": 3}}]}
    },
    "trial.phase": {"trial": {"phase": 1}},
    "trial.version": {"trial": {"version": 1.0}},
}


@pytest.mark.parametrize("key", MISTAKES)
def test_frequent_mistakes_are_explained_and_refused(key: str) -> None:
    protocol: dict[str, dict[str, Any]] = {
        "trial": {"id": "MISTAKE", "title": "Mistake"},
        "dose_levels": {"unit": "million cells", "values": [5, 10, 16, 24]},
        "escalation": {"design": "boin", "target_dlt_rate": 0.25, "cohort_size": 3, "max_participants": 24},
    }
    for section_name, wrong in MISTAKES[key].items():
        protocol[section_name] |= wrong
    examination = examine_text(json.dumps(protocol))
    problems = list(examination.problems)
    if examination.protocol is not None:
        problems += check_escalation(examination.protocol)
    assert any(key in problem.place.key for problem in problems)
    assert f"`{key}`" in page("how-to/write-a-protocol.md")


def test_every_key_of_the_json_documents_is_explained() -> None:
    for key in (*keys_of(OperatingCharacteristics), *keys_of(ScenarioFigures)):
        assert f"| `{key}` |" in page("reference/figures.md")


def test_every_design_has_settings_to_be_shown_with() -> None:
    for name, design in DESIGNS.items():
        required = {key.name for key in keys_of(settings_of(design)).values() if key.is_required}
        assert all(required <= shown.keys() for shown in designs.DESIGN_SETTINGS.get(name, [{}]))


def test_every_decision_and_method_is_listed() -> None:
    for folder in ("decisions", "methods"):
        for path in DOCS.glob(f"{folder}/*.md"):
            assert path.name == "README.md" or f"({path.name})" in page(f"{folder}/README.md")


@pytest.mark.parametrize("path", sorted(DOCS.glob("decisions/0*.md")), ids=ids)
def test_every_decision_says_the_same_things(path: Path) -> None:
    assert headings(text_of(path))[1:] == ["Context", "Decision", "Consequences", "Rejected"]
    assert "**Status:**" in text_of(path)


@pytest.mark.parametrize("path", sorted(DOCS.glob("methods/*.md")), ids=ids)
def test_every_method_names_its_tests(path: Path) -> None:
    assert path.name == "README.md" or re.search(r"`tests/[\w/]+\.py`", text_of(path))


def test_abbreviations_of_settings_and_titles_are_in_the_glossary() -> None:
    glossary = page("glossary.md")
    for word in ("BLRM", "BOIN", "CRM", "CTCAE", "DLT", "EDSS", "i3+3", "Keyboard", "MTD", "mTPI", "SPMS"):
        assert f"| {word}" in glossary


def test_architecture_is_short_and_names_every_layer_with_code() -> None:
    text = text_of(ROOT / "ARCHITECTURE.md")
    assert len(text.splitlines()) <= 150
    for package in (ROOT / "src" / "firstdose").iterdir():
        if (package / "__init__.py").exists():
            assert re.search(rf"^(?:.+ \| )?{package.name}(?: \| .+)?$", text, re.MULTILINE), package.name


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_no_page_names_a_machine_or_a_registry(path: Path) -> None:
    hosts = r"pypi|python[h]osted"
    places = r"(?<![\w.])/(?:home|root|work|opt|Users|tmp)/"
    assert not re.search(f"{hosts}|{places}", text_of(path))


def examples(text: str) -> Iterator[tuple[str, str]]:
    """Files that a page asks to be saved, and commands with what they print, in order."""
    for kind, body in re.findall(r"^```(yaml|console)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if kind == "console" or re.match(r"# \S+\.yaml\n", body):
            yield kind, body


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=ids)
def test_commands_print_what_the_page_shows(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    shown = 0
    for kind, body in examples(text_of(path)):
        if kind == "yaml":
            (tmp_path / body.split()[1]).write_text(body, "utf-8")
            continue
        for command, expected in re.findall(r"^\$ firstdose (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
            with pytest.raises(SystemExit) as end:
                main(shlex.split(command))
            found = capsys.readouterr()
            assert end.value.code == (1 if "wrong" in command else 0), found.err
            assert_shown(expected, found.out + found.err, command)
            shown += 1
    assert shown >= 2


def assert_shown(expected: str, found: str, command: str) -> None:
    """What was printed, trailing spaces aside; a line of three dots stands for any lines."""
    lines = [line.rstrip() for line in expected.strip().splitlines()]
    pattern = "\n".join(r"(?:.*\n)*?.*" if line == "..." else re.escape(line) for line in lines)
    printed = "\n".join(line.rstrip() for line in found.strip().splitlines())
    assert re.fullmatch(pattern, printed), f"firstdose {command} prints\n{printed}"


def code_of(name: str, number: int) -> str:
    blocks: list[str] = re.findall(r"^```python\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL)
    return blocks[number]


def run_code(code: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run the code of a page as a module, so that its annotations are found."""
    import importlib

    (tmp_path / f"{module}.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return vars(importlib.import_module(module))


def test_the_design_of_the_how_to_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from firstdose.designs.history import parse_outcomes
    from firstdose.protocol.problems import ProblemsFound
    from firstdose.simulation.operating_characteristics import operating_characteristics
    from firstdose.simulation.scenarios import listed

    found = run_code(code_of("how-to/add-a-design.md", 0), "cumulative_cohort_page", tmp_path, monkeypatch)
    assert '"cumulative_cohort"] = CumulativeCohort' in code_of("how-to/add-a-design.md", 1)
    monkeypatch.setitem(DESIGNS, "cumulative_cohort", found["CumulativeCohort"])
    rule = designs.rule_with("cumulative_cohort", {"margin": 0.1})
    advice = [rule.decide(parse_outcomes(text, 4)) for text in ("1NNN", "1NNN 2NNT", "1NNN 2NTT")]
    assert [each.next_level for each in advice] == [2, 2, 1]
    assert "asks to escalate" in advice[0].reason
    (row,) = operating_characteristics(rule, listed([[0.1, 0.2, 0.3, 0.4]], 4)).scenarios
    assert sum(row.selected) + row.none_selected == pytest.approx(1)
    with pytest.raises(ProblemsFound, match=r"margin.*smaller than the target"):
        designs.rule_with("cumulative_cohort", {"margin": 0.3})


def test_the_figures_of_the_how_to_on_metabolites_are_those_of_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    found = run_code(code_of("how-to/analyse-metabolites.md", 0), "metabolites_page", tmp_path, monkeypatch)["found"]
    assert "acyl_carnitines" in capsys.readouterr().out
    (primary,) = (each for each in found.classes if each.is_primary)
    text = " ".join(page("how-to/analyse-metabolites.md").split())
    for told in (f"`estimate` of {primary.slope:.3f}", f"`lower` {primary.lower:.3f}", f"`upper` {primary.upper:.3f}"):
        assert told in text
    assert f"2^{primary.slope:.3f} = {2**primary.slope:.2f}-fold" in text


def test_the_guard_of_the_how_to_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from firstdose.designs.history import parse_outcomes

    code, line = code_of("how-to/add-a-guard.md", 0).split("\nGUARDS[")
    found = run_code(code, "no_step_up_page", tmp_path, monkeypatch)
    assert line.startswith('"no_step_up_after_dlts"] = NoStepUpAfterDlts')
    monkeypatch.setitem(GUARDS, "no_step_up_after_dlts", found["NoStepUpAfterDlts"])
    settings = {"skeleton": [0.01, 0.02, 0.05, 0.4], "restrict": False}
    held = designs.rule_with("crm", settings, ({"no_step_up_after_dlts": {}},))
    free, history = designs.rule_with("crm", settings), parse_outcomes("1NNN 2NNNNT", 4)
    assert free.decide(history).next_level == 3
    assert held.decide(history).next_level == 2
    assert "not higher after a cohort with 1 or more DLTs" in held.decide(history).reason


def test_what_stopping_inside_a_cohort_saves_is_as_the_page_says() -> None:
    from dataclasses import replace

    from firstdose.simulation.operating_characteristics import operating_characteristics
    from firstdose.simulation.scenarios import steps_around_each_mtd

    saved = []
    for settings in designs.DESIGN_SETTINGS["three_plus_three"]:
        rule, scenarios = designs.rule_with("three_plus_three", settings), steps_around_each_mtd(4, 0.25)
        full = operating_characteristics(rule, scenarios).scenarios
        cut = operating_characteristics(replace(rule, stops_within_cohort=True), scenarios).scenarios
        for before, after in zip(full, cut, strict=True):
            saved.append(100 - 100 * after.mean_total_participants / before.mean_total_participants)
            assert after.selected == pytest.approx(before.selected, abs=1e-12)
    assert f"by {min(saved):.0f} to {max(saved):.0f} %" in page("methods/exact-engine.md")
