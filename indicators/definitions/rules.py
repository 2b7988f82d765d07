"""One definition of each indicator: what it asks, what is counted, what is left out.

Pages link here; services compute by these keys and nowhere else. A test holds that every number stored has its
definition.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Indicator(StrEnum):
    SEATS = "seats"
    FREE_SEATS = "free_seats"
    FREE_WITHIN = "free_within"
    CHOICE_FUNNEL = "choice_funnel"
    OWN_SEX_SHARE = "own_sex_share"
    SEGREGATION = "segregation"
    CHECKPOINTS = "checkpoints"
    FORWARD = "forward"
    COST = "cost"
    ATTENDANCE = "attendance"
    PLAN_IN_TIME = "plan_in_time"
    REPORT_IN_TIME = "report_in_time"
    ANSWERED_IN_TIME = "answered_in_time"
    ANSWER_TIME = "answer_time"
    OCCUPANCY = "occupancy"


class Audience(StrEnum):
    STRATEGIST = "strategist"
    SUPPLIER = "supplier"


class Measure(StrEnum):
    """What the numerator and denominator make together."""

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"
    INDEX = "index"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a number means, in the words that a page shows."""

    key: Indicator
    audience: Audience
    measure: Measure
    name_sv: str
    question_sv: str
    numerator_sv: str
    denominator_sv: str
    exclusions_sv: str
    period_sv: str
    unit_sv: str
    source_sv: str
    has_interval: bool = False
    """An interval is shown only where the cases are separate persons or matters, not days of the same ones."""
    is_more_better: bool | None = None
    unit_one_sv: str = ""
    """The unit of a single one, for what is written in words."""
    case_sv: str = ""
    """What a mean is taken over."""
    case_one_sv: str = ""


