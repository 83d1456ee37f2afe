"""Metrics for Prometheus. Labels come from fixed lists: no words of a user, no name of a document, person or key."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from server.observability.watching import Work

if TYPE_CHECKING:
    from server.answer.answer import Answer
    from server.assistant import Assistant

_METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())
OTHER = "other"
# Seconds. A search takes milliseconds, an answer of a model up to its deadline.
_REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_STAGE_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_WORK_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The metrics of one app, in a registry of its own. ``now``: seconds since 1970."""

    def __init__(self, assistant: "Assistant", now: Callable[[], float] = time.time) -> None:
        registry = self.registry = CollectorRegistry()
        self._requests = Counter(
            "zhengwen_http_requests", "Requests answered.", ("route", "method", "status"), registry=registry
        )
        self._latencies = Histogram(
            "zhengwen_http_request_seconds", "Seconds until a request was answered, of streams until their end.",
            ("route", "method"), registry=registry, buckets=_REQUEST_BUCKETS,
        )  # fmt: skip
        self._running = Gauge("zhengwen_http_requests_running", "Requests being answered.", registry=registry)
        self._stages = Histogram(
            "zhengwen_stage_seconds", "Seconds that a stage of a search or an answer took.",
            ("work", "stage"), registry=registry, buckets=_STAGE_BUCKETS,
        )  # fmt: skip
        self._work = Histogram(
            "zhengwen_work_seconds", "Seconds of a search, of finding an answer, of a model's writing.",
            ("work",), registry=registry, buckets=_WORK_BUCKETS,
        )  # fmt: skip
        self._answers = Counter(
            "zhengwen_answers", "Questions answered: extractive, llm, or fallback to extracts where a model failed.",
            ("mode",), registry=registry,
        )  # fmt: skip
        self._refusals = Counter("zhengwen_refusals", "Questions refused.", ("reason",), registry=registry)
        self._failures = Counter("zhengwen_llm_failures", "Answers that a model failed to give.", registry=registry)
        for mode in ("extractive", "llm", "fallback"):  # There from the start, so that a rate is one of zero.
            self._answers.labels(mode)
        registry.register(_Index(assistant, now))
        ProcessCollector(registry=registry)

    def request_began(self) -> None:
        """Count a request that is being answered."""
        self._running.inc()

    def request_ended(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answered request. ``route`` is a template such as /api/documents/{document_id}, never an address."""
        self._running.dec()
        known = method if method in _METHODS else OTHER
        self._requests.labels(route, known, str(status)).inc()
        self._latencies.labels(route, known).observe(seconds)

    def work_ended(self, work: Work, seconds: float, stages: Mapping[str, float]) -> None:
        """Count a piece of work. ``stages``: milliseconds by name."""
        self._work.labels(work).observe(seconds)
        for stage, milliseconds in stages.items():
            self._stages.labels(work, stage).observe(milliseconds / 1000)

    def answered(self, answer: "Answer", model_failed: bool) -> None:
        """Count an answer or a refusal."""
        if answer.refusal is not None:
            self._refusals.labels(answer.refusal.reason).inc()
        else:
            self._answers.labels("fallback" if model_failed else answer.mode).inc()

    def model_failed(self) -> None:
        """Count a failure of the model."""
        self._failures.inc()

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """Everything, in the format that the header ``Accept`` asks for, with its content type."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type


class _Index(Collector):
    """The published generation, looked at whenever the metrics are read."""

    def __init__(self, assistant: "Assistant", now: Callable[[], float]) -> None:
        self._assistant = assistant
        self._now = now

    def collect(self) -> Iterator[Metric]:
        generation = self._assistant.generation
        manifest = generation.manifest
        created = datetime.fromisoformat(manifest.created).timestamp()
        values: dict[str, tuple[str, float]] = {
            "age_seconds": ("Seconds since the index in use was published.", self._now() - created),
            "documents": ("Documents in it.", manifest.documents),
            "chunks": ("Passages in it.", manifest.chunks),
            "bytes": ("Bytes of its files.", generation.size),
            "generation": ("Its number.", int(generation.name)),
            "stale": ("1 while a newer index is there that cannot be opened.", bool(self._assistant.failure)),
        }
        for name, (meaning, value) in values.items():
            yield GaugeMetricFamily(f"zhengwen_index_{name}", meaning, value)
        # Begins anew with every generation, as counters may.
        used = generation._cached.cache_info()
        for name, meaning, count in (
            ("hits", "Documents found in the cache.", used.hits),
            ("misses", "Documents read from the index.", used.misses),
        ):
            yield CounterMetricFamily(f"zhengwen_document_cache_{name}", meaning, count)
