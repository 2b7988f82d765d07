"""gunicorn around an application that is made already: it is imported once, and the workers are forked from it."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


@contextmanager
def shared_counts() -> Iterator[None]:
    """A folder in which the web's processes share what they count. Begin before the application is made."""
    parent, folder = os.getpid(), tempfile.mkdtemp(prefix="platstorget-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        yield
    finally:
        if os.getpid() == parent:  # the workers are forked, and end here too
            shutil.rmtree(folder, ignore_errors=True)


def _forget_process(_server: object, worker: Any) -> None:
    """The connections of a process that is gone are gone."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def serve(app: Flask, bind: str, workers: int, threads: int) -> None:
    """Serves until asked to stop. What has been imported is not gone through for garbage, in any worker."""
    gc.freeze()
    options = {
        "bind": bind,
        "workers": workers,
        "threads": threads,
        "control_socket_disable": True,
        "child_exit": _forget_process,
    }
    _Server(app, options).run()
