"""Regions, who is in them, and their numbers: sums of published numbers, as the nightly job made them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column, relationship

from indicators.choices.rules import ChoiceStep
from indicators.measures.rules import Dimension
from indicators.region.rules import MEMBER_STATE_SV, MEMBER_TONE, MemberState
from marketplace.accounts.models import Organisation
from marketplace.db import Base, enum_of, explain_constraint
from marketplace.reference.rules import Sex


class Region(Base):
    """Authorities that look at their numbers together. Whoever founds it is its first member."""

    __tablename__ = "region"
    __table_args__ = (CheckConstraint("name <> ''", name="name"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    founded_by_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    founded_on: Mapped[date]
    counted_at: Mapped[datetime | None]

    members: Mapped[list["RegionMember"]] = relationship(back_populates="region", viewonly=True)


class RegionMember(Base):
    """An authority that is asked to share what it publishes. Only the authority itself says yes or no."""

    __tablename__ = "region_member"

    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    state: Mapped[MemberState] = mapped_column(enum_of(MemberState, "state"))
    since: Mapped[date]
    """The day of its state."""

    region: Mapped[Region] = relationship(back_populates="members", viewonly=True)
    authority: Mapped[Organisation] = relationship(viewonly=True)

    @property
    def tag(self) -> tuple[str, str]:
        return MEMBER_STATE_SV[self.state], MEMBER_TONE[self.state]


class RegionMeasure(Base):
    """As MeasureCell, of the members together."""

    __tablename__ = "region_measure"
    __table_args__ = (
        CheckConstraint("(numerator IS NULL) = (denominator IS NULL)", name="hidden_whole"),
        CheckConstraint("denominator >= 5", name="no_small_cell"),
    )

    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[Dimension] = mapped_column(enum_of(Dimension, "by"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    numerator: Mapped[int | None] = mapped_column(BigInteger)
    denominator: Mapped[int | None] = mapped_column(BigInteger)


class RegionChoice(Base):
    """As ChoiceCell, of the members together."""

    __tablename__ = "region_choice"
    __table_args__ = (CheckConstraint("choices >= 5", name="no_small_cell"),)

    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    sex: Mapped[Sex] = mapped_column(enum_of(Sex, "sex"), primary_key=True)
    step: Mapped[ChoiceStep] = mapped_column(enum_of(ChoiceStep, "step"), primary_key=True)
    dominance: Mapped[str] = mapped_column(primary_key=True)
    choices: Mapped[int | None]


class RegionCapacity(Base):
    """Seats on the day of the last count, by kommun and trade. Those that several members may use are there once."""

    __tablename__ = "region_capacity"
    __table_args__ = (CheckConstraint("closed + held + booked <= seats", name="uses_fit_the_seats"),)

    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    kommun_code: Mapped[str] = mapped_column(ForeignKey("kommun.code"), primary_key=True)
    ssyk: Mapped[str] = mapped_column(ForeignKey("trade.ssyk"), primary_key=True)
    seats: Mapped[int]
    closed: Mapped[int]
    held: Mapped[int]
    booked: Mapped[int]
    free_within_14_days: Mapped[int]


explain_constraint("pk_region_member", "Myndigheten är redan tillfrågad.")
