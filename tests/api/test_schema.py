"""The schema is the API's contract: a change of it shows as a diff of schema.graphql."""

import os
from pathlib import Path

from graphql import GraphQLInterfaceType, GraphQLObjectType, build_schema

import cuegraph.graphql
from cuegraph.graphql.schema import schema

GOLDEN = Path(cuegraph.graphql.__file__).with_name("schema.graphql")


def test_schema_is_as_reviewed() -> None:
    """Run with UPDATE_GOLDEN=1 to write it anew; the diff is reviewed."""
    shown = f"{schema().as_str()}\n"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(shown, encoding="utf-8")
    assert shown == GOLDEN.read_text("utf-8")


def test_every_type_field_and_argument_says_what_it_is() -> None:
    silent: list[str] = []
    for name, type_ in build_schema(schema().as_str()).type_map.items():
        if name.startswith("__"):
            continue
        if not type_.description:
            silent.append(name)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for key, field in type_.fields.items():
                if not field.description:
                    silent.append(f"{name}.{key}")
                silent += [f"{name}.{key}({a})" for a, v in field.args.items() if not v.description]
    assert silent == []


def test_schema_is_built_once() -> None:
    assert schema() is schema()
