"""What goes in and what comes out of the vendor's flows, one case for each that is more than its kind."""

import csv
import gzip
import io
import json
from importlib import import_module

import attrs

from tests.templates.conftest import COUNT
from tests.templates.world import put_incoming


def nothing(*_):
    """Expect nothing more."""


@attrs.frozen
class Case:
    """A flow.

    Attributes:
        put: Puts something where the flow reads: world, flow, UIDs of accounts.
        check: Looks at what came out: world, job, files and other things by their names, UIDs of accounts.
        ends: Platforms that have other fields than their templates need: their kinds, and what makes their emulators.
        values: What is filled in beside logins and addresses, by step.
        doubts: What a check warns of, beside secrets and unencrypted addresses on this machine.
        slips: Names of parameters as the flow spells them, and as they are meant.
    """

    put: object = put_incoming
    check: object = nothing
    ends: dict = attrs.field(factory=dict)
    values: dict = attrs.field(factory=dict)
    doubts: set = frozenset()
    slips: dict = attrs.field(factory=dict)


def csv_of(content, separator=",", escape=None):
    how = {"escapechar": escape, "doublequote": False} if escape else {}
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter=separator, **how))


def reports(files):
    """Give the rows of the toolkit's two files."""
    (done,) = (csv_of(content, escape="\\") for name, content in files.items() if name.startswith("Success_"))
    (errors,) = (csv_of(content, escape="\\") for name, content in files.items() if name.startswith("Error_"))
    return done, errors


def profiles(world):
    return {account["UID"]: account["profile"] for account in world.gigya.accounts}


def file_of(name, content):
    return lambda world, flow, uids: world.put(name, content(uids).encode(), flow)


# --- exports to files


def exported(world, job, files, uids):
    ((name, content),) = files.items()
    assert name.startswith("GIGYA_TO_SFTP_")
    rows = csv_of(gzip.decompress(content))
    assert [row["MAIL"] for row in rows] == [each["email"] for each in changed(world)]
    assert set(rows[0]) == {"MAIL", "NAME", "FIRSTNAME", "GENDER", "CITY", "COUNTRY", "PHONE"}
    assert json.loads(rows[0]["PHONE"])


def changed(world):
    """Profiles, the oldest change first, as the reader gives them."""
    accounts = sorted(world.gigya.accounts, key=lambda account: account["lastUpdatedTimestamp"])
    return [account["profile"] for account in accounts]


def for_audience_manager(world, job, files, uids):
    ((name, content),) = files.items()
    assert name.startswith("ftp_dpm_21_")
    lines = dict(line.split("\t") for line in content.decode().splitlines())
    assert {
        uid: f'"age"="{profile["age"]}"' in lines[uid] for uid, profile in profiles(world).items()
    } == dict.fromkeys(lines, True)


def for_epsilon(world, job, files, uids):
    marker = files.pop("gigya.ok")
    ((name, content),) = files.items()
    people = json.loads(content.decode("ascii"))
    assert (marker, name[:6]) == (b"", "gigya-")
    assert len(people) == COUNT
    assert all("profile.city" in each and "profile" not in each for each in people)


def to_azure(world, job, files, uids):
    ((name, content),) = files.items()
    assert name.startswith("testAzure")
    assert [row["age"] for row in csv_of(content)] == [str(each["age"]) for each in changed(world)]


def to_krux(world, job, files, uids):
    assert sorted(files) == ["Gigya_Krux_M6.csv.lzo", "Gigya_Krux_M6.csv.lzo.index"]
    assert job.steps["krux"].passed == COUNT


def put_achievements(world, flow, uids):
    for uid in uids:
        won = [{"challengeID": "_default", "level": 2, "pointsTotal": 40}, {"challengeID": "reader", "level": 1}]
        world.gigya.site.set_achievements(uid, won)


def achievements(world, job, files, uids):
    (accounts,) = (json.loads(content) for name, content in files.items() if name.startswith("test_Accounts_2"))
    (rows,) = (csv_of(content) for name, content in files.items() if name.startswith("test_GM_"))
    assert len(accounts) == COUNT
    assert not any("achievements" in each for each in accounts)
    assert {(row["UID"], row["challengeID"]) for row in rows} == {
        (uid, c) for uid in uids for c in ("_default", "reader")
    }
    assert len({row["key"] for row in rows}) == len(rows) == 2 * len(uids)


