"""The choice: what is shown is recorded as shown, and the participant's own choice is what counts."""

from collections.abc import Sequence
from datetime import date

from enterprises.places.models import Place
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.swedish import counted
from marketplace.tenancy import current_actor
from placements.choice import queries
from placements.choice.models import ChoiceRound, ShownPlace
from placements.choice.rules import (
    CHOICE_TRANSITIONS,
    MOST_SHOWN,
    ChoiceAction,
    ChoiceBy,
    ChoiceState,
    RefusalReason,
    check_choice,
)
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
    check_grant_open(choice_round.grant, is_move=choice_round.is_move)
    before = {shown.place_id: shown for shown in choice_round.shown}
    wanted = [place_id for place_id in dict.fromkeys(place_ids) if place_id not in before]
    if not place_ids:
        raise Invalid("Markera minst en plats att visa.")
    if len(before) + len(wanted) > MOST_SHOWN:
        raise Invalid(f"Visa högst {MOST_SHOWN} platser. Fler blir svårt att välja mellan.")
    options = offered_options(wanted, criteria or queries.criteria_for(choice_round.grant))
    options = [one for one in options if one.is_available]  # somebody may have taken the last seat just now
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


def show_held_place(choice_round_id: int, place_id: int, *, earliest_start: date) -> ShownPlace:
    """Records as shown a place with a seat that is held for the participant, which no search offers any longer."""
    choice_round = _locked(choice_round_id)
    advance(CHOICE_TRANSITIONS, choice_round.state, ChoiceAction.SHOW, current_actor().role)
    check_grant_open(choice_round.grant, is_move=choice_round.is_move)
    before = {shown.place_id: shown for shown in choice_round.shown}
    if place_id in before:
        return before[place_id]
    place = get_or_404(Place, place_id)
    shown = ShownPlace(
        place_id=place.id,
        enterprise_id=place.enterprise_id,
        ssyk=place.ssyk,
        position=len(before) + 1,
        shown_at=now(),
        free_seats=1,
        earliest_start=earliest_start,
    )
    choice_round.shown.append(shown)
    db.session.flush()
    audit.record(
        "choice_round", choice_round.id, "show", authority_id=choice_round.authority_id, note_sv="En plats"
    )
    return shown


def shortlist_place(choice_round_id: int, place_id: int, *, is_saved: bool = True) -> ShownPlace:
    """The participant saves a shown place among those she likes, or no longer. Saving takes back a no.

    Raises NotFound for a place that was not shown, Conflict when the round is over.
    """
    choice_round, shown = _thought_of(choice_round_id, place_id, ChoiceAction.SHORTLIST)
    if shown.is_shortlisted == is_saved:
        return shown
    if is_saved and shown.is_declined:
        _take_back(choice_round, shown)
    shown.shortlisted_on = today() if is_saved else None
    shown.shortlisted_by = _writer() if is_saved else None
    _note(choice_round, "shortlist" if is_saved else "unlist", shown)
    return shown


def decline_place(choice_round_id: int, place_id: int, reason: RefusalReason | None = None) -> ShownPlace:
    """The participant says no to a shown place; why is hers to say or not. It is no longer saved.

    Raises NotFound for a place that was not shown, Conflict when the round is over.
    """
    choice_round, shown = _thought_of(choice_round_id, place_id, ChoiceAction.DECLINE)
    is_new = not shown.is_declined
    if is_new:
        shown.declined_on, shown.declined_by = today(), _writer()
    shown.decline_reason = reason or shown.decline_reason
    shown.shortlisted_on = shown.shortlisted_by = None
    if is_new:
        _note(choice_round, "refuse", shown)
    db.session.flush()
    return shown


def take_back_decline(choice_round_id: int, place_id: int) -> ShownPlace:
    """The participant no longer says no. Raises NotFound, Conflict as declining does."""
    choice_round, shown = _thought_of(choice_round_id, place_id, ChoiceAction.DECLINE)
    if shown.is_declined:
        _take_back(choice_round, shown)
    return shown


def wish_for_wider(choice_round_id: int) -> ChoiceRound:
    """The participant asks to see places in other kinds of trades; the officer sees it. Asking twice is asking once.

    Raises NotFound, Conflict when the round is over.
    """
    choice_round = _locked(choice_round_id)
    advance(CHOICE_TRANSITIONS, choice_round.state, ChoiceAction.WISH, current_actor().role)
    if not queries.has_wider_wish(choice_round):
        choice_round.wider_wished_at = now()
        audit.record(
            "choice_round", choice_round.id, ChoiceAction.WISH, authority_id=choice_round.authority_id
        )
        db.session.flush()
    return choice_round


