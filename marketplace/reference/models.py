"""Kommuner, trades and occupation fields: public figures, with their source."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.db import Base


class Kommun(Base):
    """A municipality by SCB's four-digit code."""

    __tablename__ = "kommun"
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{4}$'", name="code_digits"),
        CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)"
            " AND coalesce(latitude BETWEEN 55 AND 70 AND longitude BETWEEN 10 AND 25, true)",
            name="position",
        ),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    town: Mapped[str] = mapped_column(default="", server_default="")
    """The central town, which distances are reckoned from."""
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class OccupationField(Base):
    """Yrkesområde, by its concept id in the JobTech taxonomy."""

    __tablename__ = "occupation_field"

    concept_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Trade(Base):
    """Yrke: SSYK 2012 four-digit code, with the number employed by sex in the whole country (SCB, Yrkesregistret)."""

    __tablename__ = "trade"
    __table_args__ = (
        CheckConstraint("ssyk ~ '^[0-9]{4}$'", name="ssyk_digits"),
        CheckConstraint("women >= 0 AND men >= 0 AND women + men > 0", name="someone_employed"),
    )

    ssyk: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    plain_name: Mapped[str]
    """Easy-to-read wording, for the participant."""
    field_id: Mapped[str] = mapped_column(ForeignKey("occupation_field.concept_id"), index=True)
    women: Mapped[int]
    men: Mapped[int]
    year: Mapped[int]
    """The year that the numbers are for."""

    field: Mapped[OccupationField] = relationship()
