"""What managers fill in about rules and words."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from keepwell.conversations.models import Conversation, Rule
from keepwell.conversations.rules import themes
from keepwell.conversations.rules.writing import language_codes
from keepwell.lib.errors import KeepwellError
from keepwell.listening import rules as listening
from keepwell.members.models import Member
from keepwell.members.rights import Right, may
from keepwell.members.wrongs import in_lines

_MOST = 5_000  # characters of a field with phrases
LARGEST = 4_000_000  # bytes of a file of rules


class Writing(forms.Form):
    """A rule. A phrase stands on a line of its own; so does a slot, with commas between its words."""

    phrase = forms.CharField(
        label=gettext_lazy("What they say"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("As one would say it: cancel the contract. Every form of its words is heard."),
    )
    language = forms.ChoiceField(label=gettext_lazy("In which language"))
    name = forms.CharField(
        label=gettext_lazy("What the rule is called"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Left empty, it is called by what they say."),
    )
    theme = forms.ChoiceField(label=gettext_lazy("What it is about"), required=False)
    then = forms.MultipleChoiceField(
        label=gettext_lazy("What happens when it is heard"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("alert", gettext_lazy("Raise an alert")),
            ("tag", gettext_lazy("Tag the conversation")),
            ("follow_up", gettext_lazy("Begin a follow-up")),
        ],
    )
    side = forms.ChoiceField(
        label=gettext_lazy("Who says it"),
        required=False,
        choices=[
            ("them", gettext_lazy("the customer")),
            ("us", gettext_lazy("our side")),
            ("", gettext_lazy("anybody")),
        ],
    )
    denial = forms.ChoiceField(
        label=gettext_lazy("Where it is denied (“we will not …”)"),
        choices=[
            ("apart", gettext_lazy("keep it apart, as a denial")),
            ("drop", gettext_lazy("leave it out")),
            ("only", gettext_lazy("hear only the denial")),
        ],
    )
    weight = forms.FloatField(
        label=gettext_lazy("Weight"),
        min_value=0,
        max_value=10,
        help_text=gettext_lazy("An alert is raised where what is heard in a conversation weighs 1 or more."),
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("In which conversations (none: in all)"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=Conversation.Kind.choices,
    )
    gap = forms.IntegerField(
        label=gettext_lazy("Words that may stand between two of its words"),
        required=False,
        min_value=0,
        max_value=30,
        help_text=gettext_lazy("Empty: as many as is usual in the language."),
    )
    ordered = forms.BooleanField(label=gettext_lazy("Only in this order"), required=False)
    template = forms.BooleanField(label=gettext_lazy("A good moment of ours, to learn from"), required=False)
    owner = forms.ModelChoiceField(
        queryset=Member.objects.filter(is_active=True).order_by("name"),
        label=pgettext_lazy("of a rule", "Who answers for it"),
        required=False,
    )
    pattern = forms.CharField(
        label=gettext_lazy("Regular expression (RE2)"),
        required=False,
        max_length=listening.LONGEST_PATTERN,
        help_text=gettext_lazy("For administrators; sought besides the phrases, in every language."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Member, row: Rule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        self.made: listening.Rule | None = None
        self._chosen("language", language_codes())
        self._chosen("theme", [("", gettext_lazy("nothing in particular")), *themes.choices()])
        for code, label in language_codes():
            for kind, said in (
                ("phrases", gettext_lazy("{language}: phrases, each on a line of its own")),
                ("slots", gettext_lazy("{language}: slots, each on a line, with commas between its words")),
            ):
                self.fields[f"{kind}_{code}"] = forms.CharField(
                    label=str(said).format(language=label),
                    required=False,
                    max_length=_MOST,
                    widget=forms.Textarea(attrs={"rows": 3}),
                )
        if not may(member, Right.ADMINISTER):
            self.fields["pattern"].disabled = True
            if not (row and row.data.get("pattern")):
                del self.fields["pattern"]

    def _chosen(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """The fields together make a rule."""
        said = super().clean() or self.cleaned_data
        if "name" in said:
            said["name"] = said["name"].strip() or self._first_phrase(said)
            if not said["name"]:
                self.add_error("name", _("Type what they say, or give it a name."))
        if self.errors:
            return said
        try:
            self.made = listening.rule_of(self._data(said))
        except KeepwellError as wrong:
            self.add_error(None, in_lines(wrong))
        return said

    def _first_phrase(self, said: dict[str, Any]) -> str:
        """What a rule without a name is called by."""
        listed = (
            line for code, _label in language_codes() for line in _lines(said.get(f"phrases_{code}", ""))
        )
        return str(said.get("phrase", "").strip() or next(listed, ""))[:120]

    def _data(self, said: dict[str, Any]) -> dict[str, Any]:
        phrases: dict[str, list[str]] = {}
        slots: dict[str, list[list[str]]] = {}
        for code, _label in language_codes():
            lines = _lines(said.get(f"phrases_{code}", ""))
            if said.get("phrase") and said.get("language") == code:
                lines.append(said["phrase"].strip())
            lines += [text for lang, text in _ticked(self.data) if lang == code]
            if lines := list(dict.fromkeys(lines)):
                phrases[code] = lines
            words = [_words(line) for line in _lines(said.get(f"slots_{code}", ""))]
            if words := [slot for slot in words if slot]:
                slots[code] = words
        return {
            "name": said["name"],
            "phrases": phrases,
            "slots": slots,
            "theme": said["theme"],
            "side": said["side"],
            "channels": list(said["channels"]),
            "gap": said["gap"],
            "ordered": said["ordered"],
            "denial": said["denial"],
            "weight": float(said["weight"]),
            "then": list(said["then"]),
            "pattern": said.get("pattern", ""),
        }

    def parts(self) -> dict[str, list[Any]]:
        """Its fields as the page groups them."""
        first = ("name", "theme", "then", "owner")
        words = [name for name in self.fields if name.startswith("phrases_")]
        finer = ["side", "denial", "weight", "channels", "gap", "ordered", "template", "pattern"]
        finer += [name for name in self.fields if name.startswith("slots_")]
        return {
            name: [self[field] for field in some if field in self.fields]
            for name, some in (("first", first), ("words", words), ("finer", finer))
        }


def filled(row: Rule) -> dict[str, Any]:
    """A stored rule as the form shows it."""
    rule = listening.rule_of({**row.data, "name": row.name})
    found = {
        "language": next(iter(rule.languages), "en"),
        "name": row.name,
        "theme": rule.theme,
        "then": list(rule.then),
        "side": rule.side,
        "denial": rule.denial,
        "weight": rule.weight,
        "channels": list(rule.channels),
        "gap": rule.gap,
        "ordered": rule.ordered,
        "template": row.template,
        "owner": row.owner_id,
        "pattern": rule.pattern,
        "version": row.version,
    }
    found |= {f"phrases_{code}": "\n".join(said) for code, said in rule.phrases.items()}
    found |= {
        f"slots_{code}": "\n".join(", ".join(slot) for slot in said) for code, said in rule.slots.items()
    }
    return found


USUAL = {"then": ["alert"], "side": "them", "denial": "apart", "weight": 1.0, "language": "en"}


class Bringing(forms.Form):
    """A file of rules."""

    file = forms.FileField(label=gettext_lazy("A YAML file of rules"))

    def clean_file(self) -> Any:
        """Not more than is read at once."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("The file is too large."))
        return file


def _lines(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines() if line.strip()]


def _words(line: str) -> list[str]:
    return [word.strip() for word in line.replace("，", ",").split(",") if word.strip()]


def _ticked(data: Any) -> list[tuple[str, str]]:
    """The proposals that were ticked: language and phrase."""
    values = data.getlist("propose") if hasattr(data, "getlist") else []
    found = []
    for value in values[:50]:
        code, _colon, text = value.partition(":")
        if text.strip():
            found.append((code, text.strip()[:200]))
    return found
