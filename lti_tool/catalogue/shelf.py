"""The data files that ship with the product, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lti_tool.catalogue.editions import Series, read_accreditation, read_credit
from lti_tool.domain.errors import BadInput

Reader = Callable[[Mapping[str, Any], str], Series]


def _read_all(folder: str, read: Reader) -> dict[str, Series]:
    place = files("lti_tool.catalogue") / "data" / folder
    found = sorted((file for file in place.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return {file.name[:-5]: parse(file.read_text("utf-8"), file.name[:-5], read) for file in found}


def read_folder(folder: Path) -> dict[str, Series]:
    """The credit files of another release. Raises ``BadInput("catalogue_unusable")``."""
    found = sorted(folder.glob("*.toml"))
    return {file.stem: parse(file.read_text("utf-8"), file.stem, read_credit) for file in found}


def parse(source: str, name: str, read: Reader) -> Series:
    """A series from TOML. Raises ``BadInput("catalogue_unusable")``, also for text that is not TOML."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise BadInput("catalogue_unusable", f"{name}: {error}", faults={name: "not_toml"}) from error
    return read(data, name)


@lru_cache(maxsize=1)
def credit_series() -> Mapping[str, Series]:
    """Every credit type by its code."""
    return _read_all("credit", read_credit)


@lru_cache(maxsize=1)
def accreditation_series() -> Mapping[str, Series]:
    """Every accreditor by its code."""
    return _read_all("accreditation", read_accreditation)
