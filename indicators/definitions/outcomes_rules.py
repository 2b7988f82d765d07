"""What comparisons, targets and the anonymous median mean."""

from typing import Final

from indicators.definitions.keys import Audience, Definition, Indicator, Measure

OUTCOMES: Final = (
    Definition(
        Indicator.COMPARED,
        Audience.STRATEGIST,
        Measure.INDEX,
        "Jämfört med alla",
        "Skiljer sig en leverantör, ett yrke, en kommun eller en enhet från alla tillsammans, eller är det slump?",
        "Andelen, ställd mot gränser runt myndighetens egen andel: 95 % passeras av en slump en gång av tjugo, 99,8 %"
        " två gånger av tusen",
        "Så många fall som gruppen har: ju färre, desto vidare gränser",
        "Medelvärden, som i dagar och kronor. Skillnader i vilka deltagare en leverantör har räknas inte bort; de står"
        " bredvid",
        "Som för talet som jämförs",
        "ord",
        "Exakta gränser ur binomialfördelningen. ”Högre” och ”lägre än väntat” sägs bara utanför 99,8 %",
    ),
    Definition(
        Indicator.CASE_MIX,
        Audience.STRATEGIST,
        Measure.COUNT,
        "Vilka leverantören har haft",
        "Har leverantörerna tränat olika deltagare?",
        "Placeringar som har tagit slut, per leverantör: av kvinnor och män, på varje stödnivå och från varje kommun",
        "–",
        "Placeringar som aldrig började. Deltagare som angett annat kön eller inget",
        "Kalenderåret då placeringen tog slut, till och med den senaste hela månaden",
        "placeringar",
        "Placeringar i Platstorget. Antal under fem visas inte, och inte heller det som skulle avslöja dem"
        " tillsammans med talen per leverantör, kön och kommun",
    ),
    Definition(
        Indicator.TARGETS,
        Audience.STRATEGIST,
        Measure.INDEX,
        "Mål",
        "Når vi det som vi har satt upp som mål?",
        "Det nyckeltal som målet gäller",
        "Målets nivå, som ASF-strategen sätter",
        "Som för nyckeltalet. Svar i avstämningar läggs inte ihop för kvinnor och män",
        "Kalenderår; deltagare räknas från början till årets slut; svar i avstämningar det senaste halvåret i året",
        "procent, eller deltagare",
        "Målen från början är de som källprojektet hade. ”Nått” och ”under målet” sägs när hela osäkerhetsintervallet"
        " är på den sidan",
    ),
    Definition(
        Indicator.SUPPLIER_MEDIAN,
        Audience.SUPPLIER,
        Measure.INDEX,
        "Median av alla företag",
        "Hur ligger ni till bland företagen?",
        "Talet hos företaget i mitten, när alla företags tal ställs i ordning",
        "Företag med minst fem fall de senaste tolv månaderna, ni själva medräknade",
        "Nyckeltal som färre än fem företag har",
        "De senaste tolv månaderna",
        "som nyckeltalet, avrundat",
        "Företagens egna nyckeltal i Platstorget. Inget företag ser något annats tal",
    ),
)
