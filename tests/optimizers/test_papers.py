"""Optimizers against the papers, one scalar at a time."""

import math

import numpy as np
import pytest

from pellucid import Variable
from pellucid.optimizers import (
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    Nadam,
    RMSprop,
    ScheduleFreeAdamW,
)
from tests.optimizers.stepping import stepper


def adam_by_the_paper(w, gradients, alpha, beta_1, beta_2, epsilon):
    """Kingma & Ba 2015, the form before section 2.1, one scalar."""
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        w -= alpha * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t) * m / (v**0.5 + epsilon)
        yield w


def sgd_by_the_paper(w, gradients, alpha, momentum, nesterov):
    """Sutskever et al. 2013, equations 1 to 4, one scalar; the gradient is given, not taken."""
    m = 0.0
    for g in gradients:
        m = momentum * m - alpha * g
        w += momentum * m - alpha * g if nesterov else m
        yield w


def rmsprop_by_the_lecture(w, gradients, alpha, rho, epsilon):
    """Tieleman & Hinton 2012, one scalar."""
    v = 0.0
    for g in gradients:
        v = rho * v + (1 - rho) * g**2
        w -= alpha * g / (v + epsilon) ** 0.5
        yield w


def adadelta_by_the_paper(w, gradients, rho, epsilon):
    """Zeiler 2012, algorithm 1, one scalar."""
    v = d = 0.0
    for g in gradients:
        v = rho * v + (1 - rho) * g**2
        step = -(((d + epsilon) / (v + epsilon)) ** 0.5) * g
        d = rho * d + (1 - rho) * step**2
        w += step
        yield w


def adagrad_by_the_paper(w, gradients, alpha, first, epsilon):
    """Duchi, Hazan & Singer 2011, figure 1 with diagonal matrices, one scalar."""
    s = first
    for g in gradients:
        s += g**2
        w -= alpha * g / (s + epsilon) ** 0.5
        yield w


def adamax_by_the_paper(w, gradients, alpha, beta_1, beta_2, epsilon):
    """Kingma & Ba 2015, algorithm 2, one scalar."""
    m = u = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * g
        u = max(beta_2 * u, abs(g))
        w -= alpha / (1 - beta_1**t) * m / (u + epsilon)
        yield w


def nadam_by_the_paper(w, gradients, alpha, beta_1, beta_2, epsilon):
    """Dozat 2016, section 2.2 with the momentums of section 3, one scalar."""
    m = v = 0.0

    def mu(t):
        return beta_1 * (1 - 0.5 * 0.96**t)

    for t, g in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        so_far = math.prod(mu(i) for i in range(1, t + 1))
        ahead = mu(t + 1) * m / (1 - so_far * mu(t + 1)) + (1 - mu(t)) * g / (1 - so_far)
        w -= alpha * ahead / ((v / (1 - beta_2**t)) ** 0.5 + epsilon)
        yield w


def lion_by_the_paper(w, gradients, alpha, beta_1, beta_2):
    """Chen et al. 2023, algorithm 2, one scalar."""
    m = 0.0
    for g in gradients:
        along = beta_1 * m + (1 - beta_1) * g
        w -= alpha * ((along > 0) - (along < 0))
        m = beta_2 * m + (1 - beta_2) * g
        yield w


def lamb_by_the_paper(w, gradients, alpha, beta_1, beta_2, epsilon):
    """You et al. 2020, algorithm 2, one scalar: its norm is its absolute value."""
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        r = m / (1 - beta_1**t) / ((v / (1 - beta_2**t)) ** 0.5 + epsilon)
        w -= alpha * abs(w) / abs(r) * r
        yield w


def ftrl_by_the_paper(w, gradients, alpha, beta, l1, l2):
    """McMahan et al. 2013, algorithm 1, one scalar; twice its l2, as in Keras."""
    z = n = 0.0
    for g in gradients:
        sigma = ((n + g**2) ** 0.5 - n**0.5) / alpha
        z += g - sigma * w
        n += g**2
        small = abs(z) <= l1
        w = 0.0 if small else -(z - math.copysign(l1, z)) / ((beta + n**0.5) / alpha + 2 * l2)
        yield w


def adafactor_by_the_paper(w, gradients, alpha, decay, epsilon_1, epsilon_2, threshold):
    """Shazeer & Stern 2018, algorithm 5, one scalar."""
    v = 0.0
    for t, g in enumerate(gradients, start=1):
        rho = min(alpha, t**-0.5)
        beta = 1 - t**decay
        v = beta * v + (1 - beta) * (g**2 + epsilon_1)
        u = g / v**0.5
        w -= max(epsilon_2, abs(w)) * rho * u / max(1.0, abs(u) / threshold)
        yield w


def schedule_free_by_the_paper(w, gradients, alpha, beta_1, beta_2, epsilon):
    """Defazio et al. 2024, algorithm 1, one scalar, with x kept as a sequence of its own."""
    x = z = w
    v = 0.0
    for t, g in enumerate(gradients, start=1):
        v = beta_2 * v + (1 - beta_2) * g**2
        z -= alpha * g / ((v / (1 - beta_2**t)) ** 0.5 + epsilon)
        x += (z - x) / t
        yield (1 - beta_1) * z + beta_1 * x


