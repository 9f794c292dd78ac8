"""What is exported in the tests of each format: layers, alone in a model, and their inputs."""

import numpy as np

from pellucid import Input, Model, Sequential, activations, engine, layers, ops
from pellucid.export.inference import inference
from pellucid.graph.operations.body import Body
from pellucid.graph.operations.indexing import ScatterAddAlong, scatter_add
from pellucid.graph.operations.special import lgamma
from pellucid.graph.scope import reset_names
from pellucid.graph.tensor import apply
from pellucid.graph.walk import ancestors

L = layers


def text(*shape):
    """Whole numbers from 0 to 4."""
    return (np.arange(np.prod(shape)).reshape(shape) * 7 % 5).astype("int32")


class Looping(layers.Layer):
    """A loop that nobody knows the end of."""

    def call(self, x):
        def goes_on(i, y):
            return ops.max(y) < 8

        return ops.while_loop(goes_on, lambda i, y: (i + 1, y * 2 + 1), (np.int32(0), x))[1]


class Branching(layers.Layer):
    """One of three ways, chosen by the inputs."""

    def call(self, x):
        chosen = ops.cast(ops.max(x), "int32")
        return ops.switch(chosen, [lambda x: x * 2, lambda x: x - 1, lambda x: x * 7], x)


class Several(layers.Layer):
    """Outputs in a structure."""

    def call(self, x):
        return {"sum": ops.sum(x, axis=1), "both": (x + 1, [ops.argmax(x, axis=-1)])}


class Attending(layers.Layer):
    """Attention of a sequence to itself."""

    def __init__(self, inner):
        super().__init__(name="own")
        self.inner = inner

    def call(self, x):
        return self.inner(x, x)


class Tied(layers.Layer):
    """Words to vectors, and back by the same table."""

    def __init__(self):
        super().__init__()
        self.table = L.ReversibleEmbedding(5, 3)

    def call(self, x):
        return self.table(self.table(x), reverse=True)


class Boxed(layers.Layer):
    """Images with bounding boxes, as many for each."""

    def __init__(self):
        super().__init__()
        self.cut = L.MaxNumBoundingBoxes(3)

    def call(self, inputs):
        images, boxes, labels = inputs
        both = {"boxes": boxes, "labels": labels}
        cut = self.cut({"images": images, "bounding_boxes": both})["bounding_boxes"]
        return [cut["boxes"], cut["labels"]]


def applied(function):
    """A layer of one function of tensors."""
    return L.Lambda(function)


FUNCTIONS = [
    ops.sin,
    ops.cos,
    ops.tan,
    ops.arcsin,
    ops.arccos,
    ops.arctan,
    ops.sinh,
    ops.cosh,
    ops.tanh,
    ops.arcsinh,
    ops.arctanh,
    ops.exp,
    ops.floor,
    ops.round,
    ops.sign,
    ops.erf,
    lambda x: ops.log(ops.abs(x)),
    lambda x: ops.sqrt(ops.abs(x)),
    lambda x: ops.rsqrt(ops.abs(x)),
    lambda x: ops.negative(x),
]


@ops.custom_gradient
def passed(x):
    """The identity, with a gradient of its own."""
    return x + 0.5, lambda upstream: upstream


ACTIVATIONS = sorted(
    name
    for name in activations.__all__
    if name not in ("deserialize", "get", "serialize", "threshold")
)

