import pytest

from marketplace.accounts.rules import ROLE_BELONGS_TO, ROLE_SV, Role, is_email, may_hold


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
