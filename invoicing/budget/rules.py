"""Budget, outcome and forecast: sums, and when it is time to say something."""

from collections.abc import Iterable
from dataclasses import dataclass

from invoicing.remuneration.facts import Month
from marketplace.procurement.price_words import kronor_text


@dataclass(frozen=True, slots=True)
class Figures:
    """A month of a system, or several together. `budget_ore` is None where nothing is budgeted."""

    budget_ore: int | None = None
    invoiced_ore: int = 0
    attested_ore: int = 0
    paid_ore: int = 0
    to_come_low_ore: int = 0
    to_come_high_ore: int = 0

    @property
    def low_ore(self) -> int:
        """Forecast: what has been invoiced, and at least this for what has not."""
        return self.invoiced_ore + self.to_come_low_ore

    @property
    def high_ore(self) -> int:
        return self.invoiced_ore + self.to_come_high_ore


def together(figures: Iterable[Figures]) -> Figures:
    found = list(figures)
    budgets = [one.budget_ore for one in found if one.budget_ore is not None]
    return Figures(
        budget_ore=sum(budgets) if budgets else None,
        invoiced_ore=sum(one.invoiced_ore for one in found),
        attested_ore=sum(one.attested_ore for one in found),
        paid_ore=sum(one.paid_ore for one in found),
        to_come_low_ore=sum(one.to_come_low_ore for one in found),
        to_come_high_ore=sum(one.to_come_high_ore for one in found),
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the forecast stands to the budget: a short word, its tone, and the sentence."""

    word_sv: str
    tone: str
    text_sv: str


def verdict(figures: Figures) -> Verdict:
    budget_ore = figures.budget_ore
    if budget_ore is None:
        return Verdict("Ingen budget", "muted", "Ingen budget är inlagd.")
    budget = kronor_text(budget_ore)
    if figures.invoiced_ore > budget_ore:
        over = kronor_text(figures.invoiced_ore - budget_ore)
        return Verdict("Överskriden", "bad", f"Det som är fakturerat är {over} mer än budgeten {budget}.")
    if figures.low_ore > budget_ore:
        over = kronor_text(figures.low_ore - budget_ore)
        return Verdict("Går över", "bad", f"Prognosen är minst {over} över budgeten {budget}.")
    if figures.high_ore > budget_ore:
        over = kronor_text(figures.high_ore - budget_ore)
        text = f"Prognosen kan bli upp till {over} över budgeten {budget}, om alla planerade dagar blir av."
        return Verdict("Kan gå över", "waits", text)
    left = kronor_text(budget_ore - figures.high_ore)
    return Verdict("Ryms", "good", f"Prognosen ryms i budgeten {budget}, med minst {left} kvar.")


def months_of(year: int) -> list[Month]:
    return [Month(year, number) for number in range(1, 13)]
