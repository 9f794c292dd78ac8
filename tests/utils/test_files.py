"""Files that are fetched once: checked, kept and unpacked, never outside of their folder."""

import hashlib
import io
import tarfile
import zipfile

import pytest

from pellucid import utils
from pellucid.errors import ArgumentError, DataError, UnknownNameError

CONTENT = b"some words"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT).hexdigest()


@pytest.fixture
def origin(tmp_path):
    """A published file."""
    (tmp_path / "web").mkdir()
    file = tmp_path / "web" / "words.txt"
    file.write_bytes(CONTENT)
    return file


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def get(file, cache, **options):
    return utils.get_file(origin=file.as_uri(), cache_dir=cache, **options)


def files_below(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


# -- the cache -------------------------------------------------------------------------------------


def test_a_file_is_fetched_once_and_then_taken_from_the_cache(origin, cache, capsys):
    path = get(origin, cache)
    assert path == str(cache / "datasets" / "words.txt")
    assert "Downloading data from file://" in capsys.readouterr().out
    origin.write_bytes(b"others")
    assert get(origin, cache) == path
    assert capsys.readouterr().out == ""
    assert (cache / "datasets" / "words.txt").read_bytes() == CONTENT
    get(origin, cache, force_download=True)
    assert (cache / "datasets" / "words.txt").read_bytes() == b"others"
    assert files_below(cache) == ["datasets/words.txt"]


def test_name_and_folders_may_be_chosen(origin, cache, tmp_path):
    assert get(origin, cache, fname="a", cache_subdir="b/c") == str(cache / "b" / "c" / "a")
    elsewhere = tmp_path / "elsewhere"
    assert get(origin, cache, cache_subdir=str(elsewhere)) == str(elsewhere / "words.txt")


@pytest.mark.parametrize(
    "options",
    [
        {"file_hash": SHA256},
        {"file_hash": SHA256.upper()},
        {"file_hash": MD5},
        {"md5_hash": MD5},
        {"file_hash": MD5, "hash_algorithm": "md5"},
        {"file_hash": SHA256, "hash_algorithm": "sha256"},
    ],
)
def test_a_file_of_the_right_checksum_is_taken(origin, cache, options):
    for _ in range(2):
        with open(get(origin, cache, **options), "rb") as file:
            assert file.read() == CONTENT


@pytest.mark.parametrize(("name", "wanted"), [("SHA-256", SHA256), ("MD5", MD5)])
def test_a_file_of_another_checksum_does_not_come_into_the_cache(origin, cache, name, wanted):
    origin.write_bytes(b"forged")
    found = hashlib.new(name.replace("-", ""), b"forged").hexdigest()
    with pytest.raises(DataError) as error:
        get(origin, cache, file_hash=wanted)
    assert str(error.value) == (
        f"What arrived from {origin.as_uri()} is not the published file.\n"
        f"  given:    {name} {found}, of 6 bytes\n"
        f"  expected: {name} {wanted}\n"
        "  to mend:  try again"
    )
    assert files_below(cache) == []


def test_a_file_in_the_cache_that_is_not_the_one_is_fetched_anew(origin, cache, capsys):
    place = cache / "datasets" / "words.txt"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"old")
    get(origin, cache, file_hash=SHA256)
    assert place.read_bytes() == CONTENT
    assert f"{place} is not the file of this checksum" in capsys.readouterr().out
    origin.write_bytes(b"forged")
    place.write_bytes(b"old")
    with pytest.raises(DataError):
        get(origin, cache, file_hash=SHA256)
    assert place.read_bytes() == b"old"  # what was there stays


def test_what_is_not_there_is_an_error(origin, cache):
    gone = origin.with_name("gone.txt")
    with pytest.raises(DataError) as error:
        get(gone, cache)
    assert str(error.value) == (
        f"{gone.as_uri()} could not be downloaded.\n"
        f"  given:    <urlopen error [Errno 2] No such file or directory: '{gone}'>\n"
        f"  expected: the file, to keep as {cache / 'datasets' / 'gone.txt'}\n"
        "  to mend:  connect to the network"
    )


@pytest.mark.parametrize("fname", ["a/b", "../a", "..", "/etc/passwd"])
def test_a_name_does_not_lead_out_of_the_cache(origin, cache, fname):
    with pytest.raises(ArgumentError) as error:
        get(origin, cache, fname=fname)
    assert str(error.value) == (
        "A file in the cache needs a name without folders.\n"
        f"  given:    fname={fname!r}, origin={origin.as_uri()!r}\n"
        "  expected: fname='data.zip', for example\n"
        "  to mend:  cache_dir and cache_subdir say the folder"
    )


def test_arguments_that_cannot_be_are_errors(origin, cache):
    with pytest.raises(ArgumentError, match="There is nothing to fetch"):
        utils.get_file("a")
    with pytest.raises(ArgumentError) as error:
        get(origin, cache, file_hash="abc")
    assert str(error.value) == (
        "This is no checksum of that kind.\n"
        "  given:    'abc', of 3 digits, and hash_algorithm='auto'\n"
        "  expected: 32 digits of md5 or 64 digits of sha256"
    )
    with pytest.raises(ArgumentError, match="This is no checksum of that kind"):
        get(origin, cache, file_hash=MD5, hash_algorithm="sha256")
    with pytest.raises(UnknownNameError, match="Unknown hash_algorithm 'sha1'"):
        get(origin, cache, hash_algorithm="sha1")
    with pytest.raises(UnknownNameError, match="Unknown archive_format 'rar'"):
        get(origin, cache, extract=True, archive_format="rar")


