"""What is booked, priced as if it is done: a month's expected earnings."""
