"""The schema, built once a process: strawberry cannot build a second one over the same types."""

import functools

import strawberry
from graphql import GraphQLError
from strawberry.types import ExecutionContext

from cuegraph.graphql.limits import Bounds
from cuegraph.graphql.memories import Conversation, Entity, Event, Gist, Message, Name, Session
from cuegraph.graphql.mutations import Mutation
from cuegraph.graphql.queries import Query


class Schema(strawberry.Schema):
    """Strawberry's schema, silent about errors: their text can hold what people said."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing: errors.py logs them, by the request's id."""


@functools.cache
def schema() -> Schema:
    """The one schema."""
    return Schema(
        query=Query,
        mutation=Mutation,
        types=[Conversation, Entity, Event, Gist, Message, Name, Session],
        extensions=[Bounds],
    )
