"""What the database holds of terms by itself, whoever writes and however."""

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from enterprises.applications.models import Application
from enterprises.applications.rules import ApplicationState
from enterprises.applications.services import start_application
from marketplace.clock import now, today
from marketplace.db import db, transaction
from marketplace.errors import Conflict
from marketplace.procurement.models import TermsVersion
from marketplace.procurement.queries import published_terms, system_with_versions
from marketplace.procurement.rules import DefaultRule, Regime, TermsState
from marketplace.tenancy import acting_as
from tests.support import supply
from tests.support.supply import Supply


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.mark.parametrize("state", TermsState)
def test_no_authority_adds_a_version_to_anothers_system(world: Supply, state: TermsState) -> None:
    system_id = supply.open_system(world.officer)
    facts = {
        "system_id": system_id,
        "authority_id": world.other_officer.authority_id,
        "version": 9,
        "state": state,
        "contract_text_sv": "Förfalskad",
        "default_rule": DefaultRule.TURN_ORDER,
        "own_provision_sv": "",
        "published_on": today(),
    } | dict.fromkeys(
        ("start_within_days", "answer_within", "plan_within", "report_within", "decision_within"), 1
    )
    with acting_as(world.other_officer), pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(insert(TermsVersion).values(facts))


@pytest.mark.parametrize("regime", Regime)
def test_under_lov_nothing_is_published_that_leaves_the_default_open(world: Supply, regime: Regime) -> None:
    system_id = supply.open_system(world.officer, regime=regime)
    with acting_as(world.officer), transaction():
        terms_id = supply.draft_terms(system_with_versions(system_id))
        db.session.get_one(TermsVersion, terms_id).default_rule = DefaultRule.NONE
    publishing = (
        update(TermsVersion)
        .where(TermsVersion.id == terms_id)
        .values(state=TermsState.REPLACED, published_on=today())
    )
    with acting_as(world.officer):
        if regime is Regime.LOV:
            with pytest.raises(Conflict, match="egen verksamhet eller turordning"), transaction():
                db.session.execute(publishing)
        else:
            with transaction():
                db.session.execute(publishing)


def test_an_application_is_put_before_nobody_but_the_systems_authority(world: Supply) -> None:
    system_id = supply.open_system(world.officer)
    other_id = supply.open_system(world.other_officer)
    with acting_as(world.manager), transaction():
        application_id = start_application(system_id).id
        elsewhere = published_terms(other_id)
        assert elsewhere is not None
    changes: list[dict[str, object]] = [
        {"authority_id": world.other_officer.authority_id},
        {"system_id": other_id},
        {"terms_id": elsewhere.id},
    ]
    for change in changes:
        with acting_as(world.manager), pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(update(Application).where(Application.id == application_id).values(change))
    facts = {
        "system_id": other_id,
        "terms_id": elsewhere.id,
        "authority_id": world.authority_id,
        "enterprise_id": world.enterprise_id,
        "state": ApplicationState.DRAFT,
        "decision_sv": "",
        "completion_request_sv": "",
        "created_at": now(),
    }
    with acting_as(world.manager), pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(insert(Application).values(facts))
    with acting_as(world.manager), transaction():
        right = facts | {"authority_id": world.other_officer.authority_id}
        db.session.execute(insert(Application).values(right))
