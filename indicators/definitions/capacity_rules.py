"""What the numbers of capacity mean."""

from typing import Final

from indicators.definitions.keys import BOOKINGS_SV, Audience, Definition, Indicator, Measure

CAPACITY: Final = (
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
        BOOKINGS_SV,
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
        BOOKINGS_SV,
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
        BOOKINGS_SV,
    ),
)
