"""In what runs differ by what they were asked to do: recipe, data, settings, seed, beginning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gan_core.config import DatasetInfo, RunConfig, Settings, SettingValue


@dataclass(frozen=True)
class Difference:
    """One setting that is not the same in all runs.

    Attributes:
        name: as `config.json` calls it.
        values: one for each run; `None` where the run's recipe has no such setting.
    """

    name: str
    values: tuple[SettingValue, ...]

    @property
    def is_choice(self) -> bool:
        """Whether it differs among those that have it, not only in who has it."""
        had = [value for value in self.values if value is not None]
        return len(set(had)) > 1 or self.name not in Settings.model_fields


def differences(configs: Sequence[RunConfig]) -> list[Difference]:
    """What differs between runs, in the order in which `config.json` has it."""
    datasets = _dataset_words([config.dataset for config in configs])
    described = [_described(config, datasets[config.dataset.name]) for config in configs]
    names = dict.fromkeys(name for one in described for name in one)
    ordered = [name for name in _ORDER if name in names]
    rows = [Difference(name, tuple(one.get(name) for one in described)) for name in ordered]
    return [row for row in rows if len({(type(v), v) for v in row.values}) > 1]


_ORDER = (
    *("recipe", "dataset", "image_size", "channels", "seed", "steps", "parent", "device"),
    *Settings.model_fields,
)


def _dataset_words(datasets: Sequence[DatasetInfo]) -> dict[str, str]:
    """By name, which is a data set's identity, what to call each; others may have its title."""
    titles = {one.name: one.title or one.name for one in datasets}
    often = Counter(titles.values())
    return {
        name: title if often[title] == 1 else f"{title} · {name}" for name, title in titles.items()
    }


def _described(config: RunConfig, dataset: str) -> dict[str, SettingValue]:
    """A run as a flat mapping; what it does not have is left out."""
    begun: dict[str, SettingValue] = {}
    if config.parent is not None:
        begun["parent"] = f"{config.parent.run} @ {config.parent.step}"
    return {
        "recipe": config.recipe,
        "dataset": dataset,
        "image_size": config.dataset.image_size,
        "channels": config.dataset.channels,
        "seed": config.seed,
        "steps": config.total_steps,
        "device": config.kernels.device,
        **begun,
        **config.settings.as_dict(),
    }
