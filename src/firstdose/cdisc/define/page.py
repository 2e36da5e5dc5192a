"""A definition as one HTML page that needs no other file."""

from __future__ import annotations

from importlib.resources import files

from firstdose.cdisc.define.definition import Definition, Item, ValueType

TEMPLATE = "define.html.j2"


def define_page(definition: Definition) -> str:
    """The page: datasets, their variables, values by test, terms, methods and comments, linked with each other."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"extent": extent, "origin": origin}
    template = environment.from_string(files(__package__).joinpath(TEMPLATE).read_text("utf-8"))
    return template.render(
        definition=definition,
        lists={each.oid: each for each in definition.term_lists},
        methods={each.oid: each for each in definition.methods},
        comments={each.oid: each for each in definition.comments},
    )


def extent(kind: ValueType) -> str:
    """The type of values with their length: "text (200)", "float (5.2)"."""
    if kind.length is None:
        return kind.name
    decimals = "" if kind.decimals is None else f".{kind.decimals}"
    return f"{kind.name} ({kind.length}{decimals})"


def origin(item: Item) -> str:
    """Where the values of an item come from, in words."""
    provenance = item.provenance
    further = provenance.words or provenance.source
    return f"{provenance.kind} ({further})" if further else provenance.kind
