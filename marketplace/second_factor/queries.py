"""Which factors somebody has, and what is asked of her. Row security shows each only her own: ask as the user."""

from dataclasses import dataclass

from sqlalchemy import Date, bindparam, func, select, text

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.second_factor.models import AuthenticatorApp, Passkey, RecoveryCode, SignInPolicy
from marketplace.second_factor.rules import Policy, RequiredOf


@dataclass(frozen=True)
class Factors:
    """What she has besides her password. Recovery codes alone are no factor."""

    app: AuthenticatorApp | None
    passkeys: list[Passkey]
    codes_left: int

    @property
    def count(self) -> int:
        return len(self.passkeys) + (self.app is not None)

    def __bool__(self) -> bool:
        return self.count > 0


def factors_of(user_id: int) -> Factors:
    """Passkeys in the order that they were added."""
    passkeys = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)
    left = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return Factors(
        db.session.get(AuthenticatorApp, user_id),
        list(db.session.scalars(passkeys)),
        db.session.scalar(left) or 0,
    )


def policies_over_actor() -> list[tuple[Role, Policy]]:
    """Each role of whoever acts, in every membership, with the policy of each authority that it is held to."""
    rules = select(text("*")).select_from(func.sign_in_rules(bindparam("day", type_=Date)))
    return [
        (Role(role), Policy() if required_of is None else Policy(RequiredOf(required_of), minutes))
        for role, required_of, minutes in db.session.execute(rules, {"day": today()})
    ]


def policy_of(authority_id: int) -> Policy:
    decided = db.session.get(SignInPolicy, authority_id)
    return decided.policy if decided else Policy()
