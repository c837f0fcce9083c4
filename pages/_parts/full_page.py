"""What a newcomer sees while there is no place for them: a page that needs nothing else, and waits.

The studio is full, or they have as many pages open as one person, or one address, may.
"""

from __future__ import annotations

from gettext import NullTranslations
from html import escape
from pathlib import Path
from string import Template

from gan_core.text import N_
from pages._parts.i18n import translations
from pages._parts.seats import MOST_OPEN, Bound

RETRY_SECS = 10

_FULL, _NOW = N_("The studio is full"), N_("Try now")
_MANY, _MANY_NEAR = N_("Too many pages are open"), N_("Too many pages are open at this address")
_OTHERS = N_("The other places are kept for people elsewhere.")

_ICON = Path(__file__).parent / "pictures" / "icon.svg"
_PAGE = Template("""\
<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="$secs">
<title>Latent Studio</title>
<style>
:root { color-scheme: light dark; --ink: #1d2330; --quiet: #626b78; --paper: #fcfcfb;
  --line: #d5d9e0; --accent: #3f4fc4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebf0; --quiet: #9ba5b3; --paper: #13161b; --line: #363d49;
    --accent: #9dabff; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper);
  color: var(--ink); font: 1.1rem/1.55 "Source Sans", "Source Sans 3", system-ui, sans-serif; }
main { max-width: 30rem; padding: 2rem; text-align: center; }
svg { width: 4rem; height: 4rem; }
h1 { margin: 1rem 0 0.5rem; font-size: 1.9rem; font-weight: 650; }
p { margin: 0.4rem 0; }
.quiet { color: var(--quiet); }
.wait { height: 4px; margin: 1.6rem auto; max-width: 14rem; border-radius: 2px;
  background: var(--line); overflow: hidden; }
.wait i { display: block; height: 100%; background: var(--accent);
  animation: wait ${secs}s linear forwards; }
@keyframes wait { from { width: 0 } to { width: 100% } }
@media (prefers-reduced-motion: reduce) { .wait { display: none } }
a { color: var(--accent); }
</style>
</head>
<body>
<main>
$icon
<h1>$title</h1>
<p>$why</p>
<p class="quiet" role="status">$again</p>
<div class="wait" aria-hidden="true"><i></i></div>
<p><a href="">$now</a></p>
</main>
</body>
</html>
""")


def full_page(num_here: int, language: str, bound: Bound | None = None) -> str:
    """The page, as HTML.

    Args:
        num_here: how many pages are open.
        language: one of those that the pages speak.
        bound: whose bound was reached, where the studio has room for others.
    """
    words = translations(language)
    ngettext_ = words.ngettext
    title, why = _why(words, num_here, bound)
    again = ngettext_(
        "This page tries again by itself in {n} second.",
        "This page tries again by itself in {n} seconds.",
        RETRY_SECS,
    )
    return _PAGE.substitute(
        language=escape(language),
        secs=RETRY_SECS,
        icon=_ICON.read_text(),
        title=escape(title),
        why=escape(why),
        again=escape(again.format(n=RETRY_SECS)),
        now=escape(words.gettext(_NOW)),
    )


def _why(words: NullTranslations, num_here: int, bound: Bound | None) -> tuple[str, str]:
    """A title, and a sentence below it."""
    ngettext_ = words.ngettext
    if bound == "person":
        open_ = ngettext_(
            "You have {n} page open already. Close it.",
            "You have {n} pages open already. Close one.",
            MOST_OPEN,
        )
        return words.gettext(_MANY), open_.format(n=MOST_OPEN)
    if bound == "address":
        return words.gettext(_MANY_NEAR), words.gettext(_OTHERS)
    here = ngettext_("{n} person is here.", "{n} people are here.", num_here)
    return words.gettext(_FULL), here.format(n=num_here)