def commented(kind, ids):
    def check(world, job, files, uids):
        ((name, content),) = files.items()
        assert name.startswith(f"{kind}_3_a_")
        found = json.loads(gzip.decompress(content))
        assert {each[ids] for each in found} == {f"{kind[0]}{n}" for n in range(250)}
        assert kind == "streams" or found[0]["sender"] == {"name": "A"}

    return check


def put_comments(world, flow, uids):
    world.gigya.site.add_comments({"ID": f"c{n}", "categoryID": "comments", "sender.name": "A"} for n in range(250))
    world.gigya.site.add_streams({"streamID": f"s{n}", "categoryID": "comments"} for n in range(250))


def put_deletions(world, flow, uids):
    world.gigya.site.add_audit(
        {"callID": f"x{n}", "@timestamp": "2026-04-01T00:00:00.000Z", "uid": uid, "errCode": str(n % 2),
         "endpoint": "accounts.deleteAccount"}
        for n, uid in enumerate(uids)
    )  # fmt: skip


def deleted_uids(world, job, files, uids):
    (content,) = files.values()
    assert [row["UID"] for row in csv_of(content)] == uids[::2]


# --- imports of files


def evenings(uids):
    return "UID,EVENING_ABC,EVENING_HOY\n" + "".join(f"{uid},{n % 2},1\n" for n, uid in enumerate(uids))


def evenings_arrived(world, job, files, uids):
    found = [world.gigya.site.account(uid)["data"]["newslettersEvening"] for uid in uids]
    assert found == [{"abc": str(n % 2), "hoy": "1"} for n in range(len(uids))]


def people(uids):
    return json.dumps([{"id": uid, "town": "Łódź"} for uid in [*uids, "nobody"]])


def people_arrived(world, job, files, uids):
    assert {world.gigya.site.account(uid)["profile"]["city"] for uid in uids} == {"Łódź"}
    (errors,) = (json.loads(content) for content in files.values())
    assert [(each["UID"], each["_errorDetails"]["errorCode"]) for each in errors] == [("nobody", 403005)]


def opt_ins(uids):
    return "GIGYA_UID;OPT_IN;CITY\n" + "".join(f"{uid};yes;Łódź\n" for uid in uids)


def opt_ins_arrived(world, job, files, uids):
    accounts = [world.gigya.site.account(uid) for uid in uids]
    assert {(each["data"]["newsletter"], each["profile"]["city"]) for each in accounts} == {("yes", "Łódź")}


def for_esp(world, job, files, uids):
    (content,) = files.values()
    assert list(csv_of(content, ";")[0]) == ["GIGYA_UID", "EMAIL", "FIRST_NAME", "LAST_NAME", "OPT_IN"]


def full_accounts(uids):
    header = "UID,loginIDs.emails,profile.firstName,profile.education.0.degree,data.a,internal.note"
    rows = [f'{uid},"a{n}@x.com, b{n}@x.com",F{n},PhD,{n},n{n}' for n, uid in enumerate(uids)]
    new = [f",new{n}@x.com,N{n},BA,{n},i{n}" for n in range(5)]
    return "\n".join([header, *rows, *new, "x1,,N,,,", ""])


def full_accounts_arrived(world, job, files, uids):
    done, errors = reports(files)
    assert len(done) == 15
    assert [(each["UID"], each["_errorDetails.errorMessage"]) for each in errors] == [("x1", "no e-mail address")]
    account = world.gigya.site.account(uids[3])
    assert account["profile"]["education"] == [{"degree": "PhD"}]
    assert account["loginIDs"]["emails"] == ["a3@x.com", "b3@x.com"]
    assert account["data"]["note"] == "n3"
    assert world.gigya.site.count() == COUNT + 5


def lite_accounts(uids):
    header = "email,profile.firstName,subscriptions.news.weekly.isSubscribed,data.n"
    return "\n".join([header, *(f"l{n}@example.com,L{n},TRUE,{n}" for n in range(20)), "no address,,TRUE,1", ""])


