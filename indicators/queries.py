"""When the numbers were counted."""

from datetime import datetime

from indicators.changes.models import IndicatorRun
from marketplace.db import db


def computed_at(organisation_id: int | None) -> datetime | None:
    """The instant of the last computation for the organisation; None when there has been none."""
    run = db.session.get(IndicatorRun, organisation_id) if organisation_id is not None else None
    return None if run is None else run.computed_at
