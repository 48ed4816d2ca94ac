from __future__ import annotations

import os
import stat

import pytest

from feeds.errors import FeedsError
from feeds.files import Files


@pytest.mark.case("S54")
def test_a_file_and_its_folder_are_made_for_everyone_to_read(tmp_path):
    before = os.umask(0o077)
    try:
        with Files(tmp_path / "public") as files:
            assert files.write([("country/vn.atom", b"x")]) == {}
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "public/country/vn.atom").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "public/country").stat().st_mode) == 0o755


@pytest.mark.case("R65")
def test_a_file_that_is_being_read_keeps_its_old_bytes(tmp_path):
    with Files(tmp_path) as files:
        files.write([("all.atom", b"old")])
        with open(tmp_path / "all.atom", "rb") as reader:
            files.write([("all.atom", b"new and longer")])
            assert reader.read() == b"old"
    assert (tmp_path / "all.atom").read_bytes() == b"new and longer"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else_and_the_others_go_on(tmp_path):
    with Files(tmp_path) as files:
        files.write([("all.atom", b"old"), ("index.html", b"old")])
        (tmp_path / ".all.atom.new").mkdir()  # nothing can be written there
        failed = files.write([("all.atom", b"new"), ("index.html", b"new")])
    assert list(failed) == ["all.atom"]
    assert ((tmp_path / "all.atom").read_bytes(), (tmp_path / "index.html").read_bytes()) == (b"old", b"new")


def test_a_full_disk_leaves_the_old_file(tmp_path):
    resource = pytest.importorskip("resource")
    import signal

    with Files(tmp_path) as files:
        files.write([("all.atom", b"old"), ("index.html", b"old")])
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails with EFBIG in place of the signal
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
        try:
            failed = files.write([("all.atom", b"x" * 5_000), ("index.html", b"new")])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, handler)
    assert list(failed) == ["all.atom"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.atom", "index.html"]
    assert ((tmp_path / "all.atom").read_bytes(), (tmp_path / "index.html").read_bytes()) == (b"old", b"new")


@pytest.mark.case("S53")
def test_links_are_replaced_and_never_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    public = tmp_path / "public"
    public.mkdir()
    (public / "all.atom").symlink_to(outside / "secret")
    (public / ".index.html.new").symlink_to(outside / "secret")
    (public / "country").symlink_to(outside)
    with Files(public) as files:
        failed = files.write([("all.atom", b"new"), ("index.html", b"new"), ("country/vn.atom", b"new")])
        assert not files.exists("country/secret.atom") and files.listing() == {"all.atom", "index.html"}
    assert list(failed) == ["country/vn.atom"]
    assert [path.name for path in outside.iterdir()] == ["secret"] and (outside / "secret").read_bytes() == b"secret"
    assert not (public / "all.atom").is_symlink() and (public / "all.atom").read_bytes() == b"new"


@pytest.mark.parametrize(
    "path",
    [
        "../x.atom",
        "a/b/c/d/e.atom",
        "a/../b.atom",
        "x.atom.br",
        "/x.atom",
        ".x.atom",
        "x",
        "x.",
        "X.atom",
        "a\x00.atom",
        "con.atom",
        "-x.atom",
        "x.a-b",
        "",
        "a//b.atom",
        "x.atom/",
        "x" * 81 + ".atom",
    ],
)
@pytest.mark.case("S52")
def test_a_file_is_only_ever_written_under_a_plain_name_inside_the_directory(tmp_path, path):
    public = tmp_path / "public"
    with Files(public) as files:
        assert list(files.write([(path, b"x")])) == [path]
    assert [entry.name for entry in tmp_path.rglob("*")] == ["public"]


@pytest.mark.case("R12")
def test_what_an_interrupted_run_left_is_swept_away_and_nothing_else(tmp_path):
    (tmp_path / "country").mkdir()
    (tmp_path / "country/vn/archive").mkdir(parents=True)
    there = (".htaccess", "all.atom", "country/.hidden", "country/vn/archive/1.atom")
    for name in (".all.atom.new", "country/.vn.atom.new", "country/.vn.atom.gz.new", "country/vn/archive/.1.atom.new", *there):
        (tmp_path / name).write_bytes(b"")
    with Files(tmp_path) as files:
        assert files.sweep() == 4
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == sorted(there)


def test_files_lie_in_folders_of_folders_however_many(tmp_path):
    with Files(tmp_path) as files:
        assert files.write([(f"country/x{number}/archive/1.atom", b"x") for number in range(200)]) == {}
        assert files.exists("country/x0/archive/1.atom") and files.exists("country/x199/archive/1.atom")
    assert len(list(tmp_path.rglob("1.atom"))) == 200


@pytest.mark.case("R19")
def test_a_directory_that_cannot_be_one_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "public").write_bytes(b"")
    with pytest.raises(FeedsError, match=r"public'.*; make it a folder we may write to"):
        Files(tmp_path / "public")
