"""Running a trial: everything entered is kept in a ledger, and the trial's data follow from it."""
