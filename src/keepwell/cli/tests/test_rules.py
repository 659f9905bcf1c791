"""The commands that try and test rules: they need no book."""

import json

from keepwell.cli.main import main


def tried(capsys, tmp_path, data, phrase="cancel the contract", lang="en"):
    path = tmp_path / "texts.txt"
    path.write_bytes(data)
    code = main(["rules", "try", phrase, "--lang", lang, str(path)])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_line_gets_one_answer_in_order(capsys, tmp_path):
    data = "We cancel the contract.\n\nWe won’t cancel the contract\r\nhello\u2028there".encode()
    code, found = tried(capsys, tmp_path, data)
    assert code == 0
    assert [one["verdict"] for one in found] == ["hit", "none", "negated", "none"]
    assert found[2] == {"verdict": "negated", "spans": [[9, 15], [20, 28]], "cue": "won’t"}


def test_bytes_that_are_no_text_do_not_shift_the_lines(capsys, tmp_path):
    code, found = tried(capsys, tmp_path, b"\xff\xfe\x00\nWe cancel the contract\n")
    assert code == 0
    assert [one["verdict"] for one in found] == ["none", "hit"]


def test_a_language_that_is_not_there_is_told_with_those_that_are(capsys, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("x", "utf-8")
    assert main(["rules", "try", "cancel", "--lang", "xx", str(path)]) == 2
    assert "hu" in capsys.readouterr().err


def test_rules_are_scored_on_labelled_texts(capsys, tmp_path):
    rules, texts = tmp_path / "rules.yaml", tmp_path / "texts.jsonl"
    rules.write_text("- name: c\n  phrases: {en: [cancel the contract]}\n", "utf-8")
    lines = [
        ("We cancel the contract", "hit"),
        ("We do not cancel the contract", "negated"),
        ("We leave", "hit"),
    ]
    texts.write_text(
        "\n".join(json.dumps({"rule": "c", "lang": "en", "text": t, "verdict": v}) for t, v in lines), "utf-8"
    )
    assert main(["--format", "json", "rules", "test", str(rules), str(texts), "--wrong"]) == 0
    told = json.loads(capsys.readouterr().out)
    whole = told["rules"][-1]
    assert (whole["precision"], whole["recall"], whole["denied_told"]) == (1.0, 0.5, 1)
    assert [one["text"] for one in told["wrong"]] == ["We leave"]


def test_forms_and_words_are_shown(capsys):
    assert main(["--format", "json", "rules", "forms", "cancel the contract", "--lang", "en"]) == 0
    assert "cancelled" in str(json.loads(capsys.readouterr().out)["slots"])
    assert main(["--format", "json", "rules", "words", "--lang", "pl", "--theme", "price"]) == 0
    assert "rabat" in json.loads(capsys.readouterr().out)["price"]["discount"]
