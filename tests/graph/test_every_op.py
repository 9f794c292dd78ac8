"""Every operation: its gradients against differences, its shape rule and engines together."""

import optree
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pellucid import gradients, placeholder
from pellucid.graph.dtypes import dtype_name, is_float, numpy_dtype
from pellucid.graph.tensor import Op
from pellucid.graph.walk import ancestors
from pellucid.testing import check_engines, check_gradient
from tests.graph.examples import all_examples

EXAMPLES = all_examples()
DIFFERENTIABLE = [e for e in EXAMPLES if e.gradient]


def leaves(function, arrays):
    """The outputs of an example's function on placeholders, and the placeholders."""
    inputs = [placeholder(x.shape, dtype_name(x.dtype)) for x in arrays]
    return optree.tree_leaves(function(*inputs)), inputs


@pytest.mark.parametrize("example", DIFFERENTIABLE, ids=lambda e: e.name)
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_gradient_is_that_of_central_differences(example, data):
    check_gradient(example.function, *data.draw(example.inputs))


@pytest.mark.parametrize("example", DIFFERENTIABLE, ids=lambda e: e.name)
@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_gradient_of_gradient_is_that_of_central_differences(example, data):
    arrays = data.draw(example.inputs)

    def gradient(*tensors):
        outputs = [y for y in optree.tree_leaves(example.function(*tensors)) if is_float(y.dtype)]
        wrt = [x for x in tensors if is_float(x.dtype)]
        # Weights that vary make the gradient depend on every element of the upstream.
        return gradients([y * y for y in outputs], wrt)

    check_gradient(gradient, *arrays, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
@settings(max_examples=1, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_engines_agree_in_every_dtype(example, data):
    arrays = data.draw(example.inputs)
    for dtype in example.dtypes:
        cast = [x.astype(numpy_dtype(dtype)) if x.dtype.kind == "f" else x for x in arrays]
        check_engines(example.function, *cast)


@settings(max_examples=1, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_operation_has_an_example(data):
    def concrete(cls):
        for sub in cls.__subclasses__():
            yield sub
            yield from concrete(sub)

    ours = {c for c in concrete(Op) if c.__module__.startswith("pellucid") and "value" in vars(c)}
    used = set()
    for example in EXAMPLES:
        outputs, inputs = leaves(example.function, data.draw(example.inputs))
        wrt = [x for x in inputs if is_float(x.dtype)]
        real = [y for y in outputs if is_float(y.dtype)]
        backward = gradients(real, wrt) if example.gradient else []
        used |= {type(node.op) for node in ancestors([*outputs, *backward])}
    missing = sorted(c.__name__ for c in ours - used)
    assert not missing, f"operations without an example: {missing}"
