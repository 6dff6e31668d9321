"""Packaging of the CME tool: one distribution, nothing in its base, extras for each place it runs in.

Dependencies are declared once, with their reasons, in ``requirements/<extra>.in``; this file only reads them.
"""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
DATA: tuple[str, ...] = ("html", "txt", "xml", "svg", "css", "js", "mjs", "png", "jpg", "webp", "ico")
DATA += ("json", "yaml", "toml", "md")
DATA += ("po", "mo", "ttf", "otf", "woff2", "icc", "pdf", "vtt", "mako")


def declared(extra: str) -> list[str]:
    """Return the requirement lines of one extra, without remarks and without includes of other files."""
    lines = (ROOT / "requirements" / f"{extra}.in").read_text(encoding="utf-8").splitlines()
    stripped = (line.partition("#")[0].strip() for line in lines)
    return [line for line in stripped if line and not line.startswith("-")]


packages = find_packages(include=["lti_tool", "lti_tool.*", "xblock_cme", "xblock_cme.*", "tutorcme", "tutorcme.*"])
package_dir: dict[str, str] = {}
if (ROOT / "migrations").is_dir():
    # Migrations live at the top of the repository and travel inside the package.
    packages += ["lti_tool.migrations", "lti_tool.migrations.versions"]
    package_dir = {"lti_tool.migrations": "migrations", "lti_tool.migrations.versions": "migrations/versions"}

readme = ROOT / "README.md"

setup(
    name="cme-tool",
    version="0.1.0",
    description="Accredited Continuing Medical Education inside any LMS: an LTI 1.3 tool and an Open edX block",
    long_description=readme.read_text(encoding="utf-8") if readme.exists() else "",
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE", "NOTICE"],
    python_requires=">=3.11",
    packages=packages,
    package_dir=package_dir,
    package_data={"": ["py.typed", *(f"*.{kind}" for kind in DATA), *(f"**/*.{kind}" for kind in DATA)]},
    exclude_package_data={"": ["**/__pycache__/*"]},
    install_requires=[],
    extras_require={extra: declared(extra) for extra in ("tool", "xblock", "test", "docs")},
    entry_points={
        "console_scripts": ["cme-tool = lti_tool.cli:main [tool]"],
        "xblock.v1": ["cme_step = xblock_cme.step:CmeStepXBlock", "cme_gate = xblock_cme.gate:CmeGateXBlock"],
        "lms.djangoapp": ["xblock_cme = xblock_cme.plugin.apps:CmeConfig"],
        "cms.djangoapp": ["xblock_cme = xblock_cme.plugin.apps:CmeConfig"],
        "openedx.user_partition_scheme": ["cme_gate = xblock_cme.partition:CmeGateScheme"],
        "openedx.dynamic_partition_generator": ["cme_gate = xblock_cme.partition:gate_partitions"],
        "tutor.plugin.v1": ["cme = tutorcme.plugin"],
    },
    zip_safe=False,
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Web Environment",
        "Framework :: Flask",
        "Intended Audience :: Education",
        "Intended Audience :: Healthcare Industry",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Topic :: Education",
        "Typing :: Typed",
    ],
)
