"""A survey to begin with, in our own words: a draft that the authority reads, changes and publishes, or does not use.

It asks about influence, how close work feels, health in everyday life and what helps. The surveys of national networks
are theirs and need their leave; nothing here is from them.
"""

from collections.abc import Mapping, Sequence

from placements.checkpoints.rules import Occasion, QuestionDraft, QuestionKind, Wording

STARTER_NAME_SV = "Så har jag det"

_LATER = (Occasion.QUARTER, Occasion.END)

STARTER: Sequence[tuple[QuestionDraft, Mapping[str, Wording]]] = (
    (
        QuestionDraft(
            QuestionKind.SCALE,
            Wording(
                "Hur mycket får du vara med och bestämma om din arbetsträning?",
                "Till exempel vad du gör, när du är där och vad planen säger.",
                "Inget alls",
                "Så mycket jag vill",
            ),
            points=5,
        ),
        {
            "en": Wording(
                "How much do you take part in deciding about your work training?",
                "For example what you do, when you are there and what the plan says.",
                "Not at all",
                "As much as I want",
            ),
            "ar": Wording(
                "إلى أي حد تشارك في اتخاذ القرارات بشأن تدريبك العملي؟",
                "مثلاً: ماذا تعمل، ومتى تحضر، وماذا تقول الخطة.",
                "لا أشارك أبداً",
                "بقدر ما أريد",
            ),
        },
    ),
    (
        QuestionDraft(
            QuestionKind.SCALE,
            Wording(
                "Hur nära ett vanligt arbete känner du dig?",
                "Tänk på hur det känns just nu.",
                "Långt ifrån",
                "Redo nu",
            ),
            points=5,
        ),
        {
            "en": Wording(
                "How close to an ordinary job do you feel?",
                "Think of how it feels right now.",
                "Far away",
                "Ready now",
            ),
            "ar": Wording(
                "إلى أي حد تشعر أنك قريب من عمل عادي؟", "فكّر كيف تشعر الآن.", "بعيد جداً", "مستعد الآن"
            ),
        },
    ),
    (
        QuestionDraft(
            QuestionKind.SCALE,
            Wording(
                "Hur orkar du med din vardag?",
                "Till exempel sova, laga mat, träffa andra och göra det du ska.",
                "Mycket dåligt",
                "Mycket bra",
            ),
            points=5,
        ),
        {
            "en": Wording(
                "How do you manage your everyday life?",
                "For example sleeping, cooking, meeting others and doing what you need to do.",
                "Very badly",
                "Very well",
            ),
            "ar": Wording(
                "كيف تستطيع تدبير حياتك اليومية؟",
                "مثلاً: النوم، والطبخ، ولقاء الآخرين، والقيام بما عليك.",
                "بشكل سيئ جداً",
                "بشكل جيد جداً",
            ),
        },
    ),
    (
        QuestionDraft(
            QuestionKind.YES_NO,
            Wording("Vet du vem du kan fråga när något är svårt på arbetsplatsen?"),
        ),
        {
            "en": Wording("Do you know whom you can ask when something is difficult at the workplace?"),
            "ar": Wording("هل تعرف من تسأل عندما يكون شيء ما صعباً في مكان العمل؟"),
        },
    ),
    (
        QuestionDraft(
            QuestionKind.CHOICE,
            Wording(
                "Vad hjälper dig mest?",
                choices=(
                    "Uppgifterna jag gör",
                    "De jag arbetar med",
                    "Min handledare",
                    "Att ha fasta tider",
                    "Något annat",
                ),
            ),
            _LATER,
        ),
        {
            "en": Wording(
                "What helps you most?",
                choices=(
                    "The tasks I do",
                    "The people I work with",
                    "My supervisor",
                    "Having regular hours",
                    "Something else",
                ),
            ),
            "ar": Wording(
                "ما الذي يساعدك أكثر؟",
                choices=(
                    "المهام التي أقوم بها",
                    "الذين أعمل معهم",
                    "المشرف عليّ",
                    "المواعيد الثابتة",
                    "شيء آخر",
                ),
            ),
        },
    ),
    (
        QuestionDraft(
            QuestionKind.TEXT,
            Wording("Vad skulle göra det bättre för dig?", "Skriv med egna ord, på vilket språk du vill."),
        ),
        {
            "en": Wording("What would make it better for you?", "Use your own words, in any language."),
            "ar": Wording("ما الذي يجعل الأمر أفضل لك؟", "اكتب بكلماتك الخاصة وبأي لغة تريد."),
        },
    ),
)
"""Question by question, with its translations."""
