"""No bare words: what a person reads on a page went through `_()`, an error through `N_()`."""

import ast
import re
from pathlib import Path

import pytest

from gan_core import errors

# Names that only Streamlit's elements have: looked at whatever they are called on.
ELEMENTS = {
    *("button", "download_button", "link_button", "page_link", "form_submit_button", "toggle"),
    *("checkbox", "radio", "selectbox", "multiselect", "slider", "select_slider", "text_input"),
    *("text_area", "number_input", "date_input", "time_input", "color_picker", "file_uploader"),
    *("camera_input", "audio_input", "chat_input", "pills", "segmented_control", "markdown"),
    *("caption", "subheader", "metric", "expander", "popover", "toast", "spinner"),
    *("set_page_config", "Page"),
}
# Names that other objects have too: looked at only on `st` and on what `st` gave.
SHARED_NAMES = {
    *("title", "header", "text", "write", "info", "warning", "error", "success", "exception"),
    *("status", "update", "tabs", "progress", "badge", "image", "dialog", "menu_button"),
}
TEXT_ARGUMENTS = {"label", "body", "help", "placeholder", "caption", "text", "title", "page_title"}
# Lists of words; options are ids where `format_func` gives the words.
LIST_ARGUMENTS = {"radio": 1, "pills": 1, "segmented_control": 1, "selectbox": 1, "multiselect": 1}
# Their first argument is a file or a picture.
NO_WORDS_FIRST = {"image", "Page", "page_link"}
PRODUCT_NAMES = {"Latent Studio"}

NOT_WORDS = re.compile(r":material/\w+:|:[a-z_]+:|`[^`]*`|<[^>]*>|&\w+;|\w+://\S+|:[a-z-]+\[")
WORD = re.compile(r"[^\W\d_]{2,}")

ERROR_NAMES = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.GanCoreError)
}


def bare_words(node: ast.expr | None) -> str | None:
    """The words that an expression shows without translating them, if any."""
    match node:
        case ast.Constant(value=str(text)) if text not in PRODUCT_NAMES:
            return text if WORD.search(NOT_WORDS.sub(" ", text)) else None
        case ast.JoinedStr(values=parts):
            return bare_words(ast.Constant("\0".join(literal_parts(parts))))
        case ast.BinOp(left=left, right=right):
            return bare_words(left) or bare_words(right)
        case ast.BoolOp(values=values) | ast.List(elts=values) | ast.Tuple(elts=values):
            return next(filter(None, map(bare_words, values)), None)
        case ast.IfExp(body=body, orelse=orelse):
            return bare_words(body) or bare_words(orelse)
        case ast.Call(func=ast.Attribute(value=base, attr="format" | "join" | "strip")):
            return bare_words(base)
    return None


def literal_parts(parts: list[ast.expr]) -> list[str]:
    """The fixed texts of an f-string, and those of texts written inside its braces."""
    found = []
    for part in parts:
        if isinstance(part, ast.Constant):
            found.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            found.append(bare_words(part.value) or "")
    return found


def root_name(node: ast.expr) -> str | None:
    """`st` for `st.sidebar.button` and for `st.columns(2)[0].button`."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return None
    return node.id


def streamlit_names(tree: ast.AST) -> set[str]:
    """`st`, and the names bound to what `st` gave: columns, containers, placeholders."""
    names = {"st"}
    for node in ast.walk(tree):
        given: list[tuple[ast.expr, ast.expr | None]] = []
        if isinstance(node, ast.Assign):
            given = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.withitem):
            given = [(node.optional_vars, node.context_expr)] if node.optional_vars else []
        for target, value in given:
            if isinstance(value, ast.Call) and root_name(value) == "st":
                names |= {leaf.id for leaf in ast.walk(target) if isinstance(leaf, ast.Name)}
    return names


def shown_arguments(call: ast.Call, name: str) -> list[ast.expr]:
    """The arguments of a Streamlit call that a person will read."""
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    shown = [value for key, value in keywords.items() if key in TEXT_ARGUMENTS]
    if name in LIST_ARGUMENTS and "format_func" not in keywords:
        at = LIST_ARGUMENTS[name]
        shown += call.args[at : at + 1]
        shown += [value for key, value in keywords.items() if key == "options"]
    return shown if name in NO_WORDS_FIRST else shown + call.args[:1]


def bare_calls(source: str) -> list[str]:
    """Every Streamlit call that shows words without `_()`, as `line: words`."""
    tree = ast.parse(source)
    streamlit = streamlit_names(tree)
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name = node.func.attr
        if name in ELEMENTS or (name in SHARED_NAMES and root_name(node.func.value) in streamlit):
            words = filter(None, map(bare_words, shown_arguments(node, name)))
            found += [f"{node.lineno}: {text!r}" for text in words]
    return found


def rebound_underscores(source: str) -> list[str]:
    """Lines that give `_` another meaning, outside comprehensions, which keep it to themselves."""
    tree = ast.parse(source)
    inner = {
        id(name)
        for node in ast.walk(tree)
        if isinstance(node, ast.comprehension)
        for name in ast.walk(node.target)
    }
    return [
        f"{node.lineno}: `_` is the translator here"
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Store)
        if id(node) not in inner
    ]


def bare_errors(source: str) -> list[str]:
    """Every error for people whose template or hint is not marked with `N_()`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name in ERROR_NAMES:
                found += [
                    f"{node.lineno}: {text!r}" for text in map(bare_words, node.args[:2]) if text
                ]
    return found


