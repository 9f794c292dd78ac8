"""P8: penalties that are rewards."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, layers, ops, regularizers
from pellucid.doctor.case import Case
from pellucid.doctor.examining import _build
from pellucid.doctor.finding import Severity
from pellucid.doctor.probes.rewarding_penalty import RewardingPenalty
from pellucid.models.data import prepare
from pellucid.random import set_random_seed
from tests.doctor.test_clone import photograph

rng = np.random.default_rng(0)
X = rng.normal(size=(64, 6)).astype(np.float32)
Y = (X[:, :1] > 0).astype(np.float32)


def case_of(model):
    set_random_seed(0)
    model.compile("adam", "mse")
    data = prepare(X, Y)
    assert _build(model, data) is None
    return Case(model, data)


def network(activation="relu", **regularizers):
    return Sequential(
        [Input((6,)), layers.Dense(8, activation, name="hidden", **regularizers), layers.Dense(1)]
    )


def found(model):
    with np.errstate(all="ignore"):
        return list(RewardingPenalty().examine(case_of(model)))


def squares(x):
    return -0.01 * ops.sum(ops.square(x))


def sizes(x):
    return -0.01 * ops.sum(ops.abs(x))


@pytest.mark.parametrize("argument", ["kernel_regularizer", "activity_regularizer"])
@pytest.mark.parametrize(
    ("reward", "severity"), [(squares, Severity.ERROR), (sizes, Severity.WARNING)]
)
def test_a_penalty_with_the_wrong_sign_is_found_in_its_layer(argument, reward, severity):
    (finding,) = found(network(**{argument: reward}))
    assert (finding.check, finding.severity, finding.layer) == ("P8", severity, "hidden")
    assert finding.symptom == (
        f"The penalty '{reward.__name__}' is a reward: it falls without end as the weights or "
        "outputs grow."
    )
    now, then = finding.measures
    assert then.value == pytest.approx(now.value * (64 if reward is squares else 8))


def test_a_reward_is_found_behind_a_constant_and_at_weights_of_0():
    (finding,) = found(
        network(kernel_regularizer=lambda x: 1 + squares(x), kernel_initializer="zeros")
    )
    assert finding.severity == Severity.ERROR


def minus_entropy(p):
    return ops.sum(p * ops.log(p + 1e-7))


def far_from_0(x):
    return -0.01 * ops.sum(ops.log(ops.abs(x) + 1e-6))


PENALTIES = {
    "of the library": {"kernel_regularizer": "l1", "activity_regularizer": "l2"},
    "orthogonal": {"kernel_regularizer": regularizers.OrthogonalRegularizer()},
    "a logarithm": {"kernel_regularizer": far_from_0},
    "entropy": {"activation": "softmax", "activity_regularizer": minus_entropy},
    "codes of a tanh": {"activation": "tanh", "activity_regularizer": squares},
    "nothing": {"kernel_regularizer": lambda x: 0 * ops.sum(x)},
}


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_that_holds_down_or_has_an_end_raises_no_alarm(name):
    assert found(network(**PENALTIES[name])) == []


class Variational(Model):
    """Means and logarithms of variances, with the divergence from a normal law as a penalty."""

    def __init__(self, sign):
        super().__init__()
        self.sign = sign
        self.inside, self.out = layers.Dense(4, name="inside"), layers.Dense(1)

    def call(self, x):
        both = self.inside(x)
        mean, log = both[:, :2], both[:, 2:]
        self.add_loss(self.sign * -0.5 * ops.mean(1 + log - mean**2 - ops.exp(log)))
        return self.out(mean)


@pytest.mark.parametrize(("sign", "told"), [(1, []), (-1, [Severity.ERROR])])
def test_a_divergence_with_the_wrong_sign_is_found(sign, told):
    assert [f.severity for f in found(Variational(sign))] == told


def test_a_loss_that_falls_with_its_outputs_may_be_meant():
    class Critic(Variational):
        def call(self, x):
            score = self.out(x)
            self.add_loss(-ops.mean(ops.abs(score)))
            return score

    assert found(Critic(1)) == []


def test_nothing_of_the_model_is_changed():
    model = network(kernel_regularizer=squares, activity_regularizer="l2")
    case = case_of(model)
    before = photograph(model)
    assert list(RewardingPenalty().examine(case))
    assert photograph(model) == before
