"""Where parts of work run: here, on all cores of this machine, or on a Dask cluster; the results are the same."""

from __future__ import annotations

from firstdose.simulation.machines.blocks import Block, run_blocks
from firstdose.simulation.machines.places import LOCAL, place_to_run
from firstdose.simulation.machines.running import MachinesError, RunParts, in_order, in_this_process

__all__ = [
    "LOCAL",
    "Block",
    "MachinesError",
    "RunParts",
    "in_order",
    "in_this_process",
    "place_to_run",
    "run_blocks",
]
