"""How a system is made known: its advertisement, questions with public answers, and a feed of what has changed."""
