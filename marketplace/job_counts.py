"""How many jobs have been done, and how long they took: kept in Redis, which all workers on all machines share.

A job runs in a process of its own that is gone when it is done, so there is nothing in it to ask. Lost with Redis, the
counts begin again, as counters do.
"""

from contextlib import suppress
from typing import Any

from redis import Redis, RedisError

QUEUE = "platstorget"
_COUNTS, _SECONDS = "platstorget:jobs:count", "platstorget:jobs:seconds"


def count_job(connection: Redis, job: str, result: str, seconds: float) -> None:
    """Where Redis has gone meanwhile the job is done all the same."""
    with suppress(RedisError), connection.pipeline(transaction=False) as sending:
        sending.hincrby(_COUNTS, f"{job} {result}", 1)
        sending.hincrbyfloat(_SECONDS, job, seconds)
        sending.execute()


def job_counts(connection: Redis) -> tuple[dict[tuple[str, str], int], dict[str, float]]:
    """By job and result how many, and by job the seconds."""
    counts: Any = connection.hgetall(_COUNTS)
    seconds: Any = connection.hgetall(_SECONDS)
    done = {}
    for name, count in counts.items():
        job, _, result = name.decode().rpartition(" ")
        done[job, result] = int(count)
    return done, {name.decode(): float(took) for name, took in seconds.items()}
