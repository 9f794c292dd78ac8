"""Checks of data: values, scales, order, splits, duplicates, classes."""

from pellucid.doctor.check import Check
from pellucid.doctor.data.duplicates import Duplicates
from pellucid.doctor.data.feature_scale import FeatureScale
from pellucid.doctor.data.imbalance import Imbalance
from pellucid.doctor.data.no_signal import NoSignal
from pellucid.doctor.data.not_finite import NotFinite
from pellucid.doctor.data.order import Order
from pellucid.doctor.data.out_of_range import OutOfRange
from pellucid.doctor.data.split import Split
from pellucid.doctor.data.target_scale import TargetScale

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    NotFinite(),
    FeatureScale(),
    TargetScale(),
    OutOfRange(),
    Order(),
    Split(),
    Duplicates(),
    Imbalance(),
    NoSignal(),
)
