"""Bounds on a document, checked before validation, which takes longest on what is out of bounds.

Fragments are measured once each, not once a use: counted use by use, forty fragments that each use
the next one twice take years. (Strawberry's own limiters count so, hence this module.)
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    VariableNode,
    Visitor,
    get_named_type,
    value_from_ast_untyped,
    visit,
)
from strawberry.extensions import SchemaExtension

from cuegraph.graphql.errors import limit_error
from cuegraph.graphql.memories import PAGE_MAX

TOKENS_MAX: Final = (
    1_000  # the worst document within it takes 0.35 s to validate (notes on faults, 4.3)
)
DEPTH_MAX: Final = 10
ALIASES_MAX: Final = 15
ROWS_MAX: Final = 10_000
DIGITS_MAX: Final = 100  # Python reads no more than 4,300, and graphql-core does not ask before
PAGE: Final = "first"


@dataclass(frozen=True, slots=True)
class Size:
    """How much a part of a document asks for; `rows` counts inner pages for each outer row."""

    depth: int = 0
    aliases: int = 0
    rows: int = 0


class Bounds(SchemaExtension):
    """Refuses documents that are too deep, have too many aliases, or ask for too many rows."""

    def on_operation(self) -> Iterator[None]:
        self.execution_context.parse_options["max_tokens"] = TOKENS_MAX
        yield

    def on_validate(self) -> Iterator[None]:
        document = self.execution_context.graphql_document
        if document:
            schema = self.execution_context.schema._schema  # noqa: SLF001 - graphql-core's schema has no public name  # pyright: ignore[reportPrivateUsage]
            errors = check(schema, document, self.execution_context.variables or {})
            if not self.execution_context._provided_operation_name:  # noqa: SLF001 - the public name falls back to the first operation  # pyright: ignore[reportPrivateUsage]
                errors = errors or _unnamed(document)
            if errors:
                self.execution_context.pre_execution_errors = errors
        yield


def check(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
) -> list[GraphQLError]:
    """What of the document is out of bounds; cost O(document)."""
    digits = _Digits()
    visit(document, digits)
    if digits.most > DIGITS_MAX:
        return [limit_error(f"a number of {digits.most} digits", _hint(DIGITS_MAX))]
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            measure = _Measure(schema, document, _values(operation, variables))
            size = measure.operation(operation)
            if measure.errors:
                return measure.errors
            if size.depth > DEPTH_MAX:
                return [limit_error(f"fields nested {size.depth} deep", _hint(DEPTH_MAX))]
            if size.aliases > ALIASES_MAX:
                return [limit_error(f"{size.aliases} aliases", _hint(ALIASES_MAX))]
            if size.rows > ROWS_MAX:
                return [
                    limit_error(
                        f"up to {size.rows} rows asked for",
                        f"{_hint(ROWS_MAX)} Nested pages multiply: lower `first`.",
                    )
                ]
    return []


class _Digits(Visitor):
    """The length of the longest whole number in a document."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0

    def enter_int_value(self, node: IntValueNode, *_: object) -> None:
        self.most = max(self.most, len(node.value))


def _unnamed(document: DocumentNode) -> list[GraphQLError]:
    """The error of several operations without a word on which; strawberry would run the first."""
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if len(operations) < 2:
        return []
    message = f"{len(operations)} operations, and none is named as the one to run"
    hint = "Name one of them in `operationName`."
    return [GraphQLError(message, extensions={"code": "BAD_REQUEST", "hint": hint})]


def _hint(most: int) -> str:
    return f"Stay within {most}."


def _values(operation: OperationDefinitionNode, given: Mapping[str, Any]) -> dict[str, Any]:
    """The operation's variables, with their defaults."""
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value
    }
    return {**defaults, **given}


@dataclass(slots=True)
class _Measure:
    """Sizes of one operation's parts."""

    schema: GraphQLSchema
    document: DocumentNode
    variables: Mapping[str, Any]
    errors: list[GraphQLError] = field(default_factory=list[GraphQLError])
    _fragments: dict[str, Size] = field(default_factory=dict[str, Size])

    def operation(self, operation: OperationDefinitionNode) -> Size:
        root = self.schema.get_root_type(operation.operation)
        return self._set(operation.selection_set, root)

    def _set(self, selections: SelectionSetNode | None, parent: object) -> Size:
        return _sum(
            self._selection(s, parent) for s in (selections.selections if selections else ())
        )

    def _selection(self, selection: object, parent: object) -> Size:
        match selection:
            case FieldNode():
                return self._field(selection, parent)
            case InlineFragmentNode():
                condition = selection.type_condition
                type_ = self.schema.get_type(condition.name.value) if condition else parent
                return self._set(selection.selection_set, type_)
            case FragmentSpreadNode():
                return self._fragment(selection.name.value)
            case _:
                return Size()

    def _field(self, node: FieldNode, parent: object) -> Size:
        name = node.name.value
        if name.startswith("__"):  # graphql-core bounds introspection by a rule of its own
            return Size(aliases=1 if node.alias else 0)
        known = isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        definition: GraphQLField | None = parent.fields.get(name) if known else None
        # graphql-core leaves the type within a list open.
        type_ = get_named_type(definition.type) if definition else None  # pyright: ignore[reportUnknownArgumentType]
        inner = self._set(node.selection_set, type_)
        page = self._page(node, definition)
        return Size(
            depth=1 + inner.depth,
            aliases=inner.aliases + (1 if node.alias else 0),
            rows=inner.rows if page is None else page * (1 + inner.rows),
        )

    def _page(self, node: FieldNode, definition: GraphQLField | None) -> int | None:
        """The page's size, for a field that takes one."""
        argument = definition.args.get(PAGE) if definition else None
        if argument is None:
            return None
        given = next((a.value for a in node.arguments or () if a.name.value == PAGE), None)
        size: object = argument.default_value
        if isinstance(given, IntValueNode):
            size = int(given.value)
        elif isinstance(given, VariableNode):
            size = self.variables.get(given.name.value, Undefined)
        if not isinstance(size, int) or isinstance(size, bool):
            return 0  # no number: validation or the variables' own check refuses it
        if not 1 <= size <= PAGE_MAX:
            error = limit_error(
                f"first: {size} of `{node.name.value}`", f"Ask for 1 to {PAGE_MAX}."
            )
            self.errors.append(error)
            return 0
        return size

    def _fragment(self, name: str) -> Size:
        if name not in self._fragments:
            self._fragments[name] = Size()  # a fragment within itself, which validation refuses
            for definition in self.document.definitions:
                if isinstance(definition, FragmentDefinitionNode) and definition.name.value == name:
                    type_ = self.schema.get_type(definition.type_condition.name.value)
                    self._fragments[name] = self._set(definition.selection_set, type_)
        return self._fragments[name]


def _sum(sizes: Iterable[Size]) -> Size:
    depth = aliases = rows = 0
    for size in sizes:
        depth, aliases, rows = max(depth, size.depth), aliases + size.aliases, rows + size.rows
    return Size(depth, aliases, rows)
