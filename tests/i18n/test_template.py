from pathlib import Path

from babel.messages.pofile import read_po

from pages._parts.locale import extract


def test_extracts_every_mark(tmp_path: Path) -> None:
    room = tmp_path / "gan_core"
    room.mkdir()
    (room / "a.py").write_text('N_("marked " "in two")\nprint("not marked")\nN_("100 % of {it}")\n')
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "b.py").write_text('_("shown")\nngettext_("{n} run", "{n} runs", 3)\n')
    (tmp_path / "app.py").write_text('_("Größe")\n')
    found = extract.catalogue(tmp_path)
    assert {entry.id for entry in found if entry.id} == {
        "marked in two",
        "100 % of {it}",
        "shown",
        ("{n} run", "{n} runs"),
        "Größe",
    }


def test_the_committed_template_is_up_to_date(repo: Path) -> None:
    with extract.TEMPLATE.open("rb") as file:
        committed = {entry.id for entry in read_po(file) if entry.id}
    extracted = {entry.id for entry in extract.catalogue(repo) if entry.id}
    changed = sorted(map(str, committed ^ extracted))
    assert not changed, (
        f"latent_studio.pot is out of date; run `python pages/_parts/locale/extract.py`: {changed}"
    )
