"""Each bound, through the functions that pages and the command line call."""

import errno
import io
import json
import subprocess
import sys
from collections import Counter

import pytest
from PIL import Image

from gan_core.access.people import OWNER, Person
from gan_core.access.quotas import QuotaError, Quotas
from gan_core.data.own.prepare import Options
from gan_core.errors import DiskFullError
from gan_core.jobs import brought, control, disk, line, note, slots
from gan_core.jobs.export import export
from gan_core.jobs.fork import fork
from gan_core.jobs.import_upload import import_upload
from gan_core.jobs.launch import submit
from gan_core.jobs.queue import STUDIO_NAME, Watcher, read_studio
from gan_core.jobs.refusals import Refusals
from gan_core.jobs.repeats import repeat_run, submit_repeats
from gan_core.jobs.supervisor import Supervisor
from gan_core.jobs.uploads import prepare_upload
from gan_core.runs import archive
from gan_core.runs.files import write_json
from gan_core.runs.lock import FileLock
from tests.generator_runs import add_generator_run
from tests.runs_by_hand import config, in_state, queued, trained

ADA = Person(id="ada", role="teacher")
BOB = Person(id="bob", role="teacher")


def bound(store, **quotas):
    write_json(store.root / STUDIO_NAME, {"schema_version": 1, "quotas": quotas})


def states(store):
    return sorted(run.status.state for run in store.list())


def test_the_settings_hold_the_quotas_and_defaults(still):
    assert read_studio(still.root).quotas == Quotas()
    bound(still, queued_per_person=3)
    assert read_studio(still.root).quotas == Quotas(queued_per_person=3)


def test_who_queued_a_run_is_noted_here_and_does_not_travel(still, data_dir, tmp_path):
    view = submit(still, config(), data_dir=data_dir, by=ADA)
    assert note.person_of(view.paths) == "ada"
    assert '"ada"' not in view.paths.config.read_text()
    archive.pack(view, tmp_path / "run.zip")
    assert note.person_of(archive.unpack(still, tmp_path / "run.zip").paths) == "owner"


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"data_dir": "/x", "person": 3}'])
def test_a_note_that_cannot_be_read_is_nobodys(still, text):
    view = queued(still)
    assert note.person_of(view.paths) == "owner"
    (view.paths.root / note.LAUNCH_NAME).write_text(text)
    assert note.person_of(view.paths) == "owner"


def test_a_person_may_have_so_many_waiting_runs(still, data_dir):
    bound(still, queued_per_person=2)
    for _ in range(2):
        submit(still, config(), data_dir=data_dir, by=ADA)
    with pytest.raises(
        QuotaError, match=r"2 runs of yours wait.*allowed are 2 a person"
    ) as refused:
        submit(still, config(), data_dir=data_dir, by=ADA)
    assert refused.value.field == "queued_per_person"
    assert "stop some" in refused.value.hint
    submit(still, config(), data_dir=data_dir, by=BOB)
    for _ in range(3):
        submit(still, config(), data_dir=data_dir, by=OWNER)
    assert line.waiting(still) == {"ada": 2, "bob": 1, "owner": 3}


def test_all_together_may_have_so_many_waiting_runs(still, data_dir):
    bound(still, queued_in_all=2)
    submit(still, config(), data_dir=data_dir, by=OWNER)
    submit(still, config(), data_dir=data_dir, by=ADA)
    with pytest.raises(QuotaError, match=r"2 runs wait already.*allowed are 2 in all"):
        submit(still, config(), data_dir=data_dir, by=BOB)
    submit(still, config(), data_dir=data_dir, by=OWNER)


def test_repeats_are_queued_all_or_none(still, data_dir):
    bound(still, queued_per_person=3)
    with pytest.raises(QuotaError, match="4 more"):
        submit_repeats(still, config(), 4, data_dir=data_dir, by=ADA)
    assert still.ids() == []
    runs = submit_repeats(still, config(), 3, data_dir=data_dir, by=ADA)
    with pytest.raises(QuotaError):
        repeat_run(still, runs[0].id, 4, data_dir=data_dir, by=ADA)
    lone = in_state(still, "completed")
    with pytest.raises(QuotaError):
        repeat_run(still, lone.id, 5, data_dir=data_dir, by=ADA)
    assert still.get(lone.id).meta.group == ""
    assert line.waiting(still) == {"ada": 3}


