"""Writing, showing, answering, filing, correcting and receiving final reports."""

from placements.report.services.answering import (
    ask_for_correction,
    read_as_participant,
    receive_report,
    record_outcome,
    record_reading,
)
from placements.report.services.writing import (
    begin_report,
    discard_report,
    draft_report,
    file_report,
    revise_report,
    save_report,
    show_report,
)

__all__ = [
    "ask_for_correction",
    "begin_report",
    "discard_report",
    "draft_report",
    "file_report",
    "read_as_participant",
    "receive_report",
    "record_outcome",
    "record_reading",
    "revise_report",
    "save_report",
    "show_report",
]
