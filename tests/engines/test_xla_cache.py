"""Compiled programs on disk: what is oldest goes."""

import os

from pellucid.engines.xla_cache import prune


def test_the_oldest_files_go_until_the_others_fit(tmp_path):
    for age, name in enumerate(["newest", "middle", "oldest"]):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    prune(tmp_path, 200)
    assert {p.name for p in tmp_path.iterdir()} == {"newest", "middle"}
    prune(tmp_path, 200)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_is_not_there_yet_is_no_error(tmp_path):
    prune(tmp_path / "none", 0)
    assert not (tmp_path / "none").exists()
