"""What the parts of the history share: the agenda, who is who, and what has come to be."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from demo.simulate.agenda import Agenda
from demo.simulate.cases import Case
from demo.simulate.foundation import Directory
from demo.simulate.market import Published
from demo.story import Story
from marketplace.accounts.rules import Role
from marketplace.reference.rules import Dominance
from marketplace.tenancy import Actor


@dataclass
class History:
    story: Story
    agenda: Agenda
    directory: Directory
    published: Published
    dominances: dict[str, Dominance | None]
    seed: str
    begins_on: date
    look: Callable[["History", Case, date], None]
    """Puts a search for a place on the agenda; the placing of participants is a file of its own."""
    counts: Counter[str] = field(default_factory=Counter)
    running: dict[str, list[Case]] = field(default_factory=dict)
    """Who trains at each enterprise."""

    @property
    def ends_on(self) -> date:
        return self.agenda.ends_on

    def coordinator(self, case: Case) -> Actor:
        return self.directory.one(case.authority.name, Role.COORDINATOR)

    def manager(self, enterprise: str) -> Actor:
        return self.directory.one(self.story.enterprise(enterprise).name, Role.SUPPLIER_MANAGER)

    def supervisor(self, case: Case) -> Actor:
        name = self.story.enterprise(case.enterprise).name
        return self.directory.one(name, Role.SUPERVISOR, case.number)

    def look_for_a_place(self, case: Case, day: date) -> None:
        self.look(self, case, day)
