"""The inflected forms of a language's word list, gathered out of simplemma's dictionary and kept beside the list.

Run after a word is added: `python -m keepwell.listening.languages.gathering hu`. The whole dictionary takes seconds
and gigabytes to read, the forms of the listed words milliseconds: that is why they are gathered beforehand. Words
typed in a rule that are in no list are told by their stems.
"""

import sys
from collections import defaultdict

from keepwell.listening.languages import language_named
from keepwell.listening.languages.lists import FOLDER, headwords
from keepwell.listening.matching.lexicon import marked


def gather(code: str) -> int:
    """Write the forms of a language's listed words and give back how many there are."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    language = language_named(code)
    wanted = {word for entry in headwords(code) for word in entry.split()} | marked(language)
    wanted |= {
        word.removeprefix(prefix)
        for word in wanted
        for prefix in language.prefixes
        if word.startswith(prefix)
    }
    found: dict[str, set[str]] = defaultdict(set)
    for form, lemma in ((str(f), str(w)) for f, w in DefaultDictionaryFactory().get_dictionary(code).items()):
        for ending in ("", *language.possessed):
            head = lemma.removesuffix(ending)
            if head in wanted and lemma.endswith(ending) and form.isalpha():
                found[head].add(form.lower())
    for prefix in language.prefixes:
        for word in [word for word in wanted if word.startswith(prefix) and word != prefix]:
            found[word] |= {prefix + form for form in found.get(word.removeprefix(prefix), ())}
    if language.grow:
        for word in sorted(wanted):
            found[word] |= language.grow(word, frozenset(found[word]))
    lines = [f"{word}: {' '.join(sorted(forms))}\n" for word, forms in sorted(found.items()) if len(word) > 1]
    (FOLDER / f"{code}.forms.txt").write_text("".join(lines), encoding="utf-8")
    return sum(map(len, found.values()))


if __name__ == "__main__":
    for asked in sys.argv[1:]:
        sys.stdout.write(f"{asked}: {gather(asked)}\n")
