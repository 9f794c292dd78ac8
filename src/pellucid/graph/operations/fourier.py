"""The discrete Fourier transform, of pairs of real and imaginary parts."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import wide
from pellucid.graph.operations.casting import floating, together
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Op, Tensor, apply

__all__ = ["fourier"]


@dataclass(frozen=True)
class Fourier(Op):
    """``y[k] = sum x[n] exp(∓2πi k n / N)`` along the last axis; plus sign if ``inverse``.

    Neither direction is divided by N, so that each is the other's adjoint.
    """

    inverse: bool = False

    def infer(self, real: Spec, imaginary: Spec) -> tuple[Spec, Spec]:
        if real != imaginary or real.ndim == 0:
            raise ShapeError(
                "The real and imaginary parts do not fit.",
                given=f"{real} and {imaginary}",
                expected="one shape of at least one axis, and one dtype",
            )
        return real, real

    def value(self, real: np.ndarray, imaginary: np.ndarray) -> Any:
        x = wide(real) + 1j * wide(imaginary)
        y = np.fft.ifft(x, norm="forward") if self.inverse else np.fft.fft(x)
        return y.real, y.imag

    def lower(self, jax: Any, real: Any, imaginary: Any) -> Any:
        x = jax.lax.complex(*(jax.numpy.asarray(wide(v)) for v in (real, imaginary)))
        transform = jax.numpy.fft.ifft if self.inverse else jax.numpy.fft.fft
        y = transform(x, norm="forward" if self.inverse else None)
        return y.real.astype(real.dtype), y.imag.astype(real.dtype)

    def gradient(self, upstream: Any, output: Tensor, real: Tensor, imaginary: Tensor) -> Any:
        parts = [real * 0 if u is None else u for u in upstream]
        return apply(Fourier(not self.inverse), *parts)


def fourier(real: Any, imaginary: Any, inverse: bool = False) -> tuple[Any, Any]:
    """The discrete Fourier transform along the last axis; neither direction is divided by N.

    Args:
        real: Real parts.
        imaginary: Imaginary parts.
        inverse: Whether with the other sign.

    Examples:
        >>> fourier(np.array([1.0, 1.0]), np.array([0.0, 0.0]))
        (array([2., 0.]), array([0., 0.]))
    """
    real, imaginary = (floating(x) for x in together(real, imaginary))
    return apply(Fourier(inverse), real, imaginary)
