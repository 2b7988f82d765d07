"""Sites, places, seats, and every use of a seat.

A seat holds one participant a day, whoever booked it. The last word is the exclusion constraint on `seat_use`: it
spans tenants that cannot see each other's placements, needs no extension, and tells nothing about whom it refused for.
"""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from enterprises.places.closure_rules import ClosureAction, OutageReason
from enterprises.places.picture_rules import LARGEST_KEPT
from enterprises.places.picture_rules import MOST as MOST_PICTURES
from enterprises.places.rules import WORKWEEK, PlaceState, SeatUseKind
from marketplace.accounts.models import Organisation
from marketplace.db import Base, enum_of, explain_constraint
from marketplace.reference.models import Kommun, Trade


class Site(Base):
    """Where an enterprise works."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("id", "enterprise_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    street: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str]
    kommun_code: Mapped[str] = mapped_column(ForeignKey("kommun.code"), index=True)
    accessibility_sv: Mapped[str] = mapped_column(default="")
    accessibility: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list, server_default=text("'{}'::text[]")
    )

    kommun: Mapped[Kommun] = relationship()
    enterprise: Mapped[Organisation] = relationship()


class Place(Base):
    """Work in one trade at one site."""

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint("hours_per_week_min > 0", name="hours_positive"),
        CheckConstraint("hours_per_week_max BETWEEN hours_per_week_min AND 40", name="hours_in_order"),
        CheckConstraint("lead_time_days BETWEEN 0 AND 180", name="lead_time"),
        CheckConstraint(
            "cardinality(weekdays) > 0 AND weekdays <@ '{1,2,3,4,5,6,7}'::smallint[]", name="weekdays"
        ),
        CheckConstraint(
            "(day_starts IS NULL) = (day_ends IS NULL) AND coalesce(day_starts < day_ends, true)",
            name="day_in_order",
        ),
        CheckConstraint(
            "state = 'paused' OR (pause_reason IS NULL AND paused_until IS NULL AND pause_sv = '')",
            name="paused_for_a_reason",
        ),
        UniqueConstraint("id", "enterprise_id"),
        Index("ix_place_published", "kommun_code", "ssyk", postgresql_where=text("state = 'published'")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    kommun_code: Mapped[str] = mapped_column(ForeignKey("kommun.code"))
    """The site's kommun, kept here so that one index serves the search."""
    ssyk: Mapped[str] = mapped_column(ForeignKey("trade.ssyk"), index=True)
    name: Mapped[str]
    tasks_sv: Mapped[str]
    hours_per_week_min: Mapped[int]
    hours_per_week_max: Mapped[int]
    lead_time_days: Mapped[int]
    """Calendar days from a request to the earliest start."""
    adaptations: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    weekdays: Mapped[list[int]] = mapped_column(
        ARRAY(SmallInteger), default=lambda: list(WORKWEEK), server_default=text("'{1,2,3,4,5}'::smallint[]")
    )
    """ISO weekdays on which someone can train here."""
    day_starts: Mapped[time | None]
    day_ends: Mapped[time | None]
    demands: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'::text[]"))
    tasks: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'::text[]"))
    """The tasks one by one; `tasks_sv` tells of them in running text."""
    rotates: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether one takes turns at the tasks."""
    pause_reason: Mapped[OutageReason | None] = mapped_column(enum_of(OutageReason, "pause_reason"))
    pause_sv: Mapped[str] = mapped_column(default="", server_default="")
    paused_until: Mapped[date | None]
    """The last day of a pause, as the supplier thinks; it then says whether the place is published again."""
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    """Grows each time that what is told changes: who writes over another's words does so knowing it."""
    state: Mapped[PlaceState] = mapped_column(enum_of(PlaceState, "state"), default=PlaceState.DRAFT)
    confirmed_on: Mapped[date]
    """When the supplier last said that this is right."""
    order_key: Mapped[int] = mapped_column(Computed("hashint4(id)", persisted=True), index=True)
    """Scatters places evenly for the neutral order of a search (LOV 9:1): nobody can pay for it or game it."""

    site: Mapped[Site] = relationship()
    trade: Mapped[Trade] = relationship()
    enterprise: Mapped[Organisation] = relationship()
    seats: Mapped[list["Seat"]] = relationship(back_populates="place", order_by="Seat.number")


