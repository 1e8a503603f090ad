"""What is planned for the demo's fleet: days count from its first Monday."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from infrastudio.cli.demo.fleet import AP, EU, EU_SMALL, US, US_SMALL


class Rollout(NamedTuple):
    """An image tag that goes over the clusters, two a day; where it is `stopped` it is taken back."""

    day: int
    engine: str
    tag: str
    stopped: str | None = None


class Upgrade(NamedTuple):
    """A new version of a service's model."""

    day: int
    service: str
    version: str
    reason: str


class Incident(NamedTuple):
    """An instance that fails, and what brings it back after some minutes."""

    day: int
    hour: int
    name: str
    problem: str
    minutes: int
    repair: str


class Edit(NamedTuple):
    """What a person changes by hand."""

    day: int
    hour: int
    name: str
    fields: dict[str, Any]
    reason: str


ROLLOUT_ORDER: Final = (EU_SMALL, EU, AP, US_SMALL, US)
ROLLOUTS: Final = (
    Rollout(7, "vllm", "vllm-0.10.2"),
    Rollout(8, "tei", "tei-1.8.0"),
    Rollout(14, "vllm", "vllm-0.11.0", stopped=US),
    Rollout(22, "whisper", "whisper-1.1.1"),
    Rollout(28, "vllm", "vllm-0.11.2"),
    Rollout(36, "tei", "tei-1.8.3"),
)
STOPPED_BECAUSE: Final = "First token takes twice as long since vllm-0.11.0"

UPGRADES: Final = (
    Upgrade(10, "rerank", "1.2", "Better order for long questions"),
    Upgrade(17, "embed", "1.5", "The new index was built with it"),
    Upgrade(24, "chat-prod", "2026-10", "Won the comparison on 400 conversations"),
    Upgrade(31, "transcribe", "3.1", "Fewer wrong numbers in calls"),
)

INCIDENTS: Final = (
    Incident(3, 15, "chat-fast-eu-1", "Out of memory on two replicas", 35, "KV cache made smaller"),
    Incident(5, 3, "embed-us-1", "Node lost its network", 48, "Moved to another node"),
    Incident(9, 10, "moderation-eu-1", "Answers time out", 22, "Restarted; a stuck CUDA context"),
    Incident(11, 16, "chat-prod-e", "Readiness fails after the node was patched", 64, "Driver 570 installed"),
    Incident(13, 22, "autocomplete-us-1", "Crash loop", 31, "Disk of the node was full"),
    Incident(20, 8, "code-assist-eu-1", "ECC errors on one GPU", 95, "GPU replaced"),
    Incident(23, 14, "embed-eu-2", "Queue grows without end", 18, "Batch size set back to 32"),
    Incident(26, 5, "chat-prod-a", "Half of the replicas are gone", 27, "Spot nodes were taken away; on demand now"),
    Incident(30, 11, "chat-fast-us-1", "Wrong answers to empty prompts", 40, "Tokenizer pinned"),
    Incident(33, 19, "autocomplete-eu-2", "Slow since noon", 25, "Noisy neighbour moved"),
    Incident(35, 9, "moderation-us-1", "Does not start: weights not found", 16, "Bucket policy corrected"),
    Incident(39, 13, "chat-canary-us", "NCCL timeout", 30, "Fabric manager restarted"),
)
OPEN_INCIDENT: Final = ("chat-fast-ap-1", "Two of four replicas answer nothing; being looked at")
"""The one that is not repaired yet at the end."""

EDITS: Final = (
    Edit(4, 10, "code-review-eu-1", {"priority": "high"}, "The whole company uses it now"),
    Edit(10, 15, "chat-canary-eu", {"description": "Five percent of chat: images come here first"}, "More traffic"),
    Edit(16, 11, "eval-nightly", {"status": "inactive"}, "No evaluations during the migration"),
    Edit(21, 9, "eval-nightly", {"status": "active"}, "Migration is done"),
    Edit(25, 14, "staging-chat", {"replicas": 1}, "One is enough for trying"),
    Edit(
        32, 10, "code-review-eu-1", {"description": "Comments on merge requests; owner: developer tools"}, "Owner named"
    ),
    Edit(37, 16, "eval-nightly", {"status": "inactive"}, "Paused until the new judge is chosen"),
)

RESTORED: Final = {
    "sql-eu-1": (12, 19, "Nobody asks it", "Finance does: quarterly report"),
    "speech-eu-1": (18, 25, "The app's beta is over", "The beta goes on until December"),
    "translate-us-1": (27, 29, "Traffic goes to eu-1", "Latency from the US was too high"),
}
"""Deleted on the first day for the first reason, restored on the second for the second."""

TEMPORARY_DAYS: Final = ((8, 11), (15, 26), (0, 19), (21, 34))
"""When each of `fleet.TEMPORARY` is created and deleted."""
