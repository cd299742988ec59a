"""The folder of a run's finished steps, from which a broken run goes on."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from empathy_score.errors import TranscriptError

STAGED = "staged.json"
"""Says that the input is on disk: without it there is nothing to go on from."""

_MARK = "run.json"


class Work:
    """Files that stand under their name only when they are whole.

    Parameters
    ----------
    path : Path
        The folder; made, readable by its owner alone.
    run : dict
        All that the run depends on: a run goes on only where it is the same.
    resume : bool
        Whether to go on from what is there; else it is removed first.

    As a context it is held until the end, and then removed unless a run can go on from it.

    Raises
    ------
    TranscriptError
        Where the folder is another run's, in use, or cannot be written.
    """

    def __init__(self, path: Path, run: dict[str, Any], *, resume: bool) -> None:
        self.path = path
        with _disk_errors(path):
            known = self._known()
            if known is None and path.exists() and any(path.iterdir()):
                raise self._refused("is not a folder of an earlier run", "an empty folder or none")
            if known is not None and not resume:
                shutil.rmtree(path)
            elif known is not None and known != run:
                raise self._refused(
                    "was begun with other inputs, options or another model", "the same run"
                )
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = self._locked()
            if not self.has(_MARK):
                with self.write(_MARK) as part:
                    part.write_text(json.dumps(run), encoding="utf-8")
            for stale in path.glob("*.part"):
                stale.unlink()

    @classmethod
    def join(cls, path: Path) -> Work:
        """Give the folder of a run that another process leads."""
        work = cls.__new__(cls)
        work.path = path
        return work

    def _known(self) -> dict[str, Any] | None:
        try:
            known: dict[str, Any] = json.loads((self.path / _MARK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return known

    def _refused(self, problem: str, expected: str) -> TranscriptError:
        return TranscriptError(
            str(self.path), problem, expected=expected, came="something else",
            do="Remove it, or run without --resume to begin anew.",
        )  # fmt: skip

    def _locked(self) -> IO[bytes]:
        """Hold the folder for this process; the lock goes with it, however it ends."""
        handle = (self.path / "lock").open("wb")
        with suppress(ImportError):  # Windows has no such locks
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                handle.close()
                raise self._refused("is in use by another run", "one run at a time") from error
        return handle

    def __enter__(self) -> Work:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Let go of the folder; it goes when all went well, or nothing of use is in it."""
        self._lock.close()
        if kind is None or not self.has(STAGED):
            shutil.rmtree(self.path, ignore_errors=True)

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def has(self, name: str) -> bool:
        """Tell whether a file is there, and so whole."""
        return (self.path / name).exists()

    @contextmanager
    def write(self, name: str) -> Iterator[Path]:
        """Give a path to write a file to, which gets its name when that went well.

        Raises
        ------
        TranscriptError
            Where the disk is full, or the folder cannot be written.
        """
        part = self.path / f"{name}.part"
        with _disk_errors(self.path):
            yield part
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(self.path / name)


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TranscriptError(
            str(path),
            "cannot be written",
            expected="a folder with room, for about three times the input",
            came=error.strerror or type(error).__name__,
            do="Make room, or name another folder with --spill; --resume goes on from here.",
        ) from error
