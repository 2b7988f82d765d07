"""An authority's identity provider, which groups give which posts, and whose account an identity is."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from marketplace.accounts.models import Organisation, User
from marketplace.accounts.rules import Role
from marketplace.db import Base, enum_of, explain_constraint
from marketplace.identity_provider.rules import Post, Rule


class IdentityProvider(Base):
    __tablename__ = "identity_provider"
    __table_args__ = (
        CheckConstraint("issuer ~ '^https?://'", name="issuer"),
        CheckConstraint("cardinality(domains) > 0", name="domains"),
        CheckConstraint("NOT is_on OR tried_at IS NOT NULL", name="tried_first"),
    )

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    issuer: Mapped[str]
    client_id: Mapped[str]
    client_secret: Mapped[bytes]
    """Under the key ring."""
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Of the e-mail addresses that it speaks for."""
    group_claim: Mapped[str]
    second_factor_values: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """What `amr` or `acr` says when a second factor was used; empty where the provider's does not count."""
    allows_password: Mapped[bool]
    is_on: Mapped[bool]
    tried_at: Mapped[datetime | None]
    """When it last answered as it should; None once it has been changed."""

    authority: Mapped[Organisation] = relationship()


class GroupRule(Base):
    __tablename__ = "group_rule"
    __table_args__ = (
        CheckConstraint("group_name <> ''", name="group_name"),
        UniqueConstraint(
            "authority_id", "group_name", "organisation_id", "role", name="uq_group_rule_group_and_post"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("identity_provider.authority_id"))
    group_name: Mapped[str]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """The authority itself, or a member of its."""
    role: Mapped[Role] = mapped_column(enum_of(Role, "role"))
    kommun_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Kommuner of a coordinator's Resursråd; empty for all of them."""

    organisation: Mapped[Organisation] = relationship()

    @property
    def rule(self) -> Rule:
        return Rule(self.group_name, Post(self.organisation_id, self.role), frozenset(self.kommun_codes))


explain_constraint("uq_group_rule_group_and_post", "Gruppen ger redan den rollen.")


class BoundIdentity(Base):
    """Whose account it is that the provider knows by this subject: the one with the verified e-mail address, the first
    time. After that the address tells nothing."""

    __tablename__ = "bound_identity"
    __table_args__ = (
        UniqueConstraint("authority_id", "subject", name="uq_bound_identity_subject"),
        UniqueConstraint("authority_id", "user_id", name="uq_bound_identity_user"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("identity_provider.authority_id"))
    subject: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    bound_at: Mapped[datetime]

    user: Mapped[User] = relationship()


for _name in ("uq_bound_identity_subject", "uq_bound_identity_user"):
    explain_constraint(_name, "Du loggade in två gånger samtidigt. Försök igen.")
