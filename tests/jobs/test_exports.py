import ast
import zipfile

import pytest

from gan_core.errors import BadInputError, DamagedError, JobFailedError, NotFoundError
from gan_core.jobs.export import FORMATS, default_name, export
from gan_core.jobs.process import last_words, run_job
from gan_core.jobs.script import program
from gan_core.recipes import registry
from tests.runs_by_hand import config, trained


@pytest.fixture
def run(still):
    return trained(still)


def test_onnx_is_the_snapshots_own_file(still, run, tmp_path):
    target = tmp_path / "g.onnx"
    target.write_bytes(b"older")
    assert export(still, run.id, "newest", "onnx", target) == target
    assert target.read_bytes() == b"onnx 50"
    assert export(still, run.id, 0, "onnx", tmp_path).read_bytes() == b"onnx 0"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(
        ["g.onnx", f"{run.id}-0.onnx"]
    )


def test_a_damaged_snapshot_is_not_exported(still, run, tmp_path):
    (run.paths.snapshot(50) / "generator.onnx").write_bytes(b"x")
    target = tmp_path / "g.onnx"
    with pytest.raises(DamagedError):
        export(still, run.id, 50, "onnx", target)
    assert not target.exists()


def test_zip_holds_the_run(still, run, tmp_path):
    with zipfile.ZipFile(export(still, run.id, "newest", "zip", tmp_path)) as opened:
        assert f"{run.id}/config.json" in opened.namelist()


@pytest.mark.parametrize(("step", "epoch"), [(0, "000"), (7800, "100"), (77, "001")])
def test_h5_is_named_as_published(still, run, step, epoch):
    assert default_name(run, step, "h5") == f"generator_model_{epoch}.h5"


def test_bad_input(still, run, tmp_path):
    with pytest.raises(BadInputError, match=", ".join(FORMATS)):
        export(still, run.id, "newest", "pickle", tmp_path)
    with pytest.raises(BadInputError, match="no folder"):
        export(still, run.id, "newest", "zip", tmp_path / "missing" / "x.zip")
    with pytest.raises(NotFoundError):
        export(still, run.id, 7, "onnx", tmp_path)


def test_a_job_that_fails_says_why_in_one_line(tmp_path):
    with pytest.raises(JobFailedError, match="No module named"):
        run_job("gan_core.no_such_module", timeout_secs=30)
    with pytest.raises(JobFailedError, match="did not finish within 0 s"):
        run_job("gan_core.jobs.supervisor", str(tmp_path), timeout_secs=0.01)
    assert last_words(b"a\n  b   c \n\n") == "b c"


@pytest.mark.parametrize("recipe", registry.names())
@pytest.mark.parametrize(
    "settings", [{}, {"upsampling": "nearest", "g_norm": "batch", "d_norm": "batch"}]
)
def test_a_program_says_what_the_recipe_says(recipe, settings):
    made = config(recipe, **settings)
    text = program(made)
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    functions = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    assert len(functions) == len(set(functions))
    assert set(functions) <= names | {"main"}  # nothing that is not used
    assert max(map(len, text.splitlines())) <= 100
    assert f"LATENT_SIZE = {made.settings.latent_size}" in text
    for network in registry.get(recipe).networks(made.settings, (28, 28, 1)):
        assert f"{network.num_parameters:,} parameters" in text
    assert "gan_core" not in text


def test_a_program_stands_alone(still):
    made = config()
    foreign = made.model_copy(
        update={"dataset": made.dataset.model_copy(update={"name": "my folder"})}
    )
    with pytest.raises(BadInputError, match="digits, mnist"):
        program(foreign)