def lite_accounts_arrived(world, job, files, uids):
    done, errors = reports(files)
    lite = {each["profile"]["email"]: each for each in world.gigya.site.lite_accounts}
    assert len(done) == len(lite) == 20
    assert [each["_errorDetails.errorCode"] for each in errors] == ["400009"]
    assert lite["l7@example.com"]["subscriptions"]["news"]["weekly"]["email"]["isSubscribed"] is True
    assert lite["l7@example.com"]["data"] == {"n": "7"}


def fixture_people(uids):
    people = [{"email": f"l{n}@example.com", "profile": {"firstName": f"L{n}"}, "data": {"n": n}} for n in range(50)]
    return json.dumps([*people, {"email": "no address"}, {"profile": {}}])


def fixture_arrived(world, job, files, uids):
    lite = list(world.other.lite_accounts)
    assert sorted(each["data"]["n"] for each in lite) == list(range(50))
    assert {each["data"]["idxImportJobID"] for each in lite} == {job.id}
    ((name, content),) = files.items()
    assert name.startswith("import_lite_accounts_errors_")
    assert [each["_errorDetails"]["errorCode"] for each in json.loads(content)] == [400009, 400002]


def put_provisioned(world, flow, uids):
    address = profiles(world)[uids[0]]["email"]
    found = [
        {"profile": {"email": address.upper(), "firstName": "X"}, "password": "p", "data": {"a": 1}},
        {"UID": "new-1", "profile": {"email": "new@example.com", "firstName": "New"}, "data": {"a": 2}},
        {"profile": {"email": "nobody@example.com"}},
    ]
    world.put("people.json", json.dumps(found).encode(), flow)


def provisioned(world, job, files, uids):
    reports = {name.rpartition("/")[2]: json.loads(content) for name, content in files.items()}
    assert [each["UID"] for each in reports["matched.json"]] == [uids[0]]
    assert [each["profile"]["email"] for each in reports["unmatched.json"]] == ["new@example.com", "nobody@example.com"]
    assert {each["UID"] for each in reports["success.json"]} == {uids[0], "new-1"}
    (error,) = reports["error_logs.json"]
    assert (error["_errorDetails"]["errorCode"], error["_errorDetails"]["step"]) == (400002, "Import account")
    known = world.gigya.site.account(uids[0])
    assert known["data"]["idxImportJobID"] == job.id
    assert known["profile"]["firstName"] != "X"
    assert "password" not in known


def put_requests(world, flow, uids):
    world.gigya.site.put(
        {"UID": "lite", "isLite": True, "profile": {"email": "lite@example.com", "firstName": "L", "lastName": "L"}}
    )
    known = [profiles(world)[uid] for uid in uids[:3]]
    rows = [(each["email"], each["firstName"], each["lastName"], "n3w") for each in known]
    rows += [("lite@example.com", "L", "L", "n3w"), (known[0]["email"], "Wrong", "Name", "n3w")]
    text = io.StringIO()
    csv.writer(text).writerows([("email", "firstName", "lastName", "newPassword"), *rows])
    world.put("go.csv", text.getvalue().encode(), flow)


def passwords_reset(world, job, files, uids):
    (done,) = (json.loads(content) for name, content in files.items() if name.startswith("success/"))
    (errors,) = (json.loads(content) for name, content in files.items() if name.startswith("error/"))
    assert [each["UID"] for each in done] == uids[:3]
    wrong, lite = sorted(errors, key=lambda each: each["email"] == "lite@example.com")
    assert wrong["firstName"] == "Wrong"
    assert lite["_errorDetails"]["errorMessage"] == "there is only a lite account"
    assert all("password" in world.gigya.site.account(uid) for uid in uids[:3])


def put_addresses(world, flow, uids):
    found = [{"email": profiles(world)[uid]["email"]} for uid in uids[:2]] + [{"email": "nobody@example.com"}]
    world.put("go.json", json.dumps(found).encode(), flow)


def deleted(world, job, files, uids):
    assert [each["_response"]["errorCode"] for each in json.loads(files["deleted.json"])] == [0, 0]
    assert [each["email"] for each in json.loads(files["errors.json"])] == ["nobody@example.com"]
    assert world.gigya.site.count() == COUNT - 2


