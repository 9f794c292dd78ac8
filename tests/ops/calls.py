"""Calls of the operations, each a tuple of arguments and a dict of options."""

import numpy as np

rng = np.random.default_rng(0)


def floats(*shape, low=-2.0, high=2.0):
    return rng.uniform(low, high, shape).astype(np.float32)


def whole(*shape, low=-5, high=9):
    return rng.integers(low, high, shape).astype(np.int32)


def call(*arguments, **options):
    return arguments, options


X = floats(3, 4)
Y = floats(3, 4)
I = whole(3, 4)  # noqa: E741
U = floats(3, 4, low=0.1, high=0.9)
HOLES = np.where(X > 1, np.nan, X).astype(np.float32)
HARD = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5], np.float32)
LINE = floats(6)
CUBE = floats(2, 3, 4)
IMAGE = floats(2, 7, 6, 3)

CALLS = {}
for name in [
    "abs",
    "absolute",
    "angle",
    "arcsinh",
    "arctan",
    "cbrt",
    "ceil",
    "conj",
    "conjugate",
    "cos",
    "cosh",
    "deg2rad",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "fabs",
    "floor",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "i0",
    "imag",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "log_sigmoid",
    "negative",
    "rad2deg",
    "real",
    "reciprocal",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "sign",
    "signbit",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "soft_shrink",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "square",
    "squareplus",
    "swish",
    "tan",
    "tanh",
    "tanh_shrink",
    "trunc",
    "celu",
    "elu",
    "leaky_relu",
]:
    CALLS[name] = [call(X)]
for name in [
    "abs",
    "angle",
    "ceil",
    "cos",
    "exp",
    "exp2",
    "fabs",
    "floor",
    "isfinite",
    "isinf",
    "isneginf",
    "isposinf",
    "negative",
    "reciprocal",
    "sign",
    "signbit",
    "sin",
    "square",
    "tanh",
    "trunc",
]:
    CALLS[name].append(call(I))
for name in [
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "signbit",
    "nan_to_num",
    "sign",
    "angle",
]:
    CALLS.setdefault(name, []).append(call(HARD))
for name in [
    "log",
    "log10",
    "log2",
    "log1p",
    "sqrt",
    "rsqrt",
    "arcsin",
    "arccos",
    "arctanh",
    "erfinv",
]:
    CALLS[name] = [call(U)]
CALLS["arccosh"] = [call(U + 1)]
for name in ["log", "log10", "log2", "log1p", "sqrt"]:
    CALLS[name].append(call(abs(I) + 1))
for name in [
    "add",
    "subtract",
    "multiply",
    "divide",
    "true_divide",
    "maximum",
    "minimum",
    "arctan2",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "divide_no_nan",
    "fmax",
    "fmin",
    "hypot",
    "logaddexp",
    "logaddexp2",
    "mod",
    "fmod",
    "floor_divide",
    "heaviside",
    "isclose",
    "allclose",
    "outer",
]:
    CALLS[name] = [call(X, Y), call(I, whole(3, 4, low=1)), call(X, 1.5), call(I, X)]
del CALLS["heaviside"][1]  # Keras gives int32 where all of its own floating functions give float32
for name in ["fmax", "fmin"]:
    CALLS[name].append(call(HOLES, Y))
CALLS["divide_no_nan"].append(call(X, np.zeros((3, 4), np.float32)))
CALLS["nextafter"] = [call(X, Y)]
CALLS["power"] = [call(U, Y), call(abs(I), 2), call(X, 3)]
CALLS["ldexp"] = [call(X, whole(3, 4, low=-3, high=3))]
CALLS["gcd"] = CALLS["lcm"] = [call(whole(5, low=1), whole(5, low=1))]
for name in ["logical_and", "logical_or", "logical_xor"]:
    CALLS[name] = [call(X > 0, Y > 0), call(I, I % 2)]
CALLS["logical_not"] = [call(X > 0), call(I)]
for name in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
    CALLS[name] = [call(I, whole(3, 4))]
for name in ["bitwise_left_shift", "bitwise_right_shift", "left_shift", "right_shift"]:
    CALLS[name] = [call(I, whole(3, 4, low=0, high=4))]
