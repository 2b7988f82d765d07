"""Who has to have a second factor, how fresh a proof is, and what a recovery code looks like."""

from datetime import timedelta

import pytest

from marketplace.accounts.rules import Role
from marketplace.second_factor.rules import (
    Policy,
    RequiredOf,
    Site,
    bare,
    is_one_time,
    is_required,
    new_recovery_codes,
    proof_is_fresh_for,
    site_of,
    written,
)

EVERYONE, PERSONS, NOBODY = (Policy(of) for of in RequiredOf)


@pytest.mark.parametrize(
    ("held", "required"),
    [
        ([], False),
        ([(Role.CONTROLLER, NOBODY)], False),
        ([(Role.CONTROLLER, PERSONS)], False),
        ([(Role.SUPERVISOR, PERSONS)], True),
        ([(Role.CONTROLLER, EVERYONE)], True),
        ([(Role.SUPPLIER_MANAGER, NOBODY), (Role.SUPPLIER_MANAGER, EVERYONE)], True),
        ([(Role.CONTROLLER, PERSONS), (Role.COORDINATOR, NOBODY)], False),
    ],
)
def test_the_strictest_authority_decides(held: list[tuple[Role, Policy]], required: bool) -> None:
    assert is_required(held) is required


def test_a_proof_is_as_fresh_as_the_strictest_asks() -> None:
    assert proof_is_fresh_for([]) == timedelta(minutes=15)
    held = [(Role.SUPERVISOR, Policy(proof_minutes=minutes)) for minutes in (30, 5, 720)]
    assert proof_is_fresh_for(held) == timedelta(minutes=5)


def test_recovery_codes_are_long_and_read_as_they_may_be_typed() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        assert len(code) == 24
        assert bare(code) == code, "no letter in it is read as a figure"
        assert bare(f" {written(code).lower()} ") == code
        assert not is_one_time(code)
    assert bare("oil-0123") == "0110123"


def test_an_application_gives_six_figures() -> None:
    assert is_one_time("012345")
    assert not any(map(is_one_time, ("12345", "1234567", "12345A", "²23456")))


def test_passkeys_are_bound_to_a_name() -> None:
    assert site_of("https://platser.example:8443/torget") == Site(
        "platser.example", "https://platser.example:8443"
    )
    assert site_of("http://127.0.0.1:8000") is None
    assert site_of("http://[::1]:8000") is None