def put_newcomers(world, flow, uids):
    known = profiles(world)[uids[0]]["email"]
    found = [
        {"email": address, "profile": {"firstName": "N"}} for address in ("n1@example.com", "n2@example.com", known)
    ]
    world.put("lite.json", json.dumps(found).encode(), flow)


def newcomers_arrived(world, job, files, uids):
    (done,) = (json.loads(content) for name, content in files.items() if name.startswith("success/"))
    (errors,) = (json.loads(content) for name, content in files.items() if name.startswith("error/"))
    assert [each["email"] for each in done] == ["n1@example.com", "n2@example.com"]
    assert [each["_errorDetails"]["errorMessage"] for each in errors] == ["there is an account"]
    assert {each["profile"]["email"] for each in world.gigya.site.lite_accounts} == {"n1@example.com", "n2@example.com"}


# --- platforms


def emulator(name, **options):
    """Tell how an emulator is made; its import waits until a flow needs it."""
    return lambda: getattr(import_module("identitysync.testing"), name)(**options)


def constant_contact():
    """An account that one gets into as the flows do, by a token alone, and that has their custom field."""
    end = import_module("tests.templates.ends.constantcontact")
    return emulator(
        "ConstantContactEmulator",
        access_token=CONSTANT_CONTACT["accessToken"],
        lists=end.LISTS,
        custom_fields=["custom_field_1"],
    )()


def put_members(world, flow, uids):
    module, platform = world.ends.of("constantcontact")
    platform.put(module.IN, [{"email": f"{uid}@example.com", "cf:custom_field_1": uid} for uid in uids])


def members_came(world, job, files, uids):
    accounts = [world.gigya.site.account(uid) for uid in uids]
    assert [each["profile"]["email"] for each in accounts] == [f"{uid}@example.com" for uid in uids]
    assert {each["data"]["subscribed"] for each in accounts} == {True}


def put_leads(world, flow, uids):
    _, marketo = world.ends.of("marketo")
    marketo.leads.add(
        {"guid": uid, "email": f"{uid}@example.com", "city": "Łódź", "createdAt": "2019-05-06T07:08:09Z"}
        for uid in uids
    )


def put_contacts(world, flow, uids):
    _, silverpop = world.ends.of("silverpop")
    silverpop.contacts.add(
        {"Email": f"{uid}@example.com", "GigyaUid": uid, "Subscribed": "No" if n % 2 else "Yes"}
        for n, uid in enumerate(uids)
    )


def subscribed(*expected):
    def check(world, job, files, uids):
        found = [world.gigya.site.account(uid)["data"] for uid in uids]
        assert [each["subscribed"] for each in found] == [expected[n % len(expected)] for n in range(len(uids))]

    return check


def newsletters(world, job, files, uids):
    assert {world.gigya.site.account(uid)["data"]["subscribeToOurNewsletter"] for uid in uids} == {True}


def cities(world, job, files, uids):
    assert {world.gigya.site.account(uid)["profile"]["city"] for uid in uids} == {"Łódź"}


def subscribers_of_gigya(world, flow, uids):
    """Let everybody have said yes or no; the generated people have other words for it."""
    for number, account in enumerate(list(world.gigya.accounts)):
        said = ("true", "false")[number % 2]
        world.gigya.site.put({**account, "data": {"subscribed": said, "subscribe": said}})


def members_who_changed_their_minds(world, flow, uids):
    """Let everybody be on the list already, and half of them not want to be."""
    subscribers_of_gigya(world, flow, uids)
    module, platform = world.ends.of("constantcontact")
    platform.put(module.OUT, [{"email": account["profile"]["email"]} for account in world.gigya.accounts])


def subscribers_arrived(world, job, files, uids):
    module, platform = world.ends.of("constantcontact")
    wanting = [each for each in world.gigya.accounts if each["data"]["subscribe"] == "true"]
    found = {each["email_address"]["address"]: each["custom_fields"] for each in platform.members(module.OUT)}
    assert {address: fields[0]["value"] for address, fields in found.items()} == {
        each["profile"]["email"].lower(): each["UID"] for each in wanting
    }
    assert len(wanting) == COUNT // 2


