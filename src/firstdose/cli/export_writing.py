"""What the command `export` does: makes each standard once, writes it in each format, and tells about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from firstdose.cli.export_folders import Standard, Target

if TYPE_CHECKING:
    from firstdose.cdisc.terminology_file import Terminology
    from firstdose.cdisc.writing.exporting import Checked, Export
    from firstdose.cdisc.writing.findings import Finding
    from firstdose.cli.output import Progress
    from firstdose.protocol import Protocol
    from firstdose.records import Reading, TrialData

RULES_SHOWN = 8
PARTS_OF_A_STAGE = 100

Tell = Callable[[int, int, str], None]


class Stages:
    """One bar for all that is written: each stage of the work is as long on it as the others."""

    def __init__(self, bar: Progress, number: int) -> None:
        self.bar, self.number, self.begun = bar, number, 0

    def begin(self, what: str) -> Tell:
        """The next stage, with what tells how far it is."""
        before, everything = PARTS_OF_A_STAGE * self.begun, PARTS_OF_A_STAGE * self.number
        self.begun += 1

        def tell(done: int, of: int, each: str) -> None:
            self.bar(before + PARTS_OF_A_STAGE * done // max(of, 1), everything, f"{what} {each}".strip())

        tell(0, 1, "")
        return tell


def write_everything(
    protocol: Protocol,
    reading: Reading,
    trial_data: TrialData,
    folders: Mapping[Target, Path],
    created: datetime,
    package: Terminology | None,
    bar: Progress,
) -> list[tuple[Target, Export]]:
    """Write each standard into the folders given; its datasets are made, checked and described once for all formats."""
    from firstdose.cdisc.define import ANALYSIS, TABULATION, definition_of, write_definition
    from firstdose.cdisc.usdm import write_usdm
    from firstdose.cdisc.writing.exporting import write_checked

    stages = Stages(bar, _number_of_stages(list(folders)))
    written: list[tuple[Target, Export]] = []
    for standard, several in groupby(folders, key=lambda each: each.standard):
        if standard is Standard.usdm:
            for target in several:
                write_usdm(protocol, folders[target], stages.begin(standard.value))
            continue
        checked = _made(standard, protocol, reading, trial_data, package, stages.begin(standard.value))
        definition = None
        for target, file_format in ((each, each.file_format) for each in several if each.file_format):
            name = f"{standard.value} {file_format}"
            exported = write_checked(checked, folders[target], created, file_format, stages.begin(name))
            written.append((target, exported))
            stages.begin(f"{name} definition")
            if not exported.is_refused:
                if definition is None:
                    of_standard = ANALYSIS if standard is Standard.adam else TABULATION
                    definition = definition_of(protocol, checked.datasets, of_standard, "xpt", created, package)
                write_definition(protocol, definition, folders[target], file_format)
    return written


def _number_of_stages(targets: Sequence[Target]) -> int:
    """A document is one stage; datasets are made, and written and described in each format."""
    datasets = [each for each in targets if each.file_format]
    return len({each.standard for each in targets}) + 2 * len(datasets)


def _made(
    standard: Standard,
    protocol: Protocol,
    reading: Reading,
    trial_data: TrialData,
    package: Terminology | None,
    tell: Tell,
) -> Checked:
    """The datasets of a standard; for ADaM what the analysis works with is derived first."""
    from firstdose.cdisc.writing.exporting import checked_sdtm

    if standard is Standard.sdtm:
        return checked_sdtm(protocol, trial_data, tell, package)
    from dataclasses import replace

    from firstdose.analysis import derive
    from firstdose.analysis.tables.making import analysis_tables
    from firstdose.cdisc.adam.exporting import checked_adam
    from firstdose.cli.metabolite_folder import matched_by

    tell(0, 1, "deriving")
    derived = replace(derive(protocol, trial_data), abundances=matched_by(reading, trial_data))
    tell(0, 1, "rows of the analysis")
    return checked_adam(protocol, analysis_tables(protocol, derived), tell)


def tell_protocol(protocol: Protocol, target: Target) -> None:
    """Say where the protocol was written as USDM, and what the model asks for that it does not state."""
    from firstdose.cdisc.usdm import USDM_FILE, lacking
    from firstdose.protocol.problems import printable

    for each in lacking(protocol):
        typer.echo(f"the document does not conform to USDM, which asks for {each}: there is none", err=True)
    typer.echo(f"wrote {printable(str(target.folder / USDM_FILE))}")


def tell_written(written: Sequence[tuple[Target, Export]]) -> None:
    """Say what was written, what was found and what is not there; InputError if anything could not be written.

    What several formats of a standard have in common is said once.
    """
    from firstdose.cdisc.writing.findings import FINDINGS_FILE, refused
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable
    from firstdose.records.wording import counted

    problems: list[str] = []
    said: tuple[Standard, object] | None = None
    for target, exported in written:
        findings = tuple(refused(exported.findings)) or exported.findings
        listed = printable(str(target.folder / FINDINGS_FILE))
        if exported.is_refused:
            problems += [f"no dataset was written; {listed} lists what forbids it", *_by_rule(findings)]
            continue
        if said != (target.standard, findings):
            said = (target.standard, findings)
            typer.echo(f"{counted(len(findings), 'finding')} of the checks, listed in {listed}", err=bool(findings))
            for line in _by_rule(findings):
                typer.echo(line, err=True)
            if exported.not_held:
                kinds = ", ".join(f"{name} ({count:,})" for name, count in exported.not_held.items())
                typer.echo(f"not in SDTM as it is written here: {kinds}", err=True)
        rows = sum(each.frame.height for each in exported.datasets)
        typer.echo(f"wrote {len(exported.files)} datasets with {rows:,} rows to {printable(str(target.folder))}")
    if problems:
        raise InputError("\n".join(problems))


def _by_rule(findings: Sequence[Finding]) -> list[str]:
    """The first finding of each rule that is broken most often, with how often it is."""
    from collections import Counter

    from firstdose.protocol.problems import printable

    rules = Counter(finding.rule for finding in findings)
    firsts = {finding.rule: finding for finding in reversed(findings)}
    lines = [f"  {count:,} x {printable(str(firsts[rule]))}" for rule, count in rules.most_common(RULES_SHOWN)]
    return lines + ([f"  and {len(rules) - RULES_SHOWN} further rules"] if len(rules) > RULES_SHOWN else [])
