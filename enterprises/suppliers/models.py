"""What a supplier tells of itself."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.db import Base


class EnterpriseProfile(Base):
    """What an enterprise tells of itself, and what its invoices need."""

    __tablename__ = "enterprise_profile"

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    about_sv: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    bankgiro: Mapped[str | None]
    """Digits only."""
    has_f_tax: Mapped[bool] = mapped_column(default=False)
    is_vat_registered: Mapped[bool] = mapped_column(default=False)

    organisation: Mapped[Organisation] = relationship()
