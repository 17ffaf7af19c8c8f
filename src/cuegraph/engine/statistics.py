"""Counting what a namespace holds, in one pass over it."""

from collections import Counter

from cuegraph.engine.reports import Stats
from cuegraph.protocols import Store


def counted(store: Store, namespace: str) -> Stats:
    """All counts; O(everything stored)."""
    messages = 0
    conversations: set[str] = set()
    speakers: set[str] = set()
    times: list[str] = []
    for message in store.scan_messages(namespace):
        messages += 1
        conversations.add(message.conversation)
        speakers.add(message.speaker)
        if message.sent_at:
            times = [min([message.sent_at, *times[:1]]), max([message.sent_at, *times[1:]])]
    labels = Counter(node.label.value for node in store.scan_nodes(namespace))
    types = Counter(edge.type.value for edge in store.scan_edges(namespace))
    return Stats(
        namespace=namespace,
        messages=messages,
        conversations=len(conversations),
        speakers=len(speakers),
        first=times[0] if times else None,
        last=times[1] if times else None,
        labels=dict(sorted(labels.items())),
        edge_types=dict(sorted(types.items())),
        stamp=store.stamp(namespace),
    )
