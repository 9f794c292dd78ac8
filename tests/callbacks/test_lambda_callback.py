import pytest

from pellucid.callbacks import LambdaCallback
from pellucid.errors import DTypeError, UnknownNameError
from tests.callbacks.fitting import X, Y, fitted


def test_the_functions_are_called_in_order_with_what_the_methods_get():
    calls = []

    def note(name):
        return lambda *arguments: calls.append((name, *arguments[:-1]))

    names = ("on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_train_batch_end")
    names += ("on_test_begin", "on_test_end", "on_epoch_end", "on_train_end")
    fitted(
        [LambdaCallback(**{name: note(name) for name in names})],
        epochs=1,
        steps_per_epoch=2,
        validation_data=(X, Y),
    )
    assert calls == [
        ("on_train_begin",),
        ("on_epoch_begin", 0),
        ("on_train_batch_begin", 0),
        ("on_train_batch_end", 0),
        ("on_train_batch_begin", 1),
        ("on_train_batch_end", 1),
        ("on_test_begin",),
        ("on_test_end",),
        ("on_epoch_end", 0),
        ("on_train_end",),
    ]


def test_only_a_function_for_batches_makes_training_run_batch_by_batch():
    assert not LambdaCallback(on_epoch_end=print).wants_batches("train")
    assert LambdaCallback(on_train_batch_end=print).wants_batches("train")
    assert LambdaCallback(on_test_batch_begin=print).wants_batches("test")
    assert not LambdaCallback(on_test_batch_begin=print).wants_batches("train")


def test_a_name_that_no_method_has_is_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'on_epoch_end'"):
        LambdaCallback(on_epoch_ends=print)


def test_something_else_than_a_function_is_refused():
    with pytest.raises(DTypeError) as caught:
        LambdaCallback(on_epoch_end=3)
    assert str(caught.value) == (
        "LambdaCallback calls functions.\n  given:    on_epoch_end=3\n  expected: a function"
    )