_BOOKINGS = "Platser, stängningar, förfrågningar och placeringar i Platstorget"
_ROUNDS = "Valomgångar som handläggare har registrerat i Platstorget; andel kvinnor per yrke från SCB, Yrkesregistret"
_DEFINITIONS: Final = (
    Definition(
        Indicator.SEATS,
        Audience.STRATEGIST,
        Measure.COUNT,
        "Platser",
        "Hur många platser finns, och vad används de till?",
        "Platser i publicerade arbetsträningsplatser hos företag med gällande avtal, uppdelade på stängda, preliminärt"
        " hållna (förfrågan väntar på svar), bokade och lediga",
        "–",
        "Platser i utkast, pausade eller nedlagda arbetsträningsplatser, och företag utan gällande avtal den dagen",
        "Per dag, från det första avtalet till åtta veckor framåt utifrån det som är bokat nu",
        "platser",
        _BOOKINGS,
    ),
    Definition(
        Indicator.FREE_SEATS,
        Audience.STRATEGIST,
        Measure.SHARE,
        "Lediga platser",
        "Hur stor del av platserna är lediga?",
        "Platser som varken är stängda, hållna eller bokade den dagen",
        "Alla platser den dagen",
        "Som för Platser",
        "Per dag",
        "platser",
        _BOOKINGS,
    ),
    Definition(
        Indicator.FREE_WITHIN,
        Audience.STRATEGIST,
        Measure.SHARE,
        "Lediga inom 14 dagar",
        "Hur många platser kan någon börja på inom två veckor?",
        "Platser som är lediga minst en av dagarna från dagen till och med fjorton dagar senare",
        "Alla platser den dagen",
        "Som för Platser. Företagets framförhållning räknas inte in",
        "Per dag och de fjorton dagar som följer",
        "platser",
        _BOOKINGS,
    ),
    Definition(
        Indicator.CHOICE_FUNNEL,
        Audience.STRATEGIST,
        Measure.COUNT,
        "Från visat till genomfört",
        "Vad visades kvinnor och män, och vad kom det ut av det?",
        "Yrken i valomgångar: visade, valda, påbörjade och genomförda. Ett yrke räknas en gång per valomgång. En plats"
        " som valdes i reserv räknas som vald när den har påbörjats. Den som byter till en annan plats har inte"
        " avbrutit: platsen räknas som genomförd, och fortsättningen i valet av den nya",
        "–",
        "Valomgångar som öppnades den innevarande månaden. Deltagare som angett annat kön eller inget visas inte, de är"
        " för få",
        "Kalenderår efter den dag då valomgången öppnades, till och med den senaste hela månaden",
        "yrken i valomgångar",
        _ROUNDS,
    ),
    Definition(
        Indicator.OWN_SEX_SHARE,
        Audience.STRATEGIST,
        Measure.SHARE,
        "Yrken dominerade av eget kön",
        "Visas och väljer kvinnor och män yrken där det egna könet dominerar i landet?",
        "Yrken som domineras av deltagarens eget kön: över 60 % kvinnor för en kvinna, under 40 % för en man",
        "Alla yrken i samma steg och för samma kön",
        "Som för Från visat till genomfört",
        "Som för Från visat till genomfört",
        "yrken i valomgångar",
        _ROUNDS + ". Det som visades har inget intervall: samma deltagare är med flera gånger",
        has_interval=True,
    ),
    Definition(
        Indicator.SEGREGATION,
        Audience.STRATEGIST,
        Measure.INDEX,
        "Könsuppdelning (Duncans D)",
        "Hur stor andel skulle behöva byta yrke för att kvinnor och män skulle fördela sig lika?",
        "Halva summan av skillnaderna mellan kvinnors och mäns fördelning över yrken",
        "–",
        "Som för Från visat till genomfört. Måttet räknas ur de tal som visas: yrken vars tal är dolda räknas ihop, så"
        " det blir hellre för lågt än för högt. Visas bara när minst fem kvinnor och fem män finns med",
        "Kalenderår, till och med den senaste hela månaden",
        "0 (ingen uppdelning) till 1 (full)",
        _ROUNDS + ". Slumpnivån är det exakta medelvärdet när samma yrken delas ut blint mellan könen, ett i"
        " taget",
    ),
    Definition(
        Indicator.CHECKPOINTS,
        Audience.STRATEGIST,
        Measure.INDEX,
        "Svar i avstämningar",
        "Hur säger kvinnor och män själva att de har det?",
        "För en skala medelvärde och median av svaren; för ja och nej och för val hur många som svarade så",
        "Deltagare som svarade på frågan vid tillfället; den som svarade flera gånger räknas med sitt senaste svar",
        "Den som inte ville eller hann svara. Svar med egna ord. Deltagare som angett annat kön visas inte, de är för"
        " få. Medelvärden där nästan alla svarat lika",
        "Halvåret då svaret skickades in, när halvåret är slut. Halvår läggs aldrig ihop",
        "deltagare, eller skalans punkter",
        "Avstämningar i Platstorget; andelar med 95-procentigt intervall enligt Wilson",
    ),
    Definition(
        Indicator.FORWARD,
        Audience.STRATEGIST,
        Measure.SHARE,
        "Steg framåt",
        "Hur många svarar högre på skalan än när placeringen började?",
        "Deltagare vars senaste svar under halvåret är högre än svaret vid starten av samma placering",
        "Deltagare som svarade både vid starten och senare",
        "Som för Svar i avstämningar, och den som inte svarade vid starten",
        "Halvåret då det senare svaret skickades in",
        "deltagare",
        "Avstämningar i Platstorget",
        has_interval=True,
    ),
    Definition(
        Indicator.COST,
        Audience.STRATEGIST,
        Measure.MEAN,
        "Kostnad per placering",
        "Vad har en placering kostat från början till slut, för kvinnor och för män?",
        "Det som har fakturerats för placeringarna, utan moms, med rättelser och krediteringar",
        "Placeringar som har tagit slut, också de som ingenting har fakturerats för",
        "Placeringar som aldrig började, som pågår, eller som tog slut den här eller förra månaden: deras sista månad"
        " har inte säkert hunnit faktureras. Deltagare som angett annat kön eller inget visas inte, de är för få",
        "Kalenderåret då placeringen tog slut",
        "kronor",
        "Skickade fakturor till och med den senaste hela månaden. Den som byter plats har en placering på varje",
        case_sv="placeringar",
        case_one_sv="placering",
    ),
    Definition(
        Indicator.ATTENDANCE,
        Audience.SUPPLIER,
        Measure.SHARE,
        "Närvaro",
        "Hur stor del av de planerade dagarna var deltagarna på plats?",
        "Dagar med närvaro",
        "Dagar med planerade timmar",
        "Beviljad ledighet. Dagar som ännu inte är rapporterade",
        "Månaden då dagen var",
        "dagar",
        "Närvaron som handledarna har rapporterat",
        is_more_better=True,
        unit_one_sv="dag",
    ),
    Definition(
        Indicator.PLAN_IN_TIME,
        Audience.SUPPLIER,
        Measure.SHARE,
        "Aktivitetsplan i tid",
        "Är planen överenskommen inom den tid som avtalet säger?",
        "Placeringar vars första plan var överenskommen av alla tre inom avtalets antal arbetsdagar från starten",
        "Placeringar som har startat och vars tid har gått ut eller vars plan är klar",
        "Placeringar som ännu har tid kvar",
        "Månaden då placeringen startade",
        "placeringar",
        "Aktivitetsplaner och avtal i Platstorget",
        has_interval=True,
        is_more_better=True,
        unit_one_sv="placering",
    ),
    Definition(
        Indicator.REPORT_IN_TIME,
        Audience.SUPPLIER,
        Measure.SHARE,
        "Slutdokumentation i tid",
        "Lämnas slutdokumentationen inom den tid som avtalet säger?",
        "Placeringar vars slutdokumentation lämnades inom avtalets antal arbetsdagar från sista dagen",
        "Placeringar som har avslutats och vars tid har gått ut eller vars slutdokumentation är lämnad",
        "Placeringar som aldrig startade, och de som ännu har tid kvar",
        "Månaden då placeringen slutade",
        "placeringar",
        "Slutdokumentationer och avtal i Platstorget",
        has_interval=True,
        is_more_better=True,
        unit_one_sv="placering",
    ),
    Definition(
        Indicator.ANSWERED_IN_TIME,
        Audience.SUPPLIER,
        Measure.SHARE,
        "Förfrågningar besvarade i tid",
        "Får den som frågar efter en plats svar i tid?",
        "Förfrågningar som besvarades senast sista svarsdagen",
        "Förfrågningar som är besvarade eller vars sista svarsdag har gått",
        "Förfrågningar som drogs tillbaka innan de besvarades",
        "Månaden då förfrågan gjordes",
        "förfrågningar",
        "Förfrågningar i Platstorget",
        has_interval=True,
        is_more_better=True,
        unit_one_sv="förfrågan",
    ),
    Definition(
        Indicator.ANSWER_TIME,
        Audience.SUPPLIER,
        Measure.MEAN,
        "Svarstid",
        "Hur många arbetsdagar väntar den som frågar efter en plats?",
        "Arbetsdagar från förfrågan till svar, summerade",
        "Besvarade förfrågningar",
        "Förfrågningar utan svar",
        "Månaden då förfrågan gjordes",
        "arbetsdagar",
        "Förfrågningar i Platstorget",
        is_more_better=False,
        case_sv="förfrågningar",
        case_one_sv="förfrågan",
    ),
    Definition(
        Indicator.OCCUPANCY,
        Audience.SUPPLIER,
        Measure.SHARE,
        "Beläggning",
        "Hur stor del av era platser används?",
        "Platsdagar med en placering",
        "Platsdagar i bruk",
        "Stängda platser, och dagar då arbetsträningsplatsen inte var publicerad",
        "Månaden då dagen var, till och med i går",
        "platsdagar",
        _BOOKINGS,
        is_more_better=True,
        unit_one_sv="platsdag",
    ),
)
INDICATORS: Final[dict[Indicator, Definition]] = {definition.key: definition for definition in _DEFINITIONS}
SUPPLIER_INDICATORS: Final = tuple(
    definition for definition in _DEFINITIONS if definition.audience is Audience.SUPPLIER
)
