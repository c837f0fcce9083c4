"""The form for the teacher's code: plain HTML in the pages' look, for it stands outside them."""

from __future__ import annotations

import html
from pathlib import Path

from starlette.responses import HTMLResponse

from gan_core.access.door import TooOftenError
from gan_core.errors import GanCoreError
from gan_core.text import N_
from pages._parts.i18n import match, translations

_TEMPLATE = Path(__file__).with_name("enter.html")
_ICON = Path(__file__).parent / "pictures" / "icon.svg"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

_FIELD = """
<label for="code">{label}</label>
<input id="code" name="code" type="text" autocomplete="off" autocapitalize="characters"
 spellcheck="false" maxlength="80" required autofocus{described}>"""


def enter_page(lang: str, back: str, error: GanCoreError | None = None) -> HTMLResponse:
    """The form, with what was wrong the time before."""
    say = translations(match(lang) or "en").gettext
    said = "" if error is None else _said(error, say(error.template), say(error.hint_template))
    field = _FIELD.format(
        label=html.escape(say(N_("Teacher's code"))),
        described=' aria-describedby="said" aria-invalid="true"' if said else "",
    )
    status = 200
    if error is not None:
        status = 429 if isinstance(error, TooOftenError) else 403
    answer = _page(
        lang,
        title=say(N_("Enter as the teacher")),
        about=say(N_("With the code you may train, control runs, bring files and delete. It "
                     "stands where the program was started.")),
        form=said + field,
        button=say(N_("Enter")),
        back=(f"../{back}", say(N_("Back, as a viewer"))),
        status=status,
    )  # fmt: skip
    if isinstance(error, TooOftenError):
        answer.headers["Retry-After"] = str(error.values["secs"])
    return answer


def leave_page(lang: str) -> HTMLResponse:
    """A button that makes a teacher a viewer again."""
    say = translations(match(lang) or "en").gettext
    return _page(
        lang,
        title=say(N_("Leave")),
        about=say(N_("You go on as a viewer, on other pages that are open, too.")),
        form="",
        button=say(N_("Leave")),
        back=("../", say(N_("Back"))),
    )


def _said(error: GanCoreError, template: str, hint: str) -> str:
    words = " ".join(text.format(**error.values) for text in (template, hint) if text)
    words = words[:1].upper() + words[1:]
    return f'\n<p id="said" class="said" role="alert">{html.escape(words)}</p>'


def _page(
    lang: str,
    *,
    title: str,
    about: str,
    form: str,
    button: str,
    back: tuple[str, str],
    status: int = 200,
) -> HTMLResponse:
    text = _TEMPLATE.read_text(encoding="utf-8").replace("[ICON]", _ICON.read_text())
    parts = {
        "LANG": match(lang) or "en",
        "TITLE": title,
        "ABOUT": about,
        "BUTTON": button,
        "BACK_ADDRESS": back[0],
        "BACK": back[1],
    }
    for name, words in parts.items():
        text = text.replace(f"[{name}]", html.escape(words))
    return HTMLResponse(text.replace("[FORM]", form), status, _HEADERS)
