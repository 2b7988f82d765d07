"""The month's run, one job per tenant: some contracts at a time, so that whoever is killed loses only the last."""

import logging
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError

from invoicing.remuneration.facts import Month
from invoicing.run import services
from marketplace.db import transaction
from marketplace.outbox import claimed, unprocessed
from marketplace.tenancy import acting_as

BATCH = 50

_log = logging.getLogger(__name__)


def run_month(outbox_id: int) -> None:
    """Without a month: the one before the message's day."""
    told = unprocessed(outbox_id)
    if told is None:
        return
    message, actor = told
    month = _month_of(message.payload)
    with acting_as(actor):
        with transaction():
            run_id, left = services.begin_run(message.payload.get("run_id"), month)
        for waits in (False, True):  # what another worker holds is asked for again, once it has let go
            held_by_others: list[int] = []
            for start in range(0, len(left), BATCH):
                batch = left[start : start + BATCH]
                held_by_others += sorted(set(batch) - _made(run_id, batch, month, waits=waits))
            left = held_by_others
    with claimed(outbox_id) as still:
        if still is not None:
            services.finish_run(run_id)


def _made(run_id: int, batch: Sequence[int], month: Month, *, waits: bool) -> set[int]:
    """A contract that fails does not stop the others: then each is made by itself, and the one is listed."""
    try:
        with transaction():
            return services.make_batch(run_id, batch, month, waits=waits)
    except (
        InterfaceError,
        OperationalError,
    ):  # the database is gone: so is the run, until it is delivered again
        raise
    except Exception:
        _log.exception("The invoices of contracts %s could not be made", batch)
        if len(batch) > 1:
            return set().union(*(_made(run_id, [one], month, waits=waits) for one in batch))
        with transaction():
            services.list_failed(batch[0], month)
        return set(batch)


def _month_of(payload: dict[str, Any]) -> Month:
    if "month" in payload:
        return Month.parse(payload["month"])
    return Month.of(date.fromisoformat(payload["day"])).previous
