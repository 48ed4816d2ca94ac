"""Files replaced whole: a reader sees the old one or the new one, never half.

Each is written beside its place under a name that starts with a dot, synced, and
renamed; folders are opened without following links, so nothing outside the
publish directory is ever touched.

Touches: the publish directory.
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from types import TracebackType
from typing import Self

from feeds.errors import FeedsError
from feeds.site import name

FILE_MODE, FOLDER_MODE = 0o644, 0o755           # whatever the umask: these files are for everyone
DEEPEST = 3                                     # folders above a file: country/vn/archive/1.atom
MOST_OPEN = 64                                  # folders held open; a process may hold some thousand files
_TEMPORARY = re.compile(r"\.[a-z0-9][a-z0-9-]{0,79}\.[a-z]{1,8}(\.gz)?\.new\Z")
_ENDING = re.compile(r"[a-z]{1,8}(\.gz)?\Z")


class Files:
    """The publish directory, held open while it is written."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._root = -1
        self._folders: OrderedDict[str, int] = OrderedDict()    # path below the directory, and its descriptor
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._root = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            if not os.access(directory, os.W_OK | os.X_OK):
                raise PermissionError("it cannot be written to")
        except OSError as error:
            self.close()
            remedy = "make it a folder we may write to, or name another"
            raise FeedsError(f"publish.directory {str(directory)!r}", error.strerror or str(error), remedy) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        for descriptor in (*self._folders.values(), *((self._root,) if self._root >= 0 else ())):
            os.close(descriptor)
        self._folders, self._root = OrderedDict(), -1

    def exists(self, path: str) -> bool:
        """Whether there is a plain file at `path`."""
        return self.size(path) >= 0

    def size(self, path: str) -> int:
        """How many bytes the plain file at `path` has; -1 when there is none."""
        try:
            folder, file = self._place(path)
            found = os.stat(file, dir_fd=folder, follow_symlinks=False)
        except (OSError, ValueError):
            return -1
        return found.st_size if S_ISREG(found.st_mode) else -1

    def listing(self, *, without: frozenset[str] = frozenset()) -> frozenset[str]:
        """The files in the directory and in its folders, but for those of `without` and for folders in folders."""
        found: set[str] = set()
        for entry in os.scandir(self._root):
            if entry.is_file(follow_symlinks=False):
                found.add(entry.name)
            elif entry.is_dir(follow_symlinks=False) and entry.name not in without:
                with suppress(OSError, ValueError):
                    found.update(f"{entry.name}/{inner}" for inner in os.listdir(self._folder(entry.name)))
        return frozenset(found)

    def write(self, files: Sequence[tuple[str, bytes]]) -> dict[str, str]:
        """Replaces the files; those that could not be are returned with the reason, and are as they were before."""
        failed: dict[str, str] = {}
        opened: list[tuple[str, int]] = []
        for path, body in files:                # all are written before the first is synced: the disk then takes them together
            try:
                folder, file = self._place(path)
                descriptor = self._open_new(folder, f".{file}.new")
            except (OSError, ValueError) as error:
                failed[path] = str(error)
                continue
            opened.append((path, descriptor))
            try:
                os.fchmod(descriptor, FILE_MODE)
                _write_all(descriptor, body)
            except OSError as error:
                failed[path] = str(error)
        for path, descriptor in opened:
            try:
                if path not in failed:
                    os.fsync(descriptor)
            except OSError as error:
                failed[path] = str(error)
            os.close(descriptor)
        renamed: dict[str, None] = {}
        for path, _ in opened:
            try:
                folder, file = self._place(path)
                if path in failed:
                    os.unlink(f".{file}.new", dir_fd=folder)
                else:
                    os.rename(f".{file}.new", file, src_dir_fd=folder, dst_dir_fd=folder)
                    renamed[path.rpartition("/")[0]] = None
            except (OSError, ValueError) as error:
                failed.setdefault(path, str(error))
        for path in renamed:
            os.fsync(self._folder(path))
        return failed

    def remove(self, paths: Iterable[str]) -> None:
        """Removes files; those that are gone already are no error."""
        for path in paths:
            with suppress(OSError, ValueError):
                folder, file = self._place(path)
                os.unlink(file, dir_fd=folder)

    def sweep(self) -> int:
        """Removes what an interrupted run left behind; how many files it was."""
        found, folders = 0, [""]
        while folders:
            folder = folders.pop()
            try:
                descriptor = self._folder(folder)
            except (OSError, ValueError):
                continue                        # no folder of ours
            below = f"{folder}/" if folder else ""
            for entry in list(os.scandir(descriptor)):
                if entry.is_dir(follow_symlinks=False) and below.count("/") < DEEPEST:
                    folders.append(below + entry.name)
                elif _TEMPORARY.match(entry.name):
                    os.unlink(entry.name, dir_fd=self._folder(folder))
                    found += 1
        return found

    def _place(self, path: str) -> tuple[int, str]:
        """The folder and the name of a published file. Raises ValueError when it may not be called so."""
        *folders, file = path.split("/")
        if len(folders) > DEEPEST:
            raise ValueError(f"{path!r} lies too deep")
        stem, _, ending = file.partition(".")
        for part in (*folders, stem):
            name(part)
        if not _ENDING.match(ending):
            raise ValueError(f"{path!r} cannot name a file")
        return self._folder("/".join(folders)), file

    def _folder(self, path: str) -> int:
        """A folder below the directory, made where there is none; never reached by a link."""
        if not path:
            return self._root
        if path in self._folders:
            self._folders.move_to_end(path)
            return self._folders[path]
        above, _, last = path.rpartition("/")
        parent = self._folder(above)
        with suppress(FileExistsError):
            os.mkdir(name(last), FOLDER_MODE, dir_fd=parent)
            os.chmod(last, FOLDER_MODE, dir_fd=parent)
            os.fsync(parent)
        descriptor = os.open(name(last), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
        while len(self._folders) >= MOST_OPEN:
            os.close(self._folders.popitem(last=False)[1])
        self._folders[path] = descriptor
        return descriptor

    @staticmethod
    def _open_new(folder: int, file: str) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            return os.open(file, flags, FILE_MODE, dir_fd=folder)
        except FileExistsError:
            os.unlink(file, dir_fd=folder)      # left by a run that was interrupted, or put there by someone: it is never written through
            return os.open(file, flags, FILE_MODE, dir_fd=folder)


def _write_all(descriptor: int, body: bytes) -> None:
    view = memoryview(body)
    while view:
        view = view[os.write(descriptor, view):]
