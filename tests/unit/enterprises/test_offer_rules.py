"""What is told of a place, and when it is told once."""

from enterprises.places.offer_rules import says_more


def test_a_description_stands_beside_a_list_that_does_not_say_it_all() -> None:
    tasks = ["Slipar bord", "Limmar och oljar"]
    assert says_more([], "Slipar bord, limmar och oljar.")
    assert not says_more(tasks, "Slipar bord, limmar och oljar.")
    assert says_more(tasks, "Slipar bord i en lugn verkstad.")
