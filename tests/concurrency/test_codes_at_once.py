"""Whoever has seen a code being typed sends it at the same moment: it is taken once."""

import threading

import pyotp

from marketplace.accounts.rules import SignInMeans
from marketplace.clock import travelling
from marketplace.crypto import key_ring
from marketplace.db import transaction
from marketplace.second_factor import services
from marketplace.second_factor.queries import factors_of
from marketplace.tenancy import acting_as
from tests.support.application import Database
from tests.support.at_once import all_at_once, by
from tests.support.placement_market import build_market
from tests.support.second_factor import NOON, code_now


def test_a_code_of_either_kind_is_taken_once(database: Database) -> None:
    she = build_market().officer
    user_id = she.user_id or 0
    with travelling(NOON), acting_as(she), transaction():
        secret = services.new_secret()
        app = pyotp.TOTP(key_ring().decrypt(secret))
        services.add_app(user_id, secret, code_now(app))
        recovery = services.make_recovery_codes(user_id)[0]
        one_time = code_now(app, steps=1)
    for code, means in ((one_time, SignInMeans.CODE), (recovery, SignInMeans.RECOVERY_CODE)):
        have_looked = threading.Barrier(2)

        def prove(code: str = code, have_looked: threading.Barrier = have_looked) -> SignInMeans | None:
            with travelling(NOON):
                factors_of(user_id)  # as the form is made from, before the row is locked
                have_looked.wait(timeout=30)
                return services.code_proves(user_id, code)

        assert sorted(map(str, all_at_once(database, [by(she, prove)] * 2))) == sorted(["None", means])
