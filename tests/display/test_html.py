"""Tables for notebooks."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from identitysync.display import html_table, record_table_html


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)


nasty = (
    st.sampled_from(["<script>alert(1)</script>", "</td><img src=x onerror=alert(1)>", "&lt;", "\"'", "\x00", "a"])
    | st.text()
)


@given(st.lists(st.dictionaries(nasty, nasty | st.lists(nasty, max_size=2) | st.none(), max_size=3), max_size=3))
def test_whatever_records_hold_a_page_holds_only_a_table(records):
    page = Tags(record_table_html(records))

    assert set(page.tags) <= {"table", "thead", "tbody", "tr", "th", "td"}
    assert {name for name, _ in page.attributes} <= {"style"}
    assert page.tags.count("tr") == len(records) + 1


def test_cells_are_aligned_escaped_and_cut():
    page = html_table(("<i>", "n"), [("&\x1b" + "x" * 300, 5)], right=(1,))
    cells = Tags(page).texts

    assert cells[:2] == ["<i>", "n"]
    assert cells[2] == "&␛" + "x" * 198 + "…"
    assert cells[3] == "5"
    assert page.count("text-align:right") == 2


def test_null_empty_and_missing_are_told_apart():
    assert Tags(record_table_html([{"a": None}, {"a": ""}, {"b": 1}])).texts == ["a", "b", "null", '""', "1"]
