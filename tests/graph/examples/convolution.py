"""Examples of the operations in graph/operations/convolution.py."""

from hypothesis import strategies as st

from pellucid.graph.operations.convolution import convolution, convolution_transpose
from tests.graph.example import Example, uniform


def example(name, x, kernel, function=convolution, **settings):
    return Example(
        name, lambda x, k: function(x, k, **settings), st.tuples(uniform(x), uniform(kernel))
    )


EXAMPLES = [
    example("convolution_1d", (2, 5, 2), (3, 2, 2)),
    example("convolution_one_channel", (2, 4, 4, 1), (2, 2, 1, 2)),
    example("convolution_strided", (1, 5, 4, 2), (3, 2, 2, 1), strides=(2, 1), padding="same"),
    example("convolution_dilated", (1, 6, 2), (2, 2, 2), dilation=3, padding=[(1, 2)]),
    example("convolution_grouped", (1, 4, 4), (2, 2, 4), groups=2, padding="same"),
    example("convolution_depthwise", (1, 4, 3), (2, 1, 6), groups=3, strides=2),
    example("convolution_3d", (1, 2, 3, 2, 1), (2, 2, 1, 1, 2)),
    example("convolution_transpose", (1, 3, 2), (3, 1, 2), convolution_transpose, strides=2),
    example(
        "convolution_transpose_same",
        (1, 2, 3, 2),
        (2, 3, 1, 2),
        convolution_transpose,
        strides=(2, 3),
        padding="same",
    ),
]
