"""Models that leave: the graph of their predictions in forms that need no pellucid."""
