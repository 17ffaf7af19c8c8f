"""What can be changed: each mutation is one transaction of the engine, or several whole ones."""

from typing import Annotated

import strawberry
from starlette.concurrency import run_in_threadpool

from cuegraph.engine.engine import check_time
from cuegraph.errors import InputError
from cuegraph.graphql.answers import ForgetReport
from cuegraph.graphql.context import Info
from cuegraph.graphql.memories import Message, message_of
from cuegraph.graphql.queries import Namespace, Texts, namespace_of, texts
from cuegraph.protocols import Selector
from cuegraph.schema.ids import content_id


@strawberry.input(description="A message, under the keys of an import line.")
class RememberInput:
    """One turn of a conversation."""

    text: str = strawberry.field(
        description="What was said: up to 1,000,000 characters, not only spaces."
    )
    id: str | None = strawberry.field(
        default=None,
        description="Its id in the source, which citations give back. Without one it gets "
        "one from what was said, by whom and when.",
    )
    conversation: str | None = strawberry.field(
        default=None, description="The conversation's name; `default` where it is missing."
    )
    session: str | None = strawberry.field(
        default=None, description="The session's name; where it is missing, the day."
    )
    speaker: str | None = strawberry.field(
        default=None, description="Who said it; the role where it is missing."
    )
    role: str | None = strawberry.field(
        default=None, description="Such as user or assistant; `other` where it is missing."
    )
    timestamp: str | None = strawberry.field(
        default=None,
        description="When it was said. ISO 8601, UTC where it has no zone, 1970 to 2100.",
    )


@strawberry.type(description="What can be changed.")
class Mutation:
    """The root of mutations."""

    @strawberry.mutation(
        description="Add one message and link it in. The same again changes nothing."
    )
    async def remember(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - GraphQL's own word
            RememberInput, strawberry.argument(description="The message.")
        ],
        namespace: Namespace = None,
    ) -> Message:
        within = namespace_of(info, namespace)
        fields = strawberry.asdict(input)
        fields["id"] = input.id or _own_id(input)
        message = await run_in_threadpool(info.context.engine.remember, within, fields)
        info.context.reads.clear()
        return message_of(within, message)

    @strawberry.mutation(
        description="Remove the messages that any argument names, and all that only they support: "
        "afterwards the graph is one that never saw them."
    )
    async def forget(
        self,
        info: Info,
        *,
        namespace: Namespace = None,
        messages: Annotated[
            Texts, strawberry.argument(description="External ids of messages.")
        ] = None,
        conversations: Annotated[
            Texts, strawberry.argument(description="All that is from these conversations.")
        ] = None,
        speakers: Annotated[
            Texts,
            strawberry.argument(description="All that they said, by the source's spelling."),
        ] = None,
        before: Annotated[
            str | None, strawberry.argument(description="All that was sent earlier. ISO 8601.")
        ] = None,
        dry_run: Annotated[
            bool, strawberry.argument(description="Only say what would be removed.")
        ] = False,
    ) -> ForgetReport:
        selector = Selector(
            texts(messages), texts(conversations), texts(speakers), check_time(before)
        )
        if selector == Selector():
            raise InputError(
                "nothing says what to forget",
                hint="Pass messages, conversations, speakers or before.",
            )
        within = namespace_of(info, namespace)
        report = await run_in_threadpool(
            info.context.engine.forget, within, selector, dry_run=dry_run
        )
        info.context.reads.clear()
        return ForgetReport.of(report)


def _own_id(message: RememberInput) -> str:
    """An id made of the message's own fields, so that sending it twice is sending it once."""
    parts = (
        message.conversation,
        message.session,
        message.speaker,
        message.role,
        message.text,
        message.timestamp,
    )
    return content_id("", "remembered", *texts([part or "" for part in parts]))[:16]
