"""`firstdose compare`, `firstdose validate` and `firstdose --version`."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import firstdose
from firstdose.cli import evaluation_commands
from firstdose.validation import COMPARISONS, certificate
from firstdose.validation.certificate import Certificate
from firstdose.validation.installation import Finding, examining, machine_checks
from tests.cli.running import DONE, EXAMPLES, MINIMAL, WRONG_INPUT, WRONG_USAGE, run

REFERENCE = EXAMPLES / "nsc-spms" / "protocol.yaml"
TRUTH = "0.05,0.1,0.2,0.3"


def test_designs_side_by_side() -> None:
    designs = run("compare", MINIMAL, "--designs", "boin,mtpi2,keyboard", "--truth", TRUTH, "--json").document()[
        "designs"
    ]
    assert list(designs) == ["boin", "mtpi2", "keyboard"]
    own = run("oc", MINIMAL, "--truth", TRUTH, "--json").document()
    assert designs["boin"] == own
    for design in designs.values():
        (scenario,) = design["scenarios"]
        assert sum(scenario["selected"]) + scenario["none_selected"] == pytest.approx(1)
    lines = run("compare", MINIMAL, "--designs", "boin, mtpi2", "--truth", TRUTH).out.splitlines()
    assert any(line.startswith("mtpi2 ") for line in lines)


def test_without_names_the_protocols_own_comparators() -> None:
    designs = run("compare", REFERENCE, "--truth", TRUTH, "--json").document()["designs"]
    assert next(iter(designs)) == "three_plus_three"
    assert set(designs) == {"three_plus_three", "boin", "crm", "mtpi2", "keyboard", "i3plus3", "blrm"}


def test_designs_compared_by_simulated_trials_of_the_same_people() -> None:
    options = ("--truth", TRUTH, "--method", "monte-carlo", "--trials", "300", "--seed", "5", "--not-evaluable", "0.1")
    designs = run("compare", MINIMAL, "--designs", "boin,mtpi2", *options, "--json").document()["designs"]
    assert designs["boin"] == run("oc", MINIMAL, *options, "--json").document()
    for design in designs.values():
        assert (design["method"], design["trials"], design["seed"]) == ("monte-carlo", 300, 5)
        assert design["not_evaluable"] == 0.1
    text = run("compare", MINIMAL, "--designs", "boin,mtpi2", *options).out
    assert text.startswith("monte-carlo (300 trials a scenario, seed 5); ")
    dosed = designs["mtpi2"]["scenarios"][0]["mean_total_dosed"]
    assert any(line.startswith("mtpi2 ") and line.endswith(f"{dosed:.2f}") for line in text.splitlines())
    assert "+- one standard error" in text


def test_an_exact_comparison_with_some_not_evaluable() -> None:
    options = ("--designs", "boin", "--truth", TRUTH, "--not-evaluable", "0.2")
    (scenario,) = run("compare", MINIMAL, *options, "--json").document()["designs"]["boin"]["scenarios"]
    assert scenario["mean_total_dosed"] == pytest.approx(scenario["mean_total_participants"] / 0.8)
    text = run("compare", MINIMAL, *options).out
    assert text.startswith("exact; ")
    assert "dosed" in text
    assert run("compare", MINIMAL, "--method", "guess").status == WRONG_USAGE


def test_many_curves_are_summarised() -> None:
    text = run("compare", MINIMAL, "--designs", "boin,mtpi2", "--family", "random", "--curves", "30").out
    assert text.count("30 random curves") == 2


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("boim", "did you mean `boin`?"),
        ("boin,keybord", "did you mean `keyboard`?"),
        ("boin,zzz", "use one of: three_plus_three, "),
        (",", "is not a design"),
        ("crm", "a CRM needs a skeleton"),
        ("three_plus_three", "variant"),
        ("blrm", "reference_dose"),
    ],
)
def test_designs_that_cannot_be_compared(names: str, words: str) -> None:
    ran = run("compare", MINIMAL, "--designs", names)
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert words in ran.err


def test_a_comparison_past_the_budget() -> None:
    ran = run("compare", MINIMAL, "--states", "10")
    assert ran.status == WRONG_INPUT
    assert "would need" in ran.err


def test_version() -> None:
    ran = run("--version")
    assert (ran.status, ran.out, ran.err) == (DONE, f"firstdose {firstdose.__version__}\n", "")


@pytest.fixture
def few_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the certificate hold three quick comparisons and two checks only; all of them run elsewhere.

    They do in tests/reference and tests/validation.
    """
    everything = certificate.run_all
    names = [name for name in COMPARISONS if "boundaries" in name or "binomial" in name][:3]
    assert names

    def some(
        date: str, progress: Callable[[int, int, str], None] | None = None, _: Iterable[object] = ()
    ) -> Certificate:
        return everything(date, progress, [COMPARISONS[name] for name in names])

    monkeypatch.setattr(certificate, "run_all", some)
    monkeypatch.setattr(examining, "_checks", lambda clock, *_: machine_checks.checks(clock)[1:])
    monkeypatch.setattr(evaluation_commands, "_site", lambda *_: ())
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.mark.usefixtures("few_comparisons")
def test_certificate_as_text_and_document(tmp_path: Path) -> None:
    document = run("validate", "--json").document()
    assert document["passed"] is True
    assert document["comparisons"]
    for comparison in document["comparisons"]:
        assert comparison["passed"] is True
        assert comparison["compared"] > 0
        assert comparison["reference_software"]
    installation = document["installation"]
    assert installation["passed"] is True
    assert installation["facts"]["Firstdose"].startswith(firstdose.__version__)
    assert [(each["name"], each["status"]) for each in installation["checks"]] == [
        ("time_zones", "passed"),
        ("clock", "passed"),
    ]
    ran = run("validate", "--out", tmp_path / "new" / "folder")
    assert ran.status == DONE
    assert ran.out.count("\npassed  ") == len(document["comparisons"]) + len(installation["checks"])
    assert (tmp_path / "new" / "folder" / "certificate.txt").read_text(encoding="utf-8").strip() == ran.out.strip()
    page = (tmp_path / "new" / "folder" / "certificate.html").read_text(encoding="utf-8")
    for part in ("Figures against other software", "This installation", "The machine"):
        assert part in page
        assert f"\n{part}\n" in ran.out


