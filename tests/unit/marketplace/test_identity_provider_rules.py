"""What a provider's claims mean, which addresses it may have, and which memberships groups give and take."""

import pytest

from marketplace.accounts.rules import ProvidedState, Role
from marketplace.identity_provider.rules import (
    Changes,
    Held,
    Post,
    Problem,
    Rule,
    changes,
    is_safe_address,
    posts_of,
    problems_of,
    proves_second_factor,
    read_claims,
    read_list,
    wrong_domains,
)

OFFICER, COORDINATOR = Post(2, Role.CASE_OFFICER), Post(1, Role.COORDINATOR)
TOKEN = {
    "sub": "s",
    "email": "Anna@Kommun.se ",
    "email_verified": True,
    "name": "Anna A",
    "groups": ["a", 7, ""],
}


def test_claims_are_read_and_what_is_of_another_type_is_absent() -> None:
    said = read_claims({**TOKEN, "amr": ["pwd", "mfa"], "acr": "loa3", "auth_time": 17}, {}, "groups")
    assert (said.email, said.is_email_verified, said.name) == ("anna@kommun.se", True, "Anna A")
    assert said.groups == {"a"}
    assert said.methods == {"pwd", "mfa", "loa3"}
    assert said.proved_at == 17
    odd = read_claims({"sub": "s", "email": ["x"], "groups": {"a": 1}, "auth_time": "now"}, {}, "groups")
    assert (odd.email, odd.groups, odd.methods, odd.proved_at) == ("", frozenset(), frozenset(), None)


def test_the_signed_token_goes_before_userinfo_which_says_nothing_of_how_she_proved_it() -> None:
    said = read_claims(
        {"sub": "s"}, {**TOKEN, "sub": "other", "amr": ["mfa"], "acr": "x", "auth_time": 1}, "groups"
    )
    assert (said.subject, said.email) == ("s", "anna@kommun.se")
    assert (said.methods, said.proved_at) == (frozenset(), None)


def test_a_name_is_put_together_or_is_the_address() -> None:
    assert read_claims({"given_name": "Anna", "family_name": "A"}, {}, "g").name == "Anna A"
    assert read_claims({"email": "a@b.se"}, {}, "g").name == "a@b.se"


@pytest.mark.parametrize("is_verified", ["true", 1, None, False])
def test_only_true_is_verified(is_verified: object) -> None:
    said = read_claims({**TOKEN, "email_verified": is_verified}, {}, "groups")
    assert problems_of(said, ["kommun.se"]) == [Problem.NOT_VERIFIED]


def test_entra_says_it_in_its_own_way() -> None:
    said = read_claims({**TOKEN, "email_verified": None, "xms_edov": True}, {}, "groups")
    assert problems_of(said, ["kommun.se"]) == []


@pytest.mark.parametrize("domain", ["annan.se", "se", "inloggning.kommun.se", "xkommun.se", ""])
def test_another_domain_is_not_the_authoritys(domain: str) -> None:
    assert problems_of(read_claims(TOKEN, {}, "groups"), [domain]) == [Problem.OTHER_DOMAIN]


def test_without_an_address_nobody_is_known() -> None:
    assert problems_of(read_claims({"sub": "s", "email": "anna"}, {}, "groups"), ["kommun.se"]) == [
        Problem.NO_EMAIL
    ]


def test_a_second_factor_counts_where_the_authority_says_so() -> None:
    said = read_claims({"sub": "s", "amr": ["pwd", "mfa"]}, {}, "groups")
    assert proves_second_factor(said, ["mfa", "loa3"])
    assert not proves_second_factor(said, ["loa3"])
    assert not proves_second_factor(said, [])


