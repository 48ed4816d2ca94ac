"""Files replaced whole: a reader sees the old one or the new one, never half.

Each is written beside its place under a name that starts with a dot, synced, and
renamed; folders are opened without following links, so nothing outside the
publish directory is ever touched.

Touches: the publish directory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from types import TracebackType
from typing import Self

from feeds.errors import FeedsError
from feeds.site import name

FILE_MODE, FOLDER_MODE = 0o644, 0o755           # whatever the umask: these files are for everyone
_TEMPORARY = re.compile(r"\.[a-z0-9][a-z0-9-]{0,79}\.[a-z]{1,8}\.new\Z")
_ENDING = re.compile(r"[a-z]{1,8}\Z")


class Files:
    """The publish directory, held open while it is written."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._folders: dict[str, int] = {}      # name, and its descriptor; "" is the directory itself
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._folders[""] = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
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
        for descriptor in self._folders.values():
            os.close(descriptor)
        self._folders = {}

    def exists(self, path: str) -> bool:
        """Whether there is a plain file at `path`."""
        try:
            folder, file = self._place(path)
            return S_ISREG(os.stat(file, dir_fd=folder, follow_symlinks=False).st_mode)
        except (OSError, ValueError):
            return False

    def read(self, path: str, most: int = 16_000_000) -> bytes:
        """The first `most` bytes of the file at `path`; b"" when there is none."""
        try:
            folder, file = self._place(path)
            descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
        except (OSError, ValueError):
            return b""
        with open(descriptor, "rb") as opened:
            return opened.read(most)

    def write(self, files: Sequence[tuple[str, bytes]]) -> dict[str, str]:
        """Replaces the files; those that could not be are returned with the reason, and are as they were before."""
        failed: dict[str, str] = {}
        opened: list[tuple[str, int, str, int]] = []
        for path, body in files:                # all are written before the first is synced: the disk then takes them together
            try:
                folder, file = self._place(path)
                descriptor = self._open_new(folder, f".{file}.new")
            except (OSError, ValueError) as error:
                failed[path] = str(error)
                continue
            opened.append((path, folder, file, descriptor))
            try:
                os.fchmod(descriptor, FILE_MODE)
                _write_all(descriptor, body)
            except OSError as error:
                failed[path] = str(error)
        renamed: set[int] = set()
        for path, _, _, descriptor in opened:
            try:
                if path not in failed:
                    os.fsync(descriptor)
            except OSError as error:
                failed[path] = str(error)
            os.close(descriptor)
        for path, folder, file, _ in opened:
            try:
                if path in failed:
                    os.unlink(f".{file}.new", dir_fd=folder)
                else:
                    os.rename(f".{file}.new", file, src_dir_fd=folder, dst_dir_fd=folder)
                    renamed.add(folder)
            except OSError as error:
                failed.setdefault(path, str(error))
        for folder in renamed:
            os.fsync(folder)
        return failed

    def remove(self, paths: Iterable[str]) -> None:
        """Removes files; those that are gone already are no error."""
        for path in paths:
            with suppress(OSError, ValueError):
                folder, file = self._place(path)
                os.unlink(file, dir_fd=folder)

    def sweep(self) -> int:
        """Removes what an interrupted run left behind; how many files it was."""
        found = 0
        for folder in ["", *(entry.name for entry in os.scandir(self._folders[""]) if entry.is_dir(follow_symlinks=False))]:
            try:
                descriptor = self._folder(folder)
            except (OSError, ValueError):
                continue                        # no folder of ours
            for file in os.listdir(descriptor):
                if _TEMPORARY.match(file):
                    os.unlink(file, dir_fd=descriptor)
                    found += 1
        return found

    def _place(self, path: str) -> tuple[int, str]:
        """The folder and the name of a published file. Raises ValueError when it may not be called so."""
        *folders, file = path.split("/")
        if len(folders) > 1:
            raise ValueError(f"{path!r} lies too deep")
        stem, _, ending = file.partition(".")
        name(stem)
        if not _ENDING.match(ending):
            raise ValueError(f"{path!r} cannot name a file")
        return self._folder(name(folders[0]) if folders else ""), file

    def _folder(self, folder: str) -> int:
        if folder not in self._folders:
            with suppress(FileExistsError):
                os.mkdir(folder, FOLDER_MODE, dir_fd=self._folders[""])
                os.chmod(folder, FOLDER_MODE, dir_fd=self._folders[""])
                os.fsync(self._folders[""])
            self._folders[folder] = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=self._folders[""])
        return self._folders[folder]

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