class PlacePicture(Base):
    """A picture of a place, without what is in it: lists never read that."""

    __tablename__ = "place_picture"
    __table_args__ = (
        CheckConstraint(f"position BETWEEN 1 AND {MOST_PICTURES}", name="position"),
        CheckConstraint("alt_sv <> ''", name="says_what_it_shows"),
        UniqueConstraint("place_id", "position"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    position: Mapped[int]
    alt_sv: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str]
    added_at: Mapped[datetime]
    added_by: Mapped[str]


explain_constraint(
    "uq_place_picture_place_id_position", "Någon annan ändrade bilderna samtidigt. Försök igen."
)


class PlacePictureContent(Base):
    """The picture itself in two sizes, made by us out of what was sent (docs/adr/0019)."""

    __tablename__ = "place_picture_content"
    __table_args__ = (
        CheckConstraint(f"octet_length(large) BETWEEN 1 AND {LARGEST_KEPT}", name="large"),
        CheckConstraint(f"octet_length(small) BETWEEN 1 AND {LARGEST_KEPT}", name="small"),
    )

    place_picture_id: Mapped[int] = mapped_column(
        ForeignKey("place_picture.id", ondelete="CASCADE"), primary_key=True
    )
    large: Mapped[bytes] = mapped_column(LargeBinary)
    small: Mapped[bytes] = mapped_column(LargeBinary)


class Seat(Base):
    """Room for one participant at a time."""

    __tablename__ = "seat"
    __table_args__ = (
        UniqueConstraint("place_id", "number"),
        UniqueConstraint("id", "place_id"),
        Index("ix_seat_place_id_id", "place_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    number: Mapped[int]

    place: Mapped[Place] = relationship(back_populates="seats")


class SeatUse(Base):
    """Days on which a seat is taken: by a request, a placement, a closure, or because it is retired.

    It says nothing of whom or of which authority, so that every searcher may read it; placement and closure point here.
    """

    __tablename__ = "seat_use"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        ExcludeConstraint(
            (
                text(
                    "box(point(seat_id, first_day - DATE '2000-01-01'), point(seat_id, last_day - DATE '2000-01-01'))"
                ),
                "&&",
            ),
            name="ex_seat_use_one_a_day",
            using="gist",
        ),
        UniqueConstraint("id", "seat_id", "place_id", "first_day", "last_day"),
        ForeignKeyConstraint(["seat_id", "place_id"], ["seat.id", "seat.place_id"], name="fk_seat_use_seat"),
        Index(
            "ix_seat_use_place_days",
            "place_id",
            "first_day",
            "last_day",
            postgresql_include=["seat_id", "kind"],
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    seat_id: Mapped[int]
    place_id: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date]
    kind: Mapped[SeatUseKind] = mapped_column(enum_of(SeatUseKind, "kind"))

    seat: Mapped[Seat] = relationship()


explain_constraint(
    "ex_seat_use_one_a_day", "Platsen hann bli upptagen de dagarna. Välj andra dagar eller en annan plats."
)


class ClosedPeriod(Base):
    """Some seats of a place out of use for some days, for a reason."""

    __tablename__ = "closed_period"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "enterprise_id"], ["place.id", "place.enterprise_id"]),
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("reason <> 'other' OR reason_sv <> ''", name="says_why"),
        UniqueConstraint("id", "place_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    place_id: Mapped[int] = mapped_column(index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    """As it stands; a seat that was opened early has its own last day."""
    reason: Mapped[OutageReason] = mapped_column(enum_of(OutageReason, "reason"))
    reason_sv: Mapped[str]
    created_at: Mapped[datetime]

    closures: Mapped[list["Closure"]] = relationship(back_populates="period", order_by="Closure.id")


class Closure(Base):
    """One seat of a closed period. A seat given up for good is a RETIRED use without a closure."""

    __tablename__ = "closure"
    __table_args__ = (
        ForeignKeyConstraint(
            ["closed_period_id", "place_id"], ["closed_period.id", "closed_period.place_id"]
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    closed_period_id: Mapped[int] = mapped_column(index=True)
    seat_use_id: Mapped[int] = mapped_column(ForeignKey("seat_use.id"), unique=True)

    seat_use: Mapped[SeatUse] = relationship()
    period: Mapped[ClosedPeriod] = relationship(back_populates="closures", overlaps="closures")


class ClosureRevision(Base):
    """What a closed period became each time that someone changed it. The app role can only add."""

    __tablename__ = "closure_revision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["closed_period_id", "place_id"], ["closed_period.id", "closed_period.place_id"]
        ),
        CheckConstraint("seats >= 0", name="seats"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    closed_period_id: Mapped[int] = mapped_column(index=True)
    place_id: Mapped[int] = mapped_column(index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    action: Mapped[ClosureAction] = mapped_column(enum_of(ClosureAction, "action"))
    seats: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[OutageReason] = mapped_column(enum_of(OutageReason, "reason"))
    reason_sv: Mapped[str]
    why_sv: Mapped[str]
    """Why it was changed."""
    revised_at: Mapped[datetime]
    revised_by: Mapped[str]


class PlaceImport(Base):
    """A file of places on its way in: its lines stay, right or wrong, until they are saved or thrown away."""

    __tablename__ = "place_import"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Each with its number in the file, its cells by column, and the place that it became once it is saved."""
    created_at: Mapped[datetime]
    created_by: Mapped[str]
