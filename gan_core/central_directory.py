"""How much a zip's table of contents would take to read, before it is read.

`zipfile` reads the whole table at once, so a zip of nothing but entries costs several times its
size in memory. The table's length stands at the end of the file (PKWARE APPNOTE 4.3.14 to 16).
"""

from __future__ import annotations

import struct
import zipfile
from typing import IO

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_MAX_COMMENT_BYTES = 65_535
_BYTES_PER_ENTRY = 512
"""46 and the name; a generous allowance for names of our layout."""


class TooLongError(zipfile.BadZipFile):
    """The table has more entries than are allowed."""


def check(file: IO[bytes], max_entries: int) -> int:
    """Refuse a zip with a table too long to read; return the file's size in bytes.

    Raises:
        zipfile.BadZipFile: not a zip.
        TooLongError: a table of more than `max_entries` entries.
    """
    size = file.seek(0, 2)
    start = max(0, size - _END.size - _MAX_COMMENT_BYTES)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise zipfile.BadZipFile("it has no table of contents")
    end = _END.unpack_from(tail, at)
    counts, lengths = [end[4]], [end[5]]
    if start + at >= _LOCATOR.size:
        file.seek(start + at - _LOCATOR.size)
        locator = _LOCATOR.unpack(file.read(_LOCATOR.size))
        if locator[0] == b"PK\x06\x07":
            for place in (locator[2], start + at - _LOCATOR.size - _END64.size):
                found = _read_end64(file, place)
                if found is not None:
                    counts.append(found[0])
                    lengths.append(found[1])
            # With this record, the short one's fields may be all ones.
            counts[0] = 0 if counts[0] == 0xFFFF else counts[0]
            lengths[0] = 0 if lengths[0] == 0xFFFF_FFFF else lengths[0]
    if max(counts) > max_entries or max(lengths) > max_entries * _BYTES_PER_ENTRY:
        raise TooLongError(f"its table has more than {max_entries} entries")
    file.seek(0)
    return size


def _read_end64(file: IO[bytes], place: int) -> tuple[int, int] | None:
    """Entries and bytes of the table, by the long record at `place`, if there is one."""
    if not 0 <= place < 2**62:
        return None
    file.seek(place)
    record = file.read(_END64.size)
    if len(record) < _END64.size or not record.startswith(b"PK\x06\x06"):
        return None
    fields = _END64.unpack(record)
    return fields[7], fields[8]
