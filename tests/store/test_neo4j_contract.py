import pytest

from cuegraph.store.neo4j_store import Neo4jStore
from cuegraph.testing.store_contract import StoreContract


class TestNeo4j(StoreContract):
    __test__ = True

    @pytest.fixture
    def store(self, neo4j_store: Neo4jStore) -> Neo4jStore:
        return neo4j_store