CALLS["bitwise_not"] = CALLS["bitwise_invert"] = [call(I)]
CALLS["clip"] = [call(X, -0.5, 0.5), call(I, 0, 3)]
CALLS["round"] = [call(X), call(X, 2), call(I)]
CALLS["saturate_cast"] = [call(X * 1000, "int8"), call(X * 1000, "uint8"), call(I * 99, "int8")]
CALLS["cast"] = [call(X, "int32"), call(I, "float16"), call(X, "bool")]
CALLS["nan_to_num"].append(call(HARD, nan=7.0, posinf=1.0, neginf=-1.0))
CALLS["threshold"] = [call(X, 0.5, -1.0)]
CALLS["hard_shrink"].append(call(X, 1.0))
CALLS["soft_shrink"].append(call(X, 1.0))
CALLS["gelu"].append(call(X, approximate=False))
CALLS["glu"] = [call(X), call(floats(4, 3), 0)]
CALLS["softmax"] = [call(X), call(X, 0), call(CUBE, (0, 2))]
CALLS["log_softmax"] = [call(X), call(X, 0)]
CALLS["sparsemax"] = [call(X[:1])]  # of several rows Keras gives zeros for some

# Reductions.
for name in [
    "all",
    "any",
    "max",
    "min",
    "amax",
    "amin",
    "mean",
    "std",
    "sum",
    "var",
    "prod",
    "ptp",
    "median",
    "logsumexp",
]:
    CALLS[name] = [
        call(X),
        call(CUBE, 1),
        call(CUBE, axis=(0, 2)),
        call(CUBE, axis=-1, keepdims=True),
    ]
for name in ["all", "any", "max", "min", "sum", "prod", "mean"]:
    CALLS[name].append(call(I, 0))
CALLS["max"].append(call(X, 1, initial=1.0))
CALLS["min"].append(call(X, 1, initial=-1.0))
CALLS["prod"].append(call(I, 1, dtype="float32"))
for name in ["nansum", "nanprod", "nanmax", "nanmin", "nanmean", "nanstd", "nanvar", "nanmedian"]:
    CALLS[name] = [call(HOLES), call(HOLES, 1), call(HOLES, axis=0, keepdims=True)]
for name in ["argmax", "argmin"]:
    CALLS[name] = [call(X), call(X, 1), call(CUBE, axis=-1, keepdims=True), call(I, 0)]
for name in ["nanargmax", "nanargmin"]:
    CALLS[name] = [call(HOLES), call(HOLES, 1)]
for name in ["cumsum", "cumprod"]:
    CALLS[name] = [call(X), call(X, 1), call(I, 0, dtype="float32")]
for name in ["nancumsum", "nancumprod"]:
    CALLS[name] = [call(HOLES), call(HOLES, 1)]
CALLS["count_nonzero"] = [call(I), call(I, 0)]
CALLS["average"] = [call(X), call(X, 1, floats(4, low=0.5)), call(X, weights=U)]
METHODS = ("linear", "lower", "higher", "midpoint", "nearest")
Q = np.array([0.1, 0.5, 1.0], np.float32)
CALLS["quantile"] = [call(X, 0.3, method=m) for m in METHODS] + [
    call(X, Q, 1),
    call(CUBE, Q, (0, 2), keepdims=True),
    call(HOLES, 0.5, 1),
]
CALLS["nanquantile"] = [call(HOLES, 0.3, method=m) for m in METHODS] + [call(HOLES, Q, 1)]
CALLS["percentile"] = [call(X, 30.0), call(X, Q * 100, 1)]
CALLS["nanpercentile"] = [call(HOLES, 30.0), call(HOLES, Q * 100, 1)]
CALLS["moments"] = [call(CUBE, (0, 1)), call(CUBE, (1,), keepdims=True)]

# Making tensors.
CALLS["arange"] = [call(5), call(2, 9, 3), call(0.0, 1.0, 0.25), call(3, dtype="float32")]
for name in ["zeros", "ones", "empty"]:
    CALLS[name] = [call((2, 3)), call((2,), "int32")]
for name in ["zeros_like", "ones_like", "empty_like"]:
    CALLS[name] = [call(X), call(I, dtype="float32")]
