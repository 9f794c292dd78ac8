"""Architectures, each a function that builds one in a library: Keras's or ours.

Every function takes the library and its ``layers``, and returns a model. The sizes are tiny. A
model that is trained is named in ``TRAINED`` with its optimizer and losses.
"""

ARCHITECTURES = {}


def architecture(build):
    ARCHITECTURES[build.__name__] = build
    return build


def stack(name, shape, *make, dtype="float32"):
    """A sequential model of the layers that functions of ``layers`` make."""

    def build(lib, layers):
        return lib.Sequential([lib.Input(shape, dtype=dtype), *(m(layers) for m in make)])

    build.__name__ = name
    return architecture(build)


# -- stacks ----------------------------------------------------------------------------------------

stack("dense", (4,), lambda a: a.Dense(3, "relu"), lambda a: a.Dense(2))
stack(
    "dense_with_options",
    (4,),
    lambda a: a.Dense(3, "gelu", kernel_initializer="he_normal", kernel_regularizer="l2"),
    lambda a: a.Dense(2, use_bias=False, kernel_constraint="max_norm", name="last"),
)
stack(
    "normalized",
    (6,),
    lambda a: a.Dense(4),
    lambda a: a.BatchNormalization(momentum=0.8),
    lambda a: a.LayerNormalization(),
    lambda a: a.RMSNormalization(),
    lambda a: a.UnitNormalization(),
    lambda a: a.GroupNormalization(2, epsilon=0.1),
)
stack(
    "activation_layers",
    (5,),
    lambda a: a.ELU(0.5),
    lambda a: a.LeakyReLU(0.1),
    lambda a: a.PReLU(alpha_initializer="uniform"),
    lambda a: a.ReLU(max_value=2.0),
    lambda a: a.Activation("swish"),
    lambda a: a.Dense(3),
    lambda a: a.Softmax(),
)
stack(
    "disturbed",
    (4,),
    lambda a: a.GaussianNoise(0.1),
    lambda a: a.Dense(4),
    lambda a: a.Dropout(0.5, seed=1),
    lambda a: a.AlphaDropout(0.2),
    lambda a: a.GaussianDropout(0.2),
    lambda a: a.ActivityRegularization(l2=0.1),
    lambda a: a.Identity(),
)
stack(
    "images",
    (8, 8, 2),
    lambda a: a.Conv2D(3, 3, padding="same", activation="relu"),
    lambda a: a.MaxPooling2D(),
    lambda a: a.SpatialDropout2D(0.3),
    lambda a: a.DepthwiseConv2D(2),
    lambda a: a.AveragePooling2D(2, 1),
    lambda a: a.Flatten(),
    lambda a: a.Dense(2),
)
stack(
    "separable_images",
    (6, 6, 2),
    lambda a: a.SeparableConv2D(3, 2),
    lambda a: a.ZeroPadding2D(1),
    lambda a: a.Cropping2D(1),
    lambda a: a.UpSampling2D(2),
    lambda a: a.GlobalMaxPooling2D(),
)
stack(
    "decoder",
    (3,),
    lambda a: a.Dense(8),
    lambda a: a.Reshape((2, 2, 2)),
    lambda a: a.Conv2DTranspose(3, 3, strides=2, padding="same"),
    lambda a: a.Permute((2, 1, 3)),
    lambda a: a.GlobalAveragePooling2D(keepdims=True),
)
stack(
    "series",
    (8, 3),
    lambda a: a.Conv1D(4, 3, padding="causal", dilation_rate=2),
    lambda a: a.SeparableConv1D(3, 2),
    lambda a: a.MaxPooling1D(2),
    lambda a: a.ZeroPadding1D(1),
    lambda a: a.DepthwiseConv1D(2),
    lambda a: a.Cropping1D(1),
    lambda a: a.UpSampling1D(2),
    lambda a: a.Conv1DTranspose(2, 3),
    lambda a: a.AveragePooling1D(2),
    lambda a: a.GlobalMaxPooling1D(),
)
stack(
    "volumes",
    (4, 4, 4, 2),
    lambda a: a.Conv3D(2, 2),
    lambda a: a.ZeroPadding3D(1),
    lambda a: a.MaxPooling3D(2),
    lambda a: a.UpSampling3D(2),
    lambda a: a.Cropping3D(1),
    lambda a: a.Conv3DTranspose(2, 2),
    lambda a: a.GlobalAveragePooling3D(),
)
stack(
    "adaptive",
    (6, 6, 2),
    lambda a: a.AdaptiveAveragePooling2D(3),
    lambda a: a.AdaptiveMaxPooling2D((2, 1)),
)
stack("einsum", (4, 3), lambda a: a.EinsumDense("abc,cd->abd", (None, 5), bias_axes="d"))
stack("embedded", (5,), lambda a: a.Embedding(7, 3), lambda a: a.Flatten(), dtype="int32")
stack("repeated", (3,), lambda a: a.RepeatVector(4), lambda a: a.SimpleRNN(2))
stack("lstm", (5, 3), lambda a: a.LSTM(4, return_sequences=True), lambda a: a.LSTM(2))
stack("gru", (5, 3), lambda a: a.GRU(4, return_sequences=True), lambda a: a.GRU(2))
stack("gru_reset_before", (5, 3), lambda a: a.GRU(3, reset_after=False, go_backwards=True))
stack("bidirectional", (5, 3), lambda a: a.Bidirectional(a.LSTM(2, return_sequences=True)))
stack(
    "bidirectional_of_two",
    (5, 3),
    lambda a: a.Bidirectional(
        a.GRU(2), merge_mode="sum", backward_layer=a.GRU(2, go_backwards=True)
    ),
)
stack("cells", (5, 3), lambda a: a.RNN([a.LSTMCell(3), a.GRUCell(2), a.SimpleRNNCell(2)]))
stack("cell", (5, 3), lambda a: a.RNN(a.LSTMCell(3), return_sequences=True))
stack("stacked_cells", (5, 3), lambda a: a.RNN(a.StackedRNNCells([a.GRUCell(3), a.GRUCell(2)])))
stack(
    "distributed",
    (4, 6, 6, 1),
    lambda a: a.TimeDistributed(a.Conv2D(2, 3)),
    lambda a: a.TimeDistributed(a.Flatten()),
    lambda a: a.TimeDistributed(a.Dense(2)),
)
stack("convolutional_lstm", (3, 4, 4, 1), lambda a: a.ConvLSTM2D(2, 2))
stack("convolutional_lstm_1d", (3, 6, 2), lambda a: a.ConvLSTM1D(2, 2, return_sequences=True))
stack("spectral", (4,), lambda a: a.SpectralNormalization(a.Dense(3)), lambda a: a.Dense(2))
stack("masked", (5, 2), lambda a: a.Masking(), lambda a: a.LSTM(3))
stack(
    "masked_words",
    (6,),
    lambda a: a.Embedding(5, 3, mask_zero=True),
    lambda a: a.GRU(2),
    dtype="int32",
)
stack(
    "half",
    (4,),
    lambda a: a.Dense(3, dtype="mixed_bfloat16"),
    lambda a: a.Dense(2, dtype="float32"),
)
stack(
    "adaptive_series",
    (8, 2),
    lambda a: a.AdaptiveAveragePooling1D(4),
    lambda a: a.AdaptiveMaxPooling1D(2),
    lambda a: a.SpatialDropout1D(0.1),
)
stack(
    "adaptive_volumes",
    (4, 6, 4, 2),
    lambda a: a.AdaptiveAveragePooling3D((2, 3, 4)),
    lambda a: a.AdaptiveMaxPooling3D((1, 3, 2)),
)
stack(
    "pooled_volumes",
    (4, 4, 4, 2),
    lambda a: a.AveragePooling3D(2, 1),
    lambda a: a.SpatialDropout3D(0.1),
    lambda a: a.GlobalMaxPooling3D(),
)
stack("convolutional_lstm_3d", (2, 3, 3, 3, 1), lambda a: a.ConvLSTM3D(1, 2))
stack(
    "in_a_pipeline",
    (4, 4, 3),
    lambda a: a.Pipeline([a.Rescaling(0.5), a.RandomFlip(seed=1), a.Dense(2)]),
)
stack("frozen", (4,), lambda a: a.Dense(3, trainable=False), lambda a: a.Dense(2))

