"""The schema's enums under their GraphQL names.

Strawberry marks the classes themselves, so there is no second list of values.
"""

from enum import StrEnum
from typing import TypeAlias

import strawberry

from cuegraph.schema.clock import Precision
from cuegraph.schema.extraction import Modality
from cuegraph.schema.graph import EdgeType, Label

MemoryKind: TypeAlias = Label
AssociationType: TypeAlias = EdgeType
EventModality: TypeAlias = Modality
TimePrecision: TypeAlias = Precision

strawberry.enum(Label, name="MemoryKind", description="What a memory is.")
strawberry.enum(EdgeType, name="AssociationType", description="How two memories are associated.")
strawberry.enum(Modality, name="EventModality", description="How the speaker puts an event.")
strawberry.enum(
    Precision,
    name="TimePrecision",
    description="How exactly a time is known: the length of what was meant.",
)


@strawberry.enum(description="What an entity is; ENTITY where its mentions do not tell.")
class EntityKind(StrEnum):
    """The labels that entities have."""

    ENTITY = "Entity"
    PERSON = "Person"
    PLACE = "Place"
    ORGANIZATION = "Organization"
    ARTIFACT = "Artifact"
    TOPIC = "Topic"
