"""Cypher of the Neo4j store: constants, parameters only, each with a hint for the index it needs.

Without the hint, the planner chooses by counts taken when a text is first planned, which is on an
empty database. ORDER BY names the index's leading columns too: only then is the index's own order
used and nothing sorted. Labels and types come from the closed enums, as parameters (`$(…)`) where
Cypher plans well with them and through `_expand` where it does not.

Every node of the graph has the label `Memory` and its own, entities `Entity` between them. Memos,
acts and the namespace's node, which is also its writers' lock, stand outside. Edges repeat the ids
of their ends as `source` and `target`: an index on relationships holds nothing else, and an edge
can be read when a node at its end is gone already.
"""

from collections.abc import Iterable
from typing import Final, LiteralString, cast

from cuegraph.schema.graph import ENTITY_LABELS, EdgeType, Label, MemoKind

OPERATIONS_KEPT: Final = (
    16  # writers that may come between a commit and the question whether it happened; «guess»
)
RANKED_LABELS: Final = tuple(label for label in Label if label is not Label.MESSAGE)


def _expand(template: LiteralString, **names: str) -> LiteralString:
    """The template with each `<name>` replaced; called with members of the closed enums alone."""
    text: str = template
    for name, value in names.items():
        text = text.replace(f"<{name}>", value)
    return cast("LiteralString", text)


def _by_type(template: LiteralString) -> dict[EdgeType, LiteralString]:
    return {type_: _expand(template, type=type_.value) for type_ in EdgeType}


def _by_memo_kind(template: LiteralString) -> dict[MemoKind, LiteralString]:
    return {kind: _expand(template, kind=kind.value) for kind in MemoKind}


def _union(template: LiteralString) -> LiteralString:
    """One branch for each edge type: an index on relationships belongs to one type."""
    return "\nUNION ALL\n".join(_by_type(template).values())


def _label_code(labels: Iterable[Label]) -> LiteralString:
    """The place of a node's label among the labels."""
    whens = " ".join(f"WHEN n:{label} THEN {code}" for code, label in enumerate(labels))
    return cast("LiteralString", f"CASE {whens} END")


# ---------------------------------------------------------------- schema

_NODE_CONSTRAINTS: Final[dict[str, LiteralString]] = {
    "cuegraph_memory_id": "(n:Memory) REQUIRE (n.namespace, n.id)",
    "cuegraph_memo_key": "(n:Memo) REQUIRE (n.namespace, n.kind, n.key)",
    "cuegraph_act_id": "(n:Act) REQUIRE (n.namespace, n.id)",
    "cuegraph_namespace_name": "(n:Namespace) REQUIRE n.name",
}
_NODE_INDEXES: Final[dict[str, LiteralString]] = {
    "cuegraph_memory_owner": "(n:Memory) ON (n.namespace, n.owner)",
    "cuegraph_memo_rank": "(n:Memo) ON (n.namespace, n.kind, n.rank, n.key)",
    "cuegraph_message_place": "(n:Message) ON (n.namespace, n.conversation, n.place)",
    "cuegraph_message_session": "(n:Message) ON (n.namespace, n.conversation, n.session, n.place)",
    "cuegraph_message_external_id": "(n:Message) ON (n.namespace, n.externalId)",
    "cuegraph_message_speaker": "(n:Message) ON (n.namespace, n.speaker)",
    "cuegraph_message_sent_at": "(n:Message) ON (n.namespace, n.sentAt)",
}
# Measured on 30,000 edges: 10.2k edges/s without an index, 7.4k with all four.
_EDGE_INDEXES: Final[dict[str, LiteralString]] = {
    "owner": "r.owner",
    "source": "r.source, r.rank, r.id",
    "target": "r.target, r.rank, r.id",
}


def _constraints() -> dict[str, LiteralString]:
    """Name -> the statement that makes it."""
    text = "CREATE CONSTRAINT <name> IF NOT EXISTS FOR <what> IS UNIQUE"
    named: dict[str, str] = {**_NODE_CONSTRAINTS}
    for type_ in EdgeType:
        what = f"()-[r:{type_}]-() REQUIRE (r.namespace, r.id)"
        named[f"cuegraph_{type_.lower()}_id"] = what
    return {name: _expand(text, name=name, what=what) for name, what in named.items()}


