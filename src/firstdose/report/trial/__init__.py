"""The trial report: what happened and what the analysis found, with pictures of everyone."""
