"""How a virtual trial is made; its public entry is `firstdose.simulation.virtual_trial`."""
