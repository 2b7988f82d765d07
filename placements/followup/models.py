"""Follow-ups of a placement, and what was agreed at them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.clock import today
from marketplace.db import Base, enum_of, explain_constraint
from placements.booking.models import Placement
from placements.followup.rules import Coming, FollowUpKind, FollowUpState, Party

_OPEN = text("state = 'planned'")


class FollowUp(Base):
    """Dated by the plan, by repeated absence or by hand. The database holds one open a placement and day, and one open
    three-party meeting a placement; what is over stays over."""

    __tablename__ = "follow_up"
    __table_args__ = (
        # Deferred: a revised plan may move one to the day that another leaves.
        ExcludeConstraint(
            ("placement_id", "="),
            ("due_on", "="),
            name="ex_follow_up_open_day",
            using="btree",
            where=_OPEN,
            deferrable=True,
            initially="DEFERRED",
        ),
        Index(
            "uq_follow_up_open_meeting",
            "placement_id",
            unique=True,
            postgresql_where=text("kind = 'meeting' AND state = 'planned'"),
        ),
        Index("ix_follow_up_placement_id", "placement_id", "due_on"),
        Index("ix_follow_up_open", "due_on", postgresql_where=_OPEN),
        CheckConstraint("(kind = 'planned') = (planned_on IS NOT NULL)", name="planned_on"),
        CheckConstraint(
            "(state = 'held') = (held_on IS NOT NULL) AND (state = 'held') = (notes_sv <> '')"
            " AND (state = 'held') = (cardinality(took_part) > 0)",
            name="held",
        ),
        CheckConstraint(
            "took_part <@ ARRAY['participant', 'supervisor', 'case_officer', 'coordinator']", name="took_part"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"))
    kind: Mapped[FollowUpKind] = mapped_column(enum_of(FollowUpKind, "kind"))
    due_on: Mapped[date]
    planned_on: Mapped[date | None]
    """The day in the plan that it stands for, also when it has been moved since."""
    state: Mapped[FollowUpState] = mapped_column(
        enum_of(FollowUpState, "state"), default=FollowUpState.PLANNED
    )
    held_on: Mapped[date | None]
    took_part: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    notes_sv: Mapped[str] = mapped_column(default="")
    saves: Mapped[int] = mapped_column(default=0)
    """How many times the notes have been saved: tells whether someone has since a page was opened."""
    reminded_on: Mapped[date | None]
    """When both sides were reminded that the day comes."""
    reminded_late_on: Mapped[date | None]
    """When they were reminded that the day has passed."""

    placement: Mapped[Placement] = relationship(viewonly=True)
    actions: Mapped[list["AgreedAction"]] = relationship(
        order_by="(AgreedAction.due_on, AgreedAction.id)", cascade="all, delete-orphan"
    )

    @property
    def is_open(self) -> bool:
        return self.state is FollowUpState.PLANNED

    @property
    def is_late(self) -> bool:
        """Its day has passed, and nobody has written what became of it."""
        return self.is_open and self.due_on < today()

    @property
    def parties(self) -> list[Party]:
        return [Party(party) for party in self.took_part]

    @property
    def coming(self) -> Coming:
        return Coming(self.id, self.due_on, self.planned_on)


class AgreedAction(Base):
    """What somebody is to do, and by when. Its words never change: what is wrong is removed, until it is done."""

    __tablename__ = "follow_up_action"
    __table_args__ = (
        CheckConstraint("text_sv <> '' AND length(text_sv) <= 300", name="text_sv"),
        CheckConstraint("(done_on IS NULL) = (done_by = '')", name="done"),
        Index("ix_follow_up_action_open", "due_on", postgresql_where=text("done_on IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), index=True)
    text_sv: Mapped[str]
    who: Mapped[Party] = mapped_column(enum_of(Party, "who"))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_by: Mapped[str] = mapped_column(default="")
    """Who ticked it."""

    follow_up: Mapped[FollowUp] = relationship(viewonly=True)

    @property
    def is_late(self) -> bool:
        return self.done_on is None and self.due_on < today()


explain_constraint("ex_follow_up_open_day", "Det finns redan en uppföljning den dagen. Välj en annan dag.")
explain_constraint("uq_follow_up_open_meeting", "Det finns redan ett trepartsmöte som inte har hållits.")
explain_constraint("follow_up_over", "Någon annan avslutade uppföljningen samtidigt. Läs om sidan.")
