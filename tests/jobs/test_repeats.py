from concurrent.futures import ThreadPoolExecutor

import pytest

from gan_core.access.people import OWNER
from gan_core.config import Sweep
from gan_core.errors import BadInputError, NotFoundError
from gan_core.jobs.fork import fork
from gan_core.jobs.repeats import MAX_REPEATS, members, repeat_run, submit_repeats
from gan_core.recipes.resolve import MAX_SEED
from gan_core.runs import sweeps
from gan_core.runs.files import read_json, write_json
from gan_core.runs.store import Meta
from tests.runs_by_hand import config, trained


def test_repeats_differ_in_their_seed_alone(still, data_dir):
    made = config(dropout=0.1).model_copy(update={"seed": 7})
    runs = submit_repeats(still, made, 3, "Mine", data_dir=data_dir, by=OWNER)
    assert [run.status.state for run in runs] == ["queued"] * 3
    assert [run.sound_config().seed for run in runs] == [7, 8, 9]
    assert {
        run.sound_config().model_copy(update={"seed": 7}).model_dump_json() for run in runs
    } == {made.model_dump_json()}
    assert [run.meta.name for run in runs] == ["Mine · seed 7", "Mine · seed 8", "Mine · seed 9"]
    group = runs[0].meta.group
    assert group
    assert [run.id for run in members(still, group)] == [run.id for run in runs]


def test_a_run_that_is_there_becomes_one_of_them(still, data_dir):
    first = trained(still, name="n" * 120)
    runs = repeat_run(still, first.id, 5, data_dir=data_dir, by=OWNER)
    assert [run.sound_config().seed for run in runs] == [0, 1, 2, 3, 4]
    assert runs[0].id == first.id
    assert runs[0].status.state == "completed"
    assert len({run.meta.group for run in runs}) == 1
    assert (
        len(repeat_run(still, first.id, 5, data_dir=data_dir, by=OWNER)) == 5
    )  # nothing is missing
    assert len(repeat_run(still, first.id, 6, data_dir=data_dir, by=OWNER)) == 6
    assert len(still.list()) == 6


def test_other_seeds_of_a_sweeps_run_are_no_part_of_the_sweep(still, data_dir):
    mark = Sweep(id="0123456789ab", names=("g_lr",))
    first = trained(still)
    swept = first.sound_config().model_copy(update={"sweep": mark})
    write_json(first.paths.config, swept.to_json())
    repeat_run(still, first.id, 3, data_dir=data_dir, by=OWNER)
    assert [run.id for run in sweeps.members(still, mark.id)] == [first.id]


def test_two_who_repeat_a_run_at_once_get_one_group(still, data_dir):
    first = trained(still)
    with ThreadPoolExecutor(2) as people:
        asked = [
            people.submit(repeat_run, still, first.id, 4, data_dir=data_dir, by=OWNER)
            for _ in range(2)
        ]
        groups = {run.meta.group for one in asked for run in one.result()}
    assert len(groups) == 1
    assert [run.sound_config().seed for run in members(still, *groups)] == [0, 1, 2, 3]
    assert len(still.list()) == 4


def test_a_rename_keeps_the_group(still, data_dir):
    runs = submit_repeats(still, config(), 2, data_dir=data_dir, by=OWNER)
    still.rename(runs[0].id, "other")
    assert still.get(runs[0].id).meta.group == runs[1].meta.group


def test_meta_of_older_runs_is_read(still):
    run = trained(still, name="old")
    written = read_json(run.paths.meta)
    del written["group"]
    write_json(run.paths.meta, written)
    assert still.get(run.id).meta == Meta(name="old")


def test_bad_input(still, data_dir):
    run = trained(still)
    for num in (0, 1, MAX_REPEATS + 1):
        with pytest.raises(BadInputError) as caught:
            submit_repeats(still, config(), num, data_dir=data_dir, by=OWNER)
        assert caught.value.field == "repeat"
    last = config().model_copy(update={"seed": MAX_SEED})
    with pytest.raises(BadInputError) as caught:
        submit_repeats(still, last, 2, data_dir=data_dir, by=OWNER)
    assert caught.value.field == "seed"
    forked = fork(still, run.id, "newest", {}, data_dir=data_dir, by=OWNER)
    with pytest.raises(BadInputError, match="is a fork"):
        repeat_run(still, forked.id, 5, data_dir=data_dir, by=OWNER)
    for group in ("", "missing"):
        with pytest.raises(NotFoundError):
            members(still, group)
    assert len(still.list()) == 2
