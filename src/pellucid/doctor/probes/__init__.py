"""Checks of the probes."""

from pellucid.doctor.check import Check

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = ()