CASES = {
    "Dense": (L.Dense(3, "relu"), (2, 4)),
    "Dense of time steps": (L.Dense(3, "softmax"), (2, 5, 4)),
    "Maxout": (L.Maxout(3, pieces=2), (2, 4)),
    "Heaviside": (L.Heaviside(), (2, 4)),
    "EinsumDense": (L.EinsumDense("abc,cd->abd", output_shape=(None, 4), bias_axes="d"), (2, 3, 2)),
    "Embedding": (L.Embedding(5, 3), text(3, 4)),
    "SpectralNormalization": (L.SpectralNormalization(L.Dense(3)), (2, 4)),
    **{f"Activation {name}": (L.Activation(name), (2, 4)) for name in ACTIVATIONS},
    "ReLU": (L.ReLU(max_value=1.0, negative_slope=0.2, threshold=0.3), (2, 4)),
    "LeakyReLU": (L.LeakyReLU(), (2, 4)),
    "PReLU": (L.PReLU("random_normal"), (2, 4)),
    "ELU": (L.ELU(0.7), (2, 4)),
    "Softmax": (L.Softmax(axis=(1, 2)), (2, 4, 3)),
    "Conv1D": (L.Conv1D(3, 2, dilation_rate=2, padding="causal"), (2, 7, 2)),
    "Conv2D": (L.Conv2D(3, 2, 2, "same"), (2, 5, 4, 2)),
    "Conv2D in groups": (L.Conv2D(4, 2, groups=2), (2, 5, 4, 4)),
    "Conv2D channels first": (L.Conv2D(3, 2, data_format="channels_first"), (2, 2, 5, 4)),
    "Conv3D": (L.Conv3D(2, 2, padding="same"), (2, 3, 4, 3, 2)),
    "DepthwiseConv1D": (L.DepthwiseConv1D(2), (2, 5, 3)),
    "DepthwiseConv2D": (L.DepthwiseConv2D(2, depth_multiplier=2), (2, 5, 4, 3)),
    "SeparableConv1D": (L.SeparableConv1D(4, 2), (2, 5, 3)),
    "SeparableConv2D": (L.SeparableConv2D(4, 2), (2, 5, 4, 3)),
    "Conv1DTranspose": (L.Conv1DTranspose(3, 4, strides=2, padding="same"), (2, 5, 2)),
    "Conv2DTranspose": (L.Conv2DTranspose(3, 2, strides=3), (2, 3, 4, 2)),
    "Conv3DTranspose": (L.Conv3DTranspose(2, 2, strides=2), (2, 3, 3, 2, 2)),
    "MaxPooling1D": (L.MaxPooling1D(3, strides=1, padding="same"), (2, 7, 2)),
    "MaxPooling2D": (L.MaxPooling2D(2), (2, 5, 6, 2)),
    "MaxPooling2D of large windows": (L.MaxPooling2D(6), (2, 8, 8, 1)),
    "MaxPooling3D": (L.MaxPooling3D(2), (2, 4, 4, 4, 2)),
    "AveragePooling1D": (L.AveragePooling1D(2), (2, 7, 2)),
    "AveragePooling2D": (L.AveragePooling2D(3, 2, "same"), (2, 8, 7, 1)),
    "AveragePooling3D": (L.AveragePooling3D(2), (2, 4, 4, 4, 2)),
    "GlobalAveragePooling1D": (L.GlobalAveragePooling1D(), (2, 5, 3)),
    "GlobalAveragePooling2D": (L.GlobalAveragePooling2D(keepdims=True), (2, 5, 4, 3)),
    "GlobalAveragePooling3D": (L.GlobalAveragePooling3D(), (2, 3, 4, 3, 2)),
    "GlobalMaxPooling1D": (L.GlobalMaxPooling1D(), (2, 5, 3)),
    "GlobalMaxPooling2D": (L.GlobalMaxPooling2D(), (2, 5, 4, 3)),
    "GlobalMaxPooling3D": (L.GlobalMaxPooling3D(), (2, 3, 4, 3, 2)),
    "AdaptiveAveragePooling1D": (L.AdaptiveAveragePooling1D(3), (2, 8, 2)),
    "AdaptiveAveragePooling2D": (L.AdaptiveAveragePooling2D(3), (2, 8, 7, 2)),
    "AdaptiveAveragePooling3D": (L.AdaptiveAveragePooling3D(2), (2, 3, 4, 3, 2)),
    "AdaptiveMaxPooling1D": (L.AdaptiveMaxPooling1D(3), (2, 8, 2)),
    "AdaptiveMaxPooling2D": (L.AdaptiveMaxPooling2D(3), (2, 8, 7, 2)),
    "AdaptiveMaxPooling3D": (L.AdaptiveMaxPooling3D(2), (2, 3, 4, 3, 2)),
    "UpSampling1D": (L.UpSampling1D(2), (2, 3, 2)),
    "UpSampling2D": (L.UpSampling2D(2, interpolation="bilinear"), (2, 3, 4, 2)),
    "UpSampling3D": (L.UpSampling3D(2), (2, 2, 3, 2, 1)),
    "Cropping1D": (L.Cropping1D(1), (2, 5, 2)),
    "Cropping2D": (L.Cropping2D(1), (2, 5, 6, 1)),
    "Cropping3D": (L.Cropping3D(1), (2, 4, 5, 3, 1)),
    "ZeroPadding1D": (L.ZeroPadding1D(1), (2, 3, 2)),
    "ZeroPadding2D": (L.ZeroPadding2D(1), (2, 3, 4, 1)),
    "ZeroPadding3D": (L.ZeroPadding3D(1), (2, 3, 2, 2, 1)),
    "BatchNormalization": (L.BatchNormalization(), (3, 5, 4, 2)),
    "LayerNormalization": (L.LayerNormalization(), (2, 5)),
    "GroupNormalization": (L.GroupNormalization(2), (2, 5, 4)),
    "RMSNormalization": (L.RMSNormalization(), (2, 5)),
    "UnitNormalization": (L.UnitNormalization(), (2, 5)),
    "Attention": (L.Attention(), [(2, 5, 3), (2, 6, 3)]),
    "AdditiveAttention": (L.AdditiveAttention(), [(2, 5, 3), (2, 6, 3)]),
    "SimpleRNN": (L.SimpleRNN(3, return_sequences=True), (2, 5, 2)),
    "GRU": (L.GRU(3), (2, 5, 2)),
    "GRU backwards": (L.GRU(3, reset_after=False, go_backwards=True), (2, 5, 2)),
    "LSTM": (L.LSTM(3, return_sequences=True), (2, 5, 2)),
    "LSTM unrolled": (L.LSTM(3, unroll=True), (2, 3, 2)),
    "Bidirectional": (L.Bidirectional(L.LSTM(2, return_sequences=True)), (2, 5, 2)),
    "RNN of StackedRNNCells": (L.RNN([L.LSTMCell(2), L.GRUCell(3)]), (2, 5, 2)),
    "RNN of SimpleRNNCell": (L.RNN(L.SimpleRNNCell(2)), (2, 5, 2)),
    "ConvLSTM1D": (L.ConvLSTM1D(2, 2), (2, 3, 5, 1)),
    "ConvLSTM2D": (L.ConvLSTM2D(2, 2), (2, 3, 4, 5, 1)),
    "ConvLSTM3D": (L.ConvLSTM3D(1, 2), (2, 2, 3, 3, 3, 1)),
    "TimeDistributed": (L.TimeDistributed(L.Conv1D(2, 2)), (2, 5, 4, 2)),
    "Masking": (L.Masking(0.5), (2, 5, 2)),
    "Rescaling": (L.Rescaling(1 / 255, offset=0.1), (2, 4)),
    "Normalization": (L.Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0]), (3, 2)),
    "Discretization": (L.Discretization([-0.5, 0.0, 0.7]), (2, 4)),
    "CategoryEncoding": (L.CategoryEncoding(5, output_mode="multi_hot"), text(2, 3)),
    "IntegerLookup": (L.IntegerLookup(vocabulary=[1, 3, 4]), text(2, 3).astype("int64")),
    "Resizing": (L.Resizing(5, 7), (2, 3, 4, 2)),
    "CenterCrop": (L.CenterCrop(3, 2), (2, 5, 6, 1)),
    "RandomCrop": (L.RandomCrop(3, 3), (2, 4, 4, 3)),
    "RandomFlip": (L.RandomFlip(), (2, 4, 4, 3)),
    "RandomContrast": (L.RandomContrast(0.3), (2, 4, 4, 3)),
    "RandomBrightness": (L.RandomBrightness(0.3), (2, 4, 4, 3)),
    "AugMix": (L.AugMix(), (2, 4, 4, 3)),
    "AutoContrast": (L.AutoContrast((-2, 2)), (2, 4, 4, 3)),
    "ContrastLimitedAdaptiveHistogramEqualization": (
        L.ContrastLimitedAdaptiveHistogramEqualization((-2, 2), tile_grid_size=(2, 2)),
        (2, 4, 4, 1),
    ),
    "CutMix": (L.CutMix(), (2, 4, 4, 3)),
    "Equalization": (L.Equalization((-2, 2), bins=8), (2, 4, 4, 3)),
    "MixUp": (L.MixUp(), (2, 4, 4, 3)),
    "RandAugment": (L.RandAugment(), (2, 4, 4, 3)),
    "RandomColorDegeneration": (L.RandomColorDegeneration(0.5), (2, 4, 4, 3)),
    "RandomColorJitter": (L.RandomColorJitter(), (2, 4, 4, 3)),
    "RandomElasticTransform": (L.RandomElasticTransform(), (2, 4, 4, 3)),
    "RandomErasing": (L.RandomErasing(), (2, 4, 4, 3)),
    "RandomGaussianBlur": (L.RandomGaussianBlur(), (2, 4, 4, 3)),
    "RandomHue": (L.RandomHue(0.1), (2, 4, 4, 3)),
    "RandomPerspective": (L.RandomPerspective(), (2, 4, 4, 3)),
    "RandomPosterization": (L.RandomPosterization(4), (2, 4, 4, 3)),
    "RandomRotation": (L.RandomRotation(0.2), (2, 4, 4, 3)),
    "RandomSaturation": (L.RandomSaturation(0.2), (2, 4, 4, 3)),
    "RandomSharpness": (L.RandomSharpness(0.2), (2, 4, 4, 3)),
    "RandomShear": (L.RandomShear(), (2, 4, 4, 3)),
    "RandomTranslation": (L.RandomTranslation(0.2, 0.1), (2, 4, 4, 3)),
    "RandomZoom": (L.RandomZoom(0.1), (2, 4, 4, 3)),
    "Solarization": (L.Solarization(0.3), (2, 4, 4, 3)),
    "Pipeline": (L.Pipeline([L.Rescaling(0.5), L.Dense(3)]), (2, 4)),
    "STFTSpectrogram": (L.STFTSpectrogram("log", 16, 8, 16), (2, 64, 1)),
    "MelSpectrogram": (
        L.MelSpectrogram(16, 8, num_mel_bins=4, sampling_rate=1000, min_freq=20, max_freq=400),
        (2, 64),
    ),
    "ReversibleEmbedding": (Tied(), text(3, 4)),
    "MultiHeadAttention": (Attending(L.MultiHeadAttention(2, 3, name="mha")), (2, 5, 4)),
    "GroupedQueryAttention": (Attending(L.GroupedQueryAttention(3, 4, 2, name="gqa")), (2, 5, 4)),
    "MaxNumBoundingBoxes": (Boxed(), [(2, 4, 4, 1), (2, 2, 4), (2, 2)]),
    "Resizing by lanczos": (L.Resizing(7, 5, interpolation="lanczos3"), (2, 4, 4, 2)),
    "RandomGrayscale": (L.RandomGrayscale(), (2, 4, 4, 3)),
    "RandomInvert": (L.RandomInvert(), (2, 4, 4, 3)),
    "Dropout": (L.Dropout(0.5), (2, 4)),
    "SpatialDropout1D": (L.SpatialDropout1D(0.5), (2, 4, 3)),
    "SpatialDropout2D": (L.SpatialDropout2D(0.5), (2, 4, 3, 2)),
    "SpatialDropout3D": (L.SpatialDropout3D(0.5), (2, 4, 3, 2, 1)),
    "AlphaDropout": (L.AlphaDropout(0.5), (2, 4)),
    "GaussianDropout": (L.GaussianDropout(0.5), (2, 4)),
    "GaussianNoise": (L.GaussianNoise(0.5), (2, 4)),
    "ActivityRegularization": (L.ActivityRegularization(0.1), (2, 4)),
    "Identity": (L.Identity(), (2, 4)),
    "Flatten": (L.Flatten(), (2, 3, 4)),
    "Reshape": (L.Reshape((2, -1)), (3, 6)),
    "Permute": (L.Permute((2, 1)), (4, 3, 2)),
    "RepeatVector": (L.RepeatVector(3), (4, 2)),
    "Add": (L.Add(), [(2, 3), (2, 3)]),
    "Subtract": (L.Subtract(), [(2, 3), (2, 3)]),
    "Multiply": (L.Multiply(), [(2, 3), (2, 3), (2, 3)]),
    "Average": (L.Average(), [(2, 3), (2, 3)]),
    "Maximum": (L.Maximum(), [(2, 3), (2, 3)]),
    "Minimum": (L.Minimum(), [(2, 3), (2, 3)]),
    "Concatenate": (L.Concatenate(), [(2, 3), (2, 4)]),
    "Dot": (L.Dot(1, normalize=True), [(2, 3), (2, 3)]),
    "Lambda": (L.Lambda(lambda x: x * 2), (2, 3)),
    # operations that no layer above stands on
    "sorted, and turned round": (applied(lambda x: ops.sort(x)[:, ::-1]), (2, 4)),
    "top_k": (applied(lambda x: ops.top_k(x, 2)), (2, 4)),
    "cumsum": (applied(lambda x: ops.cumsum(x, axis=1)), (2, 4)),
    "remainders": (applied(lambda x: (x % 0.7) + (x // 0.7)), (2, 4)),
    "remainders of integers": (applied(lambda x: ((x - 3) // 2, (x - 3) % 2)), text(3, 4)),
    "log1p and expm1": (applied(lambda x: ops.log1p(ops.abs(ops.expm1(x)))), (2, 4)),
    "arctan2": (applied(lambda x: ops.arctan2(x[:, :2], x[:, 2:])), (4, 4)),
    "take_along_axis": (
        applied(lambda x: ops.take_along_axis(x, ops.argsort(x, axis=1), axis=1)),
        (2, 4),
    ),
    "logic": (applied(lambda x: ops.logical_and(x > 0, ops.logical_not(x > 1))), (2, 4)),
    "functions": (applied(lambda x: ops.stack([f(x / 4) for f in FUNCTIONS])), (2, 4)),
    "functions of more than 1": (applied(lambda x: ops.arccosh(ops.abs(x) + 1)), (2, 4)),
    "powers": (applied(lambda x: ops.power(ops.abs(x), x[:, :1]) + x**3 + x**-2), (2, 4)),
    "the larger and the smaller": (
        applied(lambda x: (ops.maximum(x, x[:, ::-1]), ops.minimum(x, 0.3), ops.min(x, axis=1))),
        (2, 4),
    ),
    "comparisons": (
        applied(lambda x: [x == x[:, :1], x != x[:, :1], x < 1, x <= 1, ops.isfinite(ops.log(x))]),
        (2, 4),
    ),
    "logic of two": (
        applied(lambda x: [ops.logical_or(x > 0, x < -1), ops.logical_xor(x > 0, x > 1)]),
        (2, 4),
    ),
    "bits": (
        applied(
            lambda x: [
                ops.bitwise_and(x, 6),
                ops.bitwise_or(x, 6),
                ops.bitwise_xor(x, 6),
                ops.bitwise_not(x),
            ]
        ),
        text(3, 4),
    ),
    "shifts": (
        applied(lambda x: [ops.left_shift(x, x), ops.right_shift(x, x)]),
        text(3, 4).astype("uint32"),
    ),
    "a sum over a number that is no count": (applied(lambda x: ops.sum(x, axis=1) / 3), (2, 4)),
    "products over an axis": (applied(lambda x: ops.prod(x, axis=1)), (2, 4)),
    "positions of the smallest": (applied(lambda x: ops.argmin(x, axis=1)), (2, 4)),
    "a slice from where the input says": (
        applied(lambda x: ops.slice(x, [0, ops.cast(ops.max(x), "int32")], (1, 2))),
        (2, 4),
    ),
    "as many as there are rows": (
        applied(lambda x: ops.cast(ops.arange(ops.shape(x)[0]), "float32") + x[:, 0]),
        (2, 4),
    ),
    "numbers added at positions": (
        applied(lambda x: ops.segment_sum(x, ops.cast(ops.floor(x[:, 0]), "int32"), 2)),
        (6, 3),
    ),
    "columns added at positions": (
        applied(
            lambda x: scatter_add(x, np.array([[3, 0], [-1, 1]]), ops.stack([x[:, :2]] * 2, 1), 1)
        ),
        (2, 4),
    ),
    "numbers added along lines": (
        applied(lambda x: apply(ScatterAddAlong(1), x, ops.argsort(x, axis=1) * 2, x * 2)),
        (2, 4),
    ),
    "a part replaced where the input says": (
        applied(lambda x: ops.slice_update(x, [0, ops.cast(ops.max(x), "int32")], -x[:, :2])),
        (2, 4),
    ),
    "the best of each segment": (
        applied(
            lambda x: [
                f(x, ops.cast(ops.floor(x[:, 0]), "int32"), 3)
                for f in (ops.segment_max, ops.segment_min, ops.segment_prod)
            ]
        ),
        (6, 2),
    ),
    "the best of each segment of integers": (
        applied(lambda x: ops.segment_max(x, x[:, 0], 3)),
        text(6, 2),
    ),
    "frequencies and back": (
        applied(lambda x: ops.irfft(ops.rfft(x))),
        (2, 6),
    ),
    "frequencies": (applied(lambda x: ops.fft((x, x * 2))), (2, 6)),
    "frequencies of images": (applied(lambda x: ops.ifft2((x, x * 2))), (2, 3, 4)),
    "determinants": (applied(lambda x: [ops.det(x), *ops.slogdet(x)]), (2, 3, 3)),
    "a gradient of its own": (applied(lambda x: passed(x) * 2), (2, 4)),
    "while_loop": (Looping(), (2, 3)),
    "switch": (Branching(), (2, 3)),
    "several outputs": (Several(), (2, 3)),
}


def definite(x):
    """Symmetric matrices with roots."""
    return ops.matmul(x, ops.transpose(x, (0, 2, 1))) + 3 * np.eye(3, dtype="f")


NUMPY_ONLY = {
    "cumprod": (applied(lambda x: ops.cumprod(x, axis=1)), (2, 4)),
    "cholesky": (applied(lambda x: ops.cholesky(definite(x))), (2, 3, 3)),
    "solve": (applied(lambda x: [ops.solve(definite(x), x), ops.inv(definite(x))]), (2, 3, 3)),
    "eigh": (applied(lambda x: ops.eigh(definite(x))[0]), (2, 3, 3)),
    "svd": (applied(lambda x: ops.svd(x)), (2, 3, 2)),
    "qr": (applied(lambda x: ops.qr(x)), (2, 3, 2)),
}
"""Operations that ONNX has none of."""

NOWHERE = {
    "bessel_i0": (applied(lambda x: ops.i0(x)), (2, 4)),
    "erfinv": (applied(lambda x: ops.erfinv(x / 3)), (2, 4)),
    "lgamma": (applied(lambda x: lgamma(x + 3)), (2, 4)),
}
"""Operations that neither ONNX nor NumPy has."""

OUTSIDE = {
    **dict.fromkeys(("Layer", "Wrapper"), "only their subclasses do something"),
    **dict.fromkeys(
        ("FeatureSpace", "HashedCrossing", "Hashing", "StringLookup", "TextVectorization"),
        "they work on arrays, outside of the graph, before a model",
    ),
}
"""Layers that nothing can be exported of, and why."""


def model_of(name):
    """A model of one layer of the table, with weights that are not 0, and its inputs as arrays."""
    reset_names()
    layer, given = {**CASES, **NUMPY_ONLY, **NOWHERE}[name]
    rng = np.random.default_rng(len(name))
    shapes = given if isinstance(given, list) else [given]
    arrays = [
        rng.uniform(-2, 2, size=g).astype("float32") if isinstance(g, tuple) else g for g in shapes
    ]
    inputs = [Input(x.shape[1:], dtype=str(x.dtype), name=f"x{i}") for i, x in enumerate(arrays)]
    if type(layer).__module__.startswith("pellucid") and type(layer) is not L.Lambda:
        layer = type(layer).from_config({**layer.get_config(), "name": "it"})
    inputs = inputs if isinstance(given, list) else inputs[0]
    model = Model(inputs, layer(inputs))
    for variable in model.weights:
        if variable.dtype == "float32":
            variable.assign(rng.uniform(0.2, 0.8, size=variable.shape).astype("float32"))
    return model, arrays


def predicted(model, arrays):
    """What the reference engine says: it compiles nothing."""
    with engine("numpy"):
        return model.predict(arrays if len(arrays) > 1 else arrays[0])


def digits():
    """The network of the main job, in small."""
    reset_names()
    return Sequential(
        [
            Input((64,), name="pixels"),
            L.Rescaling(1 / 16),
            L.Dense(64, "relu", name="hidden"),
            L.Dropout(0.2),
            L.Dense(10, "softmax", name="digit"),
        ],
        name="digits",
    )


def operations(name):
    """The kinds of operations that a case consists of, those in loops and branches too."""
    found = set()
    graphs = [inference(model_of(name)[0]).outputs.values()]
    for outputs in graphs:  # grows while it is gone through
        for node in ancestors(outputs):
            found.add(type(node.op))
            fields = vars(node.op).values() if node.op.pure else ()
            several = [
                x for value in fields for x in (value if isinstance(value, tuple) else [value])
            ]
            graphs += [x.outputs for x in several if isinstance(x, Body)]
    return found
