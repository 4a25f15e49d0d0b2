"""Encoding on a Ray cluster: a process with the model for each core there, and groups of texts for whichever is free.

Needs the packages of the extra `ray` here, and this package and the model on every machine of the cluster.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from embeddings.encoders.encoder import Encoder, open_encoder
from embeddings.errors import BulletinError, ModelCode, ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOCAL = "local"
_WAITING = 2  # groups for each worker, so that none waits for the next
_TRIES = 5  # of a group whose worker dies; the worker is begun again each time
_START_SECONDS = 300.0  # for the first worker to open the model
_CONNECT_SECONDS = 10.0
_STORE_BYTES = 200_000_000  # of shared memory, where a cluster is begun on this machine


class EncodingWorker:
    """What runs in each process of the cluster: the model, loaded once."""

    def __init__(self, opens: Callable[[], Encoder]) -> None:
        self._encoder = opens()

    def fingerprint(self) -> str:
        """That of the model which the process has."""
        return self._encoder.fingerprint

    def process(self) -> int:
        """The number of the process."""
        import os

        return os.getpid()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimension)."""
        return self._encoder.encode_passages(texts)


class RayEncoder:
    """An encoder whose passages are encoded on a Ray cluster, and everything else here.

    `address` is the cluster's, as Ray has it (`HOST:6379`, `auto`, or `ray://HOST:10001`), or `local` for one that is
    begun on this machine and ended again. `workers` is how many processes there are; None for one a core of the
    cluster.
    """

    def __init__(
        self,
        encoder: Encoder,
        address: str,
        *,
        workers: int | None = None,
        opens: Callable[[], Encoder] | None = None,
    ) -> None:
        self._encoder = encoder
        self._address = address
        self._workers = workers
        name = encoder.name
        self._opens = opens or (lambda: open_encoder(name))
        self.processes: list[int] = []  # of the workers that encode now

    @property
    def name(self) -> str:
        """The name that opens the model again."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """That of the model, which every worker has to have."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._encoder.dimension

    def encode_questions(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(questions), dimension), made here."""
        return self._encoder.encode_questions(questions)

    def encode_sentences(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(sentences), dimension), made here."""
        return self._encoder.encode_sentences(sentences)

    def encode_passages(self, passages: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(passages), dimension), made here."""
        return self._encoder.encode_passages(passages)

    def encode_groups(
        self, groups: Iterable[Mapping[str, str]]
    ) -> Iterator[tuple[Mapping[str, str], NDArray[np.float32] | None]]:
        """The vectors of groups of texts, by whatever keys, as they come, shape (len(group), dimension) each.

        None for a group that a worker could not encode. Raises ModelError where there is no cluster, or its workers
        have another model or die again and again.
        """
        left = iter(groups)
        first = next(left, None)
        if first is None:
            return
        with self._joined() as ray, self._begun(ray) as actors:
            waiting: dict[Any, tuple[int, Mapping[str, str]]] = {}
            busy = [0] * len(actors)
            group: Mapping[str, str] | None = first
            while group is not None or waiting:
                while group is not None and len(waiting) < _WAITING * len(actors):
                    free = busy.index(min(busy))
                    waiting[actors[free].encode.remote(list(group.values()))] = free, group
                    busy[free] += 1
                    group = next(left, None)
                (done,), _ = ray.wait(list(waiting), num_returns=1)
                worker, of = waiting.pop(done)
                busy[worker] -= 1
                yield of, self._result(ray, done)

    def _result(self, ray: Any, done: Any) -> NDArray[np.float32] | None:
        try:
            return ray.get(done)  # type: ignore[no-any-return]
        except ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, BulletinError):
                raise error.cause from error
            return None
        except ray.exceptions.RayError as error:
            raise self._gone(error) from error

    @contextmanager
    def _begun(self, ray: Any) -> Iterator[list[Any]]:
        """The workers, with the model that is wanted, until the block ends."""
        count = self._workers or max(int(ray.cluster_resources().get("CPU", 1)), 1)
        actor = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=_TRIES)(EncodingWorker)
        actors = [actor.remote(self._opens) for _ in range(count)]
        try:
            self._require_model(ray, actors)
            yield actors
        finally:
            for one in actors:
                ray.kill(one)

    def _require_model(self, ray: Any, actors: Sequence[Any]) -> None:
        try:
            ready, _ = ray.wait([one.fingerprint.remote() for one in actors], timeout=_START_SECONDS)
            if not ready:
                raise ModelError(ModelCode.NO_RAY, address=self._address, detail="no worker has begun")
            found = ray.get(ready[0])
            self.processes = ray.get([one.process.remote() for one in actors]) if self._workers else []
        except ray.exceptions.RayError as error:
            raise self._gone(error) from error
        if found != self.fingerprint:
            raise ModelError(ModelCode.RAY_OTHER_MODEL, name=self.name, here=self.fingerprint, there=found)

    def _require_answer(self) -> None:
        """Raise ModelError where nothing listens at the address: Ray itself would try for a minute."""
        host, _, port = self._address.removeprefix("ray://").rpartition(":")
        if host and port.isdecimal():
            try:
                socket.create_connection((host, int(port)), timeout=_CONNECT_SECONDS).close()
            except OSError as error:
                raise self._gone(error) from error

    def _gone(self, error: Exception) -> ModelError:
        detail = " ".join(str(error).split())[:300]
        return ModelError(ModelCode.NO_RAY, address=self._address, detail=detail)

    @contextmanager
    def _joined(self) -> Iterator[Any]:
        """Ray, with this process as a part of the cluster; whoever was one before stays one."""
        try:
            import ray
        except ModuleNotFoundError as error:
            raise ModelError(ModelCode.NO_RAY_PACKAGE, name=error.name or "ray") from error
        self._require_answer()
        if ray.is_initialized():
            yield ray
            return
        begun: dict[str, Any] = {"num_cpus": self._workers, "include_dashboard": False}
        own = {**begun, "object_store_memory": _STORE_BYTES} if self._address == LOCAL else {}
        try:
            ray.init(address=self._address, log_to_driver=False, logging_level="ERROR", **own)
        except (ConnectionError, RuntimeError, ValueError, TimeoutError, OSError) as error:
            raise self._gone(error) from error
        try:
            yield ray
        finally:
            ray.shutdown()
