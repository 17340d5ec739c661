"""Sections 12 and 13: what changed, where every number comes from, and how to make it again."""

from collections.abc import Mapping

from evidens.reports.blocks import Block, Commands, Row, RowGroup, Section, Table, Text
from evidens.reports.content import ReportContent
from evidens.reports.sections.cells import Cell


def describe_change(content: ReportContent) -> Section:
    """Print the summary of changes that was given."""
    paragraphs: tuple[Block, ...] = tuple(Text(p) for p in content.change_summary)
    if not paragraphs:
        paragraphs = (Text("Not known: no summary of changes from an earlier version was given.", "absent"),)
    return Section("change", "Change since the version before", paragraphs)


def describe_lineage(content: ReportContent) -> Section:
    """Tabulate hashes, settings and versions, and give the commands."""
    blocks: list[Block] = []
    if content.lineage:
        plain: dict[str, str] = {k: v for k, v in content.lineage.items() if not isinstance(v, Mapping)}
        nested = {k: v for k, v in content.lineage.items() if isinstance(v, Mapping)}
        groups: list[tuple[str, Mapping[str, str]]] = [("", plain)] if plain else []
        groups += list(nested.items())
        rows = tuple(
            RowGroup(heading, tuple(Row(str(k), (Cell(str(v), kind="code"),)) for k, v in part.items()))
            for heading, part in groups
        )
        blocks.append(Table("What this page was made from", ("Part", "Version, hash or setting"), rows))
    else:
        blocks.append(Text("Lineage: not known, none was given.", "absent"))
    if content.reproduce:
        blocks += [Text("With the same delivery, these commands make the same numbers:"), Commands(content.reproduce)]
    else:
        blocks.append(Text("How to reproduce: not known, no commands were given.", "absent"))
    return Section("lineage", "Lineage, and how to reproduce", tuple(blocks))
