"""Names of files become splits and classes."""

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.data.own.encodings import decoded_names, likeliest
from gan_core.data.own.tree import is_ignored, parts_of, places


def placed(*names):
    found = places([parts_of(name) for name in names])
    return [(p.split, p.class_name) if not p.outside else None for p in found]


def test_class_folders():
    assert placed("cat/1.jpg", "dog/2.jpg") == [("", "cat"), ("", "dog")]


def test_split_folders_with_classes_below():
    assert placed("train/cat/1.jpg", "train/dog/2.jpg", "test/cat/3.jpg") == [
        ("train", "cat"), ("train", "dog"), ("test", "cat"),
    ]  # fmt: skip


@pytest.mark.parametrize("val", ["val", "validation", "Validation"])
def test_split_folders_without_classes(val):
    assert placed("train/1.jpg", f"{val}/2.jpg") == [("train", ""), ("val", "")]


def test_a_folder_around_everything_is_looked_through():
    assert placed("photos/all/cat/1.jpg", "photos/all/dog/2.jpg") == [("", "cat"), ("", "dog")]
    assert placed("set/train/1.jpg", "set/test/2.jpg") == [("train", ""), ("test", "")]
    assert placed("only/1.jpg", "only/2.jpg") == [("", ""), ("", "")]


def test_deeper_folders_belong_to_the_class_above():
    assert placed("cat/a/1.jpg", "cat/b/2.jpg", "dog/3.jpg") == [("", "cat")] * 2 + [("", "dog")]


def test_a_lone_train_among_others_is_a_class():
    assert placed("train/1.jpg", "car/2.jpg") == [("", "train"), ("", "car")]


def test_loose_pictures_beside_classes_are_left_out():
    names = ["cat/1.jpg", "cat/2.jpg", "dog/3.jpg", "4.jpg"]
    assert placed(*names) == [("", "cat"), ("", "cat"), ("", "dog"), None]
    assert placed("train/cat/1.jpg", "train/dog/2.jpg", "test/cat/3.jpg", "extra/4.jpg")[3] is None


def test_a_few_folders_among_many_loose_pictures_are_no_classes():
    names = ["old/1.jpg", "new/2.jpg", *(f"{n}.jpg" for n in range(3, 9))]
    assert placed(*names) == [("", "")] * 8


@pytest.mark.parametrize(
    "name", ["../a.png", "/etc/a.png", "a/../../b.png", "C:/a.png", "C:\\a.png", "\\\\host\\a", ""]
)
def test_names_that_point_out_of_the_archive(name):
    assert parts_of(name) is None


def test_names_from_windows():
    assert parts_of("photos\\cat\\1.jpg") == ("photos", "cat", "1.jpg")


@pytest.mark.parametrize("name", [".DS_Store", "a/.hidden/b.png", "__MACOSX/a.png", "a/Thumbs.db"])
def test_what_systems_leave_about(name):
    assert is_ignored(parts_of(name))


@given(st.lists(st.lists(st.sampled_from(["a", "b", "train", "test"]), max_size=3), max_size=12))
def test_every_picture_gets_one_place(folders):
    found = places([(*parts, f"{n}.png") for n, parts in enumerate(folders)])
    assert len(found) == len(folders)
    assert len({bool(p.class_name) for p in found if not p.outside}) <= 1


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", ["Mädchen/größe.jpg", "ねこ.png", "кот.png"]),
        ("cp932", ["ねこ/ねこ1.jpg", "いぬ/写真_002.jpg", "テスト画像.png"]),
        ("cp866", ["Кошки/фото 1.jpg", "Собаки/снимок.png", "Ёлка.jpg"]),
        ("gbk", ["猫/图片1.jpg", "狗/照片二.jpg", "测试数据.png"]),
        ("cp437", ["Mädchen/Größe.jpg", "Français/été.jpg", "año.png"]),
    ],
)
def test_names_are_read_in_the_likeliest_encoding(encoding, words):
    assert likeliest([word.encode(encoding) for word in words]) == encoding


@pytest.mark.parametrize("encoding", ["cp932", "cp866", "gbk", "utf-8"])
def test_names_of_a_zip_that_does_not_say_its_encoding(tmp_path, encoding):
    word = {"cp932": "ねこのしゃしん", "cp866": "кошка", "gbk": "我的猫咪", "utf-8": "größe"}[
        encoding
    ]
    stand_in = b"x" * len(word.encode(encoding))
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{stand_in.decode()}.png", b"1")
    file.write_bytes(file.read_bytes().replace(stand_in, word.encode(encoding)))
    with zipfile.ZipFile(file) as archive:
        assert decoded_names(archive.infolist()) == ([f"{word}.png"], encoding)


def test_names_that_say_their_encoding(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("größe 猫.png", b"1")
        archive.writestr("plain.png", b"1")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert decoded_names(archive.infolist()) == (["größe 猫.png", "plain.png"], "")
