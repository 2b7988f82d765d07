import pytest

from marketplace.accounts.rules import (
    MEANS_SV,
    ROLE_BELONGS_TO,
    ROLE_SV,
    Role,
    SignInMeans,
    browser_sv,
    is_email,
    may_hold,
)


@pytest.mark.parametrize("text", ["a@b.se", "för.namn+märke@kommun.exempel.se", "x" * 64 + "@exempel.se"])
def test_addresses(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "@b.se", "a@b", "a@b.", "a@.se", "a b@c.se", "a@b@c.se", "a@b.se\n", "x" * 250 + "@b.se"],
)
def test_what_is_not_an_address(text: str) -> None:
    assert not is_email(text)


WITHOUT_ORGANISATION = {Role.PARTICIPANT, Role.SYSTEM}


def test_every_role_of_an_employee_has_a_name_and_one_kind_of_organisation() -> None:
    assert set(ROLE_SV) == set(Role)
    assert set(ROLE_BELONGS_TO) == set(Role) - WITHOUT_ORGANISATION
    for role in Role:
        kinds = [kind for kind in ROLE_BELONGS_TO.values() if may_hold(role, kind)]
        assert len(set(kinds)) == (0 if role in WITHOUT_ORGANISATION else 1)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox på Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge på Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari på Iphone",
        ),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/126.0 Mobile Safari/537.36", "Chrome på Android"),
        ("curl/8.8.0", "Okänd webbläsare"),
        ("", "Okänd webbläsare"),
    ],
)
def test_a_browser_is_told_in_words_and_no_more_of_it_kept(user_agent: str, words: str) -> None:
    assert browser_sv(user_agent) == words


def test_every_means_of_signing_in_has_words() -> None:
    assert set(MEANS_SV) == set(SignInMeans)
