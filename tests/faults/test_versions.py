"""Two versions side by side: the code before the newest migration on a database that has it, beside the code of now."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app import ROOT
from enterprises.places.models import SeatUse
from marketplace.clock import travelling
from marketplace.db import db
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from tests.support.application import Database
from tests.support.clients import Client
from tests.support.placement_market import FIRST_DAY, LAST_DAY, TODAY

BEFORE = """
import json, sys
from app import create_app
from marketplace.clock import travelling
from marketplace.db import db
from tests.support.bookings import work_off
from tests.support.placement_market import FIRST_DAY, LAST_DAY, TODAY, build_market, chosen

PAGES = ("/", "/placeringar/", "/deltagare/", "/sok/", "/platser/", "/kapacitet", "/fakturor")
told = json.loads(sys.argv[1])
app = create_app()
app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)

def browser(membership_id):
    client = app.test_client()
    assert client.post("/demo/logga-in", data={"membership_id": membership_id}).status_code == 302
    statuses = {page: client.get(page).status_code for page in PAGES}
    assert set(statuses.values()) <= {200, 302, 403, 404}, statuses
    assert statuses["/"] == statuses["/placeringar/"] == 200, statuses
    return client

with travelling(TODAY):
    if not told:
        with app.app_context():
            market = build_market()
            told = {"officer": market.officer.membership_id, "supervisor": market.supervisor.membership_id,
                    "north": market.north_id, "rounds": [chosen(market, number) for number in (1, 2)]}
            db.session.remove()
        days = {"first_day": FIRST_DAY.isoformat(), "last_day": LAST_DAY.isoformat()}
        asked = browser(told["officer"]).post(f"/placeringar/begar/{told['rounds'][0]}", data=days)
        assert asked.status_code == 302, asked.text
        told["placement"] = asked.location.rsplit("/", 1)[1]
    else:
        browser(told["officer"])
        accepted = browser(told["supervisor"]).post(f"/placeringar/{told['asked_later']}/acceptera")
        assert accepted.status_code == 302, accepted.text
        with app.app_context():
            work_off("placement_accepted", "placements.tell")
            db.session.remove()
print(json.dumps(told))
"""
"""First it books one of two; then it accepts what the version of now has booked, and does the jobs of both."""


def git(*command: str) -> bytes:
    done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, check=False)
    if done.returncode or not done.stdout:
        pytest.skip("there is no history here to take the version before from")
    return done.stdout


@pytest.fixture
def version_before(tmp_path: Path) -> Path:
    """The code as it was when the newest migration came."""
    newest = git("log", "-1", "--format=%H", "--diff-filter=A", "--", "migrations/versions").decode().strip()
    folder = tmp_path / "before"
    folder.mkdir()
    tree = git("archive", f"{newest}^")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=tree, check=True)
    return folder


def before(folder: Path, told: dict[str, Any]) -> dict[str, Any]:
    """What the version before does and tells."""
    done = subprocess.run(
        [sys.executable, "-c", BEFORE, json.dumps(told)],
        cwd=folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_side_by_side_during_an_upgrade(database: Database, version_before: Path) -> None:
    told = before(version_before, {})

    def browser(membership_id: int) -> Client:
        client = database.app.test_client()
        assert isinstance(client, Client)
        assert client.post("/demo/logga-in", data={"membership_id": membership_id}).status_code == 302
        return client

    days = {"first_day": FIRST_DAY.isoformat(), "last_day": LAST_DAY.isoformat()}
    with travelling(TODAY):
        accepted = browser(told["supervisor"]).post(f"/placeringar/{told['placement']}/acceptera")
        assert accepted.status_code == 302
        officer = browser(told["officer"])
        asked = officer.post(f"/placeringar/begar/{told['rounds'][1]}", data=days)
        assert asked.status_code == 302
        told["asked_later"] = asked.location.rsplit("/", 1)[1]
    db.session.remove()
    before(version_before, told)

    with travelling(TODAY):
        assert officer.get(f"/placeringar/{told['asked_later']}").status_code == 200  # nobody was signed out
        with acting_as(system_actor(authority_id=told["north"])):
            states = list(db.session.scalars(select(Placement.state)))
            assert states == [PlacementState.ACCEPTED] * 2
            assert db.session.scalar(select(func.count(SeatUse.id))) == 2
