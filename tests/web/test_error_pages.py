import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError, TimeoutError

from marketplace.tenancy import acting_as
from marketplace.web.guards import public
from tests.web.small_app import actor, small_app


@pytest.fixture(scope="module")
def small() -> Flask:
    return small_app()


@pytest.mark.parametrize(
    ("kind", "status"), [("invalid", 422), ("notallowed", 403), ("notfound", 404), ("conflict", 409)]
)
def test_a_domain_error_becomes_a_page_with_its_own_words(small: Flask, kind: str, status: int) -> None:
    answer = small.test_client().get(f"/domain-error/{kind}")
    assert answer.status_code == status
    assert "Läs detta och gör så här." in answer.text
    assert '<html lang="sv">' in answer.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 418, 429, 503])
def test_every_other_error_is_in_swedish_too(small: Flask, status: int) -> None:
    answer = small.test_client().get(f"/abort/{status}")
    assert answer.status_code == status
    assert f"Fel {status}" in answer.text
    assert "The " not in answer.text


def test_a_page_that_does_not_exist_offers_a_way_on(small: Flask) -> None:
    with acting_as(actor()):
        answer = small.test_client().get("/finns-inte")
    assert answer.status_code == 404
    assert "Till mitt arbete" in answer.text


def test_a_redirect_of_the_router_is_not_an_error(small: Flask) -> None:
    answer = small.test_client().get("/with-a-slash")
    assert answer.status_code == 308
    assert answer.location.endswith("/with-a-slash/")


def test_a_fault_tells_nothing_of_what_is_inside() -> None:
    app = small_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get("/fault")
    assert answer.status_code == 500
    assert "Något gick fel hos oss" in answer.text
    assert "secret detail" not in answer.text


def test_too_much_is_refused_politely() -> None:
    app = small_app()
    app.config["MAX_CONTENT_LENGTH"] = 10
    answer = app.test_client().post("/logga-in", data={"email": "x" * 100})
    assert answer.status_code == 413
    assert "för stor" in answer.text


def test_an_old_form_gives_back_what_was_written() -> None:
    client = small_app(csrf=True).test_client()
    typed = {"csrf_token": "old", "uppgifter": "Såga och <b>slipa</b>", "password": "a secret one"}
    answer = client.post("/open", data=typed, headers={"Origin": "http://localhost"})
    assert answer.status_code == 400
    assert "Formuläret har blivit för gammalt" in answer.text
    assert "Såga och &lt;b&gt;slipa&lt;/b&gt;" in answer.text
    assert "a secret one" not in answer.text


def test_a_form_from_another_site_is_refused_and_not_shown() -> None:
    client = small_app(csrf=True).test_client()
    answer = client.post(
        "/open", data={"text": "Ring detta nummer nu"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 400
    assert "Ring detta nummer" not in answer.text


def _without_database(*, is_lost: bool = True) -> Flask:
    app = small_app()
    refused = OperationalError("SELECT a secret", {}, Exception("a secret detail"))

    @app.route("/asks", methods=["GET", "POST"])
    @public("a test")
    def asks() -> str:
        raise refused if is_lost else TimeoutError("QueuePool limit")

    return app


@pytest.mark.parametrize("is_lost", [True, False])
def test_without_its_database_a_page_says_when_to_come_back(is_lost: bool) -> None:
    answer = _without_database(is_lost=is_lost).test_client().get("/asks?sida=2")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Tjänsten vilar en stund" in answer.text
    assert 'href="/asks?sida=2">Försök igen' in answer.text
    assert "secret" not in answer.text


def test_what_was_sent_to_a_database_that_is_away_can_be_sent_again() -> None:
    client = _without_database().test_client()
    typed = {"uppgifter": "Såga och <b>slipa</b>", "dag": ["1", "2"], "new_password": "a secret one"}
    answer = client.post("/asks", data=typed, headers={"Origin": "http://localhost"})
    assert answer.status_code == 503
    assert answer.text.count("Såga och &lt;b&gt;slipa&lt;/b&gt;") == 2
    assert answer.text.count('<input type="hidden" name="dag"') == 2
    assert "Skicka igen" in answer.text
    assert "a secret one" not in answer.text
    assert "Filer" not in answer.text
    from_elsewhere = client.post("/asks", data=typed, headers={"Origin": "https://evil.example"})
    assert from_elsewhere.status_code == 503
    assert "Såga" not in from_elsewhere.text
