"""What the parts of the history share: the agenda, who is who, and what has come to be."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from demo.simulate.agenda import Agenda
from demo.simulate.cases import Case
from demo.simulate.foundation import Directory
from demo.simulate.market import Published
from demo.story import Enterprise, Story
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

    def enterprise(self, key: str) -> Enterprise:
        return next(enterprise for enterprise in self.story.enterprises if enterprise.key == key)

    def supervisor(self, case: Case) -> Actor:
        name = self.enterprise(case.enterprise).name
        return self.directory.one(name, Role.SUPERVISOR, case.number)

    def look_for_a_place(self, case: Case, day: date) -> None:
        self.look(self, case, day)

    def lapses(self, case: Case) -> None:
        """Nothing more is done for the case: the job lets the grant lapse."""
        self.counts["left to lapse"] += 1
