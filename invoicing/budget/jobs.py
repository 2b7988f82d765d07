"""The job of the topic `budget.expect`: every night, for each authority."""

from invoicing.budget.services import count_expected
from marketplace.outbox import claimed
from marketplace.tenancy import current_actor


def expect(outbox_id: int) -> None:
    with claimed(outbox_id) as message:
        if message is None:
            return
        authority_id = current_actor().authority_id
        assert authority_id is not None, "the schedule names an authority"
        count_expected(authority_id)