CALLS["full"] = [call((2, 3), 4), call((2,), 1.5, "float16")]
CALLS["full_like"] = [call(X, 4), call(I, 2, "float32")]
CALLS["eye"] = CALLS["tri"] = [call(3), call(3, 4, 1), call(3, 4, -1, "int32")]
CALLS["identity"] = [call(3)]
CALLS["linspace"] = [
    call(0.0, 2.0, 5),
    call(0, 10, 4, endpoint=False),
    call(floats(2), floats(2), 3, axis=1),
    call(0.0, 2.0, 5, retstep=True),
]
CALLS["logspace"] = [call(0.0, 2.0, 5), call(0.0, 2.0, 5, base=2)]
CALLS["geomspace"] = [call(1.0, 8.0, 4), call(1.0, 8.0, 4, endpoint=False)]
CALLS["meshgrid"] = [call(floats(3), floats(4)), call(floats(3), floats(4), indexing="ij")]
for name in ["bartlett", "blackman", "hamming", "hanning"]:
    CALLS[name] = [call(7)]
CALLS["kaiser"] = [call(7, 3.0)]
CALLS["tril"] = CALLS["triu"] = [call(X), call(CUBE, 1), call(CUBE, -1)]
CALLS["diag"] = [call(LINE), call(LINE, 1), call(X), call(X, -1)]
CALLS["diagflat"] = [call(X), call(LINE, 1)]
CALLS["diagonal"] = [call(X), call(X, 1), call(X, -1), call(CUBE, 0, 1, 2)]
CALLS["trace"] = [call(X), call(CUBE, 1, 1, 2)]
CALLS["vander"] = [call(LINE), call(LINE, 3), call(LINE, 3, increasing=True)]
CALLS["array"] = CALLS["convert_to_tensor"] = [call(X), call([1.0, 2.0]), call(I, dtype="float32")]

# Putting elements elsewhere.
CALLS["append"] = [call(X, Y), call(X, Y, 1)]
CALLS["concatenate"] = [call([X, Y]), call([X, Y], 1)]
CALLS["stack"] = [call([X, Y]), call([X, Y], -1)]
for name in ["hstack", "vstack", "dstack"]:
    CALLS[name] = [call([LINE, LINE]), call([X, Y]), call([CUBE, CUBE])]
CALLS["split"] = [call(X, 3), call(X, [1, 2], 1)]
CALLS["array_split"] = [call(LINE, 4), call(X, 3, axis=1)]
CALLS["hsplit"] = [call(X, 2), call(LINE, 2)]
CALLS["vsplit"] = [call(X, 3)]
CALLS["dsplit"] = [call(CUBE, 2)]
CALLS["unstack"] = [call(X), call(X, axis=1)]
CALLS["broadcast_to"] = [call(LINE, (2, 6))]
CALLS["expand_dims"] = [call(X, 1), call(X, (0, -1))]
CALLS["squeeze"] = [call(X[None]), call(X[None, :, None], 2)]
CALLS["flip"] = [call(X), call(X, 1)]
CALLS["fliplr"] = CALLS["flipud"] = CALLS["ravel"] = [call(X)]
CALLS["moveaxis"] = [call(CUBE, 0, -1), call(CUBE, [0, 1], [1, 2])]
CALLS["swapaxes"] = [call(CUBE, 0, 2)]
CALLS["transpose"] = [call(CUBE), call(CUBE, (1, 0, 2))]
CALLS["reshape"] = [call(X, (2, 6)), call(X, (-1,))]
CALLS["pad"] = [
    call(X, 1),
    call(X, ((0, 1), (2, 0)), constant_values=3.0),
    call(X, 2, mode="reflect"),
    call(X, ((1, 0), (2, 3)), mode="symmetric"),
]
CALLS["repeat"] = [call(X, 2), call(X, 2, 1), call(X, np.array([1, 0, 2]), 0)]
CALLS["tile"] = [call(X, 2), call(X, (2, 1)), call(X, (2, 1, 2))]
CALLS["roll"] = [call(X, 1), call(X, -2, 1), call(X, (1, 2), (0, 1))]
CALLS["rot90"] = [call(X, k) for k in range(5)] + [call(CUBE, 1, (1, 2))]
CALLS["rearrange"] = [
    call(IMAGE, "b (h s) w c -> b h (w c) s", s=7),
    call(X, "a b -> b a"),
]
CALLS["take"] = [call(X, np.array([3, 0, 11])), call(X, np.array([[0, 2], [1, 1]]), 0)]
CALLS["take_along_axis"] = [
    call(X, np.array([3, 0, 11])),
    call(X, np.array([[0], [2], [1]]), 1),
]
CALLS["get_item"] = [call(X, 1), call(X, (slice(None), slice(None, None, 2)))]
CALLS["copy"] = CALLS["shape"] = CALLS["size"] = CALLS["ndim"] = CALLS["stop_gradient"] = [call(X)]
CALLS["view"] = [call(X), call(X, "int32"), call(X, "uint8")]

