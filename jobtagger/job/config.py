"""The configuration of the scheduled job: a small TOML file, read strictly."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobtagger.errors import ConfigError

_KNOWN: dict[str, dict[str, str]] = {
    "source": {"folder": "", "pattern": "*", "encoding": "", "title": "", "description": "", "skills": ""},
    "store": {"database": "jobtagger.sqlite"},
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where listings come from and where tags go; paths are absolute or relative to the current folder."""

    folder: Path
    pattern: str
    encoding: str
    named_columns: dict[str, str]
    database: Path


def read_config(path: Path) -> Settings:
    """Read a configuration; its relative paths start at its own folder.

    Raises
    ------
    ConfigError
        When the file is missing, is no TOML, or holds something unknown or of the wrong type.
    """
    values = _checked(path, _read(path))
    folder = path.parent / values["source"]["folder"]
    if not values["source"]["folder"]:
        raise ConfigError(f"{path}: [source] folder: is missing; name the folder with the listings")
    if not folder.is_dir():
        raise ConfigError(f"{path}: [source] folder: {folder} is no folder")
    source = values["source"]
    named = {field: source[field] for field in ("title", "description", "skills") if source[field]}
    return Settings(folder, source["pattern"], source["encoding"], named, path.parent / values["store"]["database"])


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f'{path}: no such file; "jobtagger run --help" shows what to write in it') from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None


def _checked(path: Path, table: dict[str, Any]) -> dict[str, dict[str, str]]:
    values = {section: dict(defaults) for section, defaults in _KNOWN.items()}
    for section, entries in table.items():
        if section not in _KNOWN or not isinstance(entries, dict):
            raise ConfigError(f"{path}: unknown section [{section}]; known: {', '.join(_KNOWN)}")
        for key, value in entries.items():
            if key not in _KNOWN[section]:
                raise ConfigError(f"{path}: [{section}] unknown key {key}; known: {', '.join(_KNOWN[section])}")
            if not isinstance(value, str):
                raise ConfigError(f"{path}: [{section}] {key}: {value!r} is not a string")
            values[section][key] = value
    return values
