"""Scripts written for Keras run with ``import pellucid as keras``, and come to the same results.

Each script of ``tests/keras_scripts`` is run twice as it stands: by Keras on JAX, and with every
import of ``keras`` made one of ``pellucid``. It leaves what is to be compared in ``result``, and
may say in ``tolerance`` how nearly equal that is; by default to 1e-4. Those of ``only_ours`` do
what Keras does in another way on each of its backends, or only with TensorFlow: they state
themselves what is to come out.
"""

import re
from pathlib import Path

import jax
import numpy as np
import optree
import pytest

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

FOLDER = Path(__file__).parent / "keras_scripts"
SCRIPTS = sorted(p.stem for p in FOLDER.glob("*.py") if "import keras" in p.read_text())
ONLY_OURS = sorted(f"only_ours/{p.stem}" for p in FOLDER.glob("only_ours/*.py"))


@pytest.fixture(scope="module", autouse=True)
def compiled_in_a_hurry():
    """Programs here run for an instant, and take seconds to optimize."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)  # JAX's own default


def run(name, library):
    """What a script defines when ``keras`` is a library of that name."""
    source = (FOLDER / f"{name}.py").read_text()
    source = re.sub(r"^import keras$", f"import {library} as keras", source, flags=re.MULTILINE)
    source = re.sub(r"^from keras\b", f"from {library}", source, flags=re.MULTILINE)
    defined = {"__name__": f"{name}_by_{library}"}
    exec(compile(source, str(FOLDER / f"{name}.py"), "exec"), defined)
    return defined


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_gives_what_it_gives_with_keras(name):
    ours, theirs = run(name, "pellucid"), run(name, "keras")
    tolerance = ours.get("tolerance", 1e-4)
    assert set(ours["result"]) == set(theirs["result"])
    for key, expected in theirs["result"].items():
        given, wanted = optree.tree_leaves(ours["result"][key]), optree.tree_leaves(expected)
        assert len(given) == len(wanted), key
        for a, b in zip(given, wanted, strict=True):
            if isinstance(b, str | bool | int):
                assert a == b, key
            else:
                np.testing.assert_allclose(
                    np.asarray(a), np.asarray(b), rtol=tolerance, atol=tolerance, err_msg=key
                )


@pytest.mark.parametrize("name", ONLY_OURS)
def test_script_runs_and_finds_what_it_states(name):
    run(name, "pellucid")
