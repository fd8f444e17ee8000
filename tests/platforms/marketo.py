"""What the tests of Marketo share: a client, flows, people."""

from datetime import UTC, datetime

import identitysync as idx
from identitysync.platforms.marketo import Extract, MarketoClient, MarketoLogin, spans
from identitysync.values import Secret
from identitysync.world import HttpClient

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "a-planted-marketo-secret"
SYNC = "POST /rest/v1/leads.json"


def params(marketo, **more):
    return {"baseUrl": f"{marketo.url}/rest", "clientId": "the-client", "clientSecret": SECRET, **more}


def write(marketo, records, **more):
    steps = [
        idx.Step("in", "field.rename", {"fields": []}, next=["marketo"]),
        idx.Step("marketo", "datasource.write.marketo", params(marketo, **more), next=["out"]),
        idx.Step("out", "field.rename", {"fields": []}),
    ]
    written = []
    job = idx.run(idx.Dataflow(name="to Marketo", steps=steps), inputs={"in": records}, outputs={"out": written})
    return job, written


def read(marketo, fields="email", **more):
    step = idx.Step("marketo", "datasource.read.marketo", params(marketo, fields=fields, **more))
    return idx.Dataflow(name="from Marketo", steps=[step])


def client(marketo, clock, secret=SECRET):
    login = MarketoLogin(base_url=marketo.url, client_id="the-client", client_secret=Secret(secret))
    return MarketoClient(login, HttpClient(clock, jitter=lambda: 0.0), clock)


def extract(marketo, clock, tmp_path, fields=("email",), filter="createdAt", since=datetime(2025, 11, 1, tzinfo=UTC)):
    job = Extract(client(marketo, clock), clock, tmp_path / "file", fields, filter)
    return [lead for page in job.pages(spans(since, NOW), ahead=5) for lead in page]


def person(number, domain="people.example"):
    return {"email": f"person{number}@{domain}", "firstName": "Łukasz", "leadScore": number}
