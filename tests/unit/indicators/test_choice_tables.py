"""How the funnel's numbers stand in a table: the own sex first, for men as for women."""

import pytest

from indicators.choices.rules import Cell, ChoiceStep
from indicators.choices.table_rules import own_shares
from indicators.rules import Share
from marketplace.reference.rules import Dominance, Sex


@pytest.mark.parametrize(("sex", "shares"), [(Sex.WOMAN, (6, 5, 9)), (Sex.MAN, (9, 5, 6))])
def test_the_own_sex_stands_first(sex: Sex, shares: tuple[int, ...]) -> None:
    whole = Cell(ChoiceStep.CHOSEN)
    of_kind = {Dominance.WOMEN: 6, Dominance.EVEN: 5, Dominance.MEN: 9}
    funnel = {whole: 20} | {whole._replace(dominance=kind): number for kind, number in of_kind.items()}
    assert own_shares(sex, funnel, whole) == tuple(Share(part, 20) for part in shares)
