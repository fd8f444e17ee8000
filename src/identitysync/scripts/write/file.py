"""``datasource.write.file``: files into a folder of this machine, or of any place that fsspec knows."""

from typing import Self

from identitysync.contract import Example, File, FileWriter, Services, param, script
from identitysync.remotes.url import open_url
from identitysync.scripts.write.outgoing import Outgoing


@script(
    "datasource.write.file",
    summary="Write files into a folder of this machine, or of any place that fsspec knows.",
    examples=(Example("a folder", {"url": "out"}), Example("a place elsewhere", {"url": "memory://out"})),
)
class WriteFile(FileWriter):
    """Write each file below the folder, which is made when it is missing. A script of ours.

    A file gets its name when it is complete, and when the whole run has ended well; an older one of that name is
    replaced at once.
    """

    url: str = param(doc="The folder: a local path, or any fsspec URL.", example="out", variables=True)

    def open(self, services: Services) -> Self:
        """Open the folder."""
        return self._outgoing()  # type: ignore[return-value]  # it writes as this class does

    def write(self, file: File, services: Services) -> None:
        """Publish one file at once."""
        self._outgoing().write_alone(file, services)

    def _outgoing(self) -> Outgoing:
        folder = open_url(self.url)
        return Outgoing(folder, "", folder.stage)
