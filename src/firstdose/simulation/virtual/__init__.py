"""How a virtual trial is made; its public entry is `firstdose.simulation.virtual_trial`."""

TRUTH = "truth"
"""The folder beside a virtual trial's records that holds what is true of it: data with one are simulated."""
