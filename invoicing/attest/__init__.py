"""The two parties about a sent invoice: examined, attested, disputed, answered, credited, reminded of."""
