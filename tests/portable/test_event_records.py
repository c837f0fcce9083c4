"""Records as others read them: the published check values, and TensorBoard's own messages."""

import math

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from gan_core.portable import event_records


@pytest.mark.parametrize(
    ("data", "expected"),
    [  # RFC 3720, B.4
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (b"123456789", 0xE3069283),
    ],
)
def test_the_checksum_is_the_published_one(data, expected):
    assert event_records.crc32c(data) == expected


def test_scalars():
    values = {"g_loss": 0.5, "d_loss": -1e-20, "huge": 1e300, "gone": math.nan}
    event = Event.FromString(event_records.scalars_event(12.5, 300, values))
    assert (event.wall_time, event.step) == (12.5, 300)
    found = {value.tag: value.simple_value for value in event.summary.value}
    assert found["g_loss"] == 0.5
    assert found["d_loss"] == pytest.approx(-1e-20)
    assert found["huge"] == math.inf
    assert math.isnan(found["gone"])


def test_the_first_events():
    assert Event.FromString(event_records.first_event(1.0)).file_version == "brain.Event:2"
    assert Event.FromString(event_records.start_event(1.0)).session_log.status == 1


def test_settings_of_every_kind():
    settings = {"g_lr": 1e-3, "loss": "hinge", "batch_size": 64, "flag": True, "none": None}
    event = Event.FromString(event_records.settings_event(3.0, settings))
    (value,) = event.summary.value
    assert value.metadata.plugin_data.plugin_name == "hparams"
    begun = HParamsPluginData.FromString(value.metadata.plugin_data.content).session_start_info
    assert begun.start_time_secs == 3.0
    assert begun.hparams["g_lr"].number_value == 1e-3
    assert begun.hparams["batch_size"].number_value == 64
    assert begun.hparams["loss"].string_value == "hinge"
    assert begun.hparams["flag"].bool_value is True
    assert begun.hparams["none"].WhichOneof("kind") == "null_value"


def test_an_image_and_a_text():
    event = Event.FromString(
        event_records.image_event(1.0, 7, "samples", b"png", (8, 4), is_grey=False)
    )
    image = event.summary.value[0].image
    assert (image.width, image.height, image.colorspace) == (8, 4, 3)
    assert image.encoded_image_string == b"png"
    text = Event.FromString(event_records.text_event(1.0, "settings", "| ä |"))
    assert text.summary.value[0].tensor.string_val == ["| ä |".encode()]
    assert text.summary.value[0].metadata.plugin_data.plugin_name == "text"
