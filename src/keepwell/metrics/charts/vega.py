"""What draws, loaded when the first chart is drawn: it takes longer to load than most commands take to answer."""

from importlib import import_module
from typing import Any


class _Later:
    """A module that is loaded when it is first asked for something."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)


alt: Any = _Later("altair")
vlc: Any = _Later("vl_convert")
