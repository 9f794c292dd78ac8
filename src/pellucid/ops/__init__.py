"""Operations by name, on tensors and on arrays: what ``keras.ops`` calls them.

On tensors each makes a node of the graph; on arrays it computes at once, with NumPy.

Examples:
    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
"""

from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.cond import switch
from pellucid.graph.operations.custom import custom_gradient
from pellucid.graph.operations.exponential import rsqrt
from pellucid.graph.operations.indexing import dynamic_slice, dynamic_update_slice, scatter_add
from pellucid.graph.operations.reductions import logsumexp
from pellucid.graph.operations.special import digamma, erf, erfc, erfinv, lgamma
from pellucid.graph.operations.while_loop import while_loop
from pellucid.ops import image, linalg, nn, numpy
from pellucid.ops.arrangement import rearrange, unstack
from pellucid.ops.control_flow import (
    associative_scan,
    cond,
    fori_loop,
    jvp,
    map,
    scan,
    vectorized_map,
)
from pellucid.ops.core import (
    convert_to_numpy,
    convert_to_tensor,
    dtype,
    is_tensor,
    shape,
    stop_gradient,
)
from pellucid.ops.extremes import saturate_cast
from pellucid.ops.linalg import (
    cdist,
    cholesky,
    cholesky_inverse,
    det,
    eigh,
    inv,
    logdet,
    lstsq,
    lu_factor,
    matrix_rank,
    norm,
    pinv,
    qr,
    solve,
    solve_triangular,
    svd,
)
from pellucid.ops.nn import *  # noqa: F403
from pellucid.ops.numpy import *  # noqa: F403
from pellucid.ops.order import in_top_k, segment_max, segment_min, segment_prod, segment_sum, top_k
from pellucid.ops.parts import scatter, scatter_update, slice, slice_update
from pellucid.ops.sliding import extract_sequences
from pellucid.ops.spectra import fft, fft2, ifft2, irfft, istft, rfft, stft

__all__ = [
    "associative_scan",
    "cast",
    "cdist",
    "cholesky",
    "cholesky_inverse",
    "cond",
    "convert_to_numpy",
    "convert_to_tensor",
    "custom_gradient",
    "det",
    "digamma",
    "dtype",
    "dynamic_slice",
    "dynamic_update_slice",
    "eigh",
    "erf",
    "erfc",
    "erfinv",
    "extract_sequences",
    "fft",
    "fft2",
    "fori_loop",
    "ifft2",
    "image",
    "in_top_k",
    "inv",
    "irfft",
    "is_tensor",
    "istft",
    "jvp",
    "lgamma",
    "linalg",
    "logdet",
    "logsumexp",
    "lstsq",
    "lu_factor",
    "map",
    "matrix_rank",
    "nn",
    "norm",
    "numpy",
    "pinv",
    "qr",
    "rearrange",
    "rfft",
    "rsqrt",
    "saturate_cast",
    "scan",
    "scatter",
    "scatter_add",
    "scatter_update",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "shape",
    "slice",
    "slice_update",
    "solve",
    "solve_triangular",
    "stft",
    "stop_gradient",
    "svd",
    "switch",
    "top_k",
    "unstack",
    "vectorized_map",
    "while_loop",
]
__all__ += nn.__all__
__all__ += numpy.__all__
