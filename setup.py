"""Build the native kernel where there is a C compiler; without one the library works in Python. All else: pyproject."""

import sys
from pathlib import Path

from setuptools import Extension, setup

FOLDER = Path("src/identitysync/native")

setup(
    ext_modules=[
        Extension(
            "identitysync.native._kernel",
            sources=sorted(map(str, FOLDER.glob("*.c"))),
            depends=sorted(map(str, FOLDER.glob("*.h"))),
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            extra_compile_args=[] if sys.platform == "win32" else ["-std=c11", "-O3", "-fvisibility=hidden"],
            py_limited_api=True,
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
