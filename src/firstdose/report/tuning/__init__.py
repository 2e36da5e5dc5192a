"""The page of a search: which setting wins, what it is worth under unseen curves, and what was searched."""
