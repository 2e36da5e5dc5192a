"""The chapter on metabolism: words, pictures and the search."""
