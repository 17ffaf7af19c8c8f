"""Where a log and its graph are kept: SQLite, the embedded default, and Neo4j. The only room with the Neo4j driver."""
