"""What the numbers of choices mean."""

from typing import Final

from indicators.definitions.keys import Audience, Definition, Indicator, Measure

_ROUNDS = "Valomgångar som handläggare har registrerat i Platstorget; andel kvinnor per yrke från SCB, Yrkesregistret"
CHOICES: Final = (
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
)
