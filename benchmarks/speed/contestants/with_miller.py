"""Miller: one expression per flow, piped to igzip. Python only starts the two; ``mlr`` is looked for on the PATH."""

import subprocess
import sys
from pathlib import Path

LEVEL = 1

FLOW_A = r"""
$* = {
  "UID": $UID,
  "email": $profile["email"] ?? "",
  "first_name": is_string($profile["firstName"]) ? gsub($profile["firstName"], "[\r\n|]", " ") : "",
  "profile.lastName": is_string($profile["lastName"]) ? gsub($profile["lastName"], "[\r\n|]", " ") : "",
  "profile.age": $profile["age"] ?? "",
  "profile.gender": $profile["gender"] ?? "",
  "profile.city": gsub($profile["city"] ?? ${profile.city}, "[\r\n|]", " ") ??? "",
  "profile.country": $profile["country"] ?? "",
  "profile.likes": joinv($profile["likes"] ?? [], ";"),
  "subscribed": ($data["subscribed"] ?? "") == "unsubscribed" ? "false" : "true",
  "created": $created,
  "lastUpdated": $lastUpdated,
  "isActive": $isActive,
  "isVerified": is_boolean($isVerified) ? $isVerified : "",
}
"""

FLOW_B = r"""
$* = {
  "created": $created,
  "lastUpdated": $lastUpdated,
  "isActive": $isActive,
  "isVerified": $isVerified,
  "loginProvider": $loginProvider,
  "regSource": $regSource,
  "subscribed": ${data.subscribed} == "unsubscribed" ? "false" : "true",
  "UID": $uid,
  "p": {
    "email": $mail,
    "firstName": gsub(${profile.firstName}, "[\r\n|]", " "),
    "lastName": gsub(${profile.lastName}, "[\r\n|]", " "),
    "age": ${profile.age},
    "gender": ${profile.gender},
    "city": gsub(${profile.city}, "[\r\n|]", " "),
    "country": ${profile.country},
    "likes": ${profile.likes},
  },
  "d": {"subscribed": ${data.subscribed}, "newsletter": ${data.newsletter}},
}
"""

if __name__ == "__main__":
    flow, source, target = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if flow == "A":
        formats, expression, name = ["--ijsonl", "--ocsv", "--ofs", "|", "--quote-all"], FLOW_A, "a.dsv.gz"
    else:
        formats, expression, name = ["--icsv", "--ojsonl", "-S"], FLOW_B, "b.json.gz"
    with (
        (target / name).open("wb") as packed,
        subprocess.Popen(["mlr", *formats, "put", expression, source], stdout=subprocess.PIPE) as miller,
    ):
        igzip = [sys.executable, "-m", "isal.igzip", "-c", f"-{LEVEL}"]
        subprocess.run(igzip, stdin=miller.stdout, stdout=packed, check=True)
    sys.exit(miller.returncode)
