"""Each authority's targets: the project's, with its own share of the participants."""

from collections.abc import Iterable
from dataclasses import replace

from demo.simulate.foundation import Directory
from demo.story import Authority
from indicators.outcomes.services import set_targets
from indicators.outcomes.target_queries import levels
from indicators.outcomes.target_rules import Aim
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.tenancy import acting_as


def set_aims(authorities: Iterable[Authority], directory: Directory) -> None:
    for authority in authorities:
        strategist = directory.one(authority.name, Role.STRATEGIST)
        assert strategist.authority_id is not None
        with acting_as(strategist), transaction():
            set_targets(
                [
                    replace(level, value=authority.participants) if level.aim is Aim.PARTICIPANTS else level
                    for level in levels(strategist.authority_id)
                ]
            )
