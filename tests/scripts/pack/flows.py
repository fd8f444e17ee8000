"""Send files through one step, as a flow does."""

import identitysync as idx


def through(type, params, files, *, error=False, **options):
    """Give the files that come out, those that went to the error edge, and the job."""
    out, refused = [], []
    steps = [
        idx.Step("r", "file.uncompress.gzip", next=["x"]),
        idx.Step("x", type, params, next=["w"], error=["e"] if error else []),
        idx.Step("w", "datasource.write.file", {"url": "unused"}),
        *([idx.Step("e", "datasource.write.file", {"url": "unused"})] if error else []),
    ]
    outputs = {"w": out, "e": refused} if error else {"w": out}
    inputs = {"r": [idx.File(name, content) for name, content in files]}
    job = idx.run(idx.Dataflow(name="f", steps=steps), inputs=inputs, outputs=outputs, **options)
    return out, refused, job


def contents(files):
    """Give names and contents."""
    return {file.name: file.open().read() for file in files}
