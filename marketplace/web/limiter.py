"""Throttling, counted in Redis so that every web process shares the count."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, in_memory_fallback_enabled=True)
"""Without Redis each process counts for itself: signing in must not stop because Redis does."""
