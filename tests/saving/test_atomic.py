import errno
import os
import resource
from contextlib import contextmanager
from itertools import count
from stat import S_IMODE

import pytest

from pellucid import Input, Sequential, layers
from pellucid.export import export
from pellucid.saving.atomic import replacing, replacing_together


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_only_when_all_is_written(tmp_path):
    file = tmp_path / "a"
    file.write_text("old")
    with replacing(file) as temporary:
        temporary.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert names(tmp_path) == ["a"]


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    file = tmp_path / "a"
    file.write_text("old")

    def interrupted():
        with replacing(file) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert file.read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_a_symbolic_link_stays_one(tmp_path):
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "folder" / "real")
    with replacing(link) as temporary:
        temporary.write_text("new")
    assert os.path.islink(link)
    assert (tmp_path / "folder" / "real").read_text() == "new"


def test_the_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError) as caught, replacing(tmp_path / "no" / "a"):
        pass
    assert caught.value.filename == str(tmp_path / "no")


def test_a_folder_is_not_replaced(tmp_path):
    with pytest.raises(IsADirectoryError), replacing(tmp_path):
        pass


def test_the_permissions_of_a_file_stay(tmp_path):
    file = tmp_path / "a"
    file.write_text("old")
    file.chmod(0o600)
    with replacing(file) as temporary:
        temporary.write_text("new")
    assert (file.read_text(), S_IMODE(file.stat().st_mode)) == ("new", 0o600)


def test_a_folder_that_cannot_be_written_to_disk_does_not_make_a_saved_file_a_failure(
    tmp_path, monkeypatch
):
    real = os.fsync

    def fsync(descriptor):
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with replacing(tmp_path / "a") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "a").read_text() == "new"


def test_without_links_files_that_belong_together_are_still_both_old_or_both_new(
    tmp_path, monkeypatch
):
    def no_links(*_):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    real, fails = os.replace, tmp_path / "b"
    monkeypatch.setattr(os, "replace", lambda a, b: no_links() if b == fails else real(a, b))
    for name in "ab":
        (tmp_path / name).write_text("old")

    def save():
        with replacing_together(tmp_path / "a", tmp_path / "b") as both:
            for temporary in both:
                temporary.write_text("new")

    with pytest.raises(PermissionError):
        save()
    assert [(tmp_path / name).read_text() for name in names(tmp_path)] == ["old", "old"]
    fails = None
    save()
    assert [(tmp_path / name).read_text() for name in names(tmp_path)] == ["new", "new"]


WAYS = {
    "net.keras": lambda model, file: model.save(file),
    "net.weights.h5": lambda model, file: model.save_weights(file),
    "net.safetensors": lambda model, file: model.save_weights(file),
    "net.onnx": lambda model, file: export(model, file),
    "net.py": lambda model, file: export(model, file, format="numpy"),  # and net.npz
}


@pytest.fixture(scope="module")
def models():
    """Two models, of which the second is saved over the first; they differ in size."""
    return [Sequential([Input((3,)), layers.Dense(n), layers.Dense(2)]) for n in (40, 50)]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def save_over(name, models, there, folder, failing):
    """Save where there is an older file, or none; None if that went well, else the error.

    Either way nothing is there that is half-written, half new, or temporary.
    """
    save, file = WAYS[name], folder / name
    for path in folder.iterdir():
        path.unlink()
    if there:
        save(models[0], file)
    before = contents(folder)
    try:
        with failing:
            save(models[1], file)
    except OSError as error:
        assert contents(folder) == before
        return error
    after = contents(folder)
    assert set(after) == ({"net.py", "net.npz"} if name == "net.py" else {name})
    assert all(after[path] != before[path] for path in before)
    return None


@contextmanager
def failing_at(k):
    """The k-th time that a file is made durable, named or linked, the disk turns out to be full."""
    calls = count()

    def in_turn(do):
        def tried(*arguments):
            if next(calls) == k:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return do(*arguments)

        return tried

    with pytest.MonkeyPatch.context() as patch:
        for name in ("fsync", "replace", "link"):
            patch.setattr(os, name, in_turn(getattr(os, name)))
        yield


@contextmanager
def files_of_at_most(size):
    """Files cannot grow further, as on a disk that is full; libraries in C meet it too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


OLD = pytest.mark.parametrize("there", [True, False], ids=["over an old file", "as a new file"])


@OLD
@pytest.mark.parametrize("name", WAYS)
def test_a_file_is_old_or_new_at_whichever_step_saving_fails(name, there, models, tmp_path):
    errors = [save_over(name, models, there, tmp_path, failing_at(k)) for k in range(8)]
    failed = [error is not None for error in errors]
    together = name == "net.py"
    # To disk and to its name, for each file. The old file of a pair is linked, or else copied.
    assert sum(failed) == (4 if together else 2)
    assert not any(failed[6 if together and there else 4 if together else 2 :])
    assert {error.errno for error in errors if error} == {errno.ENOSPC}


@OLD
@pytest.mark.parametrize("name", WAYS)
def test_a_full_disk_leaves_the_old_file(name, there, models, tmp_path):
    assert save_over(name, models, there, tmp_path, files_of_at_most(10**9)) is None
    size = max(path.stat().st_size for path in tmp_path.iterdir())
    for most in (0, 1, 100, size // 2, size - 1):
        error = save_over(name, models, there, tmp_path, files_of_at_most(most))
        assert error is not None
        assert error.errno == errno.EFBIG
    assert save_over(name, models, there, tmp_path, files_of_at_most(size)) is None