# Products.
CALLS["matmul"] = [call(X, floats(4, 2)), call(CUBE, floats(2, 4, 5)), call(I, I.T)]
CALLS["dot"] = [call(X, floats(4, 2)), call(CUBE, floats(4)), call(LINE, LINE), call(I, I.T)]
CALLS["inner"] = [call(X, floats(2, 4)), call(LINE, LINE), call(I, I)]
CALLS["tensordot"] = [call(X, floats(4, 2), 1), call(CUBE, floats(4, 3), [[1, 2], [1, 0]])]
CALLS["einsum"] = [call("ij,kj->ik", X, Y), call("bij->bj", CUBE), call("ii", floats(3, 3))]
CALLS["vdot"] = [call(X, Y), call(I, I)]
CALLS["kron"] = [call(X, floats(2, 2)), call(LINE, LINE)]
CALLS["cross"] = [
    call(floats(4, 3), floats(4, 3)),
    call(floats(4, 2), floats(4, 2)),
    call(floats(4, 3), floats(4, 2)),
    call(floats(3, 4), floats(3, 4), axis=0),
]
CALLS["correlate"] = [call(LINE, floats(3), mode=m) for m in ("valid", "same", "full")] + [
    call(LINE, floats(4), mode="same"),
    call(floats(3), LINE, mode="full"),
    call(floats(3), LINE, mode="same"),
]
CALLS["diff"] = [call(X), call(X, 2, 0), call(I), call(X > 0)]
CALLS["trapezoid"] = [call(X), call(X, dx=0.5, axis=0), call(X, x=np.sort(LINE[:4]))]

# Order, membership, segments.
CALLS["where"] = [call(X > 0, X, Y), call(X > 0, 1.0, 0.0)]
CALLS["select"] = [call([X > 1, X > 0], [X, Y], 7.0)]
CALLS["sort"] = CALLS["argsort"] = [call(X), call(X, 0), call(X, None)]
CALLS["top_k"] = [call(X, 2), call(I, 1)]
CALLS["in_top_k"] = [call(np.array([0, 3, 2]), X, k) for k in (1, 2, 3)]
CALLS["isin"] = [call(I, np.array([1, 2, 3])), call(I, np.array([1, 2]), invert=True)]
CALLS["searchsorted"] = [
    call(np.sort(LINE), X),
    call(np.array([1, 2, 2, 3], np.int32), I, side="right"),
]
CALLS["digitize"] = [call(X, np.array([-1.0, 0.0, 1.0], np.float32))]
CALLS["bincount"] = [
    call(np.array([0, 2, 2, 5], np.int32)),
    call(np.array([0, 2, 2], np.int32), weights=floats(3), minlength=6),
]
CALLS["histogram"] = [call(LINE), call(LINE, 4, range=(-1.0, 1.5))]
CALLS["nonzero"] = [call(I)]
CALLS["unique"] = [
    call(I),
    call(I, return_index=True, return_inverse=True, return_counts=True),
    call(np.array([[1, 2], [1, 2], [0, 5]], np.int32), axis=0, return_inverse=True),
    call(np.array([3, 1, 3], np.int32), size=4, fill_value=9),
]
CALLS["unravel_index"] = [call(np.array([5, 2], np.int32), (2, 3))]
SEGMENTS = np.array([0, 2, 2], np.int32)
for name in ["segment_sum", "segment_max", "segment_min", "segment_prod"]:
    CALLS[name] = [call(X, SEGMENTS, num_segments=4), call(I, SEGMENTS, 3)]

# Parts.
CALLS["slice"] = [call(X, (1, 2), (2, 2))]
CALLS["slice_update"] = [call(X, (1, 2), floats(2, 2))]
PLACES = np.array([[0, 1], [2, 3], [1, 1]], np.int32)
CALLS["scatter"] = [call(PLACES, floats(3), (3, 4)), call(PLACES[:, :1], X, (3, 4))]
CALLS["scatter_update"] = [
    call(X, PLACES, floats(3)),
    call(X, PLACES[:2, :1], floats(2, 4)),
    *(call(X, PLACES[[0, 0, 1]], floats(3), reduction=r) for r in ("add", "max", "min", "mul")),
]

