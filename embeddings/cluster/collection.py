"""What Milvus holds of an archive: for each chunk its vector, its terms, and what filters look at.

A row is written once. Of what was taken out, the rows go when no reader can hold the state before; until then a reader
of the new state names the issues that it does not have.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pymilvus import DataType, MilvusClient
from pymilvus.exceptions import MilvusException

from embeddings.cluster.address import ClusterAddress
from embeddings.config import Variable, read_limit
from embeddings.errors import ArchiveCode, ArchiveError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_FOUND = 16_384  # what Milvus gives at most for a search
_CONNECT_TIMEOUT = 10.0
# A service that is back is tried again within a second, where gRPC would wait for up to two minutes.
_RECONNECTING = {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.min_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1_000,
    # A server takes a client for an attacker that asks oftener than this whether it is there, and ends the connection
    # with a call that takes long.
    "grpc.keepalive_time_ms": 300_000,
    "grpc.keepalive_permit_without_calls": 0,
}
_NO_COLLECTION, _NOT_LOADED = 100, 101  # Milvus's codes of these errors
_ROWS = 500  # rows of a call: some 3 MB, where a message may have 64

ChunkRow = Mapping[str, Any]


class ChunkCollection:
    """One collection of Milvus. Usable from several threads; connects when it is first asked for anything."""

    def __init__(self, client: MilvusClient, address: ClusterAddress, name: str) -> None:
        self._client = client
        self._address = address
        self.name = name
        self._timeout = float(read_limit(Variable.MILVUS_SECONDS))  # of a call

    def create(self, dimension: int) -> None:
        """Make it, empty."""
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("chunk", DataType.INT64, is_primary=True)
        for field in ("issue", "since", "day", "section"):
            schema.add_field(field, DataType.INT64)
        schema.add_field("dense", DataType.FLOAT_VECTOR, dim=max(dimension, 2))
        schema.add_field("terms", DataType.SPARSE_FLOAT_VECTOR)
        indexes = self._client.prepare_index_params()
        indexes.add_index("dense", index_type=self._address.index, metric_type="IP")
        indexes.add_index("terms", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        with milvus_errors(self._address, self.name):
            self._client.create_collection(
                self.name, schema=schema, index_params=indexes, consistency_level="Strong", timeout=self._timeout
            )

    def exists(self) -> bool:
        """Whether Milvus has it."""
        with milvus_errors(self._address, self.name):
            return bool(self._client.has_collection(self.name, timeout=self._timeout))

    def insert(self, rows: Sequence[ChunkRow]) -> None:
        """Put some chunks in; one that is there already is written anew."""
        with milvus_errors(self._address, self.name):
            for start in range(0, len(rows), _ROWS):
                self._client.upsert(self.name, list(rows[start : start + _ROWS]), timeout=self._timeout)

    def delete_issues(self, keys: Collection[int]) -> None:
        """Take out all chunks of some issues."""
        with milvus_errors(self._address, self.name):
            for part in _portions(sorted(keys), 1_000):
                self._client.delete(self.name, filter=f"issue in {part}", timeout=self._timeout)

    def count(self, *, without: Collection[int] = ()) -> int:
        """The number of chunks but for those of some issues."""
        with milvus_errors(self._address, self.name):
            rows = self._loaded(
                self._client.query,
                filter=_without(without),
                output_fields=["count(*)"],
                consistency_level="Strong",
            )
        return int(rows[0]["count(*)"])

    def search(
        self, field: str, vector: NDArray[np.float32] | Mapping[int, float], limit: int, *, where: str
    ) -> list[tuple[int, float]]:
        """The keys of the best chunks by a field, `dense` or `terms`, best first, each with its inner product."""
        wanted = dict(vector) if isinstance(vector, Mapping) else [float(value) for value in vector]
        with milvus_errors(self._address, self.name):
            (hits,) = self._loaded(
                self._client.search,
                data=[wanted],
                filter=where,
                limit=min(limit, MOST_FOUND),
                anns_field=field,
                output_fields=["chunk"],
                search_params={"metric_type": "IP"},
                consistency_level="Strong",
            )
            return [(int(hit["chunk"]), float(hit["distance"])) for hit in hits]

    def _loaded(self, call: Callable[..., Any], **arguments: Any) -> Any:
        """What a call gives that needs the collection in memory, where a service that was begun again has it not."""
        try:
            return call(self.name, timeout=self._timeout, **arguments)
        except MilvusException as error:
            if error.code != _NOT_LOADED:
                raise
        self._client.load_collection(self.name, timeout=self._timeout)
        return call(self.name, timeout=self._timeout, **arguments)

    def drop(self) -> None:
        """Remove it, there or not."""
        with milvus_errors(self._address, self.name):
            self._client.drop_collection(self.name, timeout=self._timeout)


def open_client(address: ClusterAddress) -> MilvusClient:
    """A connection to Milvus. Raises ArchiveError where it does not answer, or the URL does not say where it is."""
    if not address.milvus:
        raise ArchiveError(ArchiveCode.NO_MILVUS, location=address.shown)
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints every error that it also raises
    with milvus_errors(address, ""):
        return MilvusClient(
            address.milvus, token=Variable.MILVUS_TOKEN.read(), timeout=_CONNECT_TIMEOUT, grpc_options=_RECONNECTING
        )


def visible(generation: int, departed: Collection[int]) -> str:
    """A filter for what a generation has."""
    return " and ".join(filter(None, (f"since <= {generation}", _without(departed))))


def _without(issues: Collection[int]) -> str:
    return f"issue not in {sorted(issues)}" if issues else ""


@contextmanager
def milvus_errors(address: ClusterAddress, collection: str) -> Iterator[None]:
    """Milvus's errors as ours, with the cause and the cure."""
    import grpc

    try:
        yield
    except MilvusException as error:
        if error.code == _NO_COLLECTION:
            raise ArchiveError(ArchiveCode.COLLECTION_LOST, name=collection, location=address.shown) from error
        raise _down(address, error) from error
    except (grpc.RpcError, grpc.FutureTimeoutError, ConnectionError, TimeoutError) as error:
        raise _down(address, error) from error


def _down(address: ClusterAddress, error: Exception) -> ArchiveError:
    detail = " ".join(str(getattr(error, "message", "") or error).split())[:300]
    return ArchiveError(ArchiveCode.SERVICE_DOWN, service="Milvus", location=address.shown, detail=detail)


def _portions(keys: Sequence[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(keys), size):
        yield list(keys[start : start + size])
