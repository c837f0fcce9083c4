"""Records as TensorBoard reads them, written by hand: no TensorFlow takes part.

A file is a sequence of records (`length, masked CRC-32C of it, data, masked CRC-32C of that`, as in
TFRecord), each an `Event` message in protocol buffers' wire format. Field numbers are those of
event.proto, summary.proto, tensor.proto and tensorboard/plugins/hparams/plugin_data.proto.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

from gan_core.config import SettingValue

_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5
_POLYNOMIAL = 0x82F63B78
_MASK_DELTA = 0xA282EAD8
_DT_FLOAT, _DT_STRING = 1, 7
_SESSION_START = 1
_GREY, _RGB = 1, 3
_LARGEST = 3.4028234e38
FILE_VERSION = b"brain.Event:2"


def record(event: bytes) -> bytes:
    """An event as it stands in a file."""
    length = struct.pack("<Q", len(event))
    return b"".join([length, _masked_crc(length), event, _masked_crc(event)])


def first_event(wall_time: float) -> bytes:
    """What a file begins with."""
    return _event(wall_time, 0, _bytes(3, FILE_VERSION))


def start_event(wall_time: float) -> bytes:
    """All that an open TensorBoard knows of this run is void: it is told again from step 0."""
    return _event(wall_time, 0, _bytes(7, _varint(1, _SESSION_START)))


def scalars_event(wall_time: float, step: int, values: Mapping[str, float]) -> bytes:
    """Figures of one step, by their tags."""
    parts = (_bytes(1, _text(1, tag) + _float(2, value)) for tag, value in values.items())
    return _event(wall_time, step, _bytes(5, b"".join(parts)))


def image_event(
    wall_time: float, step: int, tag: str, png: bytes, size: tuple[int, int], *, is_grey: bool
) -> bytes:
    """A picture of `size` (width, height)."""
    width, height = size
    image = _varint(1, height) + _varint(2, width) + _varint(3, _GREY if is_grey else _RGB)
    return _event(wall_time, step, _value(tag, _bytes(4, image + _bytes(4, png))))


def text_event(wall_time: float, tag: str, markdown: str) -> bytes:
    """A text of the whole run."""
    tensor = _varint(1, _DT_STRING) + _bytes(2, b"") + _text(8, markdown)
    return _event(wall_time, 0, _value(tag, _bytes(8, tensor) + _plugin("text", b"")))


def settings_event(wall_time: float, settings: Mapping[str, SettingValue]) -> bytes:
    """The run's settings as hyperparameters."""
    entries = (
        _bytes(1, _text(1, name) + _bytes(2, _setting(value))) for name, value in settings.items()
    )
    begun = b"".join(entries) + _double(5, wall_time)
    nothing = _varint(1, _DT_FLOAT) + _bytes(2, _bytes(2, _varint(1, 0)))
    plugin = _plugin("hparams", _bytes(3, begun))
    tag = "_hparams_/session_start_info"
    return _event(wall_time, 0, _value(tag, _bytes(8, nothing) + plugin))


def _event(wall_time: float, step: int, what: bytes) -> bytes:
    return _double(1, wall_time) + _varint(2, step) + what


def _value(tag: str, content: bytes) -> bytes:
    """A summary of one value."""
    return _bytes(5, _bytes(1, _text(1, tag) + content))


def _plugin(name: str, content: bytes) -> bytes:
    """The metadata of a value that a plugin of TensorBoard shows."""
    return _bytes(9, _bytes(1, _text(1, name) + _bytes(2, content)))


def _setting(value: SettingValue) -> bytes:
    """A `google.protobuf.Value`."""
    if value is None:
        return _varint(1, 0)
    if isinstance(value, bool):
        return _varint(4, int(value))
    return _text(3, value) if isinstance(value, str) else _double(2, float(value))


def _varint(field: int, value: int) -> bytes:
    return _number(field << 3 | _VARINT) + _number(value)


def _double(field: int, value: float) -> bytes:
    return _number(field << 3 | _DOUBLE) + struct.pack("<d", value)


def _float(field: int, value: float) -> bytes:
    if abs(value) > _LARGEST:  # also of infinity; comparing NaN says no
        value = math.copysign(math.inf, value)
    return _number(field << 3 | _FLOAT) + struct.pack("<f", value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _number(field << 3 | _BYTES) + _number(len(value)) + value


def _number(value: int) -> bytes:
    """A whole number, seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _bit in range(8):
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


_TABLE = _crc_table()


def crc32c(data: bytes) -> int:
    """The CRC-32C (Castagnoli) of data."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def _masked_crc(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF)
