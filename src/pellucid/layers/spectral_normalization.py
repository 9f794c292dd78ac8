"""A wrapper that keeps a kernel's largest singular value at 1."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.graph.operations.broadcasting import reshape
from pellucid.graph.operations.casting import autocast, cast, stop_gradient
from pellucid.graph.operations.comparison import not_equal, where
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.movement import transpose
from pellucid.graph.operations.reductions import any
from pellucid.graph.tensor import Tensor, Updates, current_updates
from pellucid.initializers.drawn import TruncatedNormal
from pellucid.layers.layer import whole_number
from pellucid.layers.wrapper import Wrapper
from pellucid.ops.normalizing import normalize

__all__ = ["SpectralNormalization"]


@dataclass(eq=False, repr=False)
class SpectralNormalization(Wrapper):
    """In training, the layer inside computes with its kernel divided by the largest singular value.

    The layer then stretches no input to more than its own length, which keeps the discriminator
    of a GAN from running away. The singular value is found by power iteration, from where the last
    batch left off: ``v = u Wᵀ``, ``u = v W``, both brought to length 1, and ``σ = v W uᵀ``. The
    gradient goes through the division. Outside of training the kernel is used as it is.

    Args:
        layer: A layer with a ``kernel``, or with ``embeddings``.
        power_iterations: Iterations for each batch, at least 1.

    Attributes:
        kernel: That of the layer inside.
        vector_u: The singular vector, as far as it is known, (1, last size of the kernel).

    Shapes:
        x (B, ...) → as the layer inside makes it

    Raises:
        ArgumentError: If ``power_iterations`` is not a whole number above 0, or, when it is first
            called, the layer has no kernel.

    Examples:
        >>> layer = SpectralNormalization(layers.Dense(2, kernel_initializer="ones"))
        >>> layer(np.array([[1.0, 1.0]]), training=True).round(4)  # of ones: σ = 2
        array([[1., 1.]], dtype=float32)

    Source:
        Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks",
        algorithm 1, https://arxiv.org/abs/1802.05957; outside of training as Keras on JAX, where
        the kernel that ``fit`` leaves behind is not divided.
    """

    power_iterations: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.power_iterations = whole_number(self, "power_iterations")

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        kernel = getattr(self.layer, "kernel", getattr(self.layer, "embeddings", None))
        if kernel is None:
            raise ArgumentError(
                f"{self.label} finds nothing to normalize.",
                given=f"{self.layer.label}, which has no kernel",
                expected="a layer with a kernel or embeddings, such as Dense or Conv2D",
            )
        self.kernel = kernel
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, kernel.shape[-1]),
            initializer=TruncatedNormal(stddev=0.02),
            trainable=False,
        )

    def call(self, x: Tensor, training: bool = False) -> Any:
        if not training:
            return cast(self.layer(x), x.dtype)
        with autocast(None):
            vector_u, kernel = self.normalized_weights()
        with Updates() as inside:  # the kernel is another one for this call alone
            inside.assign(self.kernel, kernel)
            output = self.layer(x)
        if current_updates() is not None:
            self.vector_u.assign(vector_u)
            for variable, new in inside.new.items():
                if variable is not self.kernel:
                    variable.assign(new)
        return cast(output, x.dtype)

    def normalized_weights(self) -> tuple[Tensor, Tensor]:
        """The singular vector after the next iterations, and the kernel divided by its value."""
        weights = reshape(self.kernel, (-1, self.kernel.shape[-1]))
        u: Any = self.vector_u
        for _ in range(self.power_iterations):
            v = normalize(matmul(u, transpose(weights)), axis=(0, 1))
            u = normalize(matmul(v, weights), axis=(0, 1))
        u, v = stop_gradient(u), stop_gradient(v)
        sigma = reshape(matmul(matmul(v, weights), transpose(u)), ())
        some = any(not_equal(self.kernel, 0))  # a kernel of zeros stays as it is
        kernel = self.kernel / where(some, sigma, 1)
        return where(some, u, self.vector_u), kernel
