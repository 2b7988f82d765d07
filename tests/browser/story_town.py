"""Where the story begins: a migrated database, one authority with its staff, and a clock that the story sets."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from playwright.sync_api import Browser

from app import ROOT
from marketplace.accounts.models import Organisation
from marketplace.accounts.queries import actor_in
from marketplace.accounts.rules import Role
from marketplace.accounts.services import add_membership, create_account
from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.reference.services import load_reference
from marketplace.second_factor.rules import RequiredOf
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.browser.visitor import Visitor
from tests.factories import make_authority, make_member
from tests.support.application import Database
from tests.support.second_factor import require_second_factor

FIRST_DAY = date(2026, 1, 12)
"""A Monday. The story ends in March of the same year, whatever the date is outside."""
KOMMUNER = {"0136": "Haninge", "0138": "Tyresö"}
PASSWORD = "en lång mening som lösenord"
STAFF: Mapping[Role, tuple[str, str]] = {
    Role.PROCUREMENT_OFFICER: ("Ulla Upphandlare", "ulla@havsstrand.example"),
    Role.COORDINATOR: ("Samira Samordnare", "samira@havsstrand.example"),
    Role.STRATEGIST: ("Sten Strateg", "sten@havsstrand.example"),
    Role.CONTROLLER: ("Eva Ekonom", "eva@havsstrand.example"),
    Role.CASE_OFFICER: ("Hanna Handläggare", "hanna@havsstrand.example"),
}
ATTESTER = ("Arne Attestant", "arne@havsstrand.example")
"""A second controller: one examines an invoice and the other attests it."""
MANAGER = ("Vera Verksamhetsledare", "vera@tradohjul.example")
SUPERVISOR = ("Hugo Handledare", "hugo@tradohjul.example")
_WORKER = """
import sys
from datetime import date
import config, worker
from app import create_app
from marketplace.clock import travelling
settings = config.load()
app, connection = create_app(settings), worker.redis_for(settings)
with travelling(date.fromisoformat(sys.argv[1])):
    with app.app_context():
        for name in sys.argv[2:]:
            worker.start_scheduled(name)
    while worker.relay_once(app, connection):
        worker.work(app, connection, is_burst=True)
"""
"""Both halves of `platstorget worker` on a day of the story, and what its clock would have started."""


@dataclass
class Town:
    """Everyone in the story, each at a browser of their own, and the day it is for all of them."""

    browser: Browser
    address: str
    database: Database
    actors: dict[Role, Actor]
    today: date = FIRST_DAY
    _visitors: dict[Role, Visitor] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def on(self, month: int, day: int) -> None:
        """It is that day, at nine in the morning."""
        self.today = date(FIRST_DAY.year, month, day)

    def person(self, role: Role) -> Visitor:
        """Whoever has that role, or is to have it, on the page that was left last."""
        if role not in self._visitors:
            self._visitors[role] = Visitor(self.browser, self.address, self._seen)
        return self._visitors[role]

    def at_work(self, role: Role) -> Visitor:
        """The person in that role on her start page. Whose session has run out signs in, by keyboard."""
        visitor = self.person(role)
        visitor.go("/")
        if visitor.path.startswith("/logga-in"):
            _, email = self._account(role)
            visitor.type_by_keyboard(email, PASSWORD)
        assert visitor.heading == "Mitt arbete"
        return visitor

    def leave(self) -> None:
        for visitor in self._visitors.values():
            visitor.leave()

    def worker(self, *scheduled: str) -> None:
        """The worker, in a process of its own, until there is nothing left to do."""
        command = [sys.executable, "-c", _WORKER, self.today.isoformat(), *scheduled]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        assert '"level": "error"' not in done.stderr, done.stderr

    @staticmethod
    def _account(role: Role) -> tuple[str, str]:
        return {Role.SUPPLIER_MANAGER: MANAGER, Role.SUPERVISOR: SUPERVISOR, **STAFF}[role]


def build_town(browser: Browser, address: str, database: Database) -> Town:
    """What an operator sets up: reference data, the authority, one of its members, and accounts."""
    with travelling(FIRST_DAY), acting_as(system_actor()), transaction():
        load_reference()
        authority = make_authority("Samordningsförbundet Havsstrand", list(KOMMUNER))
        unit = make_member("Arbetsmarknadsenheten i Haninge", authority.id, list(KOMMUNER))
        actors = {
            role: make_account(role, *who, unit if role is Role.CASE_OFFICER else authority)
            for role, who in STAFF.items()
        }
        make_account(Role.CONTROLLER, *ATTESTER, authority)
        require_second_factor(authority.id, RequiredOf.NOBODY)
    town = Town(browser, address, database, actors)
    _keep_time(database, town)
    return town


def make_account(role: Role, name: str, email: str, organisation: Organisation) -> Actor:
    user = create_account(email, name, PASSWORD)
    return actor_in(add_membership(user.id, organisation.id, role), user)


def _keep_time(database: Database, town: Town) -> None:
    """The application's clock, in whatever thread it serves, shows the town's day."""
    inner = database.app.wsgi_app

    def on_that_day(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with travelling(town.today):
            return inner(environ, start_response)

    database.app.wsgi_app = on_that_day  # type: ignore[method-assign]
