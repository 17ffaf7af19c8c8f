"""SQL of the SQLite store: constants, each with the index that serves it.

Tables are STRICT, keyed by content and WITHOUT ROWID, so a compacted file depends on what it holds and not on how that
came to be. `ns` is the namespace's number (schema.ids.namespace_number); ids are the 16 bytes of the content id.
"""

from typing import Final

FORMAT: Final = 1  # PRAGMA user_version; another number is another layout

PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # an acknowledged write survives a power cut
    "PRAGMA secure_delete = ON",  # what is deleted is zeroed
    "PRAGMA temp_store = MEMORY",  # no message text in temporary files
    "PRAGMA cache_size = -65536",  # 64 MiB
)

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS namespaces (
  ns INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, stamp TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
  ns INTEGER NOT NULL, id BLOB NOT NULL, conversation TEXT NOT NULL, session TEXT NOT NULL,
  external_id TEXT NOT NULL, speaker TEXT NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL,
  sent_at TEXT, recorded_at TEXT NOT NULL, ordinal INTEGER, metadata TEXT NOT NULL,
  place TEXT NOT NULL, PRIMARY KEY (ns, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS messages_by_place ON messages (ns, conversation, place);
CREATE INDEX IF NOT EXISTS messages_by_session ON messages (ns, conversation, session, place);
CREATE INDEX IF NOT EXISTS messages_by_external_id ON messages (ns, external_id);
CREATE INDEX IF NOT EXISTS messages_by_speaker ON messages (ns, speaker);
CREATE INDEX IF NOT EXISTS messages_by_time ON messages (ns, sent_at);
CREATE TABLE IF NOT EXISTS acts (
  ns INTEGER NOT NULL, id BLOB NOT NULL, kind TEXT NOT NULL, left TEXT NOT NULL,
  right TEXT NOT NULL, recorded_at TEXT NOT NULL, PRIMARY KEY (ns, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS memos (
  ns INTEGER NOT NULL, kind TEXT NOT NULL, key BLOB NOT NULL, rank TEXT NOT NULL,
  value BLOB NOT NULL, PRIMARY KEY (ns, kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS memos_by_rank ON memos (ns, kind, rank, key);
CREATE TABLE IF NOT EXISTS nodes (
  ns INTEGER NOT NULL, id BLOB NOT NULL, label TEXT NOT NULL, owner BLOB NOT NULL,
  pass TEXT NOT NULL, rank TEXT NOT NULL, properties TEXT NOT NULL, PRIMARY KEY (ns, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nodes_by_owner ON nodes (ns, owner, id);
CREATE INDEX IF NOT EXISTS nodes_by_rank ON nodes (ns, label, rank, id);
CREATE TABLE IF NOT EXISTS edges (
  ns INTEGER NOT NULL, id BLOB NOT NULL, type TEXT NOT NULL, source BLOB NOT NULL,
  target BLOB NOT NULL, owner BLOB NOT NULL, pass TEXT NOT NULL, rule TEXT NOT NULL,
  rank TEXT NOT NULL, properties TEXT NOT NULL, PRIMARY KEY (ns, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS edges_by_owner ON edges (ns, owner, id);
CREATE INDEX IF NOT EXISTS edges_by_source ON edges (ns, source, type, rank, id);
CREATE INDEX IF NOT EXISTS edges_by_target ON edges (ns, target, type, rank, id);
"""

MESSAGE: Final = (
    "id, conversation, session, external_id, speaker, role, text, sent_at, recorded_at, ordinal,"
    " metadata"
)
NODE: Final = "id, label, owner, pass, properties, rank"
EDGE: Final = "id, type, source, target, owner, pass, rule, properties, rank"
MEMO: Final = "kind, key, value, rank"

INSERT_NAMESPACE: Final = "INSERT OR IGNORE INTO namespaces VALUES (?, ?, 0, '{}')"
SELECT_NAMESPACES: Final = "SELECT name FROM namespaces ORDER BY name"
SELECT_STAMP: Final = "SELECT stamp FROM namespaces WHERE ns = ?"
SELECT_REVISION: Final = "SELECT revision FROM namespaces WHERE ns = ?"
UPDATE_REVISION: Final = "UPDATE namespaces SET revision = ? WHERE ns = ?"
UPDATE_STAMP: Final = "UPDATE namespaces SET stamp = ?, revision = ? WHERE ns = ?"

UPSERT_MESSAGE: Final = "INSERT OR REPLACE INTO messages VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
DELETE_MESSAGE: Final = "DELETE FROM messages WHERE ns = ? AND id = ?"
SELECT_MESSAGE: Final = f"SELECT {MESSAGE} FROM messages WHERE ns = ? AND id = ?"
SCAN_MESSAGES: Final = f"SELECT {MESSAGE} FROM messages WHERE ns = ? AND id > ? ORDER BY id LIMIT ?"
SELECT_BEFORE: Final = (
    f"SELECT {MESSAGE} FROM messages WHERE ns = ? AND conversation = ? AND place < ?"
    " ORDER BY place DESC LIMIT ?"
)
SELECT_AFTER: Final = (
    f"SELECT {MESSAGE} FROM messages WHERE ns = ? AND conversation = ? AND place > ?"
    " ORDER BY place LIMIT ?"
)
SELECT_FIRST: Final = (
    f"SELECT {MESSAGE} FROM messages WHERE ns = ? AND conversation = ? ORDER BY place LIMIT 1"
)
SELECT_LAST: Final = (
    f"SELECT {MESSAGE} FROM messages WHERE ns = ? AND conversation = ? ORDER BY place DESC LIMIT 1"
)
SELECT_SESSION_FIRST: Final = (
    f"SELECT {MESSAGE} FROM messages WHERE ns = ? AND conversation = ? AND session = ?"
    " ORDER BY place LIMIT 1"
)
SELECT_SESSION_LAST: Final = (
    f"SELECT {MESSAGE} FROM messages WHERE ns = ? AND conversation = ? AND session = ?"
    " ORDER BY place DESC LIMIT 1"
)
COUNT_SESSION: Final = (
    "SELECT count(*) FROM messages WHERE ns = ? AND conversation = ? AND session = ?"
)
SELECT_BY_EXTERNAL_ID: Final = "SELECT id FROM messages WHERE ns = ? AND external_id = ?"
SELECT_BY_CONVERSATION: Final = "SELECT id FROM messages WHERE ns = ? AND conversation = ?"
SELECT_BY_SPEAKER: Final = "SELECT id FROM messages WHERE ns = ? AND speaker = ?"
# The fraction of a second is optional, so text order is time order only without the closing Z.
SELECT_BY_TIME: Final = (
    "SELECT id FROM messages WHERE ns = ?1 AND sent_at < substr(?2, 1, 19) || '~'"
    " AND rtrim(sent_at, 'Z') < rtrim(?2, 'Z')"
)

UPSERT_ACT: Final = "INSERT OR REPLACE INTO acts VALUES (?,?,?,?,?,?)"
DELETE_ACT: Final = "DELETE FROM acts WHERE ns = ? AND id = ?"
SELECT_ACTS: Final = "SELECT id, kind, left, right, recorded_at FROM acts WHERE ns = ? ORDER BY id"

UPSERT_MEMO: Final = "INSERT OR REPLACE INTO memos VALUES (?,?,?,?,?)"
DELETE_MEMO: Final = "DELETE FROM memos WHERE ns = ? AND kind = ? AND key = ?"
SELECT_MEMO: Final = f"SELECT {MEMO} FROM memos WHERE ns = ? AND kind = ? AND key = ?"
SCAN_MEMOS: Final = (
    f"SELECT {MEMO} FROM memos WHERE ns = ? AND kind = ? AND key > ? ORDER BY key LIMIT ?"
)
COUNT_MEMOS: Final = (
    "SELECT count(*) FROM (SELECT 1 FROM memos WHERE ns = ? AND kind = ? AND rank BETWEEN ? AND ?"
    " LIMIT ?)"
)
SELECT_MEMOS_BETWEEN: Final = (
    f"SELECT {MEMO} FROM memos WHERE ns = ? AND kind = ? AND rank BETWEEN ? AND ?"
    " ORDER BY rank, key"
)

UPSERT_NODE: Final = "INSERT OR REPLACE INTO nodes VALUES (?,?,?,?,?,?,?)"
DELETE_NODE: Final = "DELETE FROM nodes WHERE ns = ? AND id = ?"
SELECT_NODE: Final = f"SELECT {NODE} FROM nodes WHERE ns = ? AND id = ?"
SCAN_NODES: Final = f"SELECT {NODE} FROM nodes WHERE ns = ? AND id > ? ORDER BY id LIMIT ?"
SELECT_NODES_BETWEEN: Final = (
    f"SELECT {NODE} FROM nodes WHERE ns = ? AND label = ? AND rank BETWEEN ? AND ?"
    " ORDER BY rank, id"
)
# Without statistics the planner prefers the primary key for its order, and would read the whole namespace.
SELECT_OWNED_NODES: Final = (
    f"SELECT {NODE} FROM nodes INDEXED BY nodes_by_owner WHERE ns = ? AND owner = ? ORDER BY id"
)

UPSERT_EDGE: Final = "INSERT OR REPLACE INTO edges VALUES (?,?,?,?,?,?,?,?,?,?)"
DELETE_EDGE: Final = "DELETE FROM edges WHERE ns = ? AND id = ?"
SELECT_EDGE: Final = f"SELECT {EDGE} FROM edges WHERE ns = ? AND id = ?"
SCAN_EDGES: Final = f"SELECT {EDGE} FROM edges WHERE ns = ? AND id > ? ORDER BY id LIMIT ?"
SELECT_EDGES_FROM: Final = (
    f"SELECT {EDGE} FROM edges WHERE ns = ? AND source = ? AND type = ? ORDER BY rank, id LIMIT ?"
)
SELECT_EDGES_TO: Final = (
    f"SELECT {EDGE} FROM edges WHERE ns = ? AND target = ? AND type = ? ORDER BY rank, id LIMIT ?"
)
SELECT_LAST_EDGE_TO: Final = (
    f"SELECT {EDGE} FROM edges WHERE ns = ? AND target = ? AND type = ?"
    " ORDER BY rank DESC, id DESC LIMIT 1"
)
SELECT_EDGE_BELOW: Final = (
    f"SELECT {EDGE} FROM edges WHERE ns = ? AND target = ? AND type = ? AND rank < ?"
    " ORDER BY rank DESC, id DESC LIMIT 1"
)
SELECT_EDGE_ABOVE: Final = (
    f"SELECT {EDGE} FROM edges WHERE ns = ? AND target = ? AND type = ? AND rank > ?"
    " ORDER BY rank, id LIMIT 1"
)
SELECT_OWNED_EDGES: Final = (
    f"SELECT {EDGE} FROM edges INDEXED BY edges_by_owner WHERE ns = ? AND owner = ? ORDER BY id"
)
SELECT_GRAPH_MESSAGES: Final = "SELECT id FROM messages WHERE ns = ? ORDER BY id"
SELECT_GRAPH_NODES: Final = "SELECT id, label FROM nodes WHERE ns = ? ORDER BY id"
SELECT_GRAPH_EDGES: Final = (
    "SELECT source, target, type, coalesce(properties ->> 'weight', 1.0) FROM edges WHERE ns = ?"
    " ORDER BY id"
)

CLEAR_DERIVED: Final = (
    "DELETE FROM nodes WHERE ns = ?",
    "DELETE FROM edges WHERE ns = ?",
    "DELETE FROM memos WHERE ns = ?",
)
DROP: Final = (
    *CLEAR_DERIVED,
    "DELETE FROM messages WHERE ns = ?",
    "DELETE FROM acts WHERE ns = ?",
    "DELETE FROM namespaces WHERE ns = ?",
)
