"""Alive and ready: what a supervisor and a load balancer are told."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from tests.conftest import Database
from tests.support.clients import Client


def test_alive_needs_no_server(client_for: Callable[..., Client]) -> None:
    answer = client_for().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_ready_when_all_three_answer(database: Database, client_for: Callable[..., Client]) -> None:
    answer = client_for().get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": "ok", "redis": "ok", "migrations": "ok"}