# -- graphs ----------------------------------------------------------------------------------------


@architecture
def two_inputs(lib, layers):
    a, b = lib.Input((3,), name="a"), lib.Input((2,), name="b")
    joined = layers.Concatenate()([layers.Dense(4)(a), layers.Dense(3)(b)])
    return lib.Model([a, b], layers.Dense(2)(joined))


@architecture
def inputs_by_name(lib, layers):
    a, b = lib.Input((3,), name="a"), lib.Input((3,), name="b")
    return lib.Model({"a": a, "b": b}, layers.Dense(2)(layers.Add()([a, b])))


@architecture
def two_outputs(lib, layers):
    x = lib.Input((4,))
    hidden = layers.Dense(5, "relu")(x)
    return lib.Model(
        x, [layers.Dense(1, name="left")(hidden), layers.Dense(2, name="right")(hidden)]
    )


@architecture
def outputs_by_name(lib, layers):
    x = lib.Input((4,))
    hidden = layers.Dense(5, "relu")(x)
    left, right = layers.Dense(1, name="left")(hidden), layers.Dense(2, name="right")(hidden)
    return lib.Model(x, {"left": left, "right": right})


@architecture
def residual(lib, layers):
    x = lib.Input((4,))
    y = layers.Add()([x, layers.Dense(4, "tanh")(x)])
    y = layers.Add()([y, layers.Dense(4, "tanh")(y)])
    return lib.Model(x, layers.Dense(2)(y))


