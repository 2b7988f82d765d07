"""The choice: what is shown is recorded as shown, and the participant's own choice is what counts."""

from collections.abc import Sequence

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from placements.choice import queries
from placements.choice.models import ChoiceRound, ShownPlace
from placements.choice.rules import CHOICE_TRANSITIONS, MOST_SHOWN, ChoiceAction, ChoiceState
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from placements.search.queries import offered_options
from placements.search.rules import SearchCriteria


def open_round(grant_id: int) -> ChoiceRound:
    """A new round on an open grant. Raises NotFound, Conflict when there is one open or the grant is not."""
    if current_actor().role is not Role.CASE_OFFICER:
        raise NotAllowed("Bara en handläggare kan öppna en valomgång.")
    grant = get_or_404(Grant, grant_id, lock=True)
    check_grant_open(grant)
    if queries.open_round_of(grant_id) is not None:
        raise Conflict("Deltagaren har redan en öppen valomgång. Fortsätt med den.")
    choice_round = ChoiceRound(
        grant_id=grant.id,
        participant_id=grant.participant_id,
        authority_id=grant.authority_id,
        opened_at=now(),
    )
    db.session.add(choice_round)
    db.session.flush()
    audit.record(
        "choice_round", choice_round.id, "open", authority_id=grant.authority_id, to_state=ChoiceState.OPEN
    )
    return choice_round


def show_places(
    choice_round_id: int, place_ids: Sequence[int], criteria: SearchCriteria | None = None
) -> list[ShownPlace]:
    """Records that these places are shown to the participant now, as they are now. Already shown ones are left.

    `criteria` are those of the search; without them the grant's period counts. Raises Invalid when no place is
    named or they are too many, Conflict when one can no longer be offered.
    """
    choice_round = _locked(choice_round_id)
    advance(CHOICE_TRANSITIONS, choice_round.state, ChoiceAction.SHOW, current_actor().role)
    check_grant_open(choice_round.grant)
    before = {shown.place_id: shown for shown in choice_round.shown}
    wanted = [place_id for place_id in dict.fromkeys(place_ids) if place_id not in before]
    if not place_ids:
        raise Invalid("Markera minst en plats att visa.")
    if len(before) + len(wanted) > MOST_SHOWN:
        raise Invalid(f"Visa högst {MOST_SHOWN} platser. Fler blir svårt att välja mellan.")
    options = offered_options(wanted, criteria or queries.criteria_for(choice_round.grant))
    if len(options) < len(wanted):
        raise Conflict("En av platserna kan inte erbjudas längre. Sök igen och markera på nytt.")
    added = [
        ShownPlace(
            place_id=option.place.id,
            enterprise_id=option.place.enterprise_id,
            ssyk=option.place.ssyk,
            position=position,
            shown_at=now(),
            free_seats=option.free_seats,
            earliest_start=option.earliest_start,
        )
        for position, option in enumerate(options, start=len(before) + 1)
    ]
    choice_round.shown.extend(added)
    db.session.flush()
    if added:
        note = "En plats" if len(added) == 1 else f"{len(added)} platser"
        audit.record(
            "choice_round", choice_round.id, "show", authority_id=choice_round.authority_id, note_sv=note
        )
    return added


def record_choice(choice_round_id: int, place_id: int) -> ChoiceRound:
    """The participant has chosen one of the places shown. Raises Invalid for another, Conflict when it is too late."""
    choice_round = _locked(choice_round_id)
    chosen = next((shown for shown in choice_round.shown if shown.place_id == place_id), None)
    transition = advance(CHOICE_TRANSITIONS, choice_round.state, ChoiceAction.CHOOSE, current_actor().role)
    check_grant_open(choice_round.grant)
    if chosen is None:
        raise Invalid("Välj en av platserna som har visats.", field="place_id")
    chosen.is_chosen = True
    choice_round.chosen_on = today()
    _move(choice_round, ChoiceAction.CHOOSE, ChoiceState(transition.target))
    return choice_round


def close_round(choice_round_id: int) -> ChoiceRound:
    """Ends the round without a choice. Raises NotFound, Conflict when it is over."""
    choice_round = _locked(choice_round_id)
    transition = advance(CHOICE_TRANSITIONS, choice_round.state, ChoiceAction.CLOSE, current_actor().role)
    _move(choice_round, ChoiceAction.CLOSE, ChoiceState(transition.target))
    return choice_round


def _move(choice_round: ChoiceRound, action: ChoiceAction, target: ChoiceState) -> None:
    before, choice_round.state = choice_round.state, target
    audit.record(
        "choice_round",
        choice_round.id,
        action,
        authority_id=choice_round.authority_id,
        from_state=before,
        to_state=target,
    )
    db.session.flush()


def _locked(choice_round_id: int) -> ChoiceRound:
    get_or_404(ChoiceRound, choice_round_id, lock=True)
    return queries.choice_round(choice_round_id, is_fresh=True)


def check_grant_open(grant: Grant) -> None:
    """Raises Conflict when no place can be sought on the grant."""
    if grant.state is not GrantState.OPEN:
        raise Conflict(
            "Beviljandet är inte öppet: deltagaren har redan en plats, eller så har det avslutats."
        )
    if grant.last_day < today():
        raise Conflict("Beviljandets period är slut. Samordnaren behöver bevilja en ny.")
