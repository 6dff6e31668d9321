"""Which way imports go: the contracts in pyproject.toml hold and cover everything; `lti_tool.domain` stands alone."""

import subprocess
import sys
import tomllib

from tests.architecture.tree import PACKAGES, ROOT, imported_by, python_files


def test_import_contracts_hold() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-logo",
        "--no-cache",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_contracts_cover_every_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert set(settings["root_packages"]) == set(PACKAGES)


def test_every_room_of_the_tool_is_in_the_layers() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(each["layers"] for each in settings["contracts"] if each["type"] == "layers")
    named = {room.strip(" ()") for layer in layers for room in layer.split("|")}
    rooms = {
        f"lti_tool.{path.parts[1].removesuffix('.py')}" for path in python_files("lti_tool") if len(path.parts) > 1
    }
    assert rooms - {"lti_tool.__init__", "lti_tool.__main__"} <= named


def test_domain_uses_the_standard_library_only() -> None:
    strangers = {
        f"{path}: {name}"
        for path in python_files("lti_tool")
        if path.parts[1] == "domain"
        for name in imported_by(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("lti_tool.domain")
    }
    assert not strangers


def test_importing_the_domain_loads_nothing_else() -> None:
    modules = [".".join(path.with_suffix("").parts) for path in python_files("lti_tool") if path.parts[1] == "domain"]
    modules = [name.removesuffix(".__init__") for name in modules]
    program = "import sys; before = set(sys.modules); import " + ", ".join(modules)
    program += "; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    own = {"lti_tool", "lti_tool.domain", *modules}
    roots = {name.partition(".")[0] for name in set(done.stdout.split()) - own if not name.startswith("_sysconfigdata")}
    assert roots <= sys.stdlib_module_names


def test_the_package_itself_is_empty() -> None:
    assert (ROOT / "lti_tool" / "__init__.py").read_text(encoding="utf-8").strip() == ""
