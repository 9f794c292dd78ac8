import pytest

from pellucid import Input
from pellucid.errors import DTypeError


@pytest.mark.parametrize("dtype", ["string", "str", str])
def test_text_is_no_dtype_and_it_is_said_where_text_goes(dtype):
    with pytest.raises(DTypeError) as caught:
        Input((1,), dtype=dtype)
    assert str(caught.value) == (
        "Tensors hold numbers, not text.\n"
        f"  given:    the dtype {dtype!r}\n"
        "  expected: a dtype of numbers or booleans\n"
        "  to mend:  make numbers of text before the model takes it: utils.FeatureSpace for a "
        "table, layers.StringLookup or layers.TextVectorization for an array"
    )
