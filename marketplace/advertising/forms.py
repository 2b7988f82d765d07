"""What is typed to ask and to answer, and whom an advertisement names."""

from wtforms import EmailField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.advertising.rules import MAX_LENGTH
from marketplace.web.forms import BaseForm, or_none


class QuestionForm(BaseForm):
    text_sv = TextAreaField(
        "Er fråga",
        validators=[DataRequired("Skriv frågan."), Length(max=MAX_LENGTH)],
        description="Ställ en fråga i taget. Ange gärna vilket krav eller vilken punkt den gäller.",
    )


class AnswerForm(BaseForm):
    question_sv = TextAreaField(
        "Frågan, så som alla läser den",
        validators=[DataRequired("Skriv frågan så som alla ska läsa den."), Length(max=MAX_LENGTH)],
        description="Skriv så att ingen kan förstå vem som har frågat: utan namn, orter och annat som röjer det.",
    )
    answer_sv = TextAreaField(
        "Svaret", validators=[DataRequired("Skriv svaret."), Length(max=MAX_LENGTH)], render_kw={"rows": 8}
    )


class PointForm(BaseForm):
    public_answer_id = SelectField(
        "Svar som redan är publicerat",
        coerce=or_none(int),
        validators=[DataRequired("Välj ett svar.")],
    )


class ContactForm(BaseForm):
    unit_sv = StringField(
        "Funktion eller enhet",
        validators=[DataRequired(), Length(max=120)],
        description="Till exempel Upphandlingsenheten. Skriv ingen persons namn.",
    )
    email = EmailField("E-post", validators=[DataRequired(), Length(max=254)])
    phone = StringField("Telefon", validators=[Length(max=40)])
    street = StringField("Gata eller box", validators=[Length(max=120)])
    postcode = StringField("Postnummer", validators=[Length(max=10)])
    city = StringField("Ort", validators=[Length(max=80)])
