"""File names in zips whose encoding nobody wrote down.

A zip says only whether a name is UTF-8. Older tools write the system's own code page without a
word: Japanese Windows cp932, Russian cp866, Chinese GBK, others cp437. Names need to be legible
and unique here, nothing depends on them; so all names of a zip are read in whichever encoding
gives the most plausible letters.
"""

from __future__ import annotations

import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence

_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075
_CANDIDATES = ("utf-8", "cp932", "gbk", "cp866", "cp437")
_MAX_NAMES_JUDGED = 2000


def decoded_names(entries: Sequence[zipfile.ZipInfo]) -> tuple[list[str], str]:
    """The name of each entry, and the encoding of those that did not say theirs.

    The encoding is empty where every name said its own or is plain ASCII. Names are in Unicode's
    composed form (NFC); equal ones stay equal.
    """
    silent = [entry for entry in entries if _says_nothing(entry)]
    raw = [_raw_name(entry) for entry in silent]
    beyond = [name for name in raw if not name.isascii()]
    encoding = likeliest(beyond) if beyond else ""
    names = []
    for entry in entries:
        if _says_nothing(entry):
            name = _raw_name(entry).decode(encoding or "ascii", errors="replace")
        else:
            name = _unicode_path(entry) or entry.orig_filename
        names.append(unicodedata.normalize("NFC", name.split("\0")[0]))
    return names, encoding


def likeliest(names: Sequence[bytes]) -> str:
    """The encoding in which these names look most like words of one language."""
    judged = names[:_MAX_NAMES_JUDGED]
    scores = {encoding: _score(judged, encoding) for encoding in _CANDIDATES}
    return max(scores, key=scores.__getitem__)


def _says_nothing(entry: zipfile.ZipInfo) -> bool:
    return not entry.flag_bits & _UTF8_FLAG and _unicode_path(entry) is None


def _raw_name(entry: zipfile.ZipInfo) -> bytes:
    return entry.orig_filename.encode("cp437")  # how zipfile read it: every byte has a character


def _unicode_path(entry: zipfile.ZipInfo) -> str | None:
    """The name in Info-ZIP's "Unicode path" field, where it belongs to this very name."""
    extra, at = entry.extra, 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if kind != _UNICODE_PATH or len(field) < 5 or field[0] != 1:
            continue
        if (
            entry.flag_bits & _UTF8_FLAG
            or zlib.crc32(_raw_name(entry)) != struct.unpack_from("<L", field, 1)[0]
        ):
            return None
        try:
            return field[5:].decode("utf-8")
        except UnicodeDecodeError:
            return None
    return None


def _score(names: Sequence[bytes], encoding: str) -> float:
    """How plausible the names are, per byte that is not ASCII; below zero where they are not."""
    total, num_bytes = 0.0, 0
    for name in names:
        num_bytes += sum(byte >= 0x80 for byte in name)
        try:
            text = name.decode(encoding)
        except UnicodeDecodeError:
            total -= 3.0 * len(name)
            continue
        for at, char in enumerate(text):
            if not char.isascii():
                beside = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
                among_ascii = any(c.isascii() and c.isalpha() for c in beside)
                total += _plausible(char, encoding, among_ascii=among_ascii)
    return total / max(num_bytes, 1)


def _plausible(char: str, encoding: str, *, among_ascii: bool) -> float:
    """The weight of one character: 1 a byte for what such names are made of.

    Cyrillic words have no ASCII letters in them; Western ones have mostly those.
    """
    code = ord(char)
    if not char.isprintable() or 0xE000 <= code <= 0xF8FF:
        return -3.0
    if encoding == "utf-8":
        return 4.0  # bytes that form UTF-8 by chance are rare
    if encoding == "cp866":
        return 1.0 if 0x400 <= code <= 0x45F and not among_ascii else -1.0
    if encoding == "cp437":
        is_letter = unicodedata.category(char) in ("Ll", "Lu") and code < 0x250
        return (1.0 if among_ascii else 0.5) if is_letter else -1.0
    if 0x3040 <= code <= 0x30FF:  # kana
        return 2.6 if encoding == "cp932" else 1.4
    if 0x4E00 <= code <= 0x9FFF:
        return 2.0 if _is_common(char, encoding) else 0.6
    return 0.4 if 0x3000 <= code <= 0x303F or 0xFF01 <= code <= 0xFF5E else -1.0


def _is_common(char: str, encoding: str) -> bool:
    """Whether an ideograph is of its standard's first level, in everyday use."""
    first = char.encode(encoding)[0]
    if encoding == "gbk":
        return 0xB0 <= first <= 0xD7 and char.encode(encoding)[1] >= 0xA1
    return 0x88 <= first <= 0x97
