from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from marketplace.accounts.rules import Role
from marketplace.tenancy import ANONYMOUS, acting_as
from marketplace.web.guards import Guard, guard_of, public, requires, signed_in
from tests.web.small_app import actor, small_app


@pytest.fixture(scope="module")
def small() -> Flask:
    return small_app()


def test_anonymous_is_sent_to_sign_in_and_back(small: Flask) -> None:
    answer = small.test_client().get("/for-supervisors?sida=2&namn=å")
    assert answer.status_code == 302
    target = urlsplit(answer.location)
    assert target.path == "/logga-in"
    assert parse_qs(target.query)["next"][0].startswith("/for-supervisors?sida=2")


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(small: Flask) -> None:
    referrer = "http://localhost/platser/7"
    answer = small.test_client().post("/for-supervisors", headers={"Referer": referrer})
    assert parse_qs(urlsplit(answer.location).query)["next"] == ["/platser/7"]


def test_a_form_sent_from_another_site_does_not_lead_there(small: Flask) -> None:
    answer = small.test_client().post("/for-supervisors", headers={"Referer": "https://evil.example/x"})
    assert "next" not in parse_qs(urlsplit(answer.location).query)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.SUPPLIER_MANAGER])
def test_the_right_roles_are_let_in(small: Flask, role: Role) -> None:
    with acting_as(actor(role)):
        assert small.test_client().get("/for-supervisors").status_code == 200


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in {Role.SUPERVISOR, Role.SUPPLIER_MANAGER}]
)
def test_every_other_role_is_told_whose_page_it_is(small: Flask, role: Role) -> None:
    with acting_as(actor(role)):
        answer = small.test_client().get("/for-supervisors")
    assert answer.status_code == 403
    assert "rollen Verksamhetsledare eller Handledare" in answer.text


def test_whoever_has_not_chosen_a_role_is_asked_to(small: Flask) -> None:
    with acting_as(actor(None)):
        answer = small.test_client().get("/for-supervisors")
        assert small.test_client().get("/for-anyone-signed-in").status_code == 200
    assert answer.status_code == 302
    assert urlsplit(answer.location).path == "/valj-roll"


def test_signed_in_lets_no_stranger_in(small: Flask) -> None:
    assert small.test_client().get("/for-anyone-signed-in").status_code == 302
    assert small.test_client().get("/open").status_code == 200


def test_guards_describe_themselves() -> None:
    assert requires(Role.SUPERVISOR, Role.CASE_OFFICER)(lambda: "").__guard__.describe() == (  # type: ignore[attr-defined]
        "roles: case_officer, supervisor"
    )
    assert signed_in(lambda: "").__guard__.describe() == "signed in"  # type: ignore[attr-defined]
    assert public("why")(lambda: "").__guard__.describe() == "public: why"  # type: ignore[attr-defined]


def test_a_guard_without_content_is_refused() -> None:
    with pytest.raises(ValueError, match="role"):
        requires()
    with pytest.raises(ValueError, match="reason"):
        public(" ")
    assert not Guard().admits(ANONYMOUS)
    assert guard_of(print) is None


def test_every_view_of_the_web_ground_has_a_guard(small: Flask) -> None:
    assert [endpoint for endpoint, view in small.view_functions.items() if guard_of(view) is None] == []