@pytest.mark.usefixtures("few_comparisons")
def test_a_failed_comparison_is_marked_and_changes_the_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Certificate, "passed", property(lambda _: False))
    assert run("validate").status == WRONG_INPUT


@pytest.mark.usefixtures("few_comparisons")
def test_a_check_of_the_installation_that_fails_changes_the_exit_status(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bad = Finding("site_<made>", "The site", "asked", "done", "expected", "seen", "failed")
    monkeypatch.setattr(evaluation_commands, "_site", lambda *_: (bad,))
    ran = run("validate", "--out", tmp_path)
    assert ran.status == WRONG_INPUT
    assert "\nFAILED  site_<made>\n        asked for: asked\n" in ran.out
    assert ran.out.endswith("2 of 3 checks of this installation passed.\nFAILED: site_<made>\n\n")
    page = (tmp_path / "certificate.html").read_text(encoding="utf-8")
    assert 'Failed: <a href="#site_&lt;made&gt;">site_&lt;made&gt;</a>' in page
    assert "<made>" not in page


@pytest.mark.parametrize("by_environment", [False, True])
@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "mysql://somebody@localhost/trial",
            "--database or DATABASE_URL: the address of the database must be sqlite:///",
        ),
        ("sqlite:////nowhere/at/all.sqlite3", "/nowhere/at: the checks can make no folder"),
        ("postgresql://somebody:a%20secret@localhost:1/trial", "cannot be reached"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, few_comparisons: None, url: str, words: str, by_environment: bool
) -> None:
    def never(_: object) -> Any:
        raise AssertionError("comparisons were run")

    monkeypatch.setattr(certificate, "run_all", never)
    if by_environment:
        monkeypatch.setenv("DATABASE_URL", url)
    ran = run("validate", *([] if by_environment else ["--database", url]))
    assert (ran.status, ran.out) == (WRONG_INPUT, "")
    assert words in ran.err
    assert "secret" not in ran.err


def test_an_out_that_cannot_be_made(tmp_path: Path, few_comparisons: None) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    ran = run("validate", "--out", tmp_path / "file" / "folder")
    assert ran.status == WRONG_INPUT
    assert "is a file; name a folder" in ran.err
