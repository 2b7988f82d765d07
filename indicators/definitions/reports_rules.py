"""What the numbers of the reports mean."""

from typing import Final

from indicators.definitions.keys import Audience, Definition, Indicator, Measure

_WHO = "Placeringar som aldrig började. Den som var i flera insatser räknas i varje, men en gång bland alla"
_PERIOD = "Kalenderår, till och med den senaste hela månaden"
_SOURCE = "Placeringar i Platstorget. Insats är det valfrihetssystem som placeringens avtal hör till"
_LEFT = "Deltagare som har slutat och vars slutdokumentation för den sista placeringen anger"


def _persons(key: Indicator, name_sv: str, question_sv: str, numerator_sv: str, *more: str) -> Definition:
    exclusions_sv, source_sv = more or (_WHO, _SOURCE)
    return Definition(
        key,
        Audience.STRATEGIST,
        Measure.COUNT,
        name_sv,
        question_sv,
        numerator_sv,
        "–",
        exclusions_sv,
        _PERIOD,
        "deltagare",
        source_sv,
    )


REPORTS: Final = (
    _persons(
        Indicator.YEAR_PARTICIPANTS,
        "Deltagare under året",
        "Hur många har arbetstränat?",
        "Deltagare som har haft en placering någon dag under året",
    ),
    _persons(
        Indicator.NEW_PARTICIPANTS,
        "Nya deltagare",
        "Hur många har börjat?",
        "Deltagare under året vars första placering i insatsen började då",
    ),
    _persons(
        Indicator.ENDED_PARTICIPANTS,
        "Avslutade deltagare",
        "Hur många har slutat?",
        "Deltagare under året vars senaste placering har tagit slut, och som inte har bytt till en annan",
    ),
    _persons(
        Indicator.TO_WORK_OR_STUDIES,
        "Avslutade till arbete eller studier",
        "Hur många slutade för att de fick arbete eller började studera?",
        f"{_LEFT} arbete eller studier",
        "Den vars slutdokumentation inte är inlämnad räknas bland de avslutade men inte här",
        "Slutdokumentationer i Platstorget",
    ),
    _persons(
        Indicator.TO_JOB_SEEKING,
        "Avslutade till arbetssökande",
        "Hur många slutade för att söka arbete?",
        f"{_LEFT} arbetssökande",
        "Den vars slutdokumentation inte är inlämnad räknas bland de avslutade men inte här",
        "Slutdokumentationer i Platstorget",
    ),
    Definition(
        Indicator.REPORTED_HOURS,
        Audience.STRATEGIST,
        Measure.COUNT,
        "Timmar till ESF och SCB",
        "Hur många timmar har varje deltagare varit på sin arbetsträning?",
        "Närvarotimmar som handledarna har registrerat för månadens dagar",
        "–",
        "Deltagare med skyddade personuppgifter, och deltagare i kommuner som myndigheten inte längre svarar för. De"
        " räknas men finns inte i filen. Samtycket till leverantören påverkar inte vad som rapporteras",
        "Kalendermånad. Den som byter plats har en rad, från den första placeringens första dag",
        "timmar",
        "Närvaron i Platstorget. Bara den som får se personerna ser dem",
    ),
)
