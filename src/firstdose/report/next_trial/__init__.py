"""The page of the next trial: what could be told, shown and believed, and with how many people."""
