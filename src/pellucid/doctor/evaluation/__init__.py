"""Checks of what a training came to."""

from pellucid.doctor.check import Check

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = ()