@pytest.mark.parametrize(
    ("address", "is_safe", "in_demo"),
    [
        ("https://id.kommun.se", True, True),
        ("https://id.kommun.se/realms/a", True, True),
        ("http://id.kommun.se", False, False),
        ("http://127.0.0.1:8080", False, True),
        ("http://localhost", False, True),
        ("http://127.0.0.1.kommun.se", False, False),
        ("https://user@id.kommun.se", False, False),
        ("https://id.kommun.se#x", False, False),
        ("https://id.kommun.se\n", False, False),
        ("javascript:alert(1)", False, False),
        ("file:///etc/passwd", False, False),
        ("https://", False, False),
        ("https://[", False, False),
        ("", False, False),
        (None, False, False),
    ],
)
def test_addresses(address: object, is_safe: bool, in_demo: bool) -> None:
    assert is_safe_address(address, is_demo=False) == is_safe
    assert is_safe_address(address, is_demo=True) == in_demo


def test_lists_are_read_however_they_are_typed() -> None:
    assert read_list(" a.se, b.se\nb.se ;c.se\n") == ["a.se", "b.se", "c.se"]
    assert wrong_domains(["kommun.se", "@kommun.se", "kommun", "å.se", "-a.se", "xn--a-0fa.se"]) == [
        "@kommun.se",
        "kommun",
        "å.se",
        "-a.se",
    ]


def test_posts_are_those_of_all_groups_and_their_kommuner_together() -> None:
    rules = [
        Rule("a", COORDINATOR, frozenset({"0136"})),
        Rule("b", COORDINATOR, frozenset({"0126"})),
        Rule("c", COORDINATOR),
        Rule("b", OFFICER),
    ]
    assert posts_of(["a"], rules) == {COORDINATOR: {"0136"}}
    assert posts_of(["a", "b"], rules) == {COORDINATOR: {"0136", "0126"}, OFFICER: set()}
    assert posts_of(["a", "c"], rules) == {COORDINATOR: set()}
    assert posts_of(["A", "d"], rules) == {}


def _held(provided: ProvidedState | None, *, is_current: bool) -> list[Held]:
    return [Held(7, OFFICER, frozenset(), is_current, provided)]


@pytest.mark.parametrize(
    ("provided", "is_current", "with_group", "without_group"),
    [
        (ProvidedState.GIVEN, True, "stays", "ends"),
        (ProvidedState.TAKEN, False, "comes back", "stays"),
        (ProvidedState.GIVEN, False, "stays", "stays"),  # somebody ended it: no group gives it back
        (ProvidedState.TAKEN, True, "stays", "stays"),  # somebody gave it back
        (None, True, "stays", "stays"),
        (None, False, "comes back", "stays"),
    ],
)
def test_a_group_gives_and_takes_only_what_it_has_given(
    provided: ProvidedState | None, is_current: bool, with_group: str, without_group: str
) -> None:
    what = {
        "stays": Changes({}, {}, frozenset()),
        "ends": Changes({}, {}, frozenset({7})),
        "comes back": Changes({OFFICER: frozenset()}, {}, frozenset()),
    }
    held = _held(provided, is_current=is_current)
    assert changes({OFFICER: frozenset()}, held) == what[with_group]
    assert changes({}, held) == what[without_group]


def test_of_several_it_is_the_one_that_holds_that_counts() -> None:
    """Who comes back has a new membership, and the old one stays ended."""
    before = Held(6, OFFICER, frozenset(), False, ProvidedState.TAKEN)
    back = Held(7, OFFICER, frozenset(), True, ProvidedState.GIVEN)
    assert changes({OFFICER: frozenset()}, [before, back]) == Changes({}, {}, frozenset())
    assert changes({}, [before, back]).end == {7}


def test_a_new_post_is_given_and_other_kommuner_are_restated() -> None:
    assert changes({OFFICER: frozenset()}, []).give == {OFFICER: frozenset()}
    held = [Held(7, COORDINATOR, frozenset({"0136"}), True, ProvidedState.GIVEN)]
    assert changes({COORDINATOR: frozenset({"0126"})}, held) == Changes(
        {}, {7: frozenset({"0126"})}, frozenset()
    )
    by_hand = [Held(7, COORDINATOR, frozenset({"0136"}), True, None)]
    assert changes({COORDINATOR: frozenset({"0126"})}, by_hand) == Changes({}, {}, frozenset())
