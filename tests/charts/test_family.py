import dataclasses
import io
import re
from xml.etree import ElementTree as ET

from PIL import Image

from gan_core.charts.family import DARK, LIGHT, family_columns, family_figure, family_picture
from gan_core.charts.table import csv_bytes
from gan_core.config import Parent
from gan_core.runs.family import family
from gan_core.runs.store import RunStore
from tests.runs_by_hand import config, in_state


def relatives(tmp_path):
    store = RunStore(tmp_path)
    first = in_state(store, "completed", step=100, name="<b>first & only</b>")
    asked = config().model_copy(update={"parent": Parent(run=first.id, step=50)})
    fork = store.create(asked, "a fork")
    found = family(store.list(), first.id)
    return found, {one.id: one.run.title for one in found}, fork.id


def drawn(tmp_path, inks=LIGHT):
    found, names, chosen = relatives(tmp_path)
    return family_picture(found, names, chosen=chosen, inks=inks, axis="step {step}")


def test_each_run_is_a_line_from_where_it_began(tmp_path):
    picture = ET.fromstring(drawn(tmp_path))  # noqa: S314 - we drew it
    lines = [path.get("d") for path in picture.iter("{http://www.w3.org/2000/svg}path")]
    (first, fork) = (re.match(r"M([\d.]+) [\d.]+H([\d.]+)", line) for line in lines if "H" in line)
    assert (float(first[1]), float(first[2])) == (10.0, 590.0)
    assert float(fork[1]) == 300.0
    texts = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["<b>first & only</b>", "a fork", "0", "step 100"]


def test_light_and_dark_differ_in_colours_alone(tmp_path):
    light, dark = drawn(tmp_path / "a"), drawn(tmp_path / "b", DARK)
    assert light != dark
    assert re.sub(r"#\w{6}", "", light) == re.sub(r"#\w{6}", "", dark)


def test_a_figure_for_a_report_holds_the_same(tmp_path):
    found, names, chosen = relatives(tmp_path)
    found.append(dataclasses.replace(found[1], id="gone", run=None))
    names |= {"gone": "$x$ " + 60 * "n"}
    how = {"chosen": chosen, "title": "The family of a fork", "axis": "Steps"}
    with Image.open(io.BytesIO(family_figure(found, names, **how))) as image:
        assert image.width == 960
    svg = family_figure(found, names, **how, format="svg").decode()
    assert "first &amp; only" in svg.replace("&#38;", "&amp;")
    assert "a fork" in svg
    assert "$x$ n" in svg


def test_its_numbers(tmp_path):
    found, names, chosen = relatives(tmp_path)
    found.append(dataclasses.replace(found[1], id="gone", run=None))
    told = family_columns(found, names | {"gone": "gone"})
    assert csv_bytes(told).startswith(b"run,name,parent,from_step,step,state\r\n")
    assert told["run"] == [found[0].id, chosen, "gone"]
    assert told["parent"] == [None, found[0].id, found[0].id]
    assert told["from_step"] == [None, 50, 50]
    assert told["step"] == [100, 0, None]
    assert told["state"] == ["completed", "queued", "deleted"]