def test_forks_and_resumed_runs_count_too(still, data_dir):
    parent = trained(still)
    stopped = in_state(still, "stopped")
    bound(still, queued_per_person=1)
    fork(still, parent.id, 50, {}, data_dir=data_dir, by=ADA)
    before = states(still)
    with pytest.raises(QuotaError):
        fork(still, parent.id, 50, {}, data_dir=data_dir, by=ADA)
    with pytest.raises(QuotaError):
        control.resume(still, stopped.id, data_dir=data_dir, by=ADA)
    assert states(still) == before
    assert not list(still.root.glob(".tmp-*"))
    control.resume(still, stopped.id, data_dir=data_dir, by=BOB)
    assert note.person_of(stopped.paths) == "bob"


def test_a_full_runs_folder_takes_nothing_new_from_anybody(still, data_dir):
    stopped = in_state(still, "stopped")
    bound(still, disk_gb=1e-6)
    disk.measure(still.root)
    for by in (OWNER, ADA):
        with pytest.raises(QuotaError, match=r"allowed are 1e-06 GB") as refused:
            submit(still, config(), data_dir=data_dir, by=by)
        assert "Delete runs" in refused.value.hint
        with pytest.raises(QuotaError):
            control.resume(still, stopped.id, data_dir=data_dir, by=by)
        with pytest.raises(QuotaError):
            prepare_upload(still.root, [("a.png", _picture())], Options(), by=by)
    assert states(still) == ["stopped"]


def test_the_supervisor_ends_what_came_by_another_way(still, data_dir):
    bound(still, queued_per_person=2, queued_in_all=4)
    for person, num in (("ada", 4), ("bob", 1), ("owner", 2), ("eve", 1)):
        for _ in range(num):
            note.write_launch(queued(still).paths, data_dir, person)
    kept = Refusals(still).kept(Watcher(still).look(), read_studio(still.root).quotas)
    assert Counter(run.person for run in kept.waiting) == {"ada": 2, "bob": 1, "owner": 2}
    ended = [run.status.message for run in still.list() if run.status.state == "stopped"]
    assert len(ended) == 3
    assert sum("allowed are 2 waiting runs a person" in words for words in ended) == 2
    assert sum("allowed are 4 waiting runs in all" in words for words in ended) == 1


def test_the_supervisor_starts_nothing_beyond_a_bound(still, data_dir):
    views = [queued(still) for _ in range(2)]
    for view in views:
        note.write_launch(view.paths, data_dir, "ada")
    bound(still, queued_per_person=0)
    assert not Supervisor(still).tick()
    assert states(still) == ["stopped", "stopped"]


def test_the_supervisor_starts_nothing_while_the_folder_is_full(still, data_dir):
    note.write_launch(queued(still).paths, data_dir)
    bound(still, disk_gb=1e-6)
    assert not Supervisor(still).tick()
    (run,) = still.list()
    assert run.status.state == "stopped"
    assert "Delete runs" in run.status.message


def test_a_run_that_somebody_is_busy_with_is_refused_later(still, data_dir):
    view = queued(still)
    note.write_launch(view.paths, data_dir, "ada")
    refusals, quotas = Refusals(still), Quotas(queued_per_person=0)
    with FileLock.acquire(view.paths.lock):
        look = Watcher(still).look()
        assert refusals.kept(look, quotas).waiting == ()
    assert refusals.kept(Watcher(still).look(), quotas).waiting == ()
    assert states(still) == ["stopped"]


def _picture(size=40):
    file = io.BytesIO()
    Image.effect_noise((size, size), 60).save(file, "png")
    return file


def _pictures(num=20):
    return [(f"{i}.png", _picture()) for i in range(num)]


def test_pictures_count_for_whoever_brought_them(still):
    own = prepare_upload(still.root, _pictures(), Options(title="Noise"), by=ADA)
    assert brought.amounts(still.root) == {"ada": disk.bytes_of(own.folder, whole=True)}
    bound(still, upload_mb_per_person=0)
    with pytest.raises(QuotaError, match="allowed are 0 MB a person"):
        prepare_upload(still.root, _pictures(), Options(), by=ADA)
    bound(still, upload_mb_in_all=0)
    with pytest.raises(QuotaError, match="allowed are 0 MB in all"):
        prepare_upload(still.root, _pictures(), Options(), by=BOB)


