"""Reads settings from a table of TOML, and says on which line something is not as it has to be."""

import difflib
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pyoxigraph import Literal, NamedNode

from aiopkg import assets
from aiopkg.errors import InputError, Place
from aiopkg.rules import catalogue
from aiopkg.settings.lines import line_of
from aiopkg.settings.settings import FAIL_ON, SEVERITIES, Settings, Threshold, Waiver, literal_of
from aiopkg.vocab import AIOP, PREFIXES, XSD

__all__ = ["KEYS", "Reader", "check_codes"]

_RULES = "To see them, say: aiopkg rules"

KEYS = {
    "select": "Codes of rules, or their beginnings: judge no others.",
    "ignore": "Codes of rules, or their beginnings: leave these out; of two that fit a rule the longer one decides.",
    "severity": "A table from codes, or their beginnings, to `violation`, `warning` or `info`.",
    "thresholds": "A table from thresholds to numbers and durations; they go before what the model states.",
    "packs": "Ids of rule packs to apply beside those that the organization is bound by.",
    "waivers": "Tables with `rule`, `focus`, `reason` and, if known, `by` and `until`; or a file that holds them.",
    "baseline": "A file with the findings that are known; they do not fail.",
    "fail-on": "From which severity on a gap fails: `violation`, `warning`, `info` or `never`.",
    "profiles": "Tables with the keys above, by name; `--profile NAME` puts one over the rest.",
}
"""Every key of the settings, with what it takes. Files are named from the folder of the settings."""

_WAIVED = {"rule": True, "focus": True, "reason": True, "by": False, "until": False}
"""The keys of a waiver, and whether each is needed."""

Key = tuple[str | int, ...]


