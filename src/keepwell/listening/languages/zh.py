"""Chinese, in both scripts: matched on simplified characters."""

from functools import cache

from keepwell.listening.languages import Language, marks


@cache
def _converter() -> object:
    from opencc import OpenCC

    return OpenCC("t2s")


def folded(text: str) -> str:
    """Traditional characters as simplified ones; the length may not change, so it is done a character at a time."""
    convert = _converter().convert  # type: ignore[attr-defined]  # opencc comes without types
    whole = str(convert(text))
    if len(whole) == len(text):
        return whole
    return "".join(one if len(one := str(convert(char))) == 1 else char for char in text)


LANGUAGE = Language(
    code="zh",
    characters=True,
    gap=10,
    turned=10,
    reach=14,
    back=8,
    near=8,
    fold=folded,
    **marks("zh"),
)