@architecture
def residual_images(lib, layers):
    x = lib.Input((6, 6, 2))
    y = layers.Conv2D(3, 3, padding="same")(x)
    short = layers.Conv2D(3, 1)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.Add()([y, short])
    return lib.Model(x, layers.Dense(2)(layers.GlobalAveragePooling2D()(y)))


@architecture
def inception(lib, layers):
    x = lib.Input((6, 6, 2))
    towers = [
        layers.Conv2D(2, 1)(x),
        layers.Conv2D(2, 3, padding="same")(layers.Conv2D(2, 1)(x)),
        layers.Conv2D(1, 1)(layers.MaxPooling2D(3, 1, padding="same")(x)),
    ]
    return lib.Model(x, layers.Flatten()(layers.Concatenate()(towers)))


@architecture
def u_net(lib, layers):
    x = lib.Input((8, 8, 1))
    wide = layers.Conv2D(2, 3, padding="same", activation="relu")(x)
    deep = layers.Conv2D(3, 3, padding="same", activation="relu")(layers.MaxPooling2D()(wide))
    up = layers.Conv2DTranspose(2, 2, strides=2)(deep)
    joined = layers.Concatenate()([wide, up])
    return lib.Model(x, layers.Conv2D(1, 1, activation="sigmoid")(joined))


@architecture
def shared(lib, layers):
    a, b = lib.Input((3,)), lib.Input((3,))
    encode = layers.Dense(4, "tanh")
    return lib.Model([a, b], layers.Dense(1)(layers.Subtract()([encode(a), encode(b)])))


@architecture
def shared_at_depths(lib, layers):
    x = lib.Input((3,))
    first, second = layers.Dense(3, "tanh"), layers.Dense(3, "tanh")
    return lib.Model(x, first(second(first(second(x)))))


@architecture
def siamese(lib, layers):
    a, b = lib.Input((4,)), lib.Input((4,))
    tower = lib.Sequential([lib.Input((4,)), layers.Dense(3, "relu"), layers.Dense(2)])
    return lib.Model([a, b], layers.Dot(1, normalize=True)([tower(a), tower(b)]))


@architecture
def merged(lib, layers):
    a, b = lib.Input((3,)), lib.Input((3,))
    kinds = ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")
    return lib.Model([a, b], layers.Concatenate()([getattr(layers, k)()([a, b]) for k in kinds]))


@architecture
def nested_sequential(lib, layers):
    inner = lib.Sequential([lib.Input((3,)), layers.Dense(3), layers.Dense(2)])
    return lib.Sequential([lib.Input((4,)), layers.Dense(3), inner, layers.Dense(1)])


@architecture
def nested_functional(lib, layers):
    h = lib.Input((3,))
    inner = lib.Model(h, [layers.Dense(2)(h), layers.Dense(1)(h)])
    x = lib.Input((4,))
    left, right = inner(layers.Dense(3)(x))
    return lib.Model(x, layers.Concatenate()([left, right]))


