"""Starting afresh."""

from pellucid.dtype_policies import set_dtype_policy
from pellucid.graph.scope import reset_names

__all__ = ["clear_session"]


def clear_session(free_memory: bool = True) -> None:
    """Forget the names given so far, so that the next layers are numbered from the first again.

    The dtype policy that was chosen is forgotten too.

    Args:
        free_memory: Of no consequence: a graph's memory is freed when nobody holds it.

    Examples:
        >>> clear_session()
    """
    reset_names()
    set_dtype_policy(None)
