"""Ask Apache Commons JEXL itself: one Java process, questions and answers as lines of JSON over its pipes."""

import json
import queue
import shutil
import subprocess
import threading
from pathlib import Path

SHARE = Path("/usr/share/java")
JARS = {"3.1": "commons-jexl3.jar", "2.1.1": "commons-jexl2.jar"}
SOURCES = {"3.1": "Oracle.java", "2.1.1": "Oracle2.java"}
PATIENCE = 60  # seconds for one answer


class Oracle:
    """An engine of one version; a context manager."""

    def __init__(self, version):
        jars = [SHARE / JARS[version], SHARE / "commons-logging.jar"]
        missing = [str(jar) for jar in jars if not jar.exists()]
        if missing or shutil.which("java") is None:
            raise FileNotFoundError(
                f"Java or {', '.join(missing) or 'nothing else'} is not installed: apt-get install default-jdk-headless "
                "libcommons-jexl3-java libcommons-jexl2-java libcommons-logging-java"
            )
        source = Path(__file__).parent / SOURCES[version]
        command = ["java", "-Xss16m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", ":".join(map(str, jars)), str(source)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
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
