"""XML from elsewhere, well formed and broken: each is read, and comes back as it was written, or is refused in time.

``python tests/fuzz/answers_in_xml.py SECONDS [SEED]``.
"""

from _session import run

from identitysync.errors import FormatError
from identitysync.platforms.xml import Element, read_xml, written_xml

PIECES = (
    "<a> </a> <a/> <b c='d'> </b> &lt; &amp; &#x41; &#0; &e; <![CDATA[ ]]> <!-- --> <?p ?> < > & ' \" Łódź 😀 \0 \x01 "
    "<!DOCTYPE a> <!DOCTYPE a [<!ENTITY e 'x'>]> <!ENTITY <?xml version='1.0'?> <?xml encoding='utf-16'?> \ufeff xmlns:x=''"
).split(" ")
TEXTS = ["", " ", "a & b", "]]>", "<a>", "Łódź 😀", "line\nline", "\ttab", "x" * 1000]


def tree(rng, depth=0):
    children = [tree(rng, depth + 1) for _ in range(rng.randint(0, 3) if depth < 5 else 0)]
    return Element(rng.choice(["Envelope", "Body", "COLUMN"]), rng.choice(TEXTS), children)


def attempt(rng):
    sound = tree(rng)
    assert read_xml(written_xml(sound).encode()) == sound

    text = written_xml(sound) if rng.random() < 0.5 else "".join(rng.choice(PIECES) for _ in range(rng.randint(0, 30)))
    content = bytearray(text.encode(rng.choice(["utf-8", "utf-16", "utf-8-sig"]), "replace"))
    for _ in range(rng.randint(0, 5)):
        if content:
            content[rng.randrange(len(content))] = rng.randrange(256)
    try:
        found = read_xml(bytes(content))
    except FormatError:
        return
    assert found.name
    assert b"<!DOCTYPE" not in content.replace(b"\0", b"") or b"<!--" in content or b"CDATA" in content


if __name__ == "__main__":
    run(attempt)
