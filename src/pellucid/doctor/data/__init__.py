"""Checks of data."""

from pellucid.doctor.check import Check

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = ()
