"""Two years of history, made through the services that users call, from a fixed seed."""
