"""What a viewer can read on a rendered page."""

import base64
import json
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from pages._parts.words import WORD_JOINER

READ = {
    "alt", "body", "caption", "code_text", "content", "help", "label", "options", "placeholder",
    "text", "title",
}  # fmt: skip
"""Fields of Streamlit's messages that hold words for people."""

NOT_READ = {
    "component_name", "css_content", "css_source_path", "deferred_file_id", "file_name", "format",
    "form_id", "html_content", "icon", "id", "js_content", "js_source_path", "language", "page",
    "page_script_hash", "query_string", "tag", "type", "url",
}  # fmt: skip
"""Fields that hold names, addresses and programs."""

TYPED = {"default", "raw_value", "raw_values"}
"""What the viewer chose or typed; its words are among the options."""

COMPONENT_WORDS = {"words", "title", "label", "y_label"}
"""Keys of our own components' data that hold words; the rest is numbers, names, addresses."""


def texts(viewer) -> Iterator[tuple[str, str]]:
    """Everything that can be read: (where, text). An unknown kind of field is a failure."""
    for node in viewer:
        proto = getattr(node, "proto", None)
        if hasattr(proto, "ListFields"):
            yield from _of_message(proto, type(node).__name__)


def _of_message(message, where):
    if getattr(message, "language", "") == "python":
        return  # a program is the same in every language
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            if field.message_type.GetOptions().map_entry:
                continue
            for part in value if field.is_repeated else [value]:
                yield from _of_message(part, f"{where}.{field.name}")
        elif field.type == field.TYPE_STRING:
            for text in value if field.is_repeated else [value]:
                yield from _of_text(f"{where}.{field.name}", field.name, text)


def _of_text(where, name, text):
    if name == "json":
        yield from _of_component(where, json.loads(text), readable=False)
    elif name == "url" and text.startswith("data:image/svg+xml;base64,"):
        picture = base64.b64decode(text.partition(",")[2])
        for element in ET.fromstring(picture).iter():  # noqa: S314 - we drew it
            yield from ((f"{where} <{element.tag}>", t) for t in (element.text, element.tail) if t)
    elif name in READ:
        yield where, text
    else:
        assert name in NOT_READ | TYPED, f"is {where} = {text!r} for people to read?"


def _of_component(where, value, *, readable):
    if isinstance(value, dict):
        for key, part in value.items():
            inside = readable or key in COMPONENT_WORDS
            yield from _of_component(f"{where}.{key}", part, readable=inside)
    elif isinstance(value, list):
        for part in value:
            yield from _of_component(where, part, readable=readable)
    elif isinstance(value, str) and readable:
        yield where, value


def without_markdown(text):
    """Text letter for letter, as the page shows what was escaped."""
    return re.sub(r"\\(.)", r"\1", text).replace(WORD_JOINER, "")


def beside(viewer, widget):
    """The text between a widget and the next one in the same column or container."""
    for node in viewer:
        children = list(getattr(node, "children", {}).values())
        ids = [getattr(child.proto, "id", None) if hasattr(child, "proto") else None
               for child in children]  # fmt: skip
        if widget.proto.id not in ids:
            continue
        following = children[ids.index(widget.proto.id) + 1 :]
        found = []
        for child in following:
            if getattr(getattr(child, "proto", None), "label", None):
                break
            found.append(getattr(child, "value", None) or "")
        return " ".join(str(text) for text in found)
    raise AssertionError(f"{widget} is not on the page")
