"""The cells, or the drug around them: what the trial's own design can tell apart, and what would undo a finding."""