def _indexes() -> dict[str, LiteralString]:
    """Name -> the statement that makes it."""
    text = "CREATE INDEX <name> IF NOT EXISTS FOR <what>"
    named: dict[str, str] = {**_NODE_INDEXES}
    for label in RANKED_LABELS:
        named[f"cuegraph_{label.lower()}_rank"] = f"(n:{label}) ON (n.namespace, n.rank, n.id)"
    for type_ in EdgeType:
        for purpose, columns in _EDGE_INDEXES.items():
            named[f"cuegraph_{type_.lower()}_{purpose}"] = f"()-[r:{type_}]-() ON ({columns})"
    return {name: _expand(text, name=name, what=what) for name, what in named.items()}


CONSTRAINTS: Final = _constraints()
INDEXES: Final = _indexes()
SHOW_SCHEMA: Final = "SHOW INDEXES YIELD name WHERE name STARTS WITH 'cuegraph_' RETURN name"
AWAIT_SCHEMA: Final = "CALL db.awaitIndexes(600)"

# ---------------------------------------------------------------- the namespace

# SET before anything of the node is read: it takes the write lock, and what is read after it is
# what is committed then.
LOCK: Final = """
MERGE (n:Namespace {name: $namespace})
ON CREATE SET n.revision = 0, n.stamp = '{}', n.operations = []
SET n.lock = $operation
WITH n, $operation IN n.operations AS done
SET n.operations = CASE WHEN done THEN n.operations ELSE ([$operation] + n.operations)[..$kept] END
RETURN done, n.revision AS revision, n.stamp AS stamp
"""
SELECT_NAMESPACE: Final = (
    "MATCH (n:Namespace {name: $namespace}) RETURN n.revision AS revision, n.stamp AS stamp"
)
SELECT_NAMESPACES: Final = """
MATCH (n:Namespace) USING INDEX n:Namespace(name)
WHERE n.name IS NOT NULL AND n.revision <> 0
RETURN n.name AS name
"""
UPDATE_NAMESPACE: Final = """
MATCH (n:Namespace {name: $namespace}) SET n.revision = $revision, n.stamp = $stamp
RETURN count(*) AS count
"""
DELETE_NAMESPACE: Final = "MATCH (n:Namespace {name: $namespace}) DELETE n RETURN count(*) AS count"

# ---------------------------------------------------------------- messages and acts

_MESSAGE: Final = (
    "[m.id, m.conversation, m.session, m.externalId, m.speaker, m.role, m.text, m.sentAt,"
    " m.recordedAt, m.ordinal, m.metadata]"
)
_PLACES: Final = "UNWIND range(0, size($places) - 1) AS i WITH i, $places[i] AS place\n"

