"""Signing in at one's authority's own identity provider: who becomes who, in which roles, and without a password."""

import time

import pytest
from sqlalchemy import select

from marketplace import audit
from marketplace.accounts.models import Membership, Organisation, UserSession
from marketplace.accounts.rules import Role, SignInMeans
from marketplace.clock import today
from marketplace.db import db, transaction
from marketplace.identity_provider import services
from marketplace.letters.models import Letter
from marketplace.letters.rules import LetterKind
from marketplace.second_factor.rules import Policy, RequiredOf
from marketplace.second_factor.services import decide_policy
from marketplace.tenancy import acting_as, system_actor
from tests.factories import make_enterprise
from tests.support.clients import ClientFor
from tests.support.identity_place import (
    OFFICERS,
    PASSWORD,
    Place,
    away_and_back,
    draft,
    make_colleague,
    memberships_with,
    user_with,
)

# The way that it should go.


def test_somebody_new_gets_an_account_and_the_role_of_her_group(client_for: ClientFor, place: Place) -> None:
    client = client_for()
    assert f'href="{place.start}"' in client.get("/logga-in/organisation").text
    answer = away_and_back(client, place, "anna", f"{place.start}?next=/deltagare")
    assert (answer.status_code, answer.location) == (302, "/deltagare")
    assert "Anna Ek" in client.get("/").text
    assert memberships_with("anna@kommun.se") == [(place.unit_id, Role.CASE_OFFICER, True)]
    with acting_as(place.coordinator):
        assert {one.action for one in audit.timeline("identity_provider", place.authority_id)} >= {
            "bound",
            "membership_given",
        }


def test_the_second_time_it_is_the_subject_that_counts_and_not_the_address(
    client_for: ClientFor, place: Place
) -> None:
    away_and_back(client_for(), place, "anna")
    place.provider.people["anna"] |= {"email": "anna.gift@kommun.se", "email_verified": False}
    assert away_and_back(client_for(), place, "anna").status_code == 302
    assert user_with("anna.gift@kommun.se") is None
    refused = away_and_back(client_for(), place, "eva-n")
    assert refused.status_code == 403
    assert "knutet till en annan inloggning" in refused.text


def test_a_colleague_keeps_what_somebody_has_given_her(client_for: ClientFor, place: Place) -> None:
    make_colleague("bo@kommun.se", place.authority_id, Role.STRATEGIST)
    assert away_and_back(client_for(), place, "bosse").status_code == 302
    with acting_as(system_actor()):
        told = db.session.scalars(select(Letter).where(Letter.kind == LetterKind.SIGN_IN)).one()
    assert "loggat in på ditt konto hos Myndigheten A" in told.text_sv
    place.provider.people["bosse"]["groups"] = [OFFICERS]
    away_and_back(client_for(), place, "bosse")
    both = [(place.authority_id, Role.STRATEGIST, True), (place.unit_id, Role.CASE_OFFICER, True)]
    assert memberships_with("bo@kommun.se") == both
    place.provider.people["bosse"]["groups"] = []
    away_and_back(client_for(), place, "bosse")
    assert memberships_with("bo@kommun.se") == [both[0], (place.unit_id, Role.CASE_OFFICER, False)]


def test_who_has_left_her_only_group_is_out_at_once(client_for: ClientFor, place: Place) -> None:
    at_work = client_for()
    away_and_back(at_work, place, "anna")
    place.provider.people["anna"]["groups"] = []
    refused = away_and_back(client_for(), place, "anna")
    assert refused.status_code == 403
    assert "Ingen av dina grupper ger en roll" in refused.text
    assert memberships_with("anna@kommun.se") == [(place.unit_id, Role.CASE_OFFICER, False)]
    assert "/logga-in" in at_work.get("/").location
    place.provider.people["anna"]["groups"] = [OFFICERS]
    assert away_and_back(client_for(), place, "anna").status_code == 302
    ended, back = memberships_with("anna@kommun.se")
    assert (ended, back) == (
        (place.unit_id, Role.CASE_OFFICER, False),
        (place.unit_id, Role.CASE_OFFICER, True),
    )


def test_whom_a_colleague_has_ended_no_group_lets_back(client_for: ClientFor, place: Place) -> None:
    away_and_back(client_for(), place, "anna")
    with acting_as(system_actor()), transaction():
        db.session.scalars(
            select(Membership).where(Membership.provided.is_not(None))
        ).one().ended_on = today()
    assert away_and_back(client_for(), place, "anna").status_code == 403


