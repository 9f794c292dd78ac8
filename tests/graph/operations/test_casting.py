"""Which dtype operands of different dtypes come to."""

import numpy as np
import pytest

from pellucid import placeholder
from pellucid.graph.operations.casting import together

X32, X64 = np.float32(1), np.float64(1)


@pytest.mark.parametrize(
    ("operands", "dtype"),
    {
        "numbers of Python": ((1.0, 2), "float32"),
        "float64 of NumPy keeps its digits": ((X64, X64), "float64"),
        "also next to a number of Python": ((X64, 2.0), "float64"),
        "an array of no axes as well": ((np.asarray(X64), 2), "float64"),
        "but gives way to a real tensor": ((placeholder(), X64), "float32"),
        "and makes a whole tensor real": ((placeholder((), "int32"), X64), "float32"),
        "float32 of NumPy": ((X32, 2.0), "float32"),
    }.values(),
)
def test_operands_come_together_in(operands, dtype):
    assert [str(x.dtype) for x in together(*operands)] == [dtype] * len(operands)


def test_arithmetic_of_float64_numbers_keeps_their_digits():
    third = np.float64(1) / 3
    x, y = together(third, 1)
    assert x - y == third - 1
