"""The fleet of the demo: what runs where, and which images and models it has seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

EU, EU_SMALL = "eu-west-h100", "eu-west-l40s"
US, US_SMALL = "us-east-h100", "us-west-l40s"
AP = "ap-south-a100"

IMAGES: Final = {
    "vllm": ("vllm-0.10.1", "vllm-0.10.2", "vllm-0.11.0", "vllm-0.11.2"),
    "tei": ("tei-1.7.4", "tei-1.8.0", "tei-1.8.3"),
    "whisper": ("whisper-1.1.0", "whisper-1.1.1"),
}
"""The image tags of each engine, oldest first."""


@dataclass(frozen=True)
class Service:
    """What runs in several places for one purpose; `places` is the end of each instance's name and its cluster."""

    name: str
    model: str
    description: str
    places: tuple[tuple[str, str], ...]
    version: str = "latest"
    engine: str = "vllm"
    replicas: int = 2
    tp: int = 1
    pp: int = 1
    cp: int = 1
    priority: str = "medium"

    def fields(self, place: tuple[str, str]) -> dict[str, Any]:
        """Return what an instance in one place looks like before it is changed; its image is the oldest."""
        return {
            "name": f"{self.name}-{place[0]}",
            "model_name": self.model,
            "model_version": self.version,
            "cluster_name": place[1],
            "image_tag": IMAGES[self.engine][0],
            "replicas": self.replicas,
            "pp": self.pp,
            "cp": self.cp,
            "tp": self.tp,
            "priority": self.priority,
            "description": self.description,
        }


_PAIR: Final = (("eu-1", EU), ("us-1", US))
_SMALL: Final = (("eu-1", EU_SMALL), ("us-1", US_SMALL), ("ap-1", AP))
_SMALL_TWICE: Final = (("eu-1", EU_SMALL), ("eu-2", EU_SMALL), ("us-1", US_SMALL), ("us-2", US_SMALL), ("ap-1", AP))

SERVICES: Final = (
    Service(
        "chat-prod",
        "llama-3.3-70b-instruct",
        "The assistant that customers talk to",
        (("a", EU), ("b", EU), ("c", US), ("d", US), ("e", AP)),
        "2026-08",
        replicas=6,
        tp=4,
        priority="critical",
    ),
    Service(
        "chat-canary",
        "llama-3.3-70b-instruct",
        "Two percent of chat: each image comes here first",
        (("eu", EU), ("us", US)),
        "2026-08",
        replicas=1,
        tp=4,
        priority="high",
    ),
    Service(
        "chat-fast",
        "llama-3.1-8b-instruct",
        "Short answers and titles of conversations",
        _SMALL_TWICE,
        replicas=4,
        priority="high",
    ),
    Service(
        "code-assist",
        "qwen2.5-coder-32b",
        "Chat about code in the editor",
        (("eu-1", EU), ("eu-2", EU), ("us-1", US), ("us-2", US)),
        replicas=3,
        tp=2,
        priority="high",
    ),
    Service("code-review", "qwen2.5-coder-32b", "Comments on merge requests", _PAIR, tp=2),
    Service(
        "autocomplete",
        "starcoder2-7b",
        "Completes lines in the editor; wants 80 ms",
        _SMALL_TWICE[:4],
        replicas=6,
        priority="high",
    ),
    Service(
        "embed",
        "bge-m3",
        "Vectors for search and retrieval",
        _SMALL_TWICE,
        "1.0",
        "tei",
        replicas=4,
        priority="critical",
    ),
    Service("rerank", "bge-reranker-v2-m3", "Orders what search has found", _SMALL, "1.0", "tei", replicas=3),
    Service("search-query", "e5-mistral-7b", "Rewrites questions for search", _SMALL[:2], "1.0", "tei"),
    Service(
        "summarize",
        "mistral-small-24b",
        "Summaries of tickets and calls",
        (*_PAIR, ("batch-eu", EU_SMALL)),
        tp=2,
        priority="low",
    ),
    Service("translate", "madlad400-10b", "Translates help pages and tickets", _SMALL),
    Service("vision", "qwen2.5-vl-72b", "Reads charts and photos", _PAIR, tp=4, pp=2),
    Service("documents", "qwen2.5-vl-7b", "Reads scanned invoices", _SMALL[:2], replicas=3),
    Service("transcribe", "whisper-large-v3", "Turns calls into text", _SMALL, "3.0", "whisper", replicas=3),
    Service("speech", "whisper-large-v3", "Commands by voice in the app", (("eu-1", EU_SMALL),), "3.0", "whisper"),
    Service(
        "moderation",
        "llama-guard-3-8b",
        "Checks every prompt and every answer",
        _SMALL,
        replicas=4,
        priority="critical",
    ),
    Service("reasoning", "deepseek-r1", "Hard questions, answered slowly", _PAIR, "0528", replicas=1, tp=8, pp=2),
    Service("long-context", "llama-4-scout", "Whole contracts in one prompt", _PAIR, replicas=1, tp=8, cp=16),
    Service("agents", "qwen3-235b-a22b", "Plans and calls tools", _PAIR, "2507", tp=8, cp=2),
    Service("support", "llama-3.1-8b-support", "Drafts of answers for the help desk", _PAIR, "r12"),
    Service("sql", "sqlcoder-34b", "Questions to the warehouse as SQL", (("eu-1", EU),), tp=2, priority="low"),
    Service(
        "eval", "llama-3.3-70b-instruct", "Judges the nightly evaluation", (("nightly", US),), tp=4, priority="low"
    ),
    Service("staging", "llama-3.3-70b-instruct", "Where releases are tried", (("chat", EU),), tp=4, priority="low"),
)

TEMPORARY: Final = (
    Service("loadtest", "llama-3.1-8b-instruct", "Load test before the autumn campaign", (("eu", EU_SMALL),)),
    Service("eval", "llama-4-maverick", "Is it worth its memory?", (("maverick-us", US),), tp=8, priority="low"),
    Service("embed", "e5-large-v2", "The index before bge-m3", (("legacy-eu", EU_SMALL),), "1.0", "tei"),
    Service("chat", "mixtral-8x22b", "Shadow traffic for a comparison", (("shadow-us", US),), tp=4, priority="low"),
)
"""What came and went."""
