"""Regular expressions of Java, well formed and broken: each is refused or does its work in time, on both engines.

``python tests/fuzz/java_regex.py SECONDS [SEED]``. The tests ask the JDK about the same patterns.
"""

import re

from identitysync.errors import PatternError, RecordRejected
from identitysync.languages.java_regex import compile_regex

LETTERS = "abcABx12_- ,éÉßſKksıİ😀\n\r\u2028\x85\t#&٣中ǅΩως\u0301\u200d𝒳\x0b\x1c²"
COMMON = "abcabA1x- "
SPECIAL = r"\.[]{}()*+?^$|"
ESCAPES = (
    r"\d \D \w \W \s \S \h \H \v \V \t \n \r \f \e \a \x41 \x{1F600} \u0061 \0101 \cA \. \\ \- \, \é \# \& \x{61} "
    r"\uD83D\uDE00 \N{DIGIT@ONE}"
).split(" ")
PROPERTIES = (
    "Lower Upper ASCII Alpha Digit Alnum Punct Graph Print Blank Cntrl XDigit Space javaLowerCase javaUpperCase "
    "javaWhitespace javaMirrored javaLetter javaDigit javaLetterOrDigit javaAlphabetic javaSpaceChar javaTitleCase "
    "javaISOControl javaDefined javaIdentifierIgnorable javaUnicodeIdentifierStart javaUnicodeIdentifierPart "
    "javaJavaIdentifierStart javaJavaIdentifierPart javaIdeographic L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pd Ps Pe "
    "Pc Po Pi Pf S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Co Cn Cs LC LD L1 all IsL IsLu IsLatin IsGreek IsHan IsAlphabetic "
    "IsUppercase IsLowercase IsTitlecase IsPunctuation IsControl IsWhite_Space IsDigit IsAlnum IsWord IsIdeographic "
    "IsLetter IsAssigned IsHex_Digit IsJoin_Control IsNoncharacter_Code_Point IsBlank IsGraph IsPrint InGreek "
    "InBasicLatin InLatin-1Supplement InGREEK InBASIC_LATIN InCyrillic IsCyrillic sc=Latin script=Greek blk=Greek "
    "block=BasicLatin gc=Lu general_category=Nd InCombining_Diacritical_Marks IsCommon IsInherited Nonsense IsAlpha "
    "IsLower IsUpper IsPunct IsSpace IsXDigit IsCntrl IsASCII IsL1 IsLC IsLD gc=LC gc=Alpha IsHexDigit IsJoinControl "
    "IsNoncharacterCodePoint Iswhitespace Is In"
).split()
FLAGS = "i m s x d u U iu ms im ix -i i-m iU su".split()
ANCHORS = [r"^", "$", r"\b", r"\B", r"\A", r"\z", r"\Z"]
QUANTIFIERS = ["*", "+", "?", "{2}", "{1,}", "{0,2}", "{1,3}", "{0}"]
REPLACEMENTS = [
    "<$0>", "<$0>", "<$0>", "<$1>", "[$1|$2]", "${n1}", r"\$1", r"\\", r"a\b", "$", "$10", "${n2}x", "-", "", "$12", "${",
]  # fmt: skip


