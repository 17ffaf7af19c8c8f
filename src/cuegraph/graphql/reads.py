"""What the resolvers of one request read: siblings that ask at once cost one call of the engine."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from strawberry.dataloader import DataLoader

from cuegraph.engine.engine import Engine
from cuegraph.schema.graph import Edge, EdgeType, Node
from cuegraph.schema.log import Message

Stored: TypeAlias = Node | Message


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node or message is found."""

    namespace: str
    id: str


@dataclass(frozen=True, slots=True)
class Fan:
    """The first `count` edges of a type at a place, outgoing ones or incoming ones."""

    place: Place
    type: EdgeType
    incoming: bool
    count: int


class Reads:
    """Loads nodes and edges for one request: a call for each level of a page, whatever its rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stored = DataLoader[Place, Stored | None](load_fn=self._load_stored)
        self._edges = DataLoader[Fan, list[Edge]](load_fn=self._load_edges)

    async def stored(self, namespace: str, ids: Sequence[str]) -> list[Stored]:
        """The nodes and messages of the ids, in their order; those that are gone are left out."""
        found = await self._stored.load_many([Place(namespace, id_) for id_ in ids])
        return [stored for stored in found if stored is not None]

    async def edges(
        self, places: Sequence[Place], type_: EdgeType, *, incoming: bool = False, count: int
    ) -> list[list[Edge]]:
        """For each place its first `count` edges by (rank, id)."""
        return await self._edges.load_many([Fan(p, type_, incoming, count) for p in places])

    def clear(self) -> None:
        """Forget what was read: a mutation changed it."""
        self._stored.clear_all()
        self._edges.clear_all()

    async def _load_stored(self, places: list[Place]) -> list[Stored | None]:
        ids: dict[str, list[str]] = defaultdict(list)
        for place in places:
            ids[place.namespace].append(place.id)

        def load() -> dict[str, dict[str, Stored]]:
            return {namespace: self._engine.nodes(namespace, ids[namespace]) for namespace in ids}

        found = await run_in_threadpool(load)
        return [found[place.namespace].get(place.id) for place in places]

    async def _load_edges(self, fans: list[Fan]) -> list[list[Edge]]:
        ids: dict[tuple[str, EdgeType, bool, int], list[str]] = defaultdict(list)
        for fan in fans:
            ids[fan.place.namespace, fan.type, fan.incoming, fan.count].append(fan.place.id)

        def load() -> dict[tuple[str, EdgeType, bool, int], dict[str, list[Edge]]]:
            return {
                key: self._engine.edges_of(key[0], wanted, [key[1]], incoming=key[2], limit=key[3])
                for key, wanted in ids.items()
            }

        found = await run_in_threadpool(load)
        return [
            found[fan.place.namespace, fan.type, fan.incoming, fan.count].get(fan.place.id, [])
            for fan in fans
        ]
