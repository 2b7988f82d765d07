"""Organisations, users, and who acts for which organisation in which role."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from marketplace.accounts.rules import MemberKind, OrganisationKind, ProvidedState, Role, SignInMeans
from marketplace.clock import today
from marketplace.db import Base, enum_of, explain_constraint


class Organisation(Base):
    """The directory of organisations: names are public, what they hold is not."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("(kind = 'member') = (authority_id IS NOT NULL)", name="member_of_an_authority"),
        CheckConstraint("member_kind IS NULL OR kind = 'member'", name="kind_of_member"),
        CheckConstraint("orgnr ~ '^[0-9]{10}$'", name="orgnr_digits"),
        Index(
            "uq_organisation_orgnr", "orgnr", unique=True, postgresql_where=text("kind <> 'member'")
        ),  # several units of one kommun share its number
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[OrganisationKind] = mapped_column(enum_of(OrganisationKind, "kind"))
    name: Mapped[str]
    orgnr: Mapped[str | None]
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """The authority that a member organisation refers participants to."""
    member_kind: Mapped[MemberKind | None] = mapped_column(enum_of(MemberKind, "member_kind"))
    kommun_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Kommuner that an authority or a member covers; empty for an enterprise."""
    created_at: Mapped[datetime]


explain_constraint("uq_organisation_orgnr", "Organisationsnumret är redan registrerat. Logga in i stället.")


class User(Base):
    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="user", order_by="Membership.id")


class UserSecret(Base):
    """What proves that a user is who she says: a table of its own, since colleagues may read the account. Row security
    shows it to the system only, which signs people in."""

    __tablename__ = "user_secret"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    password_hash: Mapped[str]


class PasswordLink(Base):
    """Somebody has asked to choose a new password for an address. The token is in the letter alone. Without a user when
    the address has no account: asking leaves the same behind."""

    __tablename__ = "password_link"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    asked_at: Mapped[datetime]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]


class UserSession(Base):
    """A user signed in on one browser. The browser has the token; only its hash is kept."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    means: Mapped[SignInMeans] = mapped_column(enum_of(SignInMeans, "means"))
    browser_sv: Mapped[str]
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


explain_constraint("uq_user_account_email", "E-postadressen används redan. Logga in i stället.")


class Membership(Base):
    """A user in an organisation in one role. Someone with two roles has two, and chooses which to act in."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_current",
            "user_id",
            "organisation_id",
            "role",
            unique=True,
            postgresql_where=text("ended_on IS NULL"),
        ),  # who comes back has a new one, and nothing of what hung on the old
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_of(Role, "role"))
    kommun_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Kommuner of a coordinator's Resursråd."""
    ended_on: Mapped[date | None]
    provided: Mapped[ProvidedState | None] = mapped_column(enum_of(ProvidedState, "provided"))
    """None for one that no group has given: it ends only when somebody ends it."""

    user: Mapped[User] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship()

    @property
    def is_current(self) -> bool:
        return self.ended_on is None or self.ended_on > today()


explain_constraint("uq_membership_current", "Medarbetaren har redan rollen.")
