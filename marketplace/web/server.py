"""gunicorn around an application that is made already: it is imported once, and the workers are forked from it."""

import gc
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


def serve(app: Flask, bind: str, workers: int, threads: int) -> None:
    """Serves until asked to stop. What has been imported is not gone through for garbage, in any worker."""
    gc.freeze()
    _Server(app, {"bind": bind, "workers": workers, "threads": threads, "control_socket_disable": True}).run()