@architecture
def nested_last(lib, layers):
    h = lib.Input((3,))
    inner = lib.Model(h, layers.Dense(2)(h))
    x = lib.Input((3,))
    return lib.Model(x, [inner(x), inner(layers.Dense(3)(x))])


@architecture
def nested_thrice(lib, layers):
    model = lib.Sequential([lib.Input((3,)), layers.Dense(3, "tanh")])
    for _ in range(3):
        model = lib.Sequential([lib.Input((3,)), model, layers.Dense(3, "tanh")])
    return model


@architecture
def autoencoder(lib, layers):
    encoder = lib.Sequential([lib.Input((5,)), layers.Dense(3, "relu"), layers.Dense(2)])
    decoder = lib.Sequential([lib.Input((2,)), layers.Dense(3, "relu"), layers.Dense(5)])
    x = lib.Input((5,))
    return lib.Model(x, decoder(encoder(x)))


@architecture
def cut_out(lib, layers):
    x = lib.Input((4,))
    hidden = layers.Dense(3, "relu")(x)
    whole = lib.Model(x, layers.Dense(2)(hidden))
    return lib.Model(whole.input, whole.layers[1].output)


@architecture
def wide_and_deep(lib, layers):
    wide, deep = lib.Input((3,)), lib.Input((5,))
    h = layers.Dense(3, "relu")(layers.Dense(4, "relu")(deep))
    return lib.Model([wide, deep], layers.Dense(1, "sigmoid")(layers.Concatenate()([wide, h])))


@architecture
def recommender(lib, layers):
    user, item = lib.Input((1,), dtype="int32"), lib.Input((1,), dtype="int32")
    u = layers.Flatten()(layers.Embedding(5, 3)(user))
    i = layers.Flatten()(layers.Embedding(5, 3)(item))
    return lib.Model([user, item], layers.Dot(1)([u, i]))


@architecture
def sequence_to_sequence(lib, layers):
    source, target = lib.Input((4, 3)), lib.Input((5, 2))
    _, h, c = layers.LSTM(3, return_state=True)(source)
    y = layers.LSTM(3, return_sequences=True)(target, initial_state=[h, c])
    return lib.Model([source, target], layers.Dense(2)(y))


@architecture
def states(lib, layers):
    x = lib.Input((4, 3))
    y, h, c = layers.LSTM(2, return_state=True, return_sequences=True)(x)
    z, g = layers.GRU(2, return_state=True)(y)
    return lib.Model(x, [y, h, c, z, g])


@architecture
def masked_graph(lib, layers):
    x = lib.Input((6,), dtype="int32")
    h = layers.Embedding(5, 3, mask_zero=True)(x)
    y = layers.Bidirectional(layers.LSTM(2))(h)
    z = layers.GRU(2)(layers.GRU(3, return_sequences=True)(h))
    return lib.Model(x, layers.Dense(2)(layers.Concatenate()([y, z])))


@architecture
def attention(lib, layers):
    query, value = lib.Input((4, 3)), lib.Input((5, 3))
    a = layers.Attention(use_scale=True)([query, value])
    b = layers.AdditiveAttention()([query, value])
    return lib.Model([query, value], layers.Add()([a, b]))


@architecture
def multi_head(lib, layers):
    x, y = lib.Input((4, 6)), lib.Input((3, 6))
    return lib.Model([x, y], layers.MultiHeadAttention(2, 3)(x, y))


@architecture
def grouped_query(lib, layers):
    x = lib.Input((4, 8))
    return lib.Model(x, layers.GroupQueryAttention(2, 4, 2)(x, x))


@architecture
def transformer(lib, layers):
    x = lib.Input((5,), dtype="int32")
    h = layers.Embedding(6, 4)(x)
    a = layers.MultiHeadAttention(2, 2)(h, h, use_causal_mask=True)
    h = layers.LayerNormalization()(layers.Add()([h, a]))
    f = layers.Dense(4)(layers.Dense(8, "gelu")(h))
    h = layers.LayerNormalization()(layers.Add()([h, f]))
    return lib.Model(x, layers.Dense(2, "softmax")(layers.GlobalAveragePooling1D()(h)))


@architecture
def inference_inside(lib, layers):
    x = lib.Input((4,))
    return lib.Model(x, layers.Dense(2)(layers.BatchNormalization()(x, training=False)))


