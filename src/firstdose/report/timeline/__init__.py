"""Each person's time in the trial, as a page and a picture."""
