"""Takes the measurements: engine cases and commands as processes of their own, the naive ones here."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import rules
from benchmarks.case import SCENARIOS, seconds
from benchmarks.naive import NaiveBlrm, NaiveBoin, NaiveCrm, NaiveDesign, simulate

ROOT = Path(__file__).resolve().parents[1]
TRIALS = 10_000
REPEATS_OF_COMMANDS = 7
START = "import sys; from firstdose.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Measured:
    """One line of the table; seconds, or MiB where the unit says so."""

    what: str
    limit: float
    first: float
    best: float
    median: float
    unit: str = "s"
    naive: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times longer the naive Monte Carlo takes."""
        return None if self.naive is None else self.naive / self.best

    @property
    def is_within(self) -> bool:
        """Whether the best is within the limit."""
        return self.best <= self.limit


@dataclass(frozen=True)
class Compared:
    """An engine case with its limit, and the naive Monte Carlo beside it: how many trials, and what to scale by."""

    name: str
    what: str
    limit: float
    naive: type[NaiveDesign]
    trials: int = TRIALS
    cohort_size: int = 3
    times: int = 1

    @property
    def note(self) -> str:
        """What the naive time was scaled from."""
        if self.times > 1:
            return f"naive: one scenario of {self.trials:,} trials, times {self.times:,}"
        if self.trials != TRIALS:
            return f"naive: {self.trials:,} trials, scaled to {TRIALS:,}"
        return ""


COMPARED = (
    Compared("boin", "BOIN, one scenario", 0.007, NaiveBoin),
    Compared("boin_1000", "BOIN, 1,000 scenarios", 0.1, NaiveBoin, times=SCENARIOS),
    Compared("crm", "CRM, one scenario", 0.1, NaiveCrm),
    Compared("blrm", "BLRM, one scenario", 1.0, NaiveBlrm, trials=150),
    Compared("boin_singles", "BOIN, 30 single participants", 0.6, NaiveBoin, cohort_size=1),
)
MEMORY_LIMIT_MIB = 400


def measure_engine() -> Iterator[Measured]:
    """Each case of the exact engine, beside the naive Monte Carlo."""
    naive_times: dict[tuple[type[NaiveDesign], int, int], float] = {}
    for each in COMPARED:
        output = run_python("-m", "benchmarks.case", each.name)
        found = json.loads(output)
        key = (each.naive, each.trials, each.cohort_size)
        if key not in naive_times:
            naive_times[key] = _time_naive(each)
        later = found["later"]
        naive = naive_times[key] * each.times * TRIALS / each.trials
        note = "; ".join(filter(None, [f"imports {found['imports']:.2f} s", each.note]))
        yield Measured(
            each.what, each.limit, found["first"], min(later), statistics.median(later), naive=naive, note=note
        )
        if each.name == "boin_singles":
            peak = found["peak_mib"]
            yield Measured(f"{each.what}, peak memory", MEMORY_LIMIT_MIB, peak, peak, peak, "MiB", note="whole process")


def _time_naive(each: Compared) -> float:
    return seconds(lambda: simulate(each.naive(), rules.TRUTH, each.trials, each.cohort_size))


def measure_commands() -> Iterator[Measured]:
    """The command line, as whole processes, imports included."""
    with tempfile.TemporaryDirectory() as folder:
        protocol = Path(folder, "protocol.yaml")
        protocol.write_text(_protocol(), encoding="utf-8")
        truth = ",".join(map(str, rules.TRUTH))
        yield _command("firstdose oc, whole process", 1.0, ["oc", str(protocol), "--truth", truth])
        yield _command("firstdose --help, whole process", 0.4, ["--help"])


def _command(what: str, limit: float, arguments: list[str]) -> Measured:
    times = [seconds(lambda: run_python("-c", START, *arguments)) for _ in range(1 + REPEATS_OF_COMMANDS)]
    return Measured(what, limit, times[0], min(times[1:]), statistics.median(times[1:]))


def run_python(*arguments: str) -> str:
    """What a process of Python prints; what it says beside that is not shown."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _protocol() -> str:
    """The protocol file of the BOIN rule, as JSON, which is YAML too."""
    return json.dumps(
        {
            "trial": {"id": "BENCHMARK", "title": "The rule that is timed"},
            "dose_levels": {"unit": "million cells", "values": list(rules.DOSES)},
            "escalation": {
                "design": "boin",
                "target_dlt_rate": rules.TARGET,
                "cohort_size": 3,
                "max_participants": rules.PARTICIPANTS,
                "start_level": 1,
            },
        }
    )