class Reader:
    """Reads one file; ``above`` are the names of the tables that the settings stand in."""

    def __init__(self, path: Path, shown: str, text: str, above: Key) -> None:
        self._path = path
        self._shown = shown
        self._text = text
        self._above = above
        self._takes: Mapping[str, Callable[[Key, Any], Any]] = {
            "select": self._codes,
            "ignore": self._codes,
            "severity": self._severity,
            "thresholds": self._thresholds,
            "waivers": self._waivers,
            "packs": self._texts,
            "baseline": self._file,
            "fail-on": self._level,
        }

    def settings(self, table: Mapping[str, Any], profile: str | None = None) -> Settings:
        """Return the settings of a table, and of one of its profiles before them."""
        given = self._given((), {key: value for key, value in table.items() if key != "profiles"})
        profiles = self._table(("profiles",), table.get("profiles", {}))
        read = {
            name: self._given(("profiles", name), self._table(("profiles", name), t)) for name, t in profiles.items()
        }
        if profile is None:
            return replace(Settings(), **given)
        if profile not in read:
            raise InputError(
                "settings",
                f"There is no profile '{profile}'.",
                place=Place(self._shown),
                fix=_offered(profile, read, "Profiles are"),
            )
        return replace(Settings(), **_merged(given, read[profile]))

    def _given(self, key: Key, table: Mapping[str, Any]) -> dict[str, Any]:
        for name in table:
            self._known((*key, name), name, KEYS if not key else self._takes, "setting")
        return {name.replace("-", "_"): self._takes[name]((*key, name), value) for name, value in table.items()}

    def _known(self, key: Key, name: str, names: Iterable[str], noun: str) -> None:
        if name not in names:
            raise self._wrong(key, f"There is no {noun} '{name}'.", _offered(name, names, f"A {noun} is one of"))

    def _wrong(self, key: Key, cause: str, fix: str) -> InputError:
        line = line_of(self._text, (*self._above, *key))
        return InputError("settings", cause, place=Place(self._shown, line), fix=fix)

    def _table(self, key: Key, value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - whatever the file holds
        if not isinstance(value, dict):
            name = ".".join(map(str, (*self._above, *key)))
            raise self._wrong(key, f"'{key[-1]}' has to be a table.", f"Write it as a table: [{name}]")
        return value

    def _texts(self, key: Key, value: Any) -> tuple[str, ...]:  # noqa: ANN401
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong(key, f"'{key[-1]}' has to be a list of texts.", f'Write it like: {key[-1]} = ["..."]')
        return tuple(value)

    def _codes(self, key: Key, value: Any) -> tuple[str, ...]:  # noqa: ANN401
        found = self._texts(key, value)
        for code in found:
            self._code(key, code)
        return found

    def _code(self, key: Key, code: str, *, whole: bool = False) -> None:
        codes = [rule.code for rule in catalogue()]
        if code not in codes and (whole or not _begins_some(code)):
            what = "has this code" if whole else "has a code that begins like this"
            raise self._wrong(key, f"No rule {what}: '{code}'.", _offered(code, codes, _RULES))

    def _severity(self, key: Key, value: Any) -> Mapping[str, str]:  # noqa: ANN401
        table = self._table(key, value)
        for code, severity in table.items():
            self._code((*key, code), code)
            if severity not in SEVERITIES:
                cause = f"A severity is one of {', '.join(SEVERITIES)}, and not {severity!r}."
                raise self._wrong((*key, code), cause, f'Write it like: {code} = "warning"')
        return MappingProxyType(dict(table))

    def _thresholds(self, key: Key, value: Any) -> tuple[Threshold, ...]:  # noqa: ANN401
        usual = {
            t.subject.value.removeprefix(PREFIXES["aiop"]): t.object
            for t in assets.stated(AIOP.thresholdValue)
            if isinstance(t.subject, NamedNode)
        }
        found = []
        for name, given in self._table(key, value).items():
            at = (*key, name)
            self._known(at, name, usual, "threshold")
            default = usual[name]
            assert isinstance(default, Literal)
            timed = default.datatype == XSD.duration
            if isinstance(given, bool) or not isinstance(given, str if timed else int | float):
                kind, sample = ("a duration", '"P6M"') if timed else ("a number", default.value)
                raise self._wrong(at, f"The threshold {name} is {kind}.", f"Write it like: {name} = {sample}")
            place = Place(self._shown, line_of(self._text, (*self._above, *at)))
            number = given if isinstance(given, str) else Decimal(str(given))
            if isinstance(number, Decimal) and not number.is_finite():
                raise self._wrong(at, f"The threshold {name} is a number.", f"Write it like: {name} = {default.value}")
            found.append(Threshold(NamedNode(PREFIXES["aiop"] + name), literal_of(number), place))
        return tuple(found)

    def _waivers(self, key: Key, value: Any) -> tuple[Waiver, ...]:  # noqa: ANN401
        if isinstance(value, str):
            return self._waivers_of(self._file(key, value), key)
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            fix = 'Write waivers = "FILE.toml", or a table [[waivers]] for each.'
            raise self._wrong(key, "'waivers' has to be a file or a list of tables.", fix)
        return tuple(self._waiver((*key, number), table) for number, table in enumerate(value))

    def _waivers_of(self, path: Path, key: Key) -> tuple[Waiver, ...]:
        """Read a file that holds waivers and nothing else."""
        try:
            text = path.read_text(encoding="utf-8")
            loaded = tomllib.loads(text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise self._wrong(key, f"The waivers in {path.name} cannot be read: {error}.", "Mend the file.") from error
        reader = Reader(path, (Path(self._shown).parent / path.name).as_posix(), text, ())
        for name in loaded:
            reader._known((name,), name, ("waivers",), "setting of a waivers file")
        return reader._waivers(("waivers",), loaded.get("waivers", []))

    def _waiver(self, key: Key, table: Mapping[str, Any]) -> Waiver:
        for name in table:
            self._known((*key, name), name, _WAIVED, "part of a waiver")
        for name, needed in _WAIVED.items():
            if needed and name not in table:
                raise self._wrong(key, f"The waiver has no '{name}'.", f"Add: {name} = ...")
            if name != "until" and not isinstance(table.get(name, ""), str):
                raise self._wrong((*key, name), f"'{name}' has to be a text.", f'Write it like: {name} = "..."')
        self._code((*key, "rule"), table["rule"], whole=True)
        for name in ("focus", "by"):
            if ":" in table.get(name, "") or name == "focus":
                self._iri((*key, name), table[name])
        until = table.get("until")
        if isinstance(until, datetime) or not isinstance(until, date | None):
            raise self._wrong((*key, "until"), "'until' has to be a date.", "Write it like: until = 2027-01-31")
        place = Place(self._shown, line_of(self._text, (*self._above, *key)))
        return Waiver(table["rule"], table["focus"], table["reason"], table.get("by", ""), until, place)

    def _iri(self, key: Key, value: str) -> None:
        try:
            NamedNode(value)
        except ValueError as error:
            fix = "Write the whole IRI of the element, as the JSON report shows it."
            raise self._wrong(key, f"'{value}' is no IRI.", fix) from error

    def _file(self, key: Key, value: Any) -> Path:  # noqa: ANN401
        if not isinstance(value, str):
            raise self._wrong(key, f"'{key[-1]}' has to name a file.", f'Write it like: {key[-1]} = "FILE"')
        return self._path.parent / value

    def _level(self, key: Key, value: Any) -> str:  # noqa: ANN401
        if value not in FAIL_ON:
            raise self._wrong(key, f"'{key[-1]}' is one of {', '.join(FAIL_ON)}.", 'Write it like: fail-on = "warning"')
        return str(value)


def check_codes(codes: Iterable[str]) -> None:
    """Raise :class:`InputError` where no rule's code is one of some codes or begins with it."""
    for code in codes:
        if not _begins_some(code):
            raise InputError(
                "unknown-rule",
                f"No rule has a code that begins like this: '{code}'.",
                fix=_offered(code, [rule.code for rule in catalogue()], _RULES),
            )


def _begins_some(code: str) -> bool:
    return bool(code) and any(rule.code.startswith(code) for rule in catalogue())


def _merged(given: Mapping[str, Any], profile: Mapping[str, Any]) -> dict[str, Any]:
    """Put a profile over the settings: tables and waivers are put together, anything else is replaced."""
    merged = {**given, **profile}
    for name in ("severity", "waivers"):
        if name in given and name in profile:
            both = given[name], profile[name]
            merged[name] = MappingProxyType({**both[0], **both[1]}) if name == "severity" else (*both[0], *both[1])
    if "thresholds" in given and "thresholds" in profile:
        merged["thresholds"] = tuple({t.term: t for t in (*given["thresholds"], *profile["thresholds"])}.values())
    return merged


def _offered(name: str, names: Collection[str] | Iterable[str], otherwise: str) -> str:
    every = sorted(names)
    near = difflib.get_close_matches(name, every, n=3)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"{otherwise} {', '.join(every)}." if len(every) < 40 and every else otherwise
