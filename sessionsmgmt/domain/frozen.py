"""The dataclasses of this program: frozen, with slots, and made in a quarter of the time.

``dataclasses`` compiles six functions from text for every frozen class. That takes half a millisecond for a class, and
a command makes one to two hundred classes before it begins. Here, only ``__init__`` is compiled; the other methods are
the same functions for all classes. Everything else is as the standard library has it: ``fields``, ``replace``,
``asdict``, ``match``, copies. A type checker sees ``dataclasses.dataclass`` itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast

Made = TypeVar("Made")


def frozen_dataclass(*, frozen: bool, slots: bool, kw_only: bool = False) -> Callable[[type[Made]], type[Made]]:
    """What ``dataclasses.dataclass`` does with these arguments. Raises TypeError for a class that is not frozen."""
    if not (frozen and slots):
        raise TypeError("this dataclass is frozen and has slots; take dataclasses.dataclass for others")

    def decorate(cls: type[Made]) -> type[Made]:
        made: Any = dataclasses.dataclass(slots=True, repr=False, eq=False, kw_only=kw_only)(cls)
        compared = [field.name for field in dataclasses.fields(made) if field.compare]
        made._compared = staticmethod(attrgetter(*compared) if compared else _nothing)  # noqa: SLF001  its own class
        for name, method in {"__repr__": _repr, "__eq__": _eq, "__hash__": _hash}.items():
            if vars(cls).get(name) is None:  # the class has no method of its own
                setattr(made, name, method)
        made.__setattr__, made.__delattr__ = _set_once, _keep
        return cast(type[Made], made)

    return decorate


def _set_once(self: object, name: str, value: object) -> None:
    """Set a field that has no value yet, as ``__init__`` does."""
    if hasattr(self, name):
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _keep(_: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _repr(self: Any) -> str:
    shown = [field.name for field in dataclasses.fields(self) if field.repr]
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


def _eq(self: Any, other: Any) -> bool:
    return self._compared(self) == self._compared(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(self._compared(self))


def _nothing(_: object) -> tuple[()]:
    return ()


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = frozen_dataclass

__all__ = ["dataclass"]
