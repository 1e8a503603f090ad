"""The loop that brings every job to its end, and moves the logs of their programs into the telemetry store."""

from infrastudio.contexts.training.controller.jobs import JobController
from infrastudio.contexts.training.controller.log_tailer import LogTailer

__all__ = ["JobController", "LogTailer"]
