"""In which dtype layers compute and keep their weights: their policies, and the kind of floats."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.configured import Configured
from pellucid.errors import unknown_name
from pellucid.graph.dtypes import DTYPES, FLOATS, dtype_name

__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "deserialize",
    "floatx",
    "get",
    "global_policy",
    "serialize",
    "set_dtype_policy",
    "set_floatx",
]

MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


@dataclass(frozen=True)
class DTypePolicy(Configured):
    """In which dtype a layer computes, and in which it keeps its weights.

    Args:
        name: A dtype, for both; or ``"mixed_float16"`` or ``"mixed_bfloat16"``, which compute in
            half precision and keep the weights in float32, where small steps are not lost.

    Examples:
        >>> policy = DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')

    Source:
        Micikevicius et al. 2018, "Mixed Precision Training", https://arxiv.org/abs/1710.03740.
    """

    name: str = "float32"

    def __post_init__(self) -> None:
        if self.name not in MIXED and self.name not in DTYPES:
            raise unknown_name("dtype policy", self.name, [*MIXED, *DTYPES])

    @property
    def compute_dtype(self) -> str:
        """The dtype of inputs and outputs."""
        return MIXED.get(self.name, self.name)

    @property
    def variable_dtype(self) -> str:
        """The dtype of the weights."""
        return "float32" if self.name in MIXED else self.name


FloatDTypePolicy = DTypePolicy  # Keras's name for a policy that is not quantized


@dataclass
class _Chosen:
    floatx: str = "float32"
    policy: DTypePolicy | None = None


_chosen = _Chosen()


def floatx() -> str:
    """The floating-point dtype of what is made without one.

    Examples:
        >>> floatx()
        'float32'
    """
    return _chosen.floatx


def set_floatx(value: str) -> None:
    """Set the floating-point dtype of what is made without one: layers, inputs, data, arrays.

    Layers follow it as long as no policy is chosen for them. (Keras's follow it up to the first
    layer that is made, and no longer.)

    Args:
        value: ``"float16"``, ``"bfloat16"``, ``"float32"`` or ``"float64"``.

    Raises:
        UnknownNameError: For another name.

    Examples:
        >>> set_floatx("float64")
        >>> floatx(), layers.Dense(2)(np.ones((1, 2))).dtype
        ('float64', dtype('float64'))
        >>> set_floatx("float32")
    """
    if value not in FLOATS:
        raise unknown_name("floating-point dtype", value, FLOATS)
    _chosen.floatx = value


def global_policy() -> DTypePolicy:
    """The policy of layers that are given none: that of ``floatx()`` unless one is chosen."""
    return _chosen.policy or DTypePolicy(_chosen.floatx)


def set_dtype_policy(policy: Any) -> None:
    """Choose the policy of layers that are made from now on.

    Args:
        policy: A policy or the name of one; ``None`` for that of ``floatx()``, as at first.

    Examples:
        >>> set_dtype_policy("mixed_bfloat16")
        >>> layers.Dense(2)(np.ones((1, 2))).dtype
        dtype(bfloat16)
        >>> set_dtype_policy(None)
    """
    _chosen.policy = None if policy is None else get(policy)


def get(policy: Any) -> DTypePolicy:
    """The policy that a name, a configuration or ``None`` (the global one) stands for.

    Raises:
        UnknownNameError: For a name that there is not.
    """
    if policy is None:
        return global_policy()
    if isinstance(policy, DTypePolicy):
        return policy
    if isinstance(policy, dict):
        return DTypePolicy(policy["config"]["name"])
    return DTypePolicy(policy if policy in MIXED else dtype_name(policy))


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """The configuration that :func:`deserialize` makes a policy of again.

    Examples:
        >>> serialize(DTypePolicy("mixed_float16"))
        {'class_name': 'DTypePolicy', 'config': {'name': 'mixed_float16'}}
    """
    return {"class_name": type(dtype_policy).__name__, "config": dtype_policy.get_config()}


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> DTypePolicy:
    """The policy that :func:`serialize`, ours or Keras's, wrote down.

    Args:
        config: What it wrote.
        custom_objects: Taken for Keras's sake: a policy is known by its name.

    Examples:
        >>> deserialize({"class_name": "DTypePolicy", "config": {"name": "float64"}})
        DTypePolicy(name='float64')
    """
    return get(dict(config))
