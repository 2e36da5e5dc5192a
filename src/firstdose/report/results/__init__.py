"""Tables, key figures and words that are made of results alone."""