# Rates that float32 holds exactly, since the learning rate is a float32 variable.
@pytest.mark.parametrize(
    ("optimizer", "by_hand"),
    [
        (
            Adam(0.125, 0.7, 0.97, 1e-3),
            lambda w, g: adam_by_the_paper(w, g, 0.125, 0.7, 0.97, 1e-3),
        ),
        (Adam(0.125), lambda w, g: adam_by_the_paper(w, g, 0.125, 0.9, 0.999, 1e-7)),
        (SGD(0.25, 0.7), lambda w, g: sgd_by_the_paper(w, g, 0.25, 0.7, False)),
        (SGD(0.25, 0.7, True), lambda w, g: sgd_by_the_paper(w, g, 0.25, 0.7, True)),
        (RMSprop(0.125, 0.7), lambda w, g: rmsprop_by_the_lecture(w, g, 0.125, 0.7, 1e-7)),
        (Adadelta(1.0, 0.7, 1e-3), lambda w, g: adadelta_by_the_paper(w, g, 0.7, 1e-3)),
        (Adagrad(0.25, 0.3, 1e-3), lambda w, g: adagrad_by_the_paper(w, g, 0.25, 0.3, 1e-3)),
        (
            Adamax(0.125, 0.7, 0.6, 1e-3),
            lambda w, g: adamax_by_the_paper(w, g, 0.125, 0.7, 0.6, 1e-3),
        ),
        (
            Nadam(0.125, 0.7, 0.97, 1e-3),
            lambda w, g: nadam_by_the_paper(w, g, 0.125, 0.7, 0.97, 1e-3),
        ),
        (Lion(0.125, 0.7, 0.6), lambda w, g: lion_by_the_paper(w, g, 0.125, 0.7, 0.6)),
        (
            Lamb(0.125, 0.7, 0.97, 1e-3),
            lambda w, g: lamb_by_the_paper(w, g, 0.125, 0.7, 0.97, 1e-3),
        ),
        (
            Ftrl(
                0.125,
                initial_accumulator_value=0.0,
                l1_regularization_strength=0.3,
                l2_regularization_strength=0.2,
                beta=0.4,
            ),
            lambda w, g: ftrl_by_the_paper(w, g, 0.125, 0.4, 0.3, 0.2),
        ),
        (
            Adafactor(0.5, -0.7, 1e-3, 1.25, 0.8),
            lambda w, g: adafactor_by_the_paper(w, g, 0.5, -0.7, 1e-3, 1.25, 0.8),
        ),
        (
            ScheduleFreeAdamW(0.125, 0.7, 0.97, 1e-3),
            lambda w, g: schedule_free_by_the_paper(w, g, 0.125, 0.7, 0.97, 1e-3),
        ),
    ],
    ids=lambda v: str(v) if hasattr(v, "get_config") else "paper",
)
def test_every_step_is_that_of_the_paper_in_double(optimizer, by_hand):
    slopes = [3.0, -1.0, 0.5, 10.0, -0.01, 0.0, 2.0]
    w = Variable(1.5, dtype="float64")
    step = stepper(optimizer, [w])
    for slope, expected in zip(slopes, by_hand(1.5, slopes), strict=True):
        step(slope)
        np.testing.assert_allclose(w.numpy(), expected, rtol=1e-13)


def test_muon_makes_all_singular_values_alike(rng):
    # X X' and X share their singular vectors, so the iteration is one of numbers.
    def evened(s):
        for _ in range(5):
            s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
        return s

    g = rng.normal(size=(4, 3))
    u, s, vt = np.linalg.svd(g, full_matrices=False)
    w = Variable(np.zeros((4, 3)), dtype="float64")
    stepper(Muon(1.0, nesterov=False, rms_rate=0.25), [w])(g)
    length = np.linalg.norm(s) + 1e-7
    expected = -(u * evened(s / length)) @ vt * 0.25 * math.sqrt(4)
    np.testing.assert_allclose(w.numpy(), expected, rtol=1e-10)
    assert np.all(np.abs(evened(s / length) - 1) < 0.4)


def test_adafactor_keeps_a_row_and_a_column_whose_product_is_the_running_square(rng):
    # Of a matrix of squares of rank one, the factors give back the matrix itself: at the first
    # step beta is 0 and so u = g / |g|.
    g = np.outer(rng.uniform(0.5, 2.0, 3), rng.uniform(0.5, 2.0, 4))
    w = Variable(np.ones((3, 4)), dtype="float64")
    optimizer = Adafactor(0.25)
    stepper(optimizer, [w])(g)
    np.testing.assert_allclose(w.numpy(), 1 - 0.25, rtol=1e-12)
    np.testing.assert_allclose(optimizer.velocities[w].numpy(), g**2, rtol=1e-12)
