"""py2neo models of a memory in Neo4j, for notebooks: the extra `cuegraph[py2neo]`. Reading only.

    from cuegraph.store.ogm import Person, open_memory
    memory = open_memory("bolt://127.0.0.1:7687", "neo4j", password)
    for person in memory.all(Person, "demo"):
        print(person.name, [event.gist for event in person.events])

py2neo is at the end of its life (2021.2.4): it reads Neo4j 5.26, but for its own schema calls and for parameters with a
time zone. Nothing of the engine uses it; times are text here, so neither fault is met.
"""

from typing import Any, Final, TypeVar, cast

from py2neo import Graph
from py2neo.ogm import Model, Property, RelatedFrom, RelatedTo

M = TypeVar("M", bound=Model)
LIMIT: Final = 300  # what Neo4j Browser shows at once, too


class Message(Model):
    """What was said, verbatim."""

    __primarykey__ = "id"

    namespace, name = Property(), Property()
    conversation, session, externalId = Property(), Property(), Property()  # noqa: N815 - as stored
    speaker, role, text, sentAt = Property(), Property(), Property(), Property()  # noqa: N815

    following = RelatedTo("Message", "NEXT")
    previous = RelatedFrom("Message", "NEXT")
    answers = RelatedTo("Message", "ANSWERS")
    similar = RelatedTo("Message", "SIMILAR_TO")
    events = RelatedFrom("Event", "DERIVED_FROM")


class Event(Model):
    """What happened, was said to happen, or is planned."""

    __primarykey__ = "id"

    namespace, name, gist, predicate = Property(), Property(), Property(), Property()
    modality, negated = Property(), Property()
    validFrom, validTo, precision = Property(), Property(), Property()  # noqa: N815

    messages = RelatedTo("Message", "DERIVED_FROM")
    people = RelatedTo("Person", "INVOLVES")
    places = RelatedTo("Place", "AT")
    following = RelatedTo("Event", "NEXT")


class Person(Model):
    """Someone."""

    __primarykey__ = "id"

    namespace, name, aliases = Property(), Property(), Property()
    mentionCount, saidCount = Property(), Property()  # noqa: N815
    firstSeen, lastSeen = Property(), Property()  # noqa: N815

    events = RelatedFrom("Event", "INVOLVES")


class Place(Model):
    """Somewhere."""

    __primarykey__ = "id"

    namespace, name, aliases = Property(), Property(), Property()
    events = RelatedFrom("Event", "AT")


class OgmMemory:
    """Models of a database, a namespace at a time."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def all(self, model: type[M], namespace: str, limit: int = LIMIT) -> list[M]:
        """At most `limit` models of the namespace, by id."""
        found: Any = cast("Any", model).match(self._graph).where(namespace=namespace)
        return list(found.order_by("_.id").limit(limit))

    def named(self, model: type[M], namespace: str, name: str) -> M | None:
        """The model of that name, the first by id."""
        found: Any = cast("Any", model).match(self._graph).where(namespace=namespace, name=name)
        return found.order_by("_.id").first()

    def close(self) -> None:
        """Close the connections."""
        cast("Any", self._graph).service.connector.close()


def open_memory(url: str, user: str, password: str) -> OgmMemory:
    """A memory in Neo4j, seen through py2neo."""
    return OgmMemory(Graph(url, auth=(user, password)))
