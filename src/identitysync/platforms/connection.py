"""The connections that one script has to a platform: they can be let go at once, even in a pause between two tries."""

from identitysync.contract import Services
from identitysync.world import HttpClient, StoppableClock


class PlatformConnection:
    """What clients of platforms are made of.

    Attributes:
        clock: Tells and passes the time; whoever sleeps by it wakes when the connection is closed.
        http: Sends requests.
    """

    def __init__(self, services: Services, *, connections: int = 1) -> None:
        """Prepare; nothing is sent yet.

        Args:
            services: The run's clock.
            connections: How many calls at most are under way at once.
        """
        self.clock = StoppableClock(services.clock)
        self.http = HttpClient(self.clock, max_connections=connections)

    def check(self) -> None:
        """Go on.

        Raises:
            Cancelled: The connection was stopped.
        """
        self.clock.sleep(0.0)

    def stop(self) -> None:
        """Begin no further try."""
        self.clock.stop()

    def close(self) -> None:
        """Begin no further try, and let go of all connections."""
        self.stop()
        self.http.close()
