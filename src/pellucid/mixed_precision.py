"""Half precision under the names of ``keras.mixed_precision``."""

from pellucid.dtype_policies import DTypePolicy, global_policy, set_dtype_policy
from pellucid.dtype_policies import DTypePolicy as Policy
from pellucid.dtype_policies import global_policy as dtype_policy
from pellucid.dtype_policies import set_dtype_policy as set_global_policy
from pellucid.optimizers.loss_scale import LossScaleOptimizer

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]
