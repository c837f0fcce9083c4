from gan_core.config import Parent
from gan_core.runs.differences import differences
from tests.runs_by_hand import config


def as_dict(*configs):
    return {row.name: row.values for row in differences(configs)}


def test_equal_runs_do_not_differ():
    assert as_dict(config(), config(), config()) == {}


def test_what_differs_is_told_and_nothing_else():
    one, other = config(), config(steps=200, g_lr=1e-4).model_copy(update={"seed": 7})
    assert as_dict(one, other) == {
        "seed": (0, 7),
        "steps": (100, 200),
        "g_lr": (one.settings.g_lr, 1e-4),
    }


def test_a_fork_says_where_it_began():
    fork = config().model_copy(update={"parent": Parent(run="abc", step=50)})
    assert as_dict(config(), fork) == {"parent": (None, "abc @ 50")}


def test_what_only_one_recipe_has_is_no_choice():
    rows = {row.name: row for row in differences([config(), config("vae", "mnist")])}
    assert rows["recipe"].values == ("quick-dcgan", "vae")
    assert rows["d_lr"].values[1] is None
    assert not rows["d_lr"].is_choice
    assert rows["batch_size"].is_choice
    assert all(rows[name].is_choice for name in ("recipe", "dataset", "latent_size"))


def test_two_of_three_that_differ_are_a_choice():
    rows = differences([config(), config(d_lr=1e-3), config("vae", "digits")])
    assert {row.name: row for row in rows}["d_lr"].is_choice


def test_data_sets_are_told_apart_by_their_identity():
    def on(name, title):
        made = config()
        changed = made.dataset.model_copy(update={"name": name, "title": title})
        return made.model_copy(update={"dataset": changed})

    one, other, renamed = on("own:a", "Cats"), on("own:b", "Cats"), on("own:a", "My cats")
    assert as_dict(one, other) == {"dataset": ("Cats · own:a", "Cats · own:b")}
    assert as_dict(one, renamed) == {}
    assert as_dict(other, renamed) == {"dataset": ("Cats", "My cats")}
    assert as_dict(one, config())["dataset"] == ("Cats", "digits")
