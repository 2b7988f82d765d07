"""What the numbers of outcomes, papers, time and hours mean."""

from typing import Final

from indicators.definitions.keys import Audience, Definition, Indicator, Measure

LEFT_OUT_SV: Final = (
    "Deltagare som angett annat kön eller inget är inte med: de är för få för att visas, och en summa med dem i skulle"
    " avslöja dem"
)
_ENDED_SV: Final = (
    "Placeringar som har tagit slut, utom de som tog slut för att deltagaren bytte till en annan plats"
)
_NOT_OVER_SV: Final = (
    "Placeringar som aldrig började, som pågår, eller som tog slut den här eller förra månaden: deras sista papper har"
    f" inte säkert hunnit komma. {LEFT_OUT_SV}"
)
_ENDED_YEAR_SV: Final = "Kalenderåret då placeringen tog slut"
_REPORTS_SV: Final = "Slutdokumentationer i Platstorget, i den senaste lämnade versionen"
_GRANTED_SV: Final = "Kalenderåret då beviljandet beslutades, till och med den senaste hela månaden"
_ROUNDS_SV: Final = "Beviljanden och valomgångar i Platstorget"


def _ended(
    key: Indicator, name_sv: str, numerator_sv: str, question_sv: str = "", is_more_better: bool | None = None
) -> Definition:
    """A share of the placements that are over."""
    return Definition(
        key,
        Audience.STRATEGIST,
        Measure.SHARE,
        name_sv,
        question_sv or "Vad gick deltagarna vidare till?",
        numerator_sv,
        _ENDED_SV,
        _NOT_OVER_SV,
        _ENDED_YEAR_SV,
        "placeringar",
        _REPORTS_SV,
        has_interval=True,
        is_more_better=is_more_better,
        unit_one_sv="placering",
    )


def _exit(key: Indicator, name_sv: str) -> Definition:
    reason_sv = f"Placeringar vars slutdokumentation säger att deltagaren gick vidare till {name_sv}"
    return _ended(key, f"Vidare till {name_sv}", reason_sv)


def _left(key: Indicator, name_sv: str) -> Definition:
    reason_sv = f"Placeringar vars slutdokumentation säger att de tog slut av skälet {name_sv}"
    return _ended(key, f"Slut: {name_sv}", reason_sv, "Varför tog placeringarna slut?")


def _time(key: Indicator, name_sv: str, to_sv: str) -> Definition:
    return Definition(
        key,
        Audience.STRATEGIST,
        Measure.MEAN,
        name_sv,
        f"Hur länge väntar den som har beviljats arbetsträning på {to_sv}?",
        f"Dagar från beslutet till {to_sv}, summerade",
        f"Beviljanden som har lett till {to_sv}",
        f"Beviljanden som ännu inte har lett till {to_sv}. {LEFT_OUT_SV}",
        _GRANTED_SV,
        "dagar",
        _ROUNDS_SV,
        is_more_better=False,
        unit_one_sv="dag",
        case_sv="beviljanden",
        case_one_sv="beviljande",
    )


MEASURES: Final = (
    Definition(
        Indicator.PARTICIPANTS,
        Audience.STRATEGIST,
        Measure.COUNT,
        "Deltagare som började",
        "Hur många började arbetsträna?",
        "Deltagare som började en placering under året. Den som började flera räknas vid den första",
        "–",
        LEFT_OUT_SV,
        "Kalenderåret då placeringen startade, till och med den senaste hela månaden",
        "deltagare",
        "Placeringar i Platstorget",
        unit_one_sv="deltagare",
    ),
    _ended(
        Indicator.COMPLETED,
        "Genomförda placeringar",
        "Placeringar som varade till sin sista dag",
        "Hur många fullföljer sin placering?",
        True,
    ),
    _ended(
        Indicator.WORK_OR_STUDIES,
        "Till arbete eller studier",
        "Placeringar vars slutdokumentation säger att deltagaren gick vidare till arbete eller studier",
        "Hur många tar steget till arbete eller studier?",
        True,
    ),
    _exit(Indicator.EXIT_WORK, "arbete"),
    _exit(Indicator.EXIT_STUDIES, "studier"),
    _exit(Indicator.EXIT_JOB_SEEKING, "arbetssökande"),
    _exit(Indicator.EXIT_PROGRAMME, "ordinarie program"),
    _exit(Indicator.EXIT_REHABILITATION, "fortsatt rehabilitering"),
    _left(Indicator.EXIT_ILLNESS, "sjukdom"),
    _left(Indicator.EXIT_PARENTAL_LEAVE, "föräldraledighet"),
    _left(Indicator.EXIT_MOVED, "flytt"),
    _left(Indicator.EXIT_OTHER, "annat"),
    _ended(
        Indicator.EXIT_UNKNOWN,
        "Slut utan slutdokumentation",
        "Placeringar som ingen slutdokumentation är lämnad för",
        "Hur många slutar utan att någon skriver vad som kom ut av det?",
        False,
    ),
    Definition(
        Indicator.HOURS,
        Audience.STRATEGIST,
        Measure.MEAN,
        "Handledda timmar per månad",
        "Hur många timmar är en deltagare på plats under en månad?",
        "Timmar med närvaro, summerade till hela timmar",
        "Månader då deltagaren hade planerade dagar; en deltagare med två placeringar i en månad räknas i båda",
        f"Månader utan planerade dagar. Dagar som ännu inte är rapporterade. {LEFT_OUT_SV}",
        "Kalenderåret då dagarna var, till och med den senaste hela månaden",
        "timmar",
        "Närvaron som handledarna har rapporterat",
        unit_one_sv="timme",
        case_sv="månader",
        case_one_sv="månad",
    ),
    Definition(
        Indicator.FOLLOW_UPS_HELD,
        Audience.STRATEGIST,
        Measure.SHARE,
        "Uppföljningar som planerat",
        "Hålls uppföljningarna när planen säger?",
        "Uppföljningar som hölls senast en vecka efter dagen i planen",
        "Uppföljningar i överenskomna planer vars vecka har gått",
        f"Inställda uppföljningar, trepartsmöten och extra uppföljningar. {LEFT_OUT_SV}",
        "Kalenderåret då uppföljningen skulle hållas enligt planen",
        "uppföljningar",
        "Uppföljningar i Platstorget",
        is_more_better=True,
        unit_one_sv="uppföljning",
    ),
    Definition(
        Indicator.CHOICE_OF_TWO,
        Audience.STRATEGIST,
        Measure.SHARE,
        "Något att välja mellan inom 14 dagar",
        "Hur många får minst två platser att välja mellan inom två veckor?",
        "Beviljanden där minst två platser visades senast fjorton dagar efter beslutet",
        "Beviljanden vars fjorton dagar har gått",
        LEFT_OUT_SV,
        _GRANTED_SV,
        "beviljanden",
        _ROUNDS_SV,
        has_interval=True,
        is_more_better=True,
        unit_one_sv="beviljande",
    ),
    _time(Indicator.OFFER_TIME, "Tid till det första förslaget", "att en plats visas"),
    _time(Indicator.CHOICE_TIME, "Tid till valet", "att deltagaren väljer"),
    _time(Indicator.START_TIME, "Tid till starten", "att placeringen startar"),
)