SELECT_MESSAGES: Final = f"""
MATCH (m:Memory) USING INDEX SEEK m:Memory(namespace, id)
WHERE m.namespace = $namespace AND m.id IN $ids AND m:Message
RETURN {_MESSAGE} AS row
"""
SCAN_MESSAGES: Final = f"""
MATCH (m:Memory) USING INDEX SEEK m:Memory(namespace, id)
WHERE m.namespace = $namespace AND m.id > $last AND m:Message
WITH m ORDER BY m.namespace, m.id LIMIT $count
RETURN {_MESSAGE} AS row
"""
SELECT_BEFORE: Final = f"""{_PLACES}CALL (place) {{
MATCH (m:Message) USING INDEX SEEK m:Message(namespace, conversation, place)
WHERE m.namespace = $namespace AND m.conversation = place[0] AND m.place < place[1]
RETURN m ORDER BY m.namespace DESC, m.conversation DESC, m.place DESC LIMIT $count }}
RETURN i, {_MESSAGE} AS row
"""
SELECT_AFTER: Final = f"""{_PLACES}CALL (place) {{
MATCH (m:Message) USING INDEX SEEK m:Message(namespace, conversation, place)
WHERE m.namespace = $namespace AND m.conversation = place[0] AND m.place > place[1]
RETURN m ORDER BY m.namespace, m.conversation, m.place LIMIT $count }}
RETURN i, {_MESSAGE} AS row
"""
SELECT_CONVERSATION_FIRST: Final = f"""{_PLACES}CALL (place) {{
MATCH (m:Message) USING INDEX SEEK m:Message(namespace, conversation, place)
WHERE m.namespace = $namespace AND m.conversation = place[0] AND m.place IS NOT NULL
RETURN m ORDER BY m.namespace, m.conversation, m.place LIMIT 1 }}
RETURN i, {_MESSAGE} AS row
"""
SELECT_CONVERSATION_LAST: Final = f"""{_PLACES}CALL (place) {{
MATCH (m:Message) USING INDEX SEEK m:Message(namespace, conversation, place)
WHERE m.namespace = $namespace AND m.conversation = place[0] AND m.place IS NOT NULL
RETURN m ORDER BY m.namespace DESC, m.conversation DESC, m.place DESC LIMIT 1 }}
RETURN i, {_MESSAGE} AS row
"""
_SESSION: Final = """
MATCH (m:Message) USING INDEX SEEK m:Message(namespace, conversation, session, place)
WHERE m.namespace = $namespace AND m.conversation = place[0] AND m.session = place[1]
  AND m.place IS NOT NULL
"""
SELECT_SESSION_FIRST: Final = f"""{_PLACES}CALL (place) {{{_SESSION}
RETURN m ORDER BY m.namespace, m.conversation, m.session, m.place LIMIT 1 }}
RETURN i, {_MESSAGE} AS row
"""
SELECT_SESSION_LAST: Final = f"""{_PLACES}CALL (place) {{{_SESSION}
RETURN m ORDER BY m.namespace DESC, m.conversation DESC, m.session DESC, m.place DESC LIMIT 1 }}
RETURN i, {_MESSAGE} AS row
"""
COUNT_SESSION: Final = f"""{_PLACES}CALL (place) {{{_SESSION}
RETURN count(m) AS count }}
RETURN i, count
"""
SELECT_BY_EXTERNAL_ID: Final = """
MATCH (m:Message) USING INDEX SEEK m:Message(namespace, externalId)
WHERE m.namespace = $namespace AND m.externalId IN $values RETURN m.id AS id
"""
SELECT_BY_CONVERSATION: Final = """
MATCH (m:Message) USING INDEX SEEK m:Message(namespace, conversation, place)
WHERE m.namespace = $namespace AND m.conversation IN $values AND m.place IS NOT NULL
RETURN m.id AS id
"""
SELECT_BY_SPEAKER: Final = """
MATCH (m:Message) USING INDEX SEEK m:Message(namespace, speaker)
WHERE m.namespace = $namespace AND m.speaker IN $values RETURN m.id AS id
"""
# The fraction of a second is optional, so text order is time order only without the closing Z.
SELECT_BY_TIME: Final = """
MATCH (m:Message) USING INDEX SEEK m:Message(namespace, sentAt)
WHERE m.namespace = $namespace AND m.sentAt < left($before, 19) + '~'
  AND replace(m.sentAt, 'Z', '') < replace($before, 'Z', '')
RETURN m.id AS id
"""
UPSERT_MESSAGES: Final = """
UNWIND $rows AS row
MERGE (m:Memory {namespace: $namespace, id: row.id}) SET m = row, m:Message
RETURN count(*) AS count
"""
HIDE_MESSAGES: Final = """
UNWIND $ids AS id
MATCH (m:Memory {namespace: $namespace, id: id}) USING INDEX SEEK m:Memory(namespace, id)
WHERE m:Message SET m = {}
RETURN collect(id(m)) AS numbers
"""
SELECT_ACTS: Final = """
MATCH (a:Act) USING INDEX SEEK a:Act(namespace, id)
WHERE a.namespace = $namespace AND a.id IS NOT NULL
RETURN [a.id, a.kind, a.left, a.right, a.recordedAt] AS row ORDER BY a.namespace, a.id
"""
UPSERT_ACTS: Final = """
UNWIND $rows AS row MERGE (a:Act {namespace: $namespace, id: row.id}) SET a = row
RETURN count(*) AS count
"""
HIDE_ACTS: Final = """
UNWIND $ids AS id
MATCH (a:Act {namespace: $namespace, id: id}) USING INDEX SEEK a:Act(namespace, id) SET a = {}
RETURN collect(id(a)) AS numbers
"""

# ---------------------------------------------------------------- memos

