"""A public client of another make, npm's ``gigya``, must not notice that it speaks to the emulator."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from identitysync.testing import GigyaEmulator, generate_accounts

PLACE = Path(__file__).parents[2] / ".npm"
SECRET = "YSBzZWNyZXQgb2YgdGhlIGVtdWxhdG9y"
SCRIPT = """
const http = require("http"), querystring = require("querystring"), Gigya = require("gigya").default;
const [url, credentials] = [process.argv[1], JSON.parse(process.argv[2])];
const gigya = new Gigya("3_a", "us1", credentials);
// what ends TLS hands the request on as to a proxy: with the whole address that the client signed
gigya.httpRequest = (endpoint, host, params, headers) => new Promise((resolve, reject) => {
  const body = querystring.stringify(params), {hostname, port} = new URL(url);
  const options = {hostname, port, method: "POST", path: `http://${host}/${endpoint}`,
    headers: {...headers, Host: host, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": Buffer.byteLength(body)}};
  http.request(options, answer => {
    let text = ""; answer.on("data", part => text += part); answer.on("end", () => resolve(JSON.parse(text)));
  }).on("error", reject).end(body);
});
(async () => {
  const said = {};
  const found = await gigya.accounts.search({query: "SELECT UID, profile.city FROM accounts WHERE profile.city = 'Łódź' ORDER BY UID LIMIT 2"});
  said.found = found.results.length;
  const UID = found.results[0].UID;
  await gigya.accounts.setAccountInfo({UID, profile: {city: "Łódź (~!*')"}, data: {a: [1, {b: null}]}});
  said.account = await gigya.accounts.getAccountInfo({UID, include: "profile,data"});
  let count = 0, answer = await gigya.accounts.search({query: "SELECT UID FROM accounts LIMIT 100", openCursor: true});
  for (;;) {
    count += answer.results.length;
    if (!answer.nextCursorId) break;
    answer = await gigya.accounts.search({cursorId: answer.nextCursorId});
  }
  said.count = count;
  try { await gigya.accounts.getAccountInfo({UID: "nobody"}); } catch (fault) { said.refused = fault.errorCode; }
  console.log(JSON.stringify(said));
})().catch(fault => { console.error(fault); process.exit(1); });
"""


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize("by", ["secret", "private key"])
def test_a_public_client_reads_writes_and_pages(by, key):
    if shutil.which("node") is None or not (PLACE / "node_modules" / "gigya").exists():
        pytest.skip("needs node and the npm package gigya: npm install --prefix .npm gigya@3.0.1")
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    credentials = {"userKey": "AK", "secret": SECRET} if by == "secret" else {"userKey": "AK", "privateKey": private}
    with GigyaEmulator("3_a", "AK", SECRET, generate_accounts(250), public_key=public) as gigya:
        command = ["node", "-e", SCRIPT, gigya.url, json.dumps(credentials)]
        environment = {
            "NODE_PATH": str(PLACE / "node_modules"),
            "PATH": str(Path(shutil.which("node")).parent),
            "NODE_NO_WARNINGS": "1",
        }
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)

        assert ran.returncode == 0, ran.stderr
        said = json.loads(ran.stdout)
        assert (said["found"], said["count"], said["refused"]) == (2, 250, 403005)
        assert said["account"]["profile"]["city"] == "Łódź (~!*')"
        assert gigya.account(said["account"]["UID"])["data"]["a"] == [1, {"b": None}]
