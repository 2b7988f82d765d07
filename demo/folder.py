"""The demo's data folder: one owner at a time, and a mark for each step that has been finished."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.problems import DemoProblem

_LONGEST_SOCKET = 100  # Linux refuses paths over 107 bytes, others over 103
_LONGEST_NAME = len("/.s.PGSQL.5432")


class DataFolder:
    """Where a PostgreSQL and a Redis keep what is theirs."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self.logs = self.root / "logs"
        self.postgres = self.root / "postgres"
        self.redis = self.root / "redis"
        self.sockets = _socket_folder(self.root)

    @property
    def way_out(self) -> str:
        """What to do when nothing else helps."""
        return f"To begin again with new data: rm -rf {self.root}"

    def prepare(self) -> None:
        """Makes the folders. Raises DemoProblem when that is not possible."""
        try:
            for folder in (self.root, self.logs, self.redis, self.sockets):
                folder.mkdir(parents=True, exist_ok=True)
            self.redis.chmod(0o700)
        except OSError as error:
            raise DemoProblem(
                f"Cannot make the data folder {self.root} ({error.strerror}): "
                "choose another with PLATSTORGET_DATA=/some/folder make demo."
            ) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder. Raises DemoProblem when another demo holds it."""
        self.prepare()
        with (self.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise DemoProblem(
                    f"The demo is already running on {self.root}: use that one, stop it with Ctrl-C, "
                    "or choose another folder with PLATSTORGET_DATA=/some/folder make demo."
                ) from None
            try:
                yield
            finally:
                if self.sockets.parent != self.root:
                    shutil.rmtree(self.sockets, ignore_errors=True)

    def is_done(self, step: str) -> bool:
        return (self.root / f"{step}.done").exists()

    def mark_done(self, step: str) -> None:
        mark = self.root / f"{step}.done"
        with mark.open("w") as handle:
            handle.flush()
            os.fsync(handle.fileno())

    def forget(self, step: str) -> None:
        (self.root / f"{step}.done").unlink(missing_ok=True)


def _socket_folder(root: Path) -> Path:
    """Beside the data, or in the temporary folder when that would make a path too long for a socket."""
    beside = root / "run"
    if len(os.fsencode(beside)) + _LONGEST_NAME <= _LONGEST_SOCKET:
        return beside
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"platstorget-{name}"
