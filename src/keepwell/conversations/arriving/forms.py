"""What people fill in of what comes in: files, whose a conversation is, mailboxes, folders, recording policies."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from keepwell.accounts.models import Account, Contact
from keepwell.accounts.queries import accounts_of
from keepwell.accounts.words import holding
from keepwell.conversations.actions.receiving import LARGEST
from keepwell.conversations.arriving.folders import check
from keepwell.conversations.arriving.kinds import READ
from keepwell.conversations.models import Conversation, Folder, Mailbox, Policy
from keepwell.conversations.transcript.showing import LANGUAGES
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member

MOST_FILES = 50
LONGEST_KEPT = 36_500  # days that a policy can name: with more there is no calendar to count in
NEAR = 5  # accounts that are named where the words fit several
_OURS = (
    ("", _("not known, or one channel for all")),
    ("0", _("the first channel is ours")),
    ("1", _("the second channel is ours")),
)


class ManyFiles(forms.ClearableFileInput):
    """A field for several files."""

    allow_multiple_selected = True


class Files(forms.FileField):
    """Several files at once."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """All of them; an empty file is taken too, and says so itself."""
        del initial
        files = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not files:
            raise forms.ValidationError(gettext("Choose a file or several."))
        if len(files) > MOST_FILES:
            raise forms.ValidationError(
                ngettext("At most {n} file at once.", "At most {n} files at once.", MOST_FILES).format(
                    n=MOST_FILES
                )
            )
        return files


class WhichAccount(forms.CharField):
    """An account of those that a member may see, by its id or by words of its name."""

    def __init__(self, *, member: Member | None = None, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.member = member

    def clean(self, value: Any) -> Account | None:
        """The one account that is meant."""
        words = str(super().clean(value)).strip()
        if not words:
            return None
        assert self.member is not None
        rows = accounts_of(self.member).filter(gone=False)
        if (found := rows.filter(pk=words).first()) is not None:
            return found
        several = list(rows.filter(holding(Account, words)).order_by("name", "pk")[: NEAR + 1])
        same = [one for one in several if one.name.casefold() == words.casefold()]
        if len(several) == 1 or len(same) == 1:
            return (same or several)[0]
        if not several:
            raise forms.ValidationError(gettext("No account of yours is called so."))
        named = ", ".join(f"{one.name} ({one.pk})" for one in several[:NEAR])
        raise forms.ValidationError(
            gettext("Several are called so: {names}. Type its id.").format(names=named)
        )


class Adding(forms.Form):
    """Files to bring in, and what is known of them."""

    given = Files(label=_("Files"))
    account = WhichAccount(
        label=_("Account"),
        required=False,
        help_text=_("Its name or id. Left empty, addresses, telephones and names tell whose it is."),
    )
    kind = forms.ChoiceField(
        label=_("What it is"), choices=Conversation.Kind, initial=Conversation.Kind.CALL, required=False
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    at = forms.DateTimeField(
        label=_("When it was held"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    who = forms.CharField(
        label=_("Telephone or mail address of the other side"), max_length=254, required=False
    )
    channel = forms.ChoiceField(label=_("A recording with two channels"), choices=_OURS, required=False)
    names = forms.CharField(
        label=_("Our speakers in a transcript"),
        max_length=300,
        required=False,
        help_text=_("Their names, with commas between. Members are known by theirs."),
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account, language = self.fields["account"], self.fields["language"]
        assert isinstance(account, WhichAccount)
        assert isinstance(language, forms.ChoiceField)
        account.member = member
        language.choices = [("", _("the account's")), *LANGUAGES.items()]
        self.fields["given"].widget.attrs["accept"] = ",".join(READ)
        self.fields["given"].help_text = gettext(
            "Recordings, transcripts (VTT, SRT, JSON lines, text) and mail (EML, mbox), up to {most} GB each."
        ).format(most=LARGEST >> 30)

    def said(self) -> dict[str, Any]:
        """What is known of the files, as they are kept with it."""
        clean = self.cleaned_data
        at = clean.get("at")
        if at is not None and timezone.is_naive(at):
            at = timezone.make_aware(at)
        account = clean.get("account")
        said = {
            "account": account.pk if account else "",
            "kind": clean.get("kind"),
            "language": clean.get("language"),
            "at": at.isoformat() if at else "",
            "who": clean.get("who"),
            "ours": clean.get("names") or clean.get("channel"),
        }
        return {name: value for name, value in said.items() if value}


class Matching(forms.Form):
    """Whose a conversation is."""

    account = WhichAccount(label=_("Account"))
    contact = forms.CharField(label=_("Contact"), required=False, max_length=200)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = self.fields["account"]
        assert isinstance(account, WhichAccount)
        account.member = member

    def clean(self) -> dict[str, Any]:
        """The contact is one of the account's, by id, name or mail address."""
        said = super().clean() or {}
        account, words = said.get("account"), (said.get("contact") or "").strip()
        said["contact"] = None
        if account is not None and words:
            rows = Contact.objects.filter(account=account)
            found = list(rows.filter(pk=words)) or list(rows.filter(email__iexact=words))
            found = found or list(rows.filter(name__iexact=words)[:2])
            if len(found) != 1:
                self.add_error("contact", gettext("Nobody there, or more than one, is called so."))
            else:
                said["contact"] = found[0]
        return said


