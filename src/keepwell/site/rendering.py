"""Forms as HTML. The inputs of every form of every page are written here, and as Django's templates write them.

A page with two forms has fifty inputs and options, and a template for each takes longer than all else on the page.
What has no line here (files, errors) is rendered by Django's templates.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString, mark_safe

from keepwell.site.templating.values import escaped as escape
from keepwell.site.templating.values import safely

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
        if write := _WHOLE.get(template_name):
            return write(context)
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
    return said + _help(field) + (str(errors) if errors else "") + str(field)


def _help(field: Any) -> str:
    if not field.help_text:
        return ""
    name = f' id="{escape(field.auto_id)}_helptext"' if field.auto_id else ""
    return f'<div class="helptext"{name}>{field.help_text}</div>\n'


def _group(context: Said) -> SafeString:
    """A field of several boxes, with a legend for all of them."""
    field = context["field"]
    if not field.use_fieldset:
        return mark_safe(_field(field, field.errors))  # noqa: S308 - each part is escaped
    about = f' aria-describedby="{escape(field.aria_describedby)}"' if field.aria_describedby else ""
    said = f"<fieldset{about}>\n"
    if field.label:
        said += f"{field.legend_tag()}\n"
    return mark_safe(f"{said}{_help(field)}{field.errors or ''}{field}</fieldset>")  # noqa: S308 - each part is escaped


def _label(context: Said) -> SafeString:
    """As Django's, without the colon it adds: our labels stand above what they name."""
    said, tag = safely(str(context["field"].label)), context["tag"]
    whole = f"<{tag}{_attributes(context)}>{said}</{tag}>" if context["use_tag"] else said
    return mark_safe(whole)  # noqa: S308 - each part is escaped


def _boxes(widget: Said) -> SafeString:
    name = f' id="{escape(widget["attrs"]["id"])}"' if widget["attrs"].get("id") else ""
    kind = f' class="{escape(widget["attrs"]["class"])}"' if widget["attrs"].get("class") else ""
    said = [f"<div{name}{kind}>"]
    for group, options, _index in widget["optgroups"]:
        if group:
            said.append(f"\n  <div><label>{safely(str(group))}</label>")
        said += [f"<div>\n    {_box(one)}</div>" for one in options]
        if group:
            said.append("\n  </div>")
    return mark_safe("".join([*said, "\n</div>"]))  # noqa: S308 - each part is escaped


def _box(one: Said) -> str:
    if not one["wrap_label"]:
        return _input(one)
    of = f' for="{escape(one["attrs"]["id"])}"' if one["attrs"].get("id") else ""
    return f"<label{of}>{_input(one)} {safely(str(one['label']))}</label>"


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
        for name, value in (widget["attrs"] or {}).items()
        if value is not False
    )


_WRITTEN: dict[str, Callable[[Said], SafeString]] = {
    **{f"django/forms/widgets/{one}.html": _input for one in _PLAIN},
    "django/forms/widgets/checkbox.html": _input,
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/checkbox_select.html": _boxes,
}
_WHOLE: dict[str, Callable[[Said], SafeString]] = {
    "django/forms/div.html": _form,
    "django/forms/field.html": _group,
    "django/forms/label.html": _label,
}
