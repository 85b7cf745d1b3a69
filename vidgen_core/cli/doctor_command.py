"""``vidgen doctor``: is all well here, and what to type where it is not."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from attrs import frozen

from vidgen_core import plugins, settings
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.health import Finding, fault, machine
from vidgen_core.cli.inquiry import ACCEPTED, Inquiry, advising
from vidgen_core.errors import ExitCode, VidgenError, exit_code_for
from vidgen_core.keys import (
    IN_KEYRING,
    Exposure,
    FoundKey,
    NoKeyring,
    Store,
    find_key,
    held_key,
)
from vidgen_core.plugins import Failure, Loaded, Registry
from vidgen_core.report import as_json
from vidgen_core.report.words import INDENT, count, folded
from vidgen_core.selection import FRAME_HOST_OPTION, OPTION
from vidgen_core.settings import Settings
from vidgen_core.specs import ProviderKind
from vidgen_core.strict_json import printable


def run(arguments: Namespace) -> int:
    """Look at everything and print it; return 0 where all is well."""
    with results_only(arguments), one_object(arguments, {}):
        findings: list[Finding] = []
        for finding in _findings(online=arguments.online):
            findings.append(finding)
            if not arguments.json:
                for line in _lines(finding, arguments.results):
                    print(line, file=arguments.results, flush=True)
        code = exit_code_for({each.code for each in findings} - {ExitCode.COMPLETE})
        if arguments.json:
            value = {"exit_code": int(code), "findings": [_as_object(each) for each in findings]}
            print(as_json.dump(value), file=arguments.results, flush=True)
        else:
            print(_last_line(findings), file=sys.stderr)
        return code


def _lines(finding: Finding, results: TextIO) -> Iterator[str]:
    mark = "ok   " if finding.is_well else "FAULT"
    yield folded(printable(f"{mark}  {finding.name}: {finding.said}"), results)
    # Lines to type: several stay several, and none is folded, for it would be cut in two.
    for each in finding.advice.splitlines():
        yield f"{INDENT * 3}{printable(each)}"


def _as_object(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "ok": finding.is_well,
        "said": finding.said,
        "advice": finding.advice,
        "exit_code": int(finding.code),
    }


def _last_line(findings: Sequence[Finding]) -> str:
    faults = [finding.name for finding in findings if not finding.is_well]
    if not faults:
        return "all is well"
    return printable(f"{count(len(faults), 'fault')}: {', '.join(dict.fromkeys(faults))}")


def _findings(*, online: bool) -> Iterator[Finding]:
    registry = plugins.load()
    own: Settings | None = None
    try:
        own = settings.load(specs=[loaded.spec for loaded in registry.providers])
    except VidgenError as error:
        told = fault("settings", error)
    else:
        told = Finding(name="settings", said="; ".join(own.warnings) or "they can be read")
    yield from machine(own.core.ffmpeg if own else "")
    yield told
    yield from _plugins(registry)
    wanted = _wanted(own) if own else frozenset()
    yield from _lacking(registry, wanted)
    try:
        store = Store.of_user()
    except VidgenError as error:
        yield fault("key store", error)
        return
    kept = _store(store)
    yield kept
    inquiry = Inquiry(registry=registry, settings=own) if own and online else None
    told_of = {(kept.said, kept.advice)}
    for account in _accounts(registry):
        for finding in _key(account, wanted, inquiry, store):
            same = (finding.said, finding.advice)
            if same not in told_of:  # a store that is broken, a file that others can read
                told_of.add(same)
                yield finding


# plugins -----------------------------------------------------------------


def _plugins(registry: Registry) -> Iterator[Finding]:
    owners = dict.fromkeys(loaded.owner for loaded in registry.providers)
    for owner in owners:
        names = dict.fromkeys(each.name for each in registry.providers if each.owner == owner)
        yield Finding(name=str(owner), said=f"provides {', '.join(names)}")
    for failure in registry.failures:
        yield _failed(failure)
    for (kind, name), claimed in _claims(registry).items():
        if len(claimed) > 1:
            try:
                registry.find(kind, name)
            except VidgenError as error:
                yield fault(name, error)


def _claims(registry: Registry) -> dict[tuple[ProviderKind, str], list[Loaded]]:
    found: dict[tuple[ProviderKind, str], list[Loaded]] = {}
    for loaded in registry.providers:
        found.setdefault((loaded.kind, loaded.name), []).append(loaded)
    return found


def _failed(failure: Failure) -> Finding:
    return Finding(
        name=f"{failure.distribution} {failure.version}",
        said=f"it could not be loaded ({failure.entry_point}): {failure.error}",
        advice=f"install {failure.distribution} anew from where it came, "
        f"or pip uninstall {failure.distribution}; vidgen plugins -v shows more",
        code=ExitCode.USAGE,
    )


# keys --------------------------------------------------------------------


@frozen(kw_only=True)
class _Account:
    """Providers that take the same key."""

    keys: tuple[str, ...]
    taking: tuple[Loaded, ...]

    @property
    def name(self) -> str:
        return " or ".join(self.keys)

    @property
    def providers(self) -> str:
        return ", ".join(dict.fromkeys(loaded.name for loaded in self.taking))


def _accounts(registry: Registry) -> list[_Account]:
    keys = dict.fromkeys(loaded.spec.keys for loaded in registry.providers if loaded.spec.keys)
    return [
        _Account(keys=each, taking=tuple(p for p in registry.providers if p.spec.keys == each))
        for each in keys
    ]


def _wanted(own: Settings) -> frozenset[tuple[ProviderKind, str]]:
    """Return the providers that the user's own settings name: these are used unasked."""
    options = {**OPTION, ProviderKind.FRAME_HOST: FRAME_HOST_OPTION}
    named = ((kind, str(getattr(own.core, option))) for kind, option in options.items())
    return frozenset((kind, name) for kind, name in named if name)


