"""The package, its lock files and its import contract hold together."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import firstdose
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "firstdose"
LOCKS = ("requirements.lock", "requirements-dev.lock")
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
HEAVY = {"jinja2", "matplotlib", "scipy.stats", "typst"}
LIGHT_PACKAGES = ("designs", "methods", "protocol")


def project_files() -> Iterator[Path]:
    """All files of the project; what tools leave behind is passed over."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if (name == ".ci" or not name.startswith("."))
            and name not in {"__pycache__", "build", "demo-output", "dist"}
            and not name.endswith(".egg-info")
        ]
        yield from (Path(folder, name) for name in names if name != ".git")


def locked(name: str) -> dict[str, str]:
    """What a lock file holds: the version of each package."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))


def imports_of(path: Path) -> Iterator[str]:
    """Every absolute name that a module imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_after(statement: str) -> set[str]:
    """What a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split())


def test_version_agrees_with_pyproject() -> None:
    assert firstdose.__version__ == PYPROJECT["project"]["version"]


def test_importing_the_package_imports_nothing_heavy() -> None:
    loaded = modules_after("import firstdose")
    assert "firstdose" in loaded
    assert not loaded & {"matplotlib", "numpy", "pydantic", "scipy", "typer"}


@pytest.mark.parametrize("package", LIGHT_PACKAGES)
def test_light_packages_name_nothing_heavy(package: str) -> None:
    """The import contract sees whole distributions only: here scipy.stats is told from scipy.special."""
    for path in PACKAGE.glob(f"{package}/**/*.py"):
        heavy = {name for name in imports_of(path) for root in HEAVY if f"{name}.".startswith(f"{root}.")}
        assert not heavy, f"{path.relative_to(ROOT)} imports {heavy}"


@pytest.mark.parametrize("package", LIGHT_PACKAGES)
def test_light_packages_load_nothing_heavy(package: str) -> None:
    assert not modules_after(f"import firstdose.{package}") & HEAVY


def test_every_folder_with_modules_is_a_package() -> None:
    assert {path.parent for path in PACKAGE.rglob("*.py")} == {path.parent for path in PACKAGE.rglob("__init__.py")}


def test_import_contract_lists_every_package() -> None:
    (contract,) = (each for each in PYPROJECT["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    listed = {name for layer in contract["layers"] for name in re.findall(r"\w+", layer)}
    found = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert contract["exhaustive"]
    assert found - {"__init__"} <= listed


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not re.findall(r"^\s*-(?!-hash=sha256:).*|^#.*|\S*(?:://|@)\S*", text, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_one_version_of_each_package_with_hashes(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
    assert len(entries) == len(locked(name))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_development_lock_includes_the_runtime_lock() -> None:
    runtime, development = map(locked, LOCKS)
    assert runtime.items() <= development.items()


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("requirements.lock", PYPROJECT["project"]["dependencies"]),
        ("requirements.lock", PYPROJECT["project"]["optional-dependencies"]["build"]),
        ("requirements-dev.lock", PYPROJECT["project"]["optional-dependencies"]["dev"]),
    ],
)
def test_locks_hold_every_named_requirement(lock: str, requirements: list[str]) -> None:
    named = {re.split(r"[^\w.-]", requirement)[0].replace(".", "-") for requirement in requirements}
    assert named - {"firstdose"} <= locked(lock).keys()


def test_no_file_names_a_machine_a_registry_or_a_neighbouring_folder() -> None:
    needles = re.compile(
        rb"(?<![\w.:/-])/(?:home|root|work|Users)/"
        rb"|\.\./(?:shared|\.library)"
        rb"|pypi\.(?:org|python)|python[h]osted"
    )
    found = {
        f"{path.relative_to(ROOT)}: {match.group().decode()}"
        for path in project_files()
        if (match := needles.search(path.read_bytes()))
    }
    assert not found


def test_browser_prints_a_page_and_poppler_draws_it(chromium: list[str], pdftoppm: str, tmp_path: Path) -> None:
    page, document = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text("<!doctype html><title>Page</title><p>5 × 10⁶ cells", "utf-8")
    subprocess.run([*chromium, f"--print-to-pdf={document}", page.as_uri()], check=True, timeout=PATIENCE_SECONDS)
    subprocess.run(
        [pdftoppm, "-r", "50", "-png", "-singlefile", document, tmp_path / "page"], check=True, timeout=PATIENCE_SECONDS
    )
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
