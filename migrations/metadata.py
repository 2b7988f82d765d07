"""Imports every model, so that the metadata is whole."""

import invoicing.attest.models
import invoicing.budget.models
import invoicing.delivery.models
import invoicing.payments.models
import invoicing.run.models  # noqa: F401
import marketplace.advertising.models
import marketplace.audit_chain.models
import marketplace.identity_provider.models
import marketplace.letters.models  # noqa: F401
import placements.access.models
import placements.assignment.models
import placements.attendance.models
import placements.booking.models
import placements.checkpoints.models
import placements.choice.models
import placements.followup.models
import placements.participants.models
import placements.plan.models
import placements.report.models
import placements.search.models
import placements.visits.models
import placements.waiting_list.models  # noqa: F401
from marketplace.db import Base

metadata = Base.metadata
