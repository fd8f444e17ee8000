"""Everything that can be asked of the project: ``nox -s NAME``."""

import shutil
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests", "lint", "types", "contracts"]


@nox.session
def demo(session: nox.Session) -> None:
    """Run the main job on embedded servers."""
    session.install(".")
    session.run("identitysync", "demo", *session.posargs)


@nox.session(python=["3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    """Run the tests."""
    session.install("-e", ".[dev]")
    session.run("pytest", *session.posargs)


@nox.session
def torture(session: nox.Session) -> None:
    """Run the laws at length."""
    session.install("-e", ".[dev]")
    session.run("pytest", "--hypothesis-profile=long", "--timeout=3600", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Give each parser broken and hostile input, for 10 minutes or as many seconds as are named."""
    session.install("-e", ".[dev]")
    for script in sorted(Path("tests/fuzz").glob("[!_]*.py")):
        session.run("python", str(script), *(session.posargs or ["600"]))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style."""
    session.install("ruff>=0.12")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    session.install("-e", ".[dev]")
    session.run("mypy")


@nox.session
def contracts(session: nox.Session) -> None:
    """Check that imports run one way."""
    session.install("-e", ".[dev]")
    session.run("lint-imports")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure, side by side with the peers, which get an environment of their own: ``nox -s bench -- --rounds 5``."""
    session.install("-e", ".")
    peers = Path(session.virtualenv.location) / "peers"
    python = str(peers / "bin" / "python")
    session.run("python", "-m", "venv", str(peers))
    session.run(python, "-m", "pip", "install", "--quiet", "-r", "benchmarks/speed/peers.txt", external=True)
    session.run("python", "benchmarks/speed", "--peers", python, *session.posargs)
    session.run("python", "benchmarks/startup.py")
    session.run("python", "benchmarks/service.py")
    session.run("python", "benchmarks/gigya_writes.py")
    session.run("python", "benchmarks/gigya_partitions.py")
    session.run("python", "benchmarks/jexl.py")


@nox.session
def load(session: nox.Session) -> None:
    """Write 100,000 records to each platform's emulator on a bad day; keep its connections busy on a good one."""
    session.install("-e", ".")
    session.run("python", "-m", "benchmarks.platforms", "load", *session.posargs)
    session.run("python", "-m", "benchmarks.platforms", "busy", *session.posargs)


@nox.session
def codecs(session: nox.Session) -> None:
    """Measure every codec and formatter on a large file, against the library that it stands on; takes some minutes."""
    session.install("-e", ".[lzo,pgp]")
    session.run("python", "benchmarks/codecs.py", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    session.install("-e", ".[dev]")
    shutil.rmtree("docs/_build", ignore_errors=True)
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")
    session.log("open docs/_build/html/index.html")
