"""Write small SAS7BDAT files: uncompressed, 32 bit, little-endian, in the layout that ReadStat and pandas read.

One page of subheaders (sizes, names, attributes, formats), then pages of rows. Enough to test a reader; not a
way to make files for SAS.
"""

import datetime as dt
import math
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_MAGIC = bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011")
_HEADER, _PAGE, _PAGE_HEAD = 1024, 65_536, 24
_META, _DATA = 0x0000, 0x0100
_ROW_SIZE, _COLUMN_SIZE, _TEXT, _NAMES, _ATTRIBUTES, _FORMAT = (
    b"\xf7\xf7\xf7\xf7", b"\xf6\xf6\xf6\xf6", b"\xfd\xff\xff\xff", b"\xff\xff\xff\xff", b"\xfc\xff\xff\xff",
    b"\xfe\xfb\xff\xff",
)  # fmt: skip
_ENCODINGS = {"utf-8": 20, "latin-1": 29}
_MISSING = b"\x00\x00\x00\x00\x00\xfe\xff\xff"  # SAS's lone full stop
_EPOCH = dt.datetime(1960, 1, 1)  # noqa: DTZ001


class Column(NamedTuple):
    """A column: text of `width` bytes, or (width 0) a number shown in `shown_as`, such as DATE or DATETIME."""

    name: str
    width: int = 0
    shown_as: str = ""


def write_sas(path: Path, columns: Sequence[Column], rows: Sequence[Sequence], *, encoding: str = "latin-1") -> None:
    """Write rows of texts, numbers, dates, moments and None."""
    width = sum(column.width or 8 for column in columns)
    per_page = (_PAGE - _PAGE_HEAD) // width
    packed = [_row(columns, row, encoding) for row in rows]
    pages = [_meta_page(columns, n_rows=len(rows), width=width, encoding=encoding)]
    for start in range(0, len(packed), per_page):
        part = packed[start : start + per_page]
        pages.append(_page(_DATA, len(part), 0, b"".join(part)))
    path.write_bytes(_header(len(pages), encoding) + b"".join(pages))


def _header(n_pages: int, encoding: str) -> bytes:
    header = bytearray(_HEADER)
    header[:32] = _MAGIC
    header[32] = header[35] = header[36] = 0x22  # 32 bit, no padding
    header[37], header[39] = 0x01, ord("1")  # little-endian, Unix
    header[70] = _ENCODINGS[encoding]
    header[84:92], header[92:156], header[156:164] = b"SAS FILE", b"EXAMPLE".ljust(64), b"DATA    "
    struct.pack_into("<III", header, 196, _HEADER, _PAGE, n_pages)
    header[216:224], header[224:240] = b"9.0401M6", b"Linux".ljust(16, b"\0")
    return bytes(header)


def _page(kind: int, n_blocks: int, n_subheaders: int, content: bytes) -> bytes:
    head = bytes(16) + struct.pack("<HHHH", kind, n_blocks, n_subheaders, 0)
    return (head + content).ljust(_PAGE, b"\0")


def _meta_page(columns: Sequence[Column], *, n_rows: int, width: int, encoding: str) -> bytes:
    n, text, at = len(columns), bytearray(struct.pack("<H", 0) + bytes(26)), {}
    for word in (word for column in columns for word in (column.name, column.shown_as) if word):
        at[word] = len(text), len(word.encode(encoding))
        text += word.encode(encoding)
        text += bytes(-len(text) % 4)
    size = bytearray(480)
    size[:4] = _ROW_SIZE
    struct.pack_into("<II", size, 20, width, n_rows)
    struct.pack_into("<I", size, 36, n)
    struct.pack_into("<I", size, 52, _PAGE)
    text += bytes(12)  # the length told leaves out the end of the block
    struct.pack_into("<H", text, 0, len(text) + 4 - 12)
    names, attributes, offset = bytearray(), bytearray(), 0
    for column in columns:
        names += struct.pack("<HHHH", 0, *at[column.name], 0)
        attributes += struct.pack("<IIHBB", offset, column.width or 8, 4, 2 if column.width else 1, 0)
        offset += column.width or 8
    subheaders = [
        bytes(size),
        _COLUMN_SIZE + struct.pack("<II", n, 0),
        _TEXT + bytes(text),
        _listed(_NAMES, names),
        _listed(_ATTRIBUTES, attributes),
        *(_format(at.get(column.shown_as, (0, 0))) for column in columns),
    ]
    pointers, body, end = b"", b"", _PAGE
    for part in subheaders:
        end -= len(part)
        body = part + body
        pointers += struct.pack("<IIBBH", end, len(part), 0, 0, 0)
    content = pointers + bytes(end - _PAGE_HEAD - len(pointers)) + body
    return _page(_META, len(subheaders), len(subheaders), content)


def _listed(signature: bytes, entries: bytes) -> bytes:
    length = 20 + len(entries)
    return signature + struct.pack("<H", length - 12) + bytes(6) + bytes(entries) + bytes(8)


def _format(place: tuple[int, int]) -> bytes:
    part = bytearray(52)
    part[:4] = _FORMAT
    struct.pack_into("<HHH", part, 34, 0, *place)
    return bytes(part)


def _row(columns: Sequence[Column], row: Sequence, encoding: str) -> bytes:
    return b"".join(_field(column, value, encoding) for column, value in zip(columns, row, strict=True))


def _field(column: Column, value: object, encoding: str) -> bytes:
    if column.width:
        text = ("" if value is None else str(value)).encode(encoding)
        assert len(text) <= column.width, column.name
        return text.ljust(column.width)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return _MISSING
    if isinstance(value, dt.datetime):
        value = (value - _EPOCH).total_seconds()
    elif isinstance(value, dt.date):
        value = (value - _EPOCH.date()).days
    elif isinstance(value, dt.time):
        value = value.hour * 3600 + value.minute * 60 + value.second
    return struct.pack("<d", float(value))
