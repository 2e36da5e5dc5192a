"""Whatever is typed, a command ends with its exit status and a message, never with a traceback."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.cli.running import CRM, DONE, EXAMPLES, MINIMAL, WRONG_INPUT, Ran, protocol_text, run

REFERENCE = EXAMPLES / "nsc-spms" / "protocol.yaml"
COHORT = st.from_regex(r"[1-4][NT?\-]{1,6}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def check_ended_well(ran: Ran) -> None:
    assert ran.status in (DONE, WRONG_INPUT)
    assert bool(ran.out) == (ran.status == DONE)
    assert bool(ran.err) == (ran.status == WRONG_INPUT)
    assert all(line.isprintable() for line in ran.err.splitlines())


@given(st.lists(COHORT, max_size=9).map(" ".join), st.sampled_from([MINIMAL, CRM, REFERENCE]))
@settings(max_examples=60)
def test_outcomes_of_the_right_form_are_decided(outcomes: str, protocol: object) -> None:
    document = run("decide", str(protocol), f"--outcomes={outcomes}", "--json").document()
    assert document["action"] in ("dose", "wait", "stop")
    assert (document["next_level"] is not None) == (document["action"] == "dose")


@given(st.one_of(TEXT, st.text("1234567890NT?- \t\n", max_size=40)))
@settings(max_examples=150)
@example("1" * 5000 + "N")
@example("\x1b[31m")
@example("--")
def test_any_outcomes(outcomes: str) -> None:
    check_ended_well(run("decide", MINIMAL, f"--outcomes={outcomes}"))


@given(
    st.one_of(TEXT, st.lists(st.one_of(st.floats(), st.floats(0, 1)), max_size=6).map(lambda r: ",".join(map(str, r))))
)
@settings(max_examples=150)
@example("1" * 5000)
@example("1_0,0,0,0")
@example("1e999,0,0,0")
def test_any_truth(truth: str) -> None:
    check_ended_well(run("oc", MINIMAL, f"--truth={truth}"))


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
@settings(max_examples=60)
def test_truths_that_are_rates_are_answered(rates: list[float]) -> None:
    text = ",".join(map(repr, rates))
    (scenario,) = run("oc", MINIMAL, f"--truth={text}", "--json").document()["scenarios"]
    assert scenario["truth"] == rates
    assert abs(sum(scenario["selected"]) + scenario["none_selected"] - 1) < 1e-9


@given(TEXT)
@settings(max_examples=60)
@example("boin,boin")
@example("\x1b[31m")
def test_any_designs(names: str) -> None:
    check_ended_well(run("compare", MINIMAL, f"--designs={names}", "--truth=0.1,0.2,0.3,0.4"))


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 10**20), st.floats(), TEXT, st.lists(st.floats(0, 1), max_size=5)
)
SETTINGS = ["p_saf", "p_tox", "elimination_certainty", "offset", "extra_safe", "stop_at", "skeleton", "prior_variance"]
KEYS = ["design", "target_dlt_rate", "cohort_size", "max_participants", "start_level", "settings", "guards"]


@given(
    st.sampled_from(["boin", "crm", "mtpi", "keyboard", "blrm", "three_plus_three", "i3plus3"]),
    st.dictionaries(st.sampled_from(SETTINGS), VALUES, max_size=3),
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=2),
)
@settings(max_examples=150)
def test_any_settings(
    tmp_path_factory: object, design: str, chosen: dict[str, object], keys: dict[str, object]
) -> None:
    text = protocol_text(**{"design": design, "settings": chosen, **keys})
    file = tmp_path_factory.getbasetemp() / "any_settings.yaml"  # type: ignore[attr-defined]
    file.write_text(text, encoding="utf-8")
    checked = run("check", file)
    check_ended_well(checked)
    decided = run("decide", file, "--json")
    check_ended_well(decided)
    assert decided.status == checked.status
    if decided.status == DONE:
        assert json.loads(decided.out)["next_level"] >= 1
