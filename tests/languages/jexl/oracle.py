"""Ask Apache Commons JEXL itself: one Java process, questions and answers as lines of JSON over its pipes."""

import json
import queue
import shutil
import subprocess
import threading
from pathlib import Path

SHARE = Path("/usr/share/java")
JARS = ("commons-jexl3.jar", "commons-jexl2.jar", "commons-logging.jar")
REFUSED = frozenset({"Parsing", "Tokenization", "Ambiguous"})  # the errors of an expression that is none to the engine
PATIENCE = 60  # seconds for one answer


class Oracle:
    """An engine of one version; a context manager."""

    def __init__(self, version):
        jars = [SHARE / jar for jar in JARS]
        missing = [str(jar) for jar in jars if not jar.exists()]
        missing += [program for program in ("java", "javac") if shutil.which(program) is None]
        if missing:
            raise FileNotFoundError(
                f"not installed: {', '.join(missing)}; apt-get install default-jdk-headless "
                "libcommons-jexl3-java libcommons-jexl2-java libcommons-logging-java"
            )
        source = Path(__file__).parent / "Oracle.java"
        command = ["java", "-Xss16m", "-Xmx512m", "-cp", ":".join(map(str, jars)), str(source), version]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, text=True, **pipes)
        self._answers = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self._process.stdout:
            self._answers.put(line)

    def ask(self, questions):
        """Give the engine's answer to each pair of an expression and a record, in order."""
        answers = []
        for start in range(0, len(questions), 50):  # few enough that no pipe is ever full on both sides
            some = questions[start : start + 50]
            self._process.stdin.write("".join(json.dumps(each) + "\n" for each in some))
            self._process.stdin.flush()
            answers += [json.loads(self._answers.get(timeout=PATIENCE)) for _ in some]
        return answers

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait(10)


def settled(value):
    """Put what has no order in one: the engine's sets and maps give their elements as it comes."""
    if isinstance(value, list):
        return sorted(map(settled, value), key=repr)
    return {key: settled(value[key]) for key in sorted(value)} if isinstance(value, dict) else value


def alike(answer, got):
    """Tell whether an answer of the engine and one of ours, each ``{"value": …}`` or ``{"error": …}``, are the same."""
    if "value" not in answer or "value" not in got:
        return ("value" in answer) == ("value" in got)
    return repr(settled(answer["value"])) == repr(settled(got["value"]))  # NaN is itself; 1, 1.0 and true differ