@pytest.mark.parametrize(
    ("methods", "means", "led_to"),
    [
        (["pwd", "mfa"], SignInMeans.IDENTITY_PROVIDER_FACTOR, "/"),
        (["pwd"], SignInMeans.IDENTITY_PROVIDER, "/installningar/tvasteg"),
        ([], SignInMeans.IDENTITY_PROVIDER, "/installningar/tvasteg"),
    ],
)
def test_its_second_factor_counts_where_the_authority_says_so(
    client_for: ClientFor, place: Place, methods: list[str], means: SignInMeans, led_to: str
) -> None:
    with acting_as(place.coordinator), transaction():
        decide_policy(Policy(RequiredOf.EVERYONE))
    place.provider.lies = lambda claims: claims | {"amr": methods}
    client = client_for()
    assert away_and_back(client, place, "anna").location == led_to
    assert "prompt=login" in client.get(CONFIRM).location, "also before she has set up what is asked of her"
    with acting_as(system_actor()):
        assert db.session.scalar(select(UserSession.means).order_by(UserSession.id.desc())) == means


# Passwords.


def test_the_authority_turns_passwords_off_for_those_who_act_for_it_alone(
    client_for: ClientFor, place: Place
) -> None:
    make_colleague("bo@kommun.se", place.unit_id, Role.CASE_OFFICER)
    typed = {"email": "bo@kommun.se", "password": PASSWORD}
    assert client_for().post("/logga-in", data=typed).status_code == 302
    with acting_as(place.coordinator), transaction():
        services.save_provider(
            draft(place.provider.issuer, allows_password=False, client_secret_encrypted=None), is_demo=True
        )
    refused = client_for().post("/logga-in", data=typed)
    assert refused.status_code == 422
    assert "ni loggar in hos den" in refused.text
    unknown = client_for().post("/logga-in", data=typed | {"password": "fel"})
    assert "hör inte ihop" in unknown.text  # nobody learns whose account it is by asking
    with acting_as(system_actor()), transaction():
        enterprise_id = make_enterprise("Åsö Väv").id
    make_colleague("bo@kommun.se", enterprise_id, Role.SUPERVISOR)
    assert client_for().post("/logga-in", data=typed).status_code == 302
    with acting_as(system_actor(place.authority_id)), transaction():
        db.session.scalars(
            select(Membership).where(Membership.organisation_id == enterprise_id)
        ).one().ended_on = db.session.get_one(Organisation, enterprise_id).created_at.date()
    assert client_for().post("/logga-in", data=typed).status_code == 422
    with acting_as(system_actor()), transaction():
        orgnr = db.session.get_one(Organisation, place.authority_id).orgnr or ""
        services.allow_passwords(f"{orgnr[:6]}-{orgnr[6:]}")
    assert client_for().post("/logga-in", data=typed).status_code == 302


# Showing anew who one is.

CONFIRM = "/logga-in/organisation/bekrafta"


def test_a_session_there_is_no_fresh_proof_here(client_for: ClientFor, place: Place) -> None:
    """Whoever has been signed in there for an hour was let through without a question."""
    client = client_for()
    for ago, says in ((3600, "Bekräfta att det är du"), (-3600, "Lägg till en app")):
        place.provider.lies = lambda said, ago=ago: said | {"auth_time": int(time.time()) - ago}
        assert away_and_back(client, place, "anna").status_code == 302
        assert says in client.post("/installningar/tvasteg/reservkoder").text
    with client.session_transaction() as cookie:
        assert cookie["proved"] <= time.time(), "nor fresher than now, whatever it says"


def test_she_shows_there_anew_who_she_is(client_for: ClientFor, place: Place) -> None:
    client = client_for()
    away_and_back(client, place, "anna")
    confirm = f"{CONFIRM}?next=/deltagare"
    asked = client.get(confirm).location
    assert "prompt=login" in asked
    assert "max_age=0" in asked
    assert away_and_back(client, place, "anna", confirm).location == "/deltagare"
    place.provider.people["bosse"]["groups"] = [OFFICERS]
    away_and_back(client_for(), place, "bosse")
    assert (
        away_and_back(client, place, "bosse", confirm).status_code == 403
    )  # a colleague on the same machine
    place.provider.lies = lambda said: said | {"auth_time": int(time.time()) - 600}
    assert away_and_back(client, place, "anna", confirm).status_code == 403  # nobody typed anything


def test_whoever_is_bound_to_none_cannot(client_for: ClientFor, place: Place) -> None:
    client = client_for(place.coordinator)
    assert client.get("/logga-in/organisation/bekrafta").location == "/"
    assert "inte knutet till någon organisations inloggning" in client.get("/").text


def test_nor_whoever_has_begun_to_act_for_somebody_else_too(client_for: ClientFor, place: Place) -> None:
    client = client_for()
    away_and_back(client, place, "anna")
    with acting_as(system_actor()), transaction():
        enterprise_id = make_enterprise("Åsö Väv").id
    make_colleague("anna@kommun.se", enterprise_id, Role.SUPERVISOR)
    assert client.get("/logga-in/organisation/bekrafta").location == "/"