SELECT_MEMOS: Final = """
MATCH (m:Memo) USING INDEX SEEK m:Memo(namespace, kind, key)
WHERE m.namespace = $namespace AND m.kind = $kind AND m.key IN $keys
RETURN [m.kind, m.key, m.value, m.rank] AS row
"""
SCAN_MEMOS: Final = """
MATCH (m:Memo) USING INDEX SEEK m:Memo(namespace, kind, key)
WHERE m.namespace = $namespace AND m.kind = $kind AND m.key > $last
WITH m ORDER BY m.namespace, m.kind, m.key LIMIT $count
RETURN [m.kind, m.key, m.value, m.rank] AS row
"""
_MEMO_RANGE: Final = """
MATCH (m:Memo) USING INDEX SEEK m:Memo(namespace, kind, rank, key)
WHERE m.namespace = $namespace AND m.kind = $kind AND m.rank >= place[0] AND m.rank <= place[1]
  AND m.key IS NOT NULL
"""
COUNT_MEMOS: Final = f"""{_PLACES}CALL (place) {{{_MEMO_RANGE}
WITH m LIMIT $limit RETURN count(m) AS count }}
RETURN i, count
"""
SELECT_MEMOS_BETWEEN: Final = f"""{_PLACES}CALL (place) {{{_MEMO_RANGE}
RETURN m ORDER BY m.namespace, m.kind, m.rank, m.key }}
RETURN i, [m.kind, m.key, m.value, m.rank] AS row
"""
UPSERT_MEMOS: Final = """
UNWIND $rows AS row
MERGE (m:Memo {namespace: $namespace, kind: row.kind, key: row.key})
SET m.rank = row.rank, m.value = row.value
RETURN count(*) AS count
"""
HIDE_MEMOS: Final = """
UNWIND $rows AS row
MATCH (m:Memo {namespace: $namespace, kind: row.kind, key: row.key})
USING INDEX SEEK m:Memo(namespace, kind, key) SET m = {}
RETURN collect(id(m)) AS numbers
"""

# ---------------------------------------------------------------- nodes

SELECT_NODES: Final = """
MATCH (n:Memory) USING INDEX SEEK n:Memory(namespace, id)
WHERE n.namespace = $namespace AND n.id IN $ids AND NOT n:Message
RETURN labels(n) AS labels, properties(n) AS row
"""
SCAN_NODES: Final = """
MATCH (n:Memory) USING INDEX SEEK n:Memory(namespace, id)
WHERE n.namespace = $namespace AND n.id > $last AND NOT n:Message
WITH n ORDER BY n.namespace, n.id LIMIT $count
RETURN labels(n) AS labels, properties(n) AS row
"""
SELECT_OWNED_NODES: Final = """
MATCH (n:Memory) USING INDEX SEEK n:Memory(namespace, owner)
WHERE n.namespace = $namespace AND n.owner IN $owners
RETURN labels(n) AS labels, properties(n) AS row
"""
_NODES_BETWEEN: Final = (
    _PLACES
    + """CALL (place) {
MATCH (n:<label>) USING INDEX SEEK n:<label>(namespace, rank, id)
WHERE n.namespace = $namespace AND n.rank >= place[0] AND n.rank <= place[1] AND n.id IS NOT NULL
  AND NOT n:<others>
RETURN n ORDER BY n.namespace, n.rank, n.id }
RETURN i, labels(n) AS labels, properties(n) AS row
"""
)
# An entity of a narrower kind has the label Entity too, and is not meant where Entity is asked for.
_NARROWER: Final = "|".join(sorted(ENTITY_LABELS - {Label.ENTITY}))
SELECT_NODES_BETWEEN: Final[dict[Label, LiteralString]] = {
    label: _expand(
        _NODES_BETWEEN,
        label=label.value,
        others=_NARROWER if label is Label.ENTITY else Label.MESSAGE.value,
    )
    for label in RANKED_LABELS
}
UPSERT_NODES: Final = """
UNWIND $rows AS row
MERGE (n:Memory {namespace: $namespace, id: row.properties.id})
SET n = row.properties, n:$(row.labels)
RETURN count(*) AS count
"""
UNLABEL_NODES: Final = _expand(
    """
UNWIND $ids AS id
MATCH (n:Memory {namespace: $namespace, id: id}) USING INDEX SEEK n:Memory(namespace, id)
REMOVE n:<labels>
RETURN count(*) AS count
""",
    labels=":".join(RANKED_LABELS),
)
HIDE_NODES: Final = """
UNWIND $ids AS id
MATCH (n:Memory {namespace: $namespace, id: id}) USING INDEX SEEK n:Memory(namespace, id)
WHERE NOT n:Message REMOVE n.id, n.owner
RETURN collect(id(n)) AS numbers
"""

# ---------------------------------------------------------------- edges