def page_files(repo: Path) -> list[Path]:
    return [path for path in (repo / "app.py", *(repo / "pages").rglob("*.py")) if path.is_file()]


def test_pages_show_no_bare_words(repo: Path) -> None:
    found = [f"{path}:{at}" for path in page_files(repo) for at in bare_calls(path.read_text())]
    assert found == [], "wrap these words in _()"


def test_pages_leave_the_translators_name_alone(repo: Path) -> None:
    found = [
        f"{path}:{at}" for path in page_files(repo) for at in rebound_underscores(path.read_text())
    ]
    assert found == []


def test_errors_for_people_are_marked(repo: Path) -> None:
    found = [
        f"{path}:{at}"
        for path in (repo / "gan_core").rglob("*.py")
        for at in bare_errors(path.read_text())
    ]
    assert found == [], "wrap these words in N_()"


@pytest.mark.parametrize(
    "planted",
    [
        'st.button("Train")',
        'st.button(label="Train")',
        'st.button(_("Train"), help="Starts a run")',
        'st.markdown(f"Step {step}")',
        "st.markdown(f\"{n} {'images' if n else _('none')}\")",
        'st.markdown("**Step** " + number)',
        'st.caption("{n} images".format(n=n))',
        'st.caption("%d images" % n)',
        'st.slider(_("Seed") if on else "Seed", 0, 9)',
        'st.tabs(["Curves", _("Log")])',
        'st.radio(_("Method"), ["slerp", "linear"])',
        'st.segmented_control(_("Method"), options=["slerp", "linear"])',
        'st.sidebar.title("Runs")',
        'left, right = st.columns(2)\nright.write("Runs")',
        'with st.container() as box:\n    box.info("Nothing here yet")',
        'st.columns(2)[0].error("No run")',
        'anything.markdown(":red[Stopped]")',
        'st.text_input(_("Name"), placeholder="my run")',
        'st.Page("pages/train.py", title="Train")',
        'st.toast(":material/check: Saved")',
        'st.set_page_config(page_title="Trainer")',
        '@st.dialog("Delete?")\ndef ask(): ...',
        'st.image(picture, caption="Samples")',
        'st.metric("Images per second", 3)',
        'st.page_link("pages/runs.py", label="Runs")',
        'with st.status(_("Starting")) as state:\n    state.update(label="Ready")',
    ],
)
def test_a_planted_word_is_found(planted: str) -> None:
    assert len(bare_calls(planted)) == 1


@pytest.mark.parametrize(
    "sound",
    [
        'st.button(_("Train"), key="train", icon=":material/play_arrow:", type="primary")',
        'st.markdown(_("Step {step}").format(step=step))',
        "st.markdown(f\"{_('Step')} {step:,d} · `seed`\")",
        'st.markdown(f"**{title}** <br> &nbsp;")',
        "st.markdown(translate(card.text))",
        'st.radio(_("Method"), ["slerp", "linear"], format_func=translate)',
        'st.set_page_config(page_title="Latent Studio", layout="wide")',
        'st.Page("pages/train.py", title=_("Train"))',
        'st.image("pages/icon.png", caption=_("Samples"))',
        'st.page_link("pages/runs.py", label=_("Runs"))',
        'settings.update(label="Ready")',
        'st.code("python -m gan_core doctor")',
        'logger.error("worker is gone")',
        'file.write("text")',
        'st.metric(_("Speed"), "12 img/s", label_visibility="collapsed")',
        'st.slider("z", 0, 3)',
        'st.markdown(":material/check:")',
        'st.markdown("🎲 ±3σ")',
    ],
)
def test_translated_words_and_other_texts_pass(sound: str) -> None:
    assert bare_calls(sound) == []


def test_a_rebound_underscore_is_found() -> None:
    assert len(rebound_underscores("for _ in range(3): ...\nimages, _ = both")) == 2
    assert rebound_underscores("from pages._parts.i18n import _\nx = [0 for _ in y]") == []


def test_an_unmarked_error_is_found() -> None:
    source = 'raise BadInputError("no", N_("do"))\nerrors.DamagedError(N_("no"), f"do {it} so")'
    assert len(bare_errors(source)) == 1 + 1
    assert bare_errors('raise NotFoundError(N_("no {x}"), hint, x=x)\nValueError("no words")') == []