# -- archives --------------------------------------------------------------------------------------


def write_zip(path, members):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)


def write_tar(path, members):
    mode = "w:" + {".gz": "gz", ".bz2": "bz2", ".xz": "xz"}.get(path.suffix, "")
    with tarfile.open(path, mode) as file:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            file.addfile(member, io.BytesIO(content.encode()))


WRITERS = {
    "a.zip": write_zip,
    "a.tar": write_tar,
    "a.tar.gz": write_tar,
    "a.tar.bz2": write_tar,
    "a.tar.xz": write_tar,
}


@pytest.mark.parametrize("name", WRITERS)
def test_archives_are_unpacked(origin, cache, name):
    archive = origin.with_name(name)
    WRITERS[name](archive, {"data/one.txt": "1", "data/deep/two.txt": "2"})
    folder = get(archive, cache, extract=True)
    assert folder == str(cache / "datasets" / name)
    assert get(archive, cache, extract=True) == folder
    assert files_below(cache / "datasets") == [
        f"{name}/data/deep/two.txt",
        f"{name}/data/one.txt",
        f"{name}_archive",
    ]


def test_the_folder_is_called_as_in_keras(origin, cache):
    archive = origin.with_name("a.tar")
    write_tar(archive, {"one.txt": "1"})
    assert get(archive, cache, fname="b", untar=True) == str(cache / "datasets" / "b")
    named = get(archive, cache, fname="c.tar", extract=True)
    assert named == str(cache / "datasets" / "c_extracted")
    assert files_below(cache / "datasets") == [
        "b/one.txt",
        "b_archive",
        "c.tar",
        "c_extracted/one.txt",
    ]


def test_a_new_archive_takes_the_place_of_the_old_one(origin, cache):
    archive = origin.with_name("a.zip")
    write_zip(archive, {"old.txt": ""})
    folder = get(archive, cache, extract=True)
    write_zip(archive, {"new.txt": ""})
    get(archive, cache, extract=True, force_download=True)
    assert files_below(cache / "datasets") == ["a.zip/new.txt", "a.zip_archive"]
    assert folder == str(cache / "datasets" / "a.zip")


@pytest.mark.parametrize("write", [write_zip, write_tar])
@pytest.mark.parametrize("name", ["../evil.txt", "a/../../evil.txt", "/tmp/evil.txt"])
def test_an_archive_that_leads_outside_is_refused_as_a_whole(origin, cache, write, name):
    archive = origin.with_name("a")
    write(archive, {"good.txt": "1", name: "2"})
    with pytest.raises(DataError) as error:
        get(archive, cache, extract=True)
    assert str(error.value) == (
        f"{cache}/datasets/a_archive would write outside of its folder.\n"
        f"  given:    {name!r}\n"
        "  expected: names of files inside the folder\n"
        "  to mend:  do not use this archive"
    )
    assert files_below(cache) == ["datasets/a_archive"]


@pytest.mark.parametrize("name", ["..\\evil.txt", "C:\\evil.txt", "\\evil.txt"])
def test_names_that_lead_outside_on_windows_are_refused_everywhere(origin, cache, name):
    archive = origin.with_name("a.tar")
    write_tar(archive, {name: "2"})
    with pytest.raises(DataError, match="would write outside of its folder"):
        get(archive, cache, extract=True)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(origin, cache, kind):
    archive = origin.with_name("a.tar")
    with tarfile.open(archive, "w") as file:
        member = tarfile.TarInfo("link")
        member.type, member.linkname = kind, "/etc"
        file.addfile(member)
    with pytest.raises(DataError) as error:
        get(archive, cache, extract=True)
    assert str(error.value) == (
        f"{cache}/datasets/a.tar_archive holds something other than files and folders.\n"
        "  given:    a link or a device: 'link'\n"
        "  expected: files and folders: a link may lead anywhere\n"
        "  to mend:  if you trust it, unpack it yourself"
    )


def test_what_is_no_archive_is_an_error(origin, cache):
    with pytest.raises(DataError) as error:
        get(origin, cache, extract=True)
    assert str(error.value) == (
        f"{cache}/datasets/words.txt_archive is not an archive that can be unpacked.\n"
        "  given:    a file of another kind\n"
        "  expected: tar or zip"
    )
    write_zip(origin.with_name("a.zip"), {"one.txt": "1"})
    with pytest.raises(DataError, match="expected: tar"):
        get(origin.with_name("a.zip"), cache, extract=True, archive_format="tar")


def test_a_broken_archive_leaves_nothing_behind(origin, cache):
    archive = origin.with_name("a.tar.gz")
    write_tar(archive, {"one.txt": "1" * 100_000, "two.txt": "2"})
    archive.write_bytes(archive.read_bytes()[:-40])
    with pytest.raises(DataError, match="could not be unpacked"):
        get(archive, cache, extract=True)
    assert files_below(cache) == ["datasets/a.tar.gz_archive"]
    assert [p.name for p in (cache / "datasets").iterdir()] == ["a.tar.gz_archive"]
