"""Where simulated trials run: the options --workers and --cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from firstdose.simulation.machines import RunParts

Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=256,
        help="Processes that share simulated trials; all cores if left out. The figures are the same.",
        show_default=False,
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="local|ADDRESS",
        help="Simulate on a Dask cluster: of this machine, or at a scheduler's address. The figures are the same.",
    ),
]


@contextmanager
def where_to_run(cluster: str | None, workers: int | None) -> Iterator[RunParts]:
    """The place that the options name; InputError in words where it cannot be used."""
    from firstdose.cli.inputs import InputError
    from firstdose.simulation.machines import LOCAL, MachinesError, place_to_run

    if cluster not in (None, LOCAL) and workers is not None:
        raise InputError("--workers is for this machine; the scheduler at --cluster has workers of its own")
    try:
        with place_to_run(cluster, workers, tell=lambda words: typer.echo(words, err=True)) as run:
            yield run
    except MachinesError as error:
        raise InputError(str(error)) from None


def refuse_cluster(cluster: str | None, method: str) -> None:
    """InputError for a cluster beside the exact engine, which does not simulate."""
    from firstdose.cli.inputs import InputError

    if cluster is not None and method == "exact":
        raise InputError(
            "--cluster is for simulated trials, and the exact engine needs none: leave it out, or simulate with "
            "--method monte-carlo"
        )
