"""What one thread builds does not reach into what another builds or computes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from pellucid import Input, Updates, Variable, name_scope
from pellucid.graph.operations.casting import autocast
from pellucid.graph.scope import current_scope
from pellucid.graph.tensor import gradient_of
from pellucid.layers.calls import context, entered


@contextmanager
def elsewhere(block):
    """Another thread is inside of a block meanwhile."""
    inside, leave = threading.Event(), threading.Event()

    def work():
        with block:
            inside.set()
            assert leave.wait(10)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        assert inside.wait(10)
        try:
            yield
        finally:
            leave.set()
        done.result()


def test_names_are_those_of_the_own_scope():
    with name_scope("here"), elsewhere(name_scope("there")):
        assert current_scope() == "here"
    assert current_scope() == ""


def test_assignments_are_written_down_where_they_are_made():
    variable, x = Variable([1.0]), Input((1,))
    with Updates() as own, elsewhere(Updates()):
        variable.assign(x[0])
    assert list(own.new) == [variable]


def test_a_layer_is_told_of_training_by_its_own_call():
    with entered(training=False), elsewhere(entered(training=True)):
        assert context().training is False
    assert context() is None


def test_variables_keep_their_dtype_while_another_thread_computes_in_half():
    variable, half = Variable([1.0]), Input((1,), dtype="float16")
    with elsewhere(autocast("float16")):
        assert (variable * half).dtype == "float32"


def test_nodes_belong_to_the_backward_pass_of_their_own_thread():
    x = Input((1,))
    with elsewhere(gradient_of(x)):
        assert (x * 2).forward is None