def record_choice(choice_round_id: int, place_id: int, *, reserve_ids: Sequence[int] = ()) -> ChoiceRound:
    """The participant has chosen one of the places shown, and others in reserve, best first.

    By her own code, or as an officer writes it down. Raises Invalid for what cannot be chosen, Conflict when it is too
    late.
    """
    choice_round = _locked(choice_round_id)
    transition = advance(CHOICE_TRANSITIONS, choice_round.state, ChoiceAction.CHOOSE, current_actor().role)
    check_grant_open(choice_round.grant, is_move=choice_round.is_move)
    shown = {one.place_id: one for one in choice_round.shown}
    declined = {place_id for place_id, one in shown.items() if one.is_declined}
    check_choice(place_id, reserve_ids, shown=shown, declined=declined)
    shown[place_id].is_chosen = True
    for rank, reserve_id in enumerate(reserve_ids, start=1):
        shown[reserve_id].reserve_rank = rank
    db.session.flush()  # before the round is over, from when on nothing of it changes
    choice_round.chosen_on, choice_round.chosen_by = today(), _writer()
    _move(choice_round, ChoiceAction.CHOOSE, ChoiceState(transition.target), _reserves_sv(len(reserve_ids)))
    if choice_round.chosen_by is ChoiceBy.PARTICIPANT:
        _tell_officers(choice_round)
    return choice_round


def close_round(choice_round_id: int) -> ChoiceRound:
    """Ends the round without a choice. Raises NotFound, Conflict when it is over."""
    choice_round = _locked(choice_round_id)
    transition = advance(CHOICE_TRANSITIONS, choice_round.state, ChoiceAction.CLOSE, current_actor().role)
    _move(choice_round, ChoiceAction.CLOSE, ChoiceState(transition.target))
    emit("choice_round_closed", authority_id=choice_round.authority_id, choice_round_id=choice_round.id)
    return choice_round


def close_round_of(grant_id: int) -> None:
    """Ends the round that is open on a grant that is over, if there is one."""
    open_round = queries.open_round_of(grant_id)
    if open_round is not None:
        close_round(open_round.id)


def _move(choice_round: ChoiceRound, action: ChoiceAction, target: ChoiceState, note_sv: str = "") -> None:
    before, choice_round.state = choice_round.state, target
    audit.record(
        "choice_round",
        choice_round.id,
        action,
        authority_id=choice_round.authority_id,
        from_state=before,
        to_state=target,
        note_sv=note_sv,
    )
    db.session.flush()


def _tell_officers(choice_round: ChoiceRound) -> None:
    """Nobody sat at the table with her, and a place that is not asked for is soon another's."""
    write_letter(
        choice_round.participant.unit_id,
        Role.CASE_OFFICER,
        kind=LetterKind.CHOICE,
        subject_sv="En deltagare har valt plats",
        text_sv="En deltagare har valt på sin egen sida. Den som är handläggare begär platsen härnäst.",
        endpoint="choice.show",
        choice_round_id=choice_round.id,
    )


def _reserves_sv(count: int) -> str:
    return f"Med {counted(count, 'reserv', 'reserver')}" if count else ""


def _thought_of(choice_round_id: int, place_id: int, action: ChoiceAction) -> tuple[ChoiceRound, ShownPlace]:
    choice_round = _locked(choice_round_id)
    shown = queries.shown_in(choice_round, place_id)
    advance(CHOICE_TRANSITIONS, choice_round.state, action, current_actor().role)
    return choice_round, shown


def _take_back(choice_round: ChoiceRound, shown: ShownPlace) -> None:
    shown.declined_on = shown.declined_by = shown.decline_reason = None
    _note(choice_round, "take_back_refusal", shown)


def _note(choice_round: ChoiceRound, action: str, shown: ShownPlace) -> None:
    audit.record(
        "choice_round",
        choice_round.id,
        action,
        authority_id=choice_round.authority_id,
        note_sv=f"{shown.place.name} hos {shown.place.enterprise.name}",
    )
    db.session.flush()


def _writer() -> ChoiceBy:
    is_hers = current_actor().role is Role.PARTICIPANT
    return ChoiceBy.PARTICIPANT if is_hers else ChoiceBy.OFFICER


def _locked(choice_round_id: int) -> ChoiceRound:
    get_or_404(ChoiceRound, choice_round_id, lock=True)
    return queries.choice_round(choice_round_id, is_fresh=True)


def check_grant_open(grant: Grant, *, is_move: bool = False) -> None:
    """Raises Conflict when no place can be sought on the grant: `is_move` where the participant has one to leave."""
    if grant.state is not GrantState.OPEN and not (is_move and grant.state is GrantState.PLACED):
        raise Conflict(
            "Beviljandet är inte öppet: deltagaren har redan en plats, eller så har det avslutats."
        )
    if grant.last_day < today():
        raise Conflict("Beviljandets period är slut. Samordnaren behöver bevilja en ny.")