def _lacking(registry: Registry, wanted: frozenset[tuple[ProviderKind, str]]) -> Iterator[Finding]:
    """Yield a fault for each provider that the settings name and that is not there."""
    for kind, name in sorted(wanted):
        if name in registry.names(kind):  # of several of a name it is told anyway
            continue
        try:
            registry.find(kind, name)
        except VidgenError as error:
            yield fault(OPTION.get(kind, FRAME_HOST_OPTION), error)


def _store(store: Store) -> Finding:
    try:
        kept = count(len(store.names()), "key")
    except VidgenError as error:
        return fault("key store", error)
    for each in store.exposures():
        return _exposed("key store", each)
    try:
        said = f"{kept}; new ones go into the system keyring, {store.keyring.name()}"
    except NoKeyring as error:
        said = f"{kept}; new ones go into {store.path}, for there is no keyring to use: {error}"
    return Finding(name="key store", said=said)


def _exposed(name: str, exposure: Exposure) -> Finding:
    return Finding(name=name, said=exposure.said, advice=exposure.advice, code=ExitCode.MACHINE)


def _key(
    account: _Account,
    wanted: frozenset[tuple[ProviderKind, str]],
    inquiry: Inquiry | None,
    store: Store,
) -> Iterator[Finding]:
    try:
        held = held_key(account.keys, store=store)
        # Offline the keyring is left alone, and what is elsewhere has to look like a key.
        looked = held is not None and (inquiry is not None or held.source != IN_KEYRING)
        found = find_key(account.keys, store=store) if looked else None
    except VidgenError as error:
        yield fault(account.name, error)
        return
    if held is None:
        yield _not_set(account, wanted)
        return
    for each in held.exposures if held.source != str(store.path) else ():
        yield _exposed(held.variable, each)
    said = f"{held.variable} is set ({held.source}), for {account.providers}"
    if inquiry is None:
        yield Finding(name=held.variable, said=said)
        return
    yield from _asked(account, found, said, inquiry)


def _not_set(account: _Account, wanted: frozenset[tuple[ProviderKind, str]]) -> Finding:
    """Say that there is no key, which is a fault only where the settings ask for its provider."""
    said = f"not set; {account.providers} cannot be used"
    command = f"vidgen keys set {account.keys[0]}"
    if any((loaded.kind, loaded.name) in wanted for loaded in account.taking):
        why = f"{said}, and your settings name it"
        return Finding(name=account.name, said=why, advice=command, code=ExitCode.KEY)
    return Finding(name=account.name, said=f"{said} before you type: {command}")


def _asked(
    account: _Account, found: FoundKey | None, said: str, inquiry: Inquiry
) -> Iterator[Finding]:
    """Ask each service about the key that it takes, where that is free."""
    checking = {it.spec.check: it for it in account.taking if it.spec.check is not None}
    if found is None:
        command = f"vidgen keys set {account.keys[0]}"
        lost = "the system keyring holds it no more"
        yield Finding(name=account.name, said=lost, advice=command, code=ExitCode.KEY)
        return
    if not checking:
        yield Finding(name=found.variable, said=f"{said}; no free call tells whether it is good")
    for loaded in checking.values():
        try:
            with advising("vidgen doctor --online"):
                told = inquiry.account(loaded, found)
        except VidgenError as error:
            yield fault(found.variable, error)
        else:
            good = f"and good: {told}" if told else f"and {ACCEPTED}"
            yield Finding(name=found.variable, said=f"{said}, {good}")
