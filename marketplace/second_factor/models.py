"""What somebody proves who she is with besides her password, each her own alone; and what authorities ask."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, enum_of, explain_constraint
from marketplace.second_factor.rules import MOST_PROOF_MINUTES, Policy, RequiredOf


class AuthenticatorApp(Base):
    """A secret that an application on her telephone shares, and makes codes of (RFC 6238)."""

    __tablename__ = "authenticator_app"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    secret_encrypted: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The half minute of the newest code that was used: it and older ones are not taken again."""
    added_at: Mapped[datetime]


class Passkey(Base):
    """A key that never leaves her telephone, computer or security key; we have its public half (WebAuthn)."""

    __tablename__ = "passkey"
    __table_args__ = (CheckConstraint("name <> ''", name="name"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


explain_constraint("uq_passkey_credential_id", "Den passnyckeln är redan tillagd.")


class RecoveryCode(Base):
    """Opens once, when all else is lost. Only its hash is kept."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class SignInPolicy(Base):
    """What an authority has decided; one that has not has no row, and the defaults of `Policy`."""

    __tablename__ = "sign_in_policy"
    __table_args__ = (
        CheckConstraint(f"proof_minutes BETWEEN 1 AND {MOST_PROOF_MINUTES}", name="proof_minutes"),
    )

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    required_of: Mapped[RequiredOf] = mapped_column(enum_of(RequiredOf, "required_of"))
    proof_minutes: Mapped[int]

    @property
    def policy(self) -> Policy:
        return Policy(self.required_of, self.proof_minutes)
