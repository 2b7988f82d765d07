import pytest

from marketplace.web.addresses import own_path, page_number, safe_next, sort_key, url_filtered, url_with
from tests.web.small_app import small_app

APP = small_app()


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/platser/7", "/platser/7"),
        ("/platser?sida=2", "/platser?sida=2"),
        ("http://localhost/platser", "/platser"),
        ("https://evil.example/", None),
        ("http://localhost.evil.example/", None),
        ("http://localhost@evil.example/", None),
        ("//evil.example", None),
        ("///evil.example", None),
        ("/\\evil.example", None),
        ("\\\\evil.example", None),
        ("http:///evil.example", None),
        ("http://localhost//evil.example", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("platser", None),
        ("/\tevil", None),
        ("/\nSet-Cookie: a=b", None),
        (" //evil.example", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_only_addresses_of_our_own_are_followed(target: str | None, expected: str | None) -> None:
    with APP.test_request_context("/"):
        assert safe_next(target) == expected


def test_the_own_address_keeps_its_query() -> None:
    with APP.test_request_context("/open?sida=2&namn=a%20b"):
        assert own_path() == "/open?sida=2&namn=a%20b"
    with APP.test_request_context("/open"):
        assert own_path() == "/open"


def test_one_part_of_a_query_is_changed_and_the_rest_kept() -> None:
    with APP.test_request_context("/open?kommun=0180&kommun=0181&sida=3"):
        assert url_with(sida=4) == "/open?kommun=0180&kommun=0181&sida=4"
        assert url_with(sida=None, kommun=None) == "/open"


def test_a_query_is_never_more_than_a_query() -> None:
    with APP.test_request_context("/open?_scheme=javascript&_external=1&endpoint=x&_anchor=y"):
        query = "_scheme=javascript&_external=1&endpoint=x&_anchor=y"
        assert url_with(sida=2) == f"/open?{query}&sida=2"
        assert url_filtered("open_to_all") == f"/open?{query}"
    with APP.test_request_context("/open"):
        assert url_filtered("open_to_all") == "/open"


@pytest.mark.parametrize(
    ("query", "page"), [("", 1), ("sida=3", 3), ("sida=-1", 1), ("sida=x", 1), ("sida=0", 1)]
)
def test_a_page_number_is_at_least_one(query: str, page: int) -> None:
    with APP.test_request_context(f"/open?{query}"):
        assert page_number() == page


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", ("namn", False)), ("sortera=-start", ("start", True)), ("sortera=password_hash", ("namn", False))],
)
def test_a_list_sorts_by_known_columns_only(query: str, expected: tuple[str, bool]) -> None:
    with APP.test_request_context(f"/open?{query}"):
        assert sort_key({"namn", "start"}, default="namn") == expected
