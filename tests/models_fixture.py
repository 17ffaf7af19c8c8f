"""A pytest plugin: the default embedding model, prepared once and shared by all tests."""

import os
from pathlib import Path

import platformdirs
import pytest

from cuegraph.embed.prepare import NAME, prepare


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The real model's folder, under CUEGRAPH_MODELS or the user's cache; made if missing."""
    named = os.environ.get("CUEGRAPH_MODELS")
    models = Path(named) if named else platformdirs.user_cache_path("cuegraph") / "models"
    return prepare(None, models / NAME, progress=lambda _: None).folder