SELECT_EDGES: Final = _union("""
MATCH ()-[r:<type>]->() USING INDEX SEEK r:<type>(namespace, id)
WHERE r.namespace = $namespace AND r.id IN $ids
RETURN type(r) AS type, properties(r) AS row
""")
SELECT_OWNED_EDGES: Final = _union("""
MATCH ()-[r:<type>]->() USING INDEX SEEK r:<type>(owner)
WHERE r.owner IN $owners AND r.namespace = $namespace
RETURN type(r) AS type, properties(r) AS row
""")
SCAN_EDGES: Final = _by_type("""
MATCH ()-[r:<type>]->() USING INDEX SEEK r:<type>(namespace, id)
WHERE r.namespace = $namespace AND r.id > $last
RETURN type(r) AS type, properties(r) AS row ORDER BY r.namespace, r.id LIMIT $count
""")
_AT_SOURCE: Final = """CALL (place) {
MATCH ()-[r:<type>]->() USING INDEX SEEK r:<type>(source, rank, id)
WHERE r.source = place[0] AND r.rank IS NOT NULL AND r.id IS NOT NULL AND r.namespace = $namespace
"""
_AT_TARGET: Final = """CALL (place) {
MATCH ()-[r:<type>]->() USING INDEX SEEK r:<type>(target, rank, id)
WHERE r.target = place[0] AND r.rank IS NOT NULL AND r.id IS NOT NULL AND r.namespace = $namespace
"""
_BESIDE: Final = """CALL (place) {
MATCH ()-[r:<type>]->() USING INDEX SEEK r:<type>(target, rank, id)
WHERE r.target = place[0] AND r.id IS NOT NULL AND r.namespace = $namespace
"""
_ROW: Final = "RETURN i, type(r) AS type, properties(r) AS row"

SELECT_EDGES_FROM: Final = _by_type(
    f"{_PLACES}{_AT_SOURCE} RETURN r ORDER BY r.source, r.rank, r.id }} {_ROW}"
)
SELECT_FIRST_EDGES_FROM: Final = _by_type(
    f"{_PLACES}{_AT_SOURCE} RETURN r ORDER BY r.source, r.rank, r.id LIMIT $count }} {_ROW}"
)
SELECT_EDGES_TO: Final = _by_type(
    f"{_PLACES}{_AT_TARGET} RETURN r ORDER BY r.target, r.rank, r.id }} {_ROW}"
)
SELECT_FIRST_EDGES_TO: Final = _by_type(
    f"{_PLACES}{_AT_TARGET} RETURN r ORDER BY r.target, r.rank, r.id LIMIT $count }} {_ROW}"
)
SELECT_LAST_EDGE_TO: Final = _by_type(
    f"{_PLACES}{_AT_TARGET}"
    f" RETURN r ORDER BY r.target DESC, r.rank DESC, r.id DESC LIMIT 1 }} {_ROW}"
)
SELECT_EDGE_BELOW: Final = _by_type(
    f"{_PLACES}{_BESIDE} AND r.rank < place[1]"
    f" RETURN r ORDER BY r.target DESC, r.rank DESC, r.id DESC LIMIT 1 }} {_ROW}"
)
SELECT_EDGE_ABOVE: Final = _by_type(
    f"{_PLACES}{_BESIDE} AND r.rank > place[1]"
    f" RETURN r ORDER BY r.target, r.rank, r.id LIMIT 1 }} {_ROW}"
)
CREATE_EDGES: Final = """
UNWIND $rows AS row
MATCH (a:Memory {namespace: $namespace, id: row.properties.source})
USING INDEX SEEK a:Memory(namespace, id)
MATCH (b:Memory {namespace: $namespace, id: row.properties.target})
USING INDEX SEEK b:Memory(namespace, id)
CREATE (a)-[r:$(row.type)]->(b) SET r = row.properties
RETURN count(*) AS count
"""
# UNWIND CASE and not WHERE: with WHERE, the planner seeks in the indexes of all types for each row.
_EDGE_OF_ROW: Final = (
    "UNWIND $rows AS row CALL (row) {"
    + _union("""
UNWIND CASE row.type WHEN '<type>' THEN [row] ELSE [] END AS own
MATCH ()-[r:<type>]->() USING INDEX SEEK r:<type>(target, rank, id)
WHERE r.target = own.target AND r.rank = own.rank AND r.id = own.id AND r.namespace = $namespace
RETURN r
""")
    + "}\n"
)
UPDATE_EDGES: Final = f"{_EDGE_OF_ROW} SET r = row.properties RETURN count(*) AS count"
HIDE_EDGES: Final = f"{_EDGE_OF_ROW} REMOVE r.id, r.owner RETURN collect(id(r)) AS numbers"

# ---------------------------------------------------------------- the whole namespace

