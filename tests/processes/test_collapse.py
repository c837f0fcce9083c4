"""A run that truly collapses, through the command line: it goes back and finishes."""

from gan_core.runs.watch import read_watched


def test_a_collapse_goes_back_by_itself(studio):
    """D fifty times too fast; the digits are real."""
    process = studio.follow(
        *("train", "mlp-gan", "--dataset", "digits", "--steps", 230, "--seed", 0),
        *("--set", "d_lr=0.01", "--set", "on_collapse=restart", "--set", "snapshot_every=100"),
    )
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "training has collapsed: " in err
    assert "G's loss is running away" in err
    last = out.split()[-1]
    first = next(run for run in studio.store.ids() if run != last and _successor(studio, run))
    assert studio.status(first).state == "stopped"
    assert studio.store.get(last).sound_config().settings.d_lr < 0.01
    assert read_watched(studio.store.get(last).paths).num_rollbacks >= 1


def _successor(studio, run):
    return read_watched(studio.store.get(run).paths).successor
