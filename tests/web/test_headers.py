import pytest

from marketplace.tenancy import acting_as
from tests.web.small_app import actor, small_app


@pytest.mark.parametrize(
    "path", ["/open", "/tillganglighet", "/abort/404", "/utseende/theme.css", "/for-supervisors"]
)
def test_every_answer_carries_the_strict_policy(path: str) -> None:
    with small_app().test_client().get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_transport_security_outside_the_demo_only() -> None:
    assert "Strict-Transport-Security" in small_app().test_client().get("/open").headers
    assert "Strict-Transport-Security" not in small_app(demo=True).test_client().get("/open").headers


def test_pages_of_the_signed_in_are_not_stored_but_style_sheets_may_be() -> None:
    client = small_app().test_client()
    with acting_as(actor()):
        assert client.get("/for-supervisors").headers["Cache-Control"] == "no-store"
    with client.get("/utseende/theme.css") as answer:
        assert "no-store" not in answer.headers.get("Cache-Control", "")


def test_session_cookies_are_secure_outside_the_demo() -> None:
    cookie = small_app(csrf=True).test_client().get("/glomt-losenord").headers["Set-Cookie"]
    assert cookie.startswith("__Host-platstorget=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert "Expires" not in cookie


def test_no_page_has_inline_style_or_script() -> None:
    with acting_as(actor()):
        page = small_app().test_client().get("/").text
    assert "<style" not in page
    assert " style=" not in page
    assert "<script" not in page
    assert " onclick" not in page
