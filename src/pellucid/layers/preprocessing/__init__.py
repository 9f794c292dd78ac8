"""Layers that make numbers ready for a network: scaled, put into bins, encoded."""