# Networks.
CALLS["conv"] = [
    call(IMAGE, floats(3, 2, 3, 4)),
    call(IMAGE, floats(3, 3, 3, 2), strides=2, padding="same"),
    call(IMAGE, floats(2, 2, 1, 6), dilation_rate=2),
    call(IMAGE.transpose(0, 3, 1, 2), floats(3, 2, 3, 4), data_format="channels_first"),
    call(CUBE, floats(2, 4, 3)),
]
CALLS["conv_transpose"] = [
    call(IMAGE, floats(3, 2, 4, 3)),
    call(IMAGE, floats(3, 3, 2, 3), strides=2, padding="same"),
    call(IMAGE, floats(3, 3, 2, 3), strides=2, padding="same", output_padding=1),
    call(CUBE, floats(2, 3, 4), strides=3),
]
CALLS["depthwise_conv"] = [
    call(IMAGE, floats(3, 2, 3, 2)),
    call(IMAGE, floats(3, 3, 3, 1), strides=2, padding="same"),
]
CALLS["separable_conv"] = [call(IMAGE, floats(3, 2, 3, 2), floats(1, 1, 6, 5), padding="same")]
CALLS["max_pool"] = CALLS["average_pool"] = [
    call(IMAGE, 2, 2),  # without strides Keras fails on JAX
    call(IMAGE, (3, 2), (2, 1), padding="same"),
    call(IMAGE, 2, 2, data_format="channels_first"),
    call(CUBE, 2, 1),
]
CALLS["adaptive_average_pool"] = CALLS["adaptive_max_pool"] = [
    call(IMAGE, 3),
    call(IMAGE, (2, 5)),
    call(CUBE, 2),
    call(IMAGE, (2, 4), data_format="channels_first"),
]
CALLS["unfold"] = [
    call(IMAGE.transpose(0, 3, 1, 2), 2),
    call(IMAGE.transpose(0, 3, 1, 2), (3, 2), dilation=2, padding=1, stride=(1, 2)),
]
CALLS["fold"] = [
    call(floats(2, 12, 30), (7, 6), 2),
    call(floats(2, 12, 9), (6, 6), 2, stride=2),
    call(floats(2, 12, 16), (6, 6), 2, stride=2, padding=1),
]
CALLS["depth_to_space"] = [
    call(floats(2, 2, 3, 8), 2),
    call(floats(2, 8, 2, 3), 2, data_format="channels_first"),
]
CALLS["space_to_depth"] = [
    call(floats(2, 4, 6, 3), 2),
    call(floats(2, 3, 4, 6), 2, data_format="channels_first"),
]
CALLS["extract_sequences"] = [call(LINE, 3, 2), call(X, 2, 1)]
CALLS["batch_normalization"] = [
    call(X, floats(4), U[0], -1),
    call(CUBE, floats(3), U[:, 0], 1, floats(3), floats(3), epsilon=0.1),
]
CALLS["normalize"] = [call(X), call(X, 0, 1), call(X, -1, 3), call(X * 0, epsilon=1e-3)]
CALLS["rms_normalization"] = [call(X), call(X, floats(4), epsilon=0.1), call(X, axis=0)]
CALLS["layer_normalization"] = [
    call(X),
    call(X, floats(4), floats(4), epsilon=0.1),
    call(CUBE, axis=(1, 2)),
]
CALLS["one_hot"] = [call(SEGMENTS, 4), call(SEGMENTS, 4, 0, "int32")]
CALLS["multi_hot"] = [call(np.array([[0, 2], [1, 1]]), 3), call(np.array([0, 2]), 3)]
P = (U / U.sum(-1, keepdims=True)).astype(np.float32)
CALLS["binary_crossentropy"] = [call(P, U), call(P, X, from_logits=True)]
CALLS["categorical_crossentropy"] = [
    call(P, U),
    call(P, X, from_logits=True),
    call(P, U, axis=0),
]
CALLS["sparse_categorical_crossentropy"] = [
    call(SEGMENTS, U),
    call(SEGMENTS[:, None], U),
    call(SEGMENTS, X, from_logits=True),
]
CALLS["psnr"] = [call(X, Y, 4.0)]
CALLS["ctc_loss"] = [
    call(
        np.array([[1, 2, 2], [3, 1, 0]], np.int32),
        floats(2, 8, 5),
        np.array([3, 2], np.int32),
        np.array([8, 6], np.int32),
    ),
    call(
        np.array([[1, 1]], np.int32),
        floats(1, 5, 4),
        np.array([2], np.int32),
        np.array([5], np.int32),
        mask_index=3,
    ),
]
CALLS["ctc_decode"] = [
    call(floats(2, 6, 4), np.array([6, 4], np.int32)),
    call(floats(2, 6, 4), np.array([6, 4], np.int32), merge_repeated=False, mask_index=3),
    call(floats(2, 6, 4), np.array([6, 4], np.int32), "beam_search", 50, 3),
]
HEADS = floats(2, 5, 4, 3)
CALLS["dot_product_attention"] = [
    call(HEADS, floats(2, 6, 4, 3), floats(2, 6, 4, 3)),
    call(HEADS, HEADS, HEADS, is_causal=True, scale=0.3),
    call(HEADS, HEADS, HEADS, mask=floats(2, 1, 5, 5) > 0, bias=floats(2, 4, 5, 5)),
]