class Patterns:
    """Writes patterns by chance."""

    def __init__(self, rng):
        self.rng = rng
        self.named = 0

    def letter(self):
        return self.rng.choice(COMMON if self.rng.random() < 0.7 else LETTERS)

    def plain(self, special=SPECIAL):
        letter = self.letter()
        return "\\" + letter if letter in special else letter

    def escape(self):
        return self.rng.choice(ESCAPES).replace("@", " ")

    def named_class(self):
        return f"\\{self.rng.choice('ppP')}{{{self.rng.choice(PROPERTIES)}}}"

    def item(self, depth):
        luck = self.rng.random()
        if luck < 0.45:
            return self.plain()
        if luck < 0.6:
            return "-".join(sorted(self.plain(SPECIAL + "-& #") for _ in range(2)))
        if luck < 0.72:
            return self.escape()
        if luck < 0.82:
            return self.named_class()
        if luck < 0.9 and depth < 2:
            return self.brackets(depth + 1)
        if luck < 0.93:
            return rf"\Q{self.letter()}{self.letter()}\E"
        return self.rng.choice(["-", "^", "&", ".", "$", "*", "(", "|", " ", "#", "!", r"\]"])

    def brackets(self, depth=0):
        items = "".join(self.item(depth) for _ in range(self.rng.randint(1, 3)))
        made = f"[{'^' if self.rng.random() < 0.3 else ''}{items}"
        while self.rng.random() < (0.3 if depth < 2 else 0.1):
            right = self.brackets(depth + 1) if self.rng.random() < 0.5 else self.item(depth + 1)
            made += f"&&{right}"
        return made + "]"

    def group(self, depth):
        inner = self.alternatives(depth + 1)
        begin = self.rng.choice(["(", "(", "(?:", "(?<", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?x"])
        if begin == "(?<":
            self.named += 1
            begin = f"(?<n{self.named}>"
        elif begin == "(?x":
            begin = f"(?{self.rng.choice(FLAGS)}:"
        return f"{begin}{inner})"

    def atom(self, depth):
        luck = self.rng.random()
        for limit, make in (
            (0.38, self.plain), (0.46, lambda: "."), (0.56, self.brackets), (0.64, self.escape), (0.69, self.named_class),
            (0.74, lambda: self.rng.choice(ANCHORS)), (0.76, lambda: self.rng.choice([r"\R", r"\X"])),
            (0.78, lambda: rf"\Q{self.letter()}*{self.letter()}\E"),
            (0.81, lambda: self.rng.choice([r"\1", r"\2", r"\11", r"\k<n1>", r"\k<n2>"])),
            (0.84, lambda: f"(?{self.rng.choice(FLAGS)})"),
        ):  # fmt: skip
            if luck < limit:
                return make()
        return self.group(depth) if depth < 3 else self.plain()

    def sequence(self, depth):
        made = ""
        for _ in range(self.rng.choice([0, 1, 1, 2, 2, 3])):
            atom = self.atom(depth)
            made += atom
            if self.rng.random() < 0.3 and not re.fullmatch(r"\(\?[\w-]*\)", atom):
                made += self.rng.choice(QUANTIFIERS) + self.rng.choice(["", "", "", "?", "+"])
        return made

    def alternatives(self, depth=0):
        return "|".join(self.sequence(depth) for _ in range(self.rng.choice([1, 1, 1, 2, 2, 3])))

    def text(self):
        return "".join(self.letter() for _ in range(self.rng.randint(0, 8))) + self.rng.choice(
            ["", "", "a", "\n", "\r\n"]
        )


def question(rng):
    """Make a pattern, a text and a replacement."""
    patterns = Patterns(rng)
    return patterns.alternatives(), patterns.text(), rng.choice(REPLACEMENTS)


def broken(rng, pattern):
    """Put something into a pattern, or take something away."""
    letters = list(pattern)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(letters) + 1)
        if rng.random() < 0.5:
            letters[place : place + 1] = []
        else:
            letters.insert(place, rng.choice("()[]{}*+?|^$\\.,:=!<>-&#aQE1kpx{{999"))
    return "".join(letters)


def attempt(rng):
    regex, text, replacement = question(rng)
    if rng.random() < 0.5:
        regex = broken(rng, regex)
    if rng.random() < 0.1:
        text *= rng.choice([10, 1000])
    try:
        pattern = compile_regex(regex)
        found = pattern.find(text)
        changed = pattern.replacer("\x00")(text)
        assert found == ("\x00" in changed), (regex, text)
        assert not pattern.full_match(text) or found, (regex, text)
        assert pattern.replace_all(text, "\x00") == changed, (regex, text)
        assert "".join(pattern.split(text, -1)) == changed.replace("\x00", ""), (regex, text)
        pattern.replace_all(text, replacement, 100_000)
    except (PatternError, RecordRejected):
        pass


if __name__ == "__main__":
    from _session import run

    run(attempt)
