"""Compound files (OLE 2) and a workbook of Excel 97, written record by record."""

from __future__ import annotations

import struct

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound_file(stream: str, content: bytes) -> bytes:
    """A compound file with one stream, which is padded so that it lies in sectors of its own."""
    content = content.ljust(max(4096, -(-len(content) // _SECTOR) * _SECTOR), b"\0")
    sectors = len(content) // _SECTOR
    assert sectors <= 120
    head = struct.pack("<8s16sHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    fat = [_FAT, _END, *range(3, sectors + 2), _END]
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(_SECTOR, b"\xff")
    entries = _entry("Root Entry", 5, 1, _END, 0) + _entry(stream, 2, _FREE, 2, len(content)) + bytes(256)
    return head + table + entries + content


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    return struct.pack("<64sHBBIII16sIQQIQ", raw, len(raw), kind, 1, _FREE, _FREE, child, b"", 0, 0, 0, start, size)


def xls_bytes(rows: list[list[str | float]], *, sheet: str = "Sheet1", encrypted: bool = False) -> bytes:
    """A workbook of Excel 97 with one sheet of texts and numbers."""
    name = sheet.encode("utf-16-le")
    bof = struct.pack("<HHHHII", 0x0600, 5, 0, 0x07CC, 0, 6)
    bound = struct.pack("<BB", len(sheet), 1) + name
    locked = _record(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48)) if encrypted else b""
    globals_size = 4 + len(bof) + len(locked) + (4 + 6 + len(bound)) + 4
    book = _record(0x809, bof) + locked + _record(0x85, struct.pack("<IBB", globals_size, 0, 0) + bound) + _record(0x0A)
    book += _record(0x809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0x07CC, 0, 6))
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = struct.pack("<HHH", at, column, 0)
            if isinstance(cell, str):
                book += _record(0x204, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
            else:
                book += _record(0x203, place + struct.pack("<d", cell))
    return compound_file("Workbook", book + _record(0x0A))


def _record(number: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(content)) + content
