from collections.abc import Iterator
from pathlib import Path

import pytest

from cuegraph.store.sqlite import MEMORY, SqliteStore
from cuegraph.testing.store_contract import StoreContract


class TestSqliteFile(StoreContract):
    __test__ = True

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqliteStore]:
        store = SqliteStore(str(tmp_path / "memory.db"))
        yield store
        store.close()


class TestSqliteInMemory(StoreContract):
    __test__ = True

    @pytest.fixture
    def store(self) -> Iterator[SqliteStore]:
        store = SqliteStore(MEMORY)
        yield store
        store.close()
