"""What an authority's strategists have asked to be told of."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indicators.alerts.rules import AlertKind, Watch
from marketplace.db import Base, enum_of, explain_constraint


class CapacityAlert(Base):
    """Told of once, and again only when it has been well in between."""

    __tablename__ = "capacity_alert"
    __table_args__ = (
        CheckConstraint("threshold > 0", name="threshold"),
        UniqueConstraint(
            "authority_id",
            "kind",
            "kommun_code",
            "ssyk",
            name="uq_capacity_alert_watch",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[AlertKind] = mapped_column(enum_of(AlertKind, "kind"))
    kommun_code: Mapped[str | None] = mapped_column(ForeignKey("kommun.code"))
    ssyk: Mapped[str | None] = mapped_column(ForeignKey("trade.ssyk"))
    threshold: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    raised_on: Mapped[date | None]
    """The night that it was told of; none while it is well."""

    @property
    def watch(self) -> Watch:
        return Watch(self.kind, self.threshold, self.kommun_code, self.ssyk)


explain_constraint(
    "uq_capacity_alert_watch", "Det finns redan en sådan bevakning. Ta bort den först om gränsen ska ändras."
)
