"""Counts an enterprise's own indicators, month by month."""

from datetime import date

from sqlalchemy import delete, insert, text

from indicators.suppliers.case_queries import COUNTED, parameters, statement
from indicators.suppliers.models import SupplierIndicator
from marketplace.db import db

_BY_MONTH = "SELECT date_trunc('month', day), sum(numerator), sum(denominator) FROM one GROUP BY 1"


def compute_supplier(enterprise_id: int, since: date) -> None:
    """Counts the months of the enterprise from the one that begins on `since`. The rows are replaced, so that a second
    run gives the same.

    Occupancy builds on the capacity that the authorities' run has counted.
    """
    db.session.execute(
        delete(SupplierIndicator).where(
            SupplierIndicator.enterprise_id == enterprise_id, SupplierIndicator.month >= since
        )
    )
    asked = parameters(enterprise_id, since)
    rows = [
        {
            "enterprise_id": enterprise_id,
            "month": month.date(),
            "indicator": indicator,
            "numerator": int(numerator),
            "denominator": int(denominator),
        }
        for indicator in COUNTED
        for month, numerator, denominator in db.session.execute(text(statement(indicator, _BY_MONTH)), asked)
        if denominator
    ]
    if rows:
        db.session.execute(insert(SupplierIndicator), rows)
