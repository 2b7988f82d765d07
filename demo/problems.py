"""What can go wrong at start, said in one line with a way out."""


class DemoProblem(Exception):
    """The demo cannot start or go on; the message is the one line that the person sees."""
