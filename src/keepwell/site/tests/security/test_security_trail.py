"""Whatever members do is on the trail: every action writes there, or says here why it need not."""

import ast
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).parents[3]
# What is no deed of its own.
NO_DEEDS = {
    "alerts: ask_preview",  # a question: it changes nothing
    "alerts: close",  # part of closing alerts, which is one, and of the night
    "conversations: ask_past",  # a question: it changes nothing
    "conversations: take",  # part of bringing a file in, which is one, and of what comes by itself
    "followups: look",  # that one has seen where one was called by name
    "members: mail_invitation",  # part of inviting, which is one
}


def actions() -> Iterator[Path]:
    yield from sorted(
        [*SRC.glob("*/actions.py"), *SRC.glob("*/actions/*.py"), SRC / "members" / "arranging.py"]
    )


def recording(tree: ast.Module) -> dict[str, bool]:
    """Of every function of a file whether it, or one of the file that it calls, writes on the trail."""
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    calls = {
        name: {n.id for n in ast.walk(one) if isinstance(n, ast.Name)} for name, one in functions.items()
    }
    known = {name for name, said in calls.items() if "record" in said}
    while more := {name for name, said in calls.items() if name not in known and said & known}:
        known |= more
    return {name: name in known for name in functions}


def test_every_action_that_a_member_takes_is_written_on_the_trail() -> None:
    silent = set()
    for path in actions():
        tree = ast.parse(path.read_text())
        room = path.relative_to(SRC).parts[0]
        taken = {
            one.name
            for one in tree.body
            if isinstance(one, ast.FunctionDef)
            and not one.name.startswith("_")
            and any(arg.arg in ("by", "member") for arg in one.args.kwonlyargs)
        }
        silent |= {f"{room}: {name}" for name, said in recording(tree).items() if name in taken and not said}
    assert silent == NO_DEEDS