# Linear algebra and spectra.
SQUARE = (floats(3, 3) * 0.3 + np.diag([3.0, 4.0, 6.0])).astype(np.float32)
DEFINITE = (SQUARE @ SQUARE.T).astype(np.float32)
CALLS["cholesky"] = CALLS["cholesky_inverse"] = [call(DEFINITE), call(DEFINITE, upper=True)]
CALLS["det"] = CALLS["inv"] = CALLS["slogdet"] = [call(SQUARE), call(np.stack([SQUARE] * 2))]
CALLS["cdist"] = [call(X, floats(2, 4)), call(CUBE, floats(2, 5, 4))]
CALLS["corrcoef"] = [call(X)]
CALLS["logdet"] = [call(DEFINITE)]
CALLS["eigh"] = [call(DEFINITE)]
CALLS["solve"] = [call(SQUARE, floats(3)), call(SQUARE, floats(3, 2))]
CALLS["solve_triangular"] = [call(SQUARE, floats(3, 2)), call(SQUARE, floats(3, 2), lower=True)]
CALLS["lu_factor"] = [
    call(SQUARE),
    call(floats(4, 3)),
    call(floats(3, 4)),
    call(SQUARE[::-1].copy()),
]
CALLS["qr"] = [call(SQUARE), call(floats(4, 3)), call(floats(4, 3), mode="complete")]
CALLS["svd"] = [call(X, compute_uv=False), call(X, full_matrices=False)]
CALLS["pinv"] = CALLS["matrix_rank"] = [call(X), call(X.T)]
CALLS["lstsq"] = [call(X.T, floats(4)), call(X.T, floats(4, 2))]
CALLS["norm"] = [
    call(X),
    call(X, axis=1, keepdims=True),
    *(call(X, order, axis=1) for order in (0, 1, 2, 3, np.inf, -np.inf)),
    *(call(X, order) for order in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)),
    call(CUBE, "nuc", axis=(0, 2), keepdims=True),
]
CALLS["fft"] = CALLS["fft2"] = CALLS["ifft2"] = [call((X, Y))]
CALLS["rfft"] = [call(X), call(X, 6), call(X, 3)]
CALLS["irfft"] = [call((X, Y)), call((X, Y), 5), call((X, Y), 9)]
SIGNAL = floats(2, 40)
CALLS["stft"] = [call(SIGNAL, 8, 4, 16), call(SIGNAL, 10, 5, 10, window="hamming", center=False)]
CALLS["istft"] = [
    call((floats(2, 11, 9), floats(2, 11, 9)), 8, 4, 16),
    call((floats(2, 7, 6), floats(2, 7, 6)), 10, 5, 10, length=38, window="hamming"),
]

EAGER_ONLY = {
    "nonzero",
    "unique",
    "ctc_decode",  # its beam search; the greedy one is tried in test_scoring.py
}
OWN = [
    "argpartition",
    "associative_scan",
    "cond",
    "convert_to_numpy",
    "custom_gradient",
    "dtype",
    "fori_loop",
    "is_tensor",
    "jvp",
    "map",
    "scan",
    "switch",
    "vectorize",
    "vectorized_map",
    "while_loop",
]
LACKING = {
    "eig": "its results are complex, and there are no complex dtypes",
    "polar": "its result is complex",
    "view_as_complex": "its result is complex",
    "view_as_real": "its argument is complex",
}