@architecture
def tied(lib, layers):
    words = lib.Input((5,), dtype="int32")
    table = layers.ReversibleEmbedding(6, 4)
    return lib.Model(words, table(layers.Dense(4)(table(words)), reverse=True))


@architecture
def untied(lib, layers):
    words = lib.Input((5,), dtype="int32")
    table = layers.ReversibleEmbedding(6, 4, tie_weights=False, logit_soft_cap=2.0)
    return lib.Model(words, table(layers.Dense(4)(table(words)), reverse=True))


# -- operations between layers ---------------------------------------------------------------------


@architecture
def arithmetic(lib, layers):
    x, y = lib.Input((3,)), lib.Input((3,))
    h = (x + y) * 2.0 - 1.0 / (1.0 + lib.ops.exp(-x)) + lib.ops.abs(y) ** 2
    return lib.Model([x, y], layers.Dense(2)(h))


@architecture
def reshaped(lib, layers):
    x = lib.Input((4, 6))
    h = lib.ops.reshape(lib.ops.transpose(x, (0, 2, 1)), (-1, 24))
    return lib.Model(x, [layers.Dense(2)(h), lib.ops.expand_dims(x[:, 0], 1), x[:, 1:3, ::2]])


@architecture
def reduced(lib, layers):
    x = lib.Input((4, 6))
    parts = [lib.ops.mean(x, axis=1), lib.ops.max(x, axis=1), lib.ops.sum(x, axis=1)]
    return lib.Model(x, layers.Dense(2)(lib.ops.concatenate(parts, axis=-1)))


@architecture
def activated(lib, layers):
    x = lib.Input((4,))
    h = lib.ops.softmax(layers.Dense(3)(lib.ops.relu(x)), axis=-1)
    return lib.Model(x, lib.ops.where(h > 0.3, h, lib.ops.sigmoid(h)))


@architecture
def multiplied(lib, layers):
    x, y = lib.Input((3, 4)), lib.Input((4, 2))
    h = lib.ops.matmul(x, y)
    return lib.Model([x, y], [h, lib.ops.einsum("bij,bjk->bik", x, y), layers.Dense(2)(h)])


@architecture
def variational(lib, layers):
    x = lib.Input((5,))
    h = layers.Dense(4, "relu")(x)
    mean, spread = layers.Dense(2, name="mean")(h), layers.Dense(2, name="spread")(h)
    z = mean + lib.ops.exp(0.5 * spread) * 0.1
    return lib.Model(x, [layers.Dense(5)(z), lib.ops.tanh(z), lib.ops.pad(z, ((0, 0), (1, 1)))])


# -- training --------------------------------------------------------------------------------------

TRAINED = {
    "dense": ("adam", "mse", ["mae"]),
    "dense_with_options": (("SGD", {"learning_rate": 0.1, "momentum": 0.9}), "mse", None),
    "normalized": (("RMSprop", {"centered": True}), "mse", None),
    "frozen": ("sgd", "mae", ["mse"]),
    "images": (("AdamW", {"weight_decay": 0.01}), "mse", None),
    "lstm": ("nadam", "mse", None),
    "gru": ("adamax", "mse", None),
    "cells": ("adagrad", "mse", None),
    "bidirectional": ("adadelta", "mse", None),
    "embedded": (("Adam", {"amsgrad": True, "clipnorm": 1.0}), "mse", None),
    "two_inputs": ("ftrl", "mse", ["mse"]),
    "two_outputs": ("lion", ["mse", "mae"], None),
    "outputs_by_name": ("adam", {"left": "mse", "right": "huber"}, {"left": ["mae"]}),
    "residual": (("SGD", {"global_clipnorm": 0.5}), "mse", None),
    "residual_images": ("adafactor", "mse", None),
    "shared": (("Lamb", {}), "mse", None),
    "nested_sequential": (
        ("SGD", {"schedule": True, "nesterov": True, "momentum": 0.5}),
        "mse",
        None,
    ),
    "nested_functional": (("LossScaleOptimizer", {"inner": "Adam"}), "mse", None),
    "transformer": (
        ("Adam", {"gradient_accumulation_steps": 2}),
        "categorical_crossentropy",
        ["acc"],
    ),
    "masked_words": ("adam", "mse", None),
    "multi_head": ("rmsprop", "log_cosh", None),
    "arithmetic": ("adam", "mse", None),
    "spectral": ("sgd", "mse", None),
}
