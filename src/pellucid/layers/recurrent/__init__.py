"""Recurrent layers: cells repeated along the steps of sequences."""
