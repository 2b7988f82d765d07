"""One definition of each indicator: what it asks, what is counted, what is left out.

Pages link here; services compute by these keys and nowhere else. A test holds that every number stored has its
definition. Each feature's definitions are in a file of their own.
"""

from typing import Final

from indicators.definitions.capacity_rules import CAPACITY
from indicators.definitions.checkpoints_rules import CHECKPOINTS
from indicators.definitions.choices_rules import CHOICES
from indicators.definitions.costs_rules import COSTS
from indicators.definitions.keys import Definition, Indicator
from indicators.definitions.measures_rules import MEASURES
from indicators.definitions.outcomes_rules import OUTCOMES
from indicators.definitions.reports_rules import REPORTS
from indicators.definitions.suppliers_rules import SUPPLIERS

INDICATORS: Final[dict[Indicator, Definition]] = {
    definition.key: definition
    for definition in (
        *CAPACITY,
        *CHOICES,
        *CHECKPOINTS,
        *COSTS,
        *SUPPLIERS,
        *OUTCOMES,
        *MEASURES,
        *REPORTS,
    )
}
