"""Tell people and programs how jobs went: by mail, webhook and callback. What goes wrong there harms no job."""

import logging
from collections.abc import Callable, Iterator, Mapping

from identitysync.contract import Clock
from identitysync.errors import IdentitySyncError, RemoteError
from identitysync.model import JobState, JobStatus
from identitysync.service.mail import Smtp, send
from identitysync.service.reports import facts, html, plain, subject
from identitysync.values import json_bytes
from identitysync.world import HttpClient, Patience

_LOG = logging.getLogger("identitysync.service")


class Notices:
    """Those who hear of jobs."""

    def __init__(
        self,
        smtp: Smtp | None,
        webhook: str | None,
        on_job: Callable[[JobStatus], object] | None,
        clock: Clock,
        environ: Mapping[str, str],
    ) -> None:
        """Name them.

        Args:
            smtp: How mails are sent to the addresses of schedulings.
            webhook: An address that receives a JSON object by POST.
            on_job: A function.
            clock: Tells the time.
            environ: The environment, for references to the mail server's password.
        """
        self._smtp, self._webhook, self._on_job = smtp, webhook, on_job
        self._clock, self._environ = clock, environ

    def tell(self, job: JobStatus) -> None:
        """Tell how a job went; a failure to tell is logged.

        Args:
            job: The job, which has ended.
        """
        for way, act in self._ways(job):
            try:
                act()
            except IdentitySyncError as fault:
                _LOG.error("job %s: the %s was not delivered: %s", job.id, way, fault)
            except Exception:  # noqa: BLE001 - a callback may raise anything
                _LOG.exception("job %s: the %s failed", job.id, way)

    def _ways(self, job: JobStatus) -> Iterator[tuple[str, Callable[[], object]]]:
        on_job = self._on_job
        if on_job is not None:
            yield "callback", lambda: on_job(job)
        if self._webhook:
            yield "webhook", lambda: self._post(job)
        success = job.status is JobState.SUCCEEDED
        to = job.success_email_notification if success else job.failure_email_notification
        if to and self._smtp is None:
            hint = "give IdentitySync(smtp=…) or set IDENTITYSYNC_SMTP"
            _LOG.warning("job %s: %s is not told by mail: there is no mail server; %s", job.id, to, hint)
        elif to and self._smtp is not None:
            smtp = self._smtp
            yield "mail", lambda: send(smtp, self._environ, to, subject(job), plain(job), html(job))

    def _post(self, job: JobStatus) -> None:
        http = HttpClient(self._clock, read_timeout=30.0, patience=Patience(attempts=3))
        try:
            headers = {"Content-Type": "application/json"}
            body = json_bytes(facts(job))
            answer = http.request("POST", self._webhook or "", body=body, headers=headers, repeatable=True)
            if answer.status >= 300:
                raise RemoteError(f"the webhook answered HTTP {answer.status}")
        finally:
            http.close()
