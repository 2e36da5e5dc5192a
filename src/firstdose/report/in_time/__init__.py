"""Pictures of trials that were simulated in time."""
