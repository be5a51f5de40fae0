"""Training of the networks: by single characters first, then through the graph."""
