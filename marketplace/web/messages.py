"""WTForms' messages in the words of this application: what is wrong and what to do."""

_SV = {
    "This field is required.": "Fyll i fältet.",
    "This field cannot be edited.": "Fältet går inte att ändra.",
    "This field is disabled and cannot have a value.": "Fältet går inte att ändra.",
    "Not a valid choice.": "Välj ett av alternativen.",
    "Not a valid choice": "Välj ett av alternativen.",
    "Invalid Choice: could not coerce.": "Välj ett av alternativen.",
    "Choices cannot be None.": "Välj ett av alternativen.",
    "'%(value)s' is not a valid choice for this field.": "Välj bland alternativen: ”%(value)s” finns inte.",
    "'%(value)s' are not valid choices for this field.": "Välj bland alternativen: ”%(value)s” finns inte.",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Välj bland alternativen.",
    "Not a valid date value.": "Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2026-03-09.",
    "Not a valid datetime value.": "Skriv datum och tid som ÅÅÅÅ-MM-DD TT:MM.",
    "Not a valid time value.": "Skriv klockslaget som TT:MM, till exempel 08:30.",
    "Not a valid week value.": "Skriv veckan som ÅÅÅÅ-Wvv, till exempel 2026-W07.",
    "Not a valid integer value.": "Skriv ett helt tal med siffror.",
    "Not a valid decimal value.": "Skriv ett tal med siffror, till exempel 7,5.",
    "Not a valid float value.": "Skriv ett tal med siffror, till exempel 7,5.",
    "Number must be at least %(min)s.": "Talet får inte vara mindre än %(min)s.",
    "Number must be at most %(max)s.": "Talet får inte vara större än %(max)s.",
    "Number must be between %(min)s and %(max)s.": "Skriv ett tal från %(min)s till %(max)s.",
    "Date must be at least %(min)s.": "Datumet får inte vara före %(min)s.",
    "Date must be at most %(max)s.": "Datumet får inte vara efter %(max)s.",
    "Date must be between %(min)s and %(max)s.": "Välj ett datum från %(min)s till %(max)s.",
    "Field must be at least %(min)d character long.": "Skriv minst %(min)d tecken.",
    "Field must be at least %(min)d characters long.": "Skriv minst %(min)d tecken.",
    "Field cannot be longer than %(max)d character.": "Skriv högst %(max)d tecken.",
    "Field cannot be longer than %(max)d characters.": "Skriv högst %(max)d tecken.",
    "Field must be exactly %(max)d character long.": "Skriv exakt %(max)d tecken.",
    "Field must be exactly %(max)d characters long.": "Skriv exakt %(max)d tecken.",
    "Field must be between %(min)d and %(max)d characters long.": "Skriv mellan %(min)d och %(max)d tecken.",
    "Field must be equal to %(other_name)s.": "Skriv samma sak i båda fälten.",
    "Invalid email address.": "Skriv e-postadressen som namn@exempel.se.",
    "Invalid URL.": "Skriv webbadressen i sin helhet, med https:// först.",
    "Invalid UUID.": "Värdet har inte rätt form.",
    "Invalid IP address.": "Skriv en IP-adress.",
    "Invalid Mac address.": "Skriv en MAC-adress.",
    "Invalid input.": "Värdet har inte rätt form.",
    "Invalid value, must be one of: %(values)s.": "Värdet ska vara ett av: %(values)s.",
    "Invalid value, can't be any of: %(values)s.": "Värdet får inte vara något av: %(values)s.",
}


class SwedishMessages:
    """What WTForms asks for its words; an unknown message is passed through as it is."""

    def gettext(self, string: str) -> str:
        return _SV.get(string, string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)