def likes_arrived(world, job, files, uids):
    _, marketo = world.ends.of("marketo")
    assert {lead["gUID"]: lead["fblikes"] for lead in marketo.leads.all()} == {
        uid: ";".join(each["name"] if isinstance(each, dict) else each for each in profile["likes"])
        for uid, profile in profiles(world).items()
    }


def arrived(count):
    def check(world, job, files, uids):
        (found,) = files.values() if len(files) == 1 else (files,)
        assert len(found) == count, len(found)

    return check


def objects_arrived(world, job, files, uids):
    assert len(files) == COUNT
    assert {each["ZZ00_rtl_id__c"] for each in files.values()} == set(profiles(world))


MARKETO = {"guid": "string", "gender": "string", "gUID": "string", "fblikes": "string"}
SALESFORCE = {"primaryId": "ZZ00_rtl_id__c", "lookupId": "Unique_Email_Gigya__c"}
CONSTANT_CONTACT = {"accessToken": "token-of-v3", "clientSecret": None, "refreshToken": None}
ESPS = ("selligent", "responsys", "adobe-campaign")
CASES = {
    "export-to-sftp": Case(check=exported),
    "adobe-audience-manager": Case(check=for_audience_manager),
    "epsilon": Case(check=for_epsilon, doubts={"matches-empty"}),
    "azure-sas": Case(check=to_azure),
    "krux": Case(check=to_krux),
    "game-mechanics": Case(put_achievements, achievements),
    "comments-export": Case(put_comments, commented("comments", "ID")),
    "streams-export": Case(put_comments, commented("streams", "streamID")),
    "user-deletion": Case(put_deletions, deleted_uids),
    "import-from-sftp": Case(file_of("a.csv", evenings), evenings_arrived),
    "import-accounts": Case(file_of("accounts.json", people), people_arrived),
    "toolkit-full-account-import": Case(file_of("full.csv", full_accounts), full_accounts_arrived),
    "toolkit-lite-account-import": Case(file_of("lite.csv", lite_accounts), lite_accounts_arrived),
    "toolkit-fixture": Case(file_of("accounts.json", fixture_people), fixture_arrived),
    "master-provisioning": Case(put_provisioned, provisioned),
    "lite-import": Case(put_newcomers, newcomers_arrived),
    "reset-password": Case(put_requests, passwords_reset),
    "bulk-delete": Case(put_addresses, deleted),
    "campaign-monitor-in": Case(check=subscribed("false")),
    "campaign-monitor-out": Case(subscribers_of_gigya, arrived(COUNT // 2)),
    "constant-contact-in": Case(
        put_members,
        members_came,
        {"constantcontact": constant_contact},
        {"constantcontact": CONSTANT_CONTACT},
    ),
    "constant-contact-out": Case(
        members_who_changed_their_minds,
        subscribers_arrived,
        {"constantcontact": constant_contact},
        {"constantcontact": CONSTANT_CONTACT},
    ),
    "mailchimp-in": Case(check=newsletters),
    "mailchimp-out": Case(nothing, arrived(COUNT)),
    "marketo-in": Case(put_leads, cities, {"marketo": emulator("MarketoEmulator", fields=MARKETO)}),
    "marketo-out": Case(nothing, likes_arrived, {"marketo": emulator("MarketoEmulator", fields=MARKETO)}),
    "salesforce": Case(
        nothing,
        objects_arrived,
        {"salesforce": emulator("SalesforceEmulator")},
        {"salesforce": SALESFORCE},
    ),
    "exacttarget": Case(nothing, arrived(COUNT)),
    "silverpop-in": Case(
        put_contacts,
        subscribed("true", "false"),
        {"silverpop": emulator("SilverpopEmulator", columns=["GigyaUid", "Subscribed"])},
        slips={"podNumer": "podNumber"},
    ),
    "silverpop-out": Case(
        subscribers_of_gigya,
        arrived(COUNT),
        {"silverpop": emulator("SilverpopEmulator", columns=["GigyaUid", "Subscribed"])},
        doubts={"week-year"},
    ),
    **{f"{esp}-in": Case(file_of("a.csv", opt_ins), opt_ins_arrived) for esp in ESPS},
    **{f"{esp}-out": Case(check=for_esp) for esp in ESPS},
}