# `id()` and not `elementId()`: numbers are 17 times faster to collect and send than text.
COUNT_GRAPH: Final = """
MATCH (n:Memory) USING INDEX SEEK n:Memory(namespace, id)
WHERE n.namespace = $namespace AND n.id IS NOT NULL RETURN count(n) AS count
"""
GRAPH_LABELS: Final = tuple(sorted(Label, key=lambda label: label is Label.ENTITY))  # broadest last
GRAPH_NODES: Final = f"""
MATCH (n:Memory) USING INDEX SEEK n:Memory(namespace, id)
WHERE n.namespace = $namespace AND n.id >= $low AND n.id < $high
WITH n ORDER BY n.namespace, n.id
RETURN collect(id(n)) AS numbers, collect(n.id) AS ids,
  collect({_label_code(GRAPH_LABELS)}) AS labels
"""
GRAPH_EDGES: Final = _expand(
    """
MATCH (n:Memory) USING INDEX SEEK n:Memory(namespace, id)
WHERE n.namespace = $namespace AND n.id >= $low AND n.id < $high
MATCH (n)-[r:<types>]->(m)
RETURN type(r) AS type, collect(id(n)) AS sources, collect(id(m)) AS targets,
  collect(coalesce(r.weight, 1.0)) AS weights
""",
    types="|".join(EdgeType),
)

# ---------------------------------------------------------------- removing

# What is removed is first hidden, by taking away columns that every index on it holds, and deleted
# by its number when the transaction ends. For after n deletions each index seek of the transaction
# copies the set of all n: removing 11,000 edges took 10 s that way, and takes 0.8 s this way. And a
# hidden node keeps its edges until the passes that made them remove them.
DELETE_EDGES: Final = """
UNWIND $numbers AS number MATCH ()-[r]->() WHERE id(r) = number DELETE r
RETURN count(*) AS count
"""
# Not DETACH: an edge that nobody removed is a fault, and Neo4j finds it when the transaction ends.
DELETE_NODES: Final = """
UNWIND $numbers AS number MATCH (n) WHERE id(n) = number DELETE n
RETURN count(*) AS count
"""
_CLEARED_EDGES: Final = _by_type("""
MATCH ()-[r:<type>]->() USING INDEX SEEK r:<type>(namespace, id)
WHERE r.namespace = $namespace AND r.id > $last
WITH r ORDER BY r.namespace, r.id LIMIT $count
WITH r, r.id AS id REMOVE r.id, r.owner
RETURN max(id) AS last, collect(id(r)) AS numbers
""")
_CLEARED_NODES: Final = """
MATCH (n:Memory) USING INDEX SEEK n:Memory(namespace, id)
WHERE n.namespace = $namespace AND n.id > $last AND NOT n:Message
WITH n ORDER BY n.namespace, n.id LIMIT $count
WITH n, n.id AS id REMOVE n.id, n.owner
RETURN max(id) AS last, collect(id(n)) AS numbers
"""
_CLEARED_MEMOS: Final = _by_memo_kind("""
MATCH (m:Memo) USING INDEX SEEK m:Memo(namespace, kind, key)
WHERE m.namespace = $namespace AND m.kind = '<kind>' AND m.key > $last
WITH m ORDER BY m.namespace, m.kind, m.key LIMIT $count
WITH m, m.key AS key REMOVE m.key
RETURN max(key) AS last, collect(id(m)) AS numbers
""")
_CLEARED_MESSAGES: Final = """
MATCH (m:Memory) USING INDEX SEEK m:Memory(namespace, id)
WHERE m.namespace = $namespace AND m.id > $last AND m:Message
WITH m ORDER BY m.namespace, m.id LIMIT $count
WITH m, m.id AS id SET m = {}
RETURN max(id) AS last, collect(id(m)) AS numbers
"""
_CLEARED_ACTS: Final = """
MATCH (a:Act) USING INDEX SEEK a:Act(namespace, id)
WHERE a.namespace = $namespace AND a.id > $last
WITH a ORDER BY a.namespace, a.id LIMIT $count
WITH a, a.id AS id REMOVE a.id
RETURN max(id) AS last, collect(id(a)) AS numbers
"""
# Hidden page by page, in key order, so that no page passes over what the pages before it hid.
CLEAR_EDGES: Final = tuple(_CLEARED_EDGES.values())
CLEAR_DERIVED_NODES: Final = (_CLEARED_NODES, *_CLEARED_MEMOS.values())
CLEAR_LOG_NODES: Final = (_CLEARED_MESSAGES, _CLEARED_ACTS)