class Box(forms.ModelForm):
    """A mailbox that is read."""

    secret = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept sealed, and never shown. Left empty it stays as it is."),
    )

    class Meta:
        model = Mailbox
        fields = ("name", "host", "port", "starttls", "user", "secret", "folder", "ours", "on")
        help_texts = {  # noqa: RUF012 - read by Django, changed by nobody
            "user": _("Give it an account that may only read this folder."),
            "ours": _("Addresses and domains of your company, with spaces between; members' are known."),
        }

    def clean_secret(self) -> str:
        """A new mailbox needs one."""
        secret = str(self.cleaned_data.get("secret") or "")
        if not secret and not self.instance.secret:
            raise forms.ValidationError(gettext("Type the password."))
        if not secret and {"name", "host", "user"} & set(self.changed_data):
            raise forms.ValidationError(gettext("Type the password once more: it is another mailbox now."))
        return secret


class Place(forms.ModelForm):
    """A folder that is looked into."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    channel = forms.ChoiceField(label=_("A recording with two channels"), choices=_OURS, required=False)

    class Meta:
        model = Folder
        fields = ("path", "kind", "on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", _("the account's")), *LANGUAGES.items()]

    def clean_path(self) -> str:
        """A folder that is there, and none of Keepwell's own."""
        try:
            return check(str(self.cleaned_data["path"]))
        except KeepwellError as wrong:
            raise forms.ValidationError(" ".join([wrong.wrong, *wrong.ways])) from wrong

    def folder(self) -> Folder:
        """The folder as it is to be kept."""
        made: Folder = self.save(commit=False)
        said = {"language": self.cleaned_data["language"], "ours": self.cleaned_data["channel"]}
        made.said = {name: value for name, value in said.items() if value}
        return made


class Keeping(forms.ModelForm):
    """What may be recorded and kept."""

    account = WhichAccount(label=_("Account"), required=False)
    sure = forms.BooleanField(label=_("Yes, delete them"), required=False)

    class Meta:
        model = Policy
        fields = ("account", "country", "recordings", "words", "sound_days", "word_days", "consent")
        help_texts = {  # noqa: RUF012 - read by Django, changed by nobody
            "country": _("As accounts have it. With neither account nor country it holds for all others."),
            "consent": _("For instance: announced at the beginning of each call, clause 7 of the contract."),
        }

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = self.fields["account"]
        assert isinstance(account, WhichAccount)
        account.member = member
        if self.instance.account_id:
            self.initial["account"] = self.instance.account_id
        for name in ("sound_days", "word_days"):
            self.fields[name].validators.append(MaxValueValidator(LONGEST_KEPT))

    def clean(self) -> dict[str, Any]:
        """An account or a country, each once."""
        said = super().clean() or {}
        account, country = said.get("account"), (said.get("country") or "").strip()
        said["country"] = country
        if account is not None and country:
            self.add_error("country", gettext("Say an account or a country, not both."))
        rows = Policy.objects.exclude(pk=self.instance.pk)
        same = rows.filter(account=account) if account else rows.filter(account=None, country__iexact=country)
        if not self.errors and same.exists():
            where = "account" if account else "country"  # of a field, so that no constraint says it once more
            self.add_error(where, gettext("There is a policy for that already: change it."))
        return said
