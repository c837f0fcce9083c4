import zipfile

import pytest

from gan_core.access.people import OWNER
from gan_core.errors import BadInputError, DamagedError, JobFailedError, NotFoundError
from gan_core.jobs.export import FORMATS, default_name, export
from gan_core.jobs.process import last_words, run_job
from tests.runs_by_hand import trained


@pytest.fixture
def run(still):
    return trained(still)


def test_onnx_is_the_snapshots_own_file(still, run, tmp_path):
    target = tmp_path / "g.onnx"
    target.write_bytes(b"older")
    assert export(still, run.id, "newest", "onnx", target, by=OWNER) == target
    assert target.read_bytes() == b"onnx 50"
    assert export(still, run.id, 0, "onnx", tmp_path, by=OWNER).read_bytes() == b"onnx 0"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(
        ["g.onnx", f"{run.id}-0.onnx"]
    )


def test_a_damaged_snapshot_is_not_exported(still, run, tmp_path):
    (run.paths.snapshot(50) / "generator.onnx").write_bytes(b"x")
    target = tmp_path / "g.onnx"
    with pytest.raises(DamagedError):
        export(still, run.id, 50, "onnx", target, by=OWNER)
    assert not target.exists()


def test_zip_holds_the_run(still, run, tmp_path):
    with zipfile.ZipFile(export(still, run.id, "newest", "zip", tmp_path, by=OWNER)) as opened:
        assert f"{run.id}/config.json" in opened.namelist()


@pytest.mark.parametrize(("step", "epoch"), [(0, "000"), (7800, "100"), (77, "001")])
def test_h5_is_named_as_published(still, run, step, epoch):
    assert default_name(run, step, "h5") == f"generator_model_{epoch}.h5"


def test_bad_input(still, run, tmp_path):
    with pytest.raises(BadInputError, match=", ".join(FORMATS)):
        export(still, run.id, "newest", "pickle", tmp_path, by=OWNER)
    with pytest.raises(BadInputError, match="no folder"):
        export(still, run.id, "newest", "zip", tmp_path / "missing" / "x.zip", by=OWNER)
    with pytest.raises(NotFoundError):
        export(still, run.id, 7, "onnx", tmp_path, by=OWNER)


def test_uniform_latents_do_not_fit_into_h5(still, tmp_path):
    run = trained(still, latent_distribution="uniform")
    with pytest.raises(BadInputError) as caught:
        export(still, run.id, "newest", "h5", tmp_path, by=OWNER)
    assert caught.value.one_line() == (
        "format: got h5, which has no place for the first layer of this generator, which makes its "
        "latents uniform; allowed is one of: keras, onnx, script, zip."
    )
    assert not list(tmp_path.glob("*.h5"))


def test_a_job_that_fails_says_why_in_one_line(tmp_path):
    with pytest.raises(JobFailedError, match="No module named"):
        run_job("gan_core.no_such_module", timeout_secs=30)
    with pytest.raises(JobFailedError, match="did not finish within 0 s"):
        run_job("gan_core.jobs.supervisor", str(tmp_path), timeout_secs=0.01)
    assert last_words(b"a\n  b   c \n\n") == "b c"
