"""Where simulated trials run: the options --workers and --cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from firstdose.simulation.machines import RunParts

FEWEST_WORKERS = 2
"""So many processes may be asked for on any machine."""

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

    if cluster is not None and not cluster.strip():
        raise InputError("--cluster is empty: write local, or the address of a Dask scheduler, or leave it out")
    if cluster not in (None, LOCAL) and workers is not None:
        raise InputError("--workers is for this machine; the scheduler at --cluster has workers of its own")
    try:
        with place_to_run(cluster, _not_too_many(workers), tell=lambda words: typer.echo(words, err=True)) as run:
            yield run
    except MachinesError as error:
        raise InputError(str(error)) from None


def _not_too_many(workers: int | None) -> int | None:
    """As many processes as there are cores, and at least two: more would only wait for each other and fill memory."""
    from firstdose.simulation.machines.places import cores_allowed

    most = max(cores_allowed(), FEWEST_WORKERS)
    if workers is None or workers <= most:
        return workers
    typer.echo(f"--workers {workers}: this machine has cores for {most} processes, which share the work", err=True)
    return most


def refuse_cluster(cluster: str | None, method: str) -> None:
    """InputError for a cluster beside the exact engine, which does not simulate."""
    from firstdose.cli.inputs import InputError

    if cluster is not None and method == "exact":
        raise InputError(
            "--cluster is for simulated trials, and the exact engine needs none: leave it out, or simulate with "
            "--method monte-carlo"
        )
