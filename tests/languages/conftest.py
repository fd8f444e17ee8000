"""The JDK as a judge: one process for all tests, questions and answers over its pipes."""

import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote_plus, unquote_plus

import pytest


class Jdk:
    """A running ``Oracle.java``."""

    def __init__(self):
        self._process = subprocess.Popen(
            ["java", "-Xss8m", "-Duser.language=en", "-Duser.country=US", "-Duser.timezone=UTC",
             str(Path(__file__).parent / "Oracle.java")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="ascii",
        )  # fmt: skip

        self.version = int(self.ask([("version",)])[0][0])

    def ask(self, questions):
        """Ask many questions; an answer is a list of texts, or None where Java raised an exception."""
        answers = []
        for start in range(0, len(questions), 100):  # so few that neither side waits for the other to read
            part = questions[start : start + 100]
            self._process.stdin.write("".join("\t".join(map(quote_plus, each)) + "\n" for each in part))
            self._process.stdin.flush()
            answers += [self._answer() for _ in part]
        return answers

    def _answer(self):
        line = self._process.stdout.readline()
        assert line.endswith("\n"), "the JDK has died"
        return None if line.startswith("!") else [unquote_plus(field) for field in line[:-1].split("\t")]

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@pytest.fixture(scope="session")
def jdk():
    if shutil.which("java") is None or shutil.which("javac") is None:
        pytest.skip("no JDK is installed (Debian: default-jdk-headless)")
    oracle = Jdk()
    yield oracle
    oracle.close()
