"""The participant's sheet as a paper: the places that have been shown to her, in easy-to-read Swedish."""

from collections.abc import Mapping

from marketplace.clock import STOCKHOLM
from marketplace.documents import Paper, Section
from marketplace.reference.rules import spoken_day
from placements.choice.easy_rules import clock_sv, listed, tasks_of, week_sv, weekdays_sv
from placements.choice.models import ChoiceRound, ShownPlace
from placements.search.facts import PlaceOption


def sheet_paper(
    choice_round: ChoiceRound, options: Mapping[int, PlaceOption], authority_name: str, address: str
) -> Paper:
    """`options`: the places as they can be had now; `address`: where her code opens her own page."""
    officer = choice_round.participant.case_officer
    places = [
        _place(number, shown, choice_round, options.get(shown.place_id))
        for number, shown in enumerate(choice_round.shown, start=1)
    ]
    return Paper(
        title_sv="Dina platser",
        sender=authority_name,
        diary_number=choice_round.grant.diary_number,
        dated=choice_round.opened_at.astimezone(STOCKHOLM).date(),
        sections=[
            Section(
                "Det är du som väljer",
                (
                    "Ta den tid du behöver. Fråga om du undrar något.",
                    "Ordningen på platserna betyder ingenting.",
                    "Du får säga nej till alla. Då letar vi fler. Du kan byta senare.",
                    f"Du kan välja själv på din sida: {address}. Skriv din kod där.",
                ),
            ),
            *places,
            Section(
                "Har du frågor?", (f"Prata med din handläggare. Hen heter {officer.name}.", officer.email)
            ),
        ],
    )


def _place(number: int, shown: ShownPlace, choice_round: ChoiceRound, option: PlaceOption | None) -> Section:
    place, grant = shown.place, choice_round.grant
    site = place.site
    start = option.earliest_start if option else None
    begins = f"Du kan börja {spoken_day(start)}." if start else "Platsen är upptagen just nu."
    lines = [
        f"Hos {place.enterprise.name}. Platsen heter {place.name}.",
        f"Det här gör du: {listed(tasks_of(place.tasks, place.tasks_sv))}.",
        week_sv(grant.hours_per_week, grant.days_per_week),
        f"Man kan vara där {weekdays_sv(place.weekdays)}.",
    ]
    if place.day_starts and place.day_ends:
        lines.append(f"Tiden är mellan klockan {clock_sv(place.day_starts)} och {clock_sv(place.day_ends)}.")
    lines += [begins, f"Här är det: {site.name}, {site.street}, {site.postcode} {site.city}."]
    return Section(f"{number}. {place.trade.plain_name}", tuple(lines))
