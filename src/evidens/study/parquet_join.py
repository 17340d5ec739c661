"""Put Parquet files below each other without reading a row: their bytes, and a footer that says where they lie.

A Parquet file is row groups, then a footer (Thrift, compact protocol) with the place of every column of every row
group. Files of one schema are joined by copying the row groups and moving the places; nothing is decoded, so that
joining costs what copying costs.

References
----------
Apache Parquet format, https://parquet.apache.org/docs/file-format/; Thrift compact protocol,
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from evidens.foundation import Fault
from evidens.study.catalog import StudyError
from evidens.study.parquet_files import appear_whole

_MAGIC = b"PAR1"
_PIECE = 1 << 24  # bytes copied at a time
_TRUE, _FALSE, _BYTE, _SHORT, _INT, _LONG, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)

# Fields of the footer, by their numbers in the format's Thrift definition.
_SCHEMA, _N_ROWS, _ROW_GROUPS, _NOTES = 2, 3, 4, 5
_CHUNKS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7
_CHUNK_OFFSET, _CHUNK_META = 2, 3
_PAGE_INDEX = (4, 5, 6, 7)  # holds absolute places inside the body; a reader does without
_META_OFFSETS, _BLOOM = (9, 10, 11), (14, 15)

Fields = dict[int, tuple[int, Any]]  # number of the field -> type and value; a list is (type of its items, items)


def join_parquet(parts: Sequence[Path], path: Path) -> int:
    """Write the rows of `parts`, one file after the other, to `path`, which appears whole or not at all.

    What a writer noted of its own types is left out: text that was held as categories is text to every reader.

    Parameters
    ----------
    parts : sequence of Path
        At least one Parquet file; all of one schema.
    path : Path

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    StudyError
        If a part is no Parquet file, or its columns are not those of the first.
    """
    whole: Fields | None = None
    n_rows, row_groups = 0, list[Fields]()
    with appear_whole(path) as scratch, scratch.open("wb") as out:
        out.write(_MAGIC)
        for part in parts:
            with part.open("rb") as file:
                footer, n_bytes = _read_footer(file, part)
                if whole is None:
                    whole = footer
                elif footer[_SCHEMA] != whole[_SCHEMA]:
                    raise StudyError(
                        Fault(part.name, "has other columns or types than the same file of another shard.",
                              "Give every column one type, also where a shard has no row or no value of it.")
                    )  # fmt: skip
                moved_by = out.tell() - len(_MAGIC)
                for group in footer[_ROW_GROUPS][1][1]:
                    row_groups.append(_moved(group, moved_by, ordinal=len(row_groups)))
                n_rows += footer[_N_ROWS][1]
                _copy(file, out, n_bytes)
        if whole is None:
            raise ValueError("no parts to join")
        whole[_N_ROWS], whole[_ROW_GROUPS] = (_LONG, n_rows), (_LIST, (_STRUCT, row_groups))
        whole.pop(_NOTES, None)
        written = bytearray()
        _write_struct(written, whole)
        out.write(written + struct.pack("<I", len(written)) + _MAGIC)
    return n_rows


def _read_footer(file: BinaryIO, part: Path) -> tuple[Fields, int]:
    """Return the footer and the bytes of row groups before it; the file is left where they start."""
    size = file.seek(0, 2)
    file.seek(max(size - 8, 0))
    tail = file.read(8)
    length = struct.unpack("<I", tail[:4])[0] if len(tail) == 8 else size
    if tail[4:] != _MAGIC or length + 12 > size:
        raise StudyError(Fault(part.name, "is no whole Parquet file.", "Remove the scratch folder and run again."))
    file.seek(size - 8 - length)
    footer = _Reader(file.read(length)).read_struct()
    file.seek(len(_MAGIC))
    return footer, size - 12 - length


def _copy(file: BinaryIO, out: BinaryIO, n_bytes: int) -> None:
    while n_bytes and (piece := file.read(min(_PIECE, n_bytes))):
        out.write(piece)
        n_bytes -= len(piece)


def _moved(group: Fields, by: int, *, ordinal: int) -> Fields:
    """Return a row group whose places lie `by` bytes further on."""
    for _, chunk in [(_STRUCT, chunk) for chunk in group[_CHUNKS][1][1]]:
        for number in _PAGE_INDEX:
            chunk.pop(number, None)
        _move(chunk, (_CHUNK_OFFSET,), by)
        meta = chunk[_CHUNK_META][1]
        for number in _BLOOM:
            meta.pop(number, None)
        _move(meta, _META_OFFSETS, by)
    _move(group, (_GROUP_OFFSET,), by)
    if _ORDINAL in group:
        group[_ORDINAL] = (_SHORT, ordinal)
    return group


def _move(fields: Fields, numbers: tuple[int, ...], by: int) -> None:
    for number in numbers:
        if number in fields and fields[number][1] > 0:
            fields[number] = (_LONG, fields[number][1] + by)


@dataclass
class _Reader:
    """Reads Thrift's compact protocol."""

    data: bytes
    at: int = 0

    def read_struct(self) -> Fields:
        fields: Fields = {}
        number = 0
        while header := self._byte():
            kind, step = header & 15, header >> 4
            number = number + step if step else self._signed()
            fields[number] = (kind, self._value(kind))
        return fields

    def _value(self, kind: int) -> Any:
        if kind in (_SHORT, _INT, _LONG):
            return self._signed()
        if kind == _BINARY:
            return self._take(self._unsigned())
        if kind == _STRUCT:
            return self.read_struct()
        if kind in (_LIST, _SET):
            header = self._byte()
            items, n = header & 15, header >> 4
            n = self._unsigned() if n == 15 else n
            return items, [self._byte() if items in (_TRUE, _FALSE) else self._value(items) for _ in range(n)]
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        if kind == _BYTE:
            return self._byte()
        if kind == _DOUBLE:
            return self._take(8)
        raise ValueError(f"a Parquet footer has no values of type {kind}")

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _take(self, n: int) -> bytes:
        self.at += n
        return self.data[self.at - n : self.at]

    def _unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def _signed(self) -> int:
        value = self._unsigned()
        return value >> 1 ^ -(value & 1)


def _write_struct(out: bytearray, fields: Fields) -> None:
    last = 0
    for number in sorted(fields):
        kind, value = fields[number]
        if 0 < number - last < 16:
            out.append(number - last << 4 | kind)
        else:
            out.append(kind)
            _write_signed(out, number)
        _write_value(out, kind, value)
        last = number
    out.append(0)


def _write_value(out: bytearray, kind: int, value: Any) -> None:
    if kind in (_SHORT, _INT, _LONG):
        _write_signed(out, value)
    elif kind == _BINARY:
        _write_unsigned(out, len(value))
        out += value
    elif kind == _STRUCT:
        _write_struct(out, value)
    elif kind in (_LIST, _SET):
        items, values = value
        out.append(min(len(values), 15) << 4 | items)
        if len(values) >= 15:
            _write_unsigned(out, len(values))
        for item in values:
            if items in (_TRUE, _FALSE):
                out.append(item)
            else:
                _write_value(out, items, item)
    elif kind == _BYTE:
        out.append(value)
    elif kind == _DOUBLE:
        out += value  # a truth value lies in its type


def _write_unsigned(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _write_signed(out: bytearray, value: int) -> None:
    _write_unsigned(out, value << 1 if value >= 0 else (-value << 1) - 1)