def test_an_import_is_judged_by_what_it_comes_to(still, tmp_path):
    run = add_generator_run(still)
    run.paths.log.write_text(" " * 50_000_000)  # packs to next to nothing
    archive.pack(run, tmp_path / "run.zip")
    assert (tmp_path / "run.zip").stat().st_size < 40_000_000
    bound(still, upload_mb_per_person=40)
    with (tmp_path / "run.zip").open("rb") as file, pytest.raises(QuotaError, match=r"\d\d MB"):
        import_upload(still, "run.zip", file, by=ADA)
    assert still.ids() == [run.id]
    with (tmp_path / "run.zip").open("rb") as file:
        made = import_upload(still, "run.zip", file, by=OWNER)
    assert set(brought.amounts(still.root)) == {"owner"}
    still.delete(made.id)
    assert not brought.amounts(still.root)


def _take_a_place(store, by):
    with slots.slot(store.root, by):
        pass


def test_jobs_at_a_time(still, tmp_path):
    run = trained(still)
    bound(still, jobs_per_person=1, jobs_in_all=2)
    slots.check(still.root, ADA)
    with slots.slot(still.root, ADA):
        for ask in (_take_a_place, lambda store, by: slots.check(store.root, by)):
            with pytest.raises(QuotaError, match="1 exports or searches of yours"):
                ask(still, ADA)
        with slots.slot(still.root, BOB), slots.slot(still.root, OWNER) as held:
            assert held == ()  # none is left, and the owner goes on
            with pytest.raises(QuotaError, match="2 exports or searches are under way"):
                _take_a_place(still, Person(id="eve", role="viewer"))
            export(still, run.id, 50, "onnx", tmp_path / "g.onnx", by=OWNER)
    export(still, run.id, 50, "onnx", tmp_path / "g.onnx", by=ADA)


def test_a_job_that_goes_its_own_way_keeps_its_place_until_it_is_killed(still):
    bound(still, jobs_per_person=1)
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    with slots.slot(still.root, ADA) as held:
        job = subprocess.Popen(sleeper, pass_fds=held)
    try:
        with pytest.raises(QuotaError):
            _take_a_place(still, ADA)
    finally:
        job.kill()
        job.wait()
    _take_a_place(still, ADA)


def test_a_full_disk_uses_up_no_places(still, monkeypatch):
    bound(still, jobs_in_all=1)

    def no_space(*_args, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(slots.Path, "write_text", no_space)
        for _ in range(2):
            with pytest.raises(DiskFullError, match="disk full"):
                _take_a_place(still, ADA)
        with slots.slot(still.root, OWNER) as held:
            assert held == ()
    _take_a_place(still, ADA)


def test_a_place_is_waited_for(still):
    bound(still, jobs_per_person=1)
    sleeper = [sys.executable, "-c", "import time; time.sleep(1)"]
    with slots.slot(still.root, ADA) as held:
        job = subprocess.Popen(sleeper, pass_fds=held)
    with slots.slot(still.root, ADA, patience_secs=60):
        assert job.wait() == 0


def test_the_folder_is_measured_anew_only_where_it_changed(still):
    first, second = queued(still), queued(still)
    (first.paths.samples / "0.png").write_bytes(b"x" * 1000)
    total = disk.measure(still.root)
    assert total == pytest.approx(disk.bytes_of(still.root), abs=1500)  # but for its own note
    noted = json.loads((still.root / disk.USAGE_NAME).read_text())
    assert set(noted["parts"]) == {first.id, second.id}
    (second.paths.samples / "0.png").write_bytes(b"x" * 5000)
    assert disk.used(still.root) == pytest.approx(total, abs=1500)  # as it was measured lately
    assert disk.measure(still.root) - total == pytest.approx(5000, abs=1500)


def test_what_somebody_takes_along_counts_for_nothing(still):
    queued(still)
    total = disk.measure(still.root)
    folder = still.root / f"{disk.TAKING_PREFIX}x"
    folder.mkdir()
    (folder / "run.zip").write_bytes(b"x" * 100_000)
    assert disk.measure(still.root) == pytest.approx(total, abs=1500)


def test_shared_files_count_once(still):
    first, second = queued(still), queued(still)
    file = first.paths.samples / "0.png"
    file.write_bytes(b"x" * 100_000)
    alone = disk.measure(still.root)
    (second.paths.samples / "0.png").hardlink_to(file)
    (second.paths.samples / "1.png").symlink_to(file)
    (first.paths.snapshots / "7").mkdir()  # something changed, so both are measured
    assert disk.measure(still.root) == pytest.approx(alone, abs=5000)


def test_a_damaged_note_of_sizes_is_made_anew(still):
    queued(still)
    total = disk.measure(still.root)
    (still.root / disk.USAGE_NAME).write_text("{")
    assert disk.measure(still.root) == pytest.approx(total, abs=1500)
