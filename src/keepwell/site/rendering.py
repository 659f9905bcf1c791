"""Forms as HTML. The inputs of every form of every page are written here, and as Django's templates write them.

A page with two forms has fifty inputs and options, and a template for each takes longer than all else on the page.
What has no line here (checkboxes of several, files) is rendered by Django's templates.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

Said = Mapping[str, Any]
_PLAIN = (
    "text",
    "number",
    "email",
    "url",
    "date",
    "datetime",
    "time",
    "hidden",
    "password",
    "search",
    "tel",
    "color",
)


class Renderer(TemplatesSetting):
    """Django's, with the inputs that are everywhere written at once."""

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        """A widget, form, field or list of errors."""
        if write := _WRITTEN.get(template_name):
            return write(context["widget"])
        if template_name == "django/forms/div.html":
            return _form(context)
        return super().render(template_name, context, request)


def _form(context: Said) -> SafeString:
    """A form as Django's `as_div`: each field with its label, help and errors in a box of its own."""
    hidden = "".join(map(str, context["hidden_fields"]))
    said = [str(context["errors"])] if context["errors"] else []
    for field, errors in context["fields"]:
        classes = field.css_classes()
        said.append(f'<div class="{escape(classes)}">' if classes else "<div>")
        said.append(str(field.as_field_group()) if field.use_fieldset else _field(field, errors))
        said.append("</div>\n")
    if not context["fields"]:
        said.append(f"<div>{hidden}</div>" if context["errors"] else hidden)
    elif hidden:
        said.insert(-1, hidden)  # within the last field's box
    return mark_safe("".join(said))  # noqa: S308 - each part is escaped


def _field(field: Any, errors: Any) -> str:
    said = ""
    if field.label:
        of = f' for="{escape(field.id_for_label)}"' if field.id_for_label else ""
        said += f"<label{of}>{escape(field.label)}</label>\n"
    if field.help_text:
        name = f' id="{escape(field.auto_id)}_helptext"' if field.auto_id else ""
        said += f'<div class="helptext"{name}>{field.help_text}</div>\n'
    return said + (str(errors) if errors else "") + str(field)


def _input(widget: Said) -> SafeString:
    value = "" if widget["value"] is None else f' value="{escape(str(widget["value"]))}"'
    name = escape(widget["name"])
    return mark_safe(f'<input type="{escape(widget["type"])}" name="{name}"{value}{_attributes(widget)}>')  # noqa: S308 - each part is escaped


def _textarea(widget: Said) -> SafeString:
    said = escape(widget["value"]) if widget["value"] else ""
    return mark_safe(f'<textarea name="{escape(widget["name"])}"{_attributes(widget)}>\n{said}</textarea>')  # noqa: S308 - each part is escaped


def _select(widget: Said) -> SafeString:
    said = [f'<select name="{escape(widget["name"])}"{_attributes(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            said.append(f'\n  <optgroup label="{escape(group)}">')
        said += [
            f'\n  <option value="{escape(str(one["value"]))}"{_attributes(one)}>{escape(one["label"])}</option>'
            for one in options
        ]
        if group:
            said.append("\n  </optgroup>")
    return mark_safe("".join([*said, "\n</select>"]))  # noqa: S308 - each part is escaped


def _attributes(widget: Said) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(str(value))}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


_WRITTEN: dict[str, Callable[[Said], SafeString]] = {
    **{f"django/forms/widgets/{one}.html": _input for one in _PLAIN},
    "django/forms/widgets/checkbox.html": _input,
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}
