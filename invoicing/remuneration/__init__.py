"""Remuneration (ersättning): price components and the lines that a month earns."""
