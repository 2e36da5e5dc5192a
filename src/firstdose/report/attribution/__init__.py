"""The chapter on attribution: what can and cannot be concluded, in words, and its pictures."""
