"""From the records to one row a person, event, score and result."""
