"""The cases of two public suites, by their names there: csv-spectrum, and the y_ and n_ cases of JSONTestSuite."""

import pytest

import identitysync as idx
from identitysync import File, Rejected
from identitysync.errors import FormatError

SPECTRUM = {
    "comma_in_quotes": (b'first,last,address,city,zip\nJohn,Doe,120 any st.,"Anytown, WW",08123\n', [{"first": "John", "last": "Doe", "address": "120 any st.", "city": "Anytown, WW", "zip": "08123"}]),
    "empty": (b'a,b,c\n1,"",""\n2,3,4\n', [{"a": "1", "b": "", "c": ""}, {"a": "2", "b": "3", "c": "4"}]),
    "empty_crlf": (b'a,b,c\r\n1,"",""\r\n2,3,4\r\n', [{"a": "1", "b": "", "c": ""}, {"a": "2", "b": "3", "c": "4"}]),
    "escaped_quotes": (b'a,b\n1,"ha ""ha"" ha"\n3,4\n', [{"a": "1", "b": 'ha "ha" ha'}, {"a": "3", "b": "4"}]),
    "json": (b'key,val\n1,"{""type"": ""Point"", ""coordinates"": [102.0, 0.5]}"\n', [{"key": "1", "val": '{"type": "Point", "coordinates": [102.0, 0.5]}'}]),
    "location_coordinates": (b'Contact Phone Number,Location Coordinates,Cities\n7654321,"34.052200, -118.243700",Los Angeles\n', [{"Contact Phone Number": "7654321", "Location Coordinates": "34.052200, -118.243700", "Cities": "Los Angeles"}]),
    "newlines": (b'a,b,c\n1,2,3\n"Once upon \na time",5,6\n7,8,9\n', [{"a": "1", "b": "2", "c": "3"}, {"a": "Once upon \na time", "b": "5", "c": "6"}, {"a": "7", "b": "8", "c": "9"}]),
    "newlines_crlf": (b'a,b,c\r\n1,2,3\r\n"Once upon \r\na time",5,6\r\n7,8,9\r\n', [{"a": "1", "b": "2", "c": "3"}, {"a": "Once upon \r\na time", "b": "5", "c": "6"}, {"a": "7", "b": "8", "c": "9"}]),
    "quotes_and_newlines": (b'a,b\n1,"ha \n""ha"" \nha"\n3,4\n', [{"a": "1", "b": 'ha \n"ha" \nha'}, {"a": "3", "b": "4"}]),
    "simple": (b"a,b,c\n1,2,3\n", [{"a": "1", "b": "2", "c": "3"}]),
    "simple_crlf": (b"a,b,c\r\n1,2,3\r\n", [{"a": "1", "b": "2", "c": "3"}]),
    "utf8": ("a,b,c\n1,2,3\n4,5,ʤ\n".encode(), [{"a": "1", "b": "2", "c": "3"}, {"a": "4", "b": "5", "c": "ʤ"}]),
}  # fmt: skip


def parse(type, params, content):
    step = idx.Step("parse", type, params)
    return list(
        idx.stream(
            idx.Dataflow(steps=[idx.Step("file", "file.uncompress.gzip", next=["parse"]), step]),
            until="parse",
            inputs={"file": [content]},
        )
    )


@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum(name):
    content, records = SPECTRUM[name]

    assert parse("file.parse.dsv", {"columnSeparator": ","}, content) == records


# Each text stands for a value in the suite; here it is the value of a field, or, where it must, the whole file.
ACCEPTED = {
    "y_array_arraysWithSpaces": b"[[]   ]", "y_array_empty-string": b'[""]', "y_array_empty": b"[]", "y_array_ending_with_newline": b'["a"]\n',
    "y_array_false": b"[false]", "y_array_heterogeneous": b'[null, 1, "1", {}]', "y_array_null": b"[null]", "y_array_with_1_and_newline": b"[1\n]",
    "y_array_with_leading_space": b" [1]", "y_array_with_several_null": b"[1,null,null,null,2]", "y_array_with_trailing_space": b"[2] ",
    "y_number": b"[123e65]", "y_number_0e+1": b"[0e+1]", "y_number_0e1": b"[0e1]", "y_number_after_space": b"[ 4]", "y_number_double_close_to_zero": b"[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]",
    "y_number_int_with_exp": b"[20e1]", "y_number_minus_zero": b"[-0]", "y_number_negative_int": b"[-123]", "y_number_negative_one": b"[-1]",
    "y_number_negative_zero": b"[-0]", "y_number_real_capital_e": b"[1E22]", "y_number_real_capital_e_neg_exp": b"[1E-2]", "y_number_real_capital_e_pos_exp": b"[1E+2]",
    "y_number_real_exponent": b"[123e45]", "y_number_real_fraction_exponent": b"[123.456e78]", "y_number_real_neg_exp": b"[1e-2]", "y_number_real_pos_exponent": b"[1e+2]",
    "y_number_simple_int": b"[123]", "y_number_simple_real": b"[123.456789]", "y_object": b'{"asd":"sdf", "dfg":"fgh"}', "y_object_basic": b'{"asd":"sdf"}',
    "y_object_duplicated_key": b'{"a":"b","a":"c"}', "y_object_duplicated_key_and_value": b'{"a":"b","a":"b"}', "y_object_empty": b"{}", "y_object_empty_key": b'{"":0}',
    "y_object_escaped_null_in_key": b'{"foo\\u0000bar": 42}', "y_object_extreme_numbers": b'{ "min": -1.0e+28, "max": 1.0e+28 }', "y_object_long_strings": b'{"x":[{"id": "' + b"x" * 40 + b'"}], "id": "' + b"x" * 40 + b'"}',
    "y_object_simple": b'{"a":[]}', "y_object_string_unicode": b'{"title":"\\u041f\\u043e\\u043b\\u0442\\u043e\\u0440\\u0430" }', "y_object_with_newlines": b'{\n"a": "b"\n}',
    "y_string_1_2_3_bytes_UTF-8_sequences": b'["\\u0060\\u012a\\u12AB"]', "y_string_accepted_surrogate_pair": b'["\\uD801\\udc37"]', "y_string_accepted_surrogate_pairs": b'["\\ud83d\\ude39\\ud83d\\udc8d"]',
    "y_string_allowed_escapes": b'["\\"\\\\\\/\\b\\f\\n\\r\\t"]', "y_string_backslash_and_u_escaped_zero": b'["\\\\u0000"]', "y_string_backslash_doublequotes": b'["\\""]',
    "y_string_comments": b'["a/*b*/c/*d//e"]', "y_string_double_escape_a": b'["\\\\a"]', "y_string_double_escape_n": b'["\\\\n"]', "y_string_escaped_control_character": b'["\\u0012"]',
    "y_string_escaped_noncharacter": b'["\\uFFFF"]', "y_string_in_array": b'["asd"]', "y_string_in_array_with_leading_space": b'[ "asd"]', "y_string_last_surrogates_1_and_2": b'["\\uDBFF\\uDFFF"]',
    "y_string_nbsp_uescaped": b'["new\\u00A0line"]', "y_string_nonCharacterInUTF-8_U+10FFFF": '["\U0010ffff"]'.encode(), "y_string_nonCharacterInUTF-8_U+FFFF": '["\uffff"]'.encode(),
    "y_string_null_escape": b'["\\u0000"]', "y_string_one-byte-utf-8": b'["\\u002c"]', "y_string_pi": '["π"]'.encode(), "y_string_simple_ascii": b'["asd "]', "y_string_three-byte-utf-8": b'["\\u0821"]',
    "y_string_two-byte-utf-8": b'["\\u0123"]', "y_string_u+2028_line_sep": '["\u2028"]'.encode(), "y_string_u+2029_par_sep": '["\u2029"]'.encode(), "y_string_uEscape": b'["\\u0061\\u30af\\u30EA\\u30b9"]',
    "y_string_uescaped_newline": b'["new\\u000Aline"]', "y_string_unescaped_char_delete": b'["\x7f"]', "y_string_unicode": b'["\\uA66D"]', "y_string_unicodeEscapedBackslash": b'["\\u005C"]',
    "y_string_unicode_U+10FFFE_nonchar": b'["\\uDBFF\\uDFFE"]', "y_string_unicode_escaped_double_quote": b'["\\u0022"]', "y_string_utf8": '["€𝄞"]'.encode(), "y_string_with_del_character": b'["a\x7fa"]',
    "y_structure_true_in_array": b"[true]", "y_structure_whitespace_array": b" [] ", "number beyond 64 bits": b"[123456789012345678901234567890]",
}  # fmt: skip
REFUSED = {
    "n_array_1_true_without_comma": b"[1 true]", "n_array_a_invalid_utf8": b"[a\xe5]", "n_array_colon_instead_of_comma": b'["": 1]', "n_array_comma_after_close": b'[""],', "n_array_comma_and_number": b"[,1]",
    "n_array_double_comma": b"[1,,2]", "n_array_double_extra_comma": b'["x",,]', "n_array_extra_close": b'["x"]]', "n_array_extra_comma": b'["",]', "n_array_incomplete": b'["x"', "n_array_incomplete_invalid_value": b"[x",
    "n_array_inner_array_no_comma": b"[3[4]]", "n_array_invalid_utf8": b"[\xff]", "n_array_items_separated_by_semicolon": b"[1:2]", "n_array_just_comma": b"[,]", "n_array_just_minus": b"[-]", "n_array_missing_value": b'[   , ""]',
    "n_array_newlines_unclosed": b'["a",\n4\n,1,', "n_array_number_and_comma": b"[1,]", "n_array_number_and_several_commas": b"[1,,]", "n_array_spaces_vertical_tab_formfeed": b'["\x0ba"\\f]', "n_array_star_inside": b"[*]",
    "n_array_unclosed": b'[""', "n_array_unclosed_trailing_comma": b"[1,", "n_array_unclosed_with_object_inside": b"[{}", "n_incomplete_false": b"[fals]", "n_incomplete_null": b"[nul]", "n_incomplete_true": b"[tru]",
    "n_multidigit_number_then_00": b"123\x00", "n_number_++": b"[++1234]", "n_number_+1": b"[+1]", "n_number_+Inf": b"[+Inf]", "n_number_-01": b"[-01]", "n_number_-1.0.": b"[-1.0.]", "n_number_-2.": b"[-2.]", "n_number_-NaN": b"[-NaN]",
    "n_number_.-1": b"[.-1]", "n_number_.2e-3": b"[.2e-3]", "n_number_0.1.2": b"[0.1.2]", "n_number_0.3e+": b"[0.3e+]", "n_number_0.3e": b"[0.3e]", "n_number_0.e1": b"[0.e1]", "n_number_0_capital_E+": b"[0E+]", "n_number_0e": b"[0e]",
    "n_number_1.0e+": b"[1.0e+]", "n_number_1_000": b"[1 000.0]", "n_number_1eE2": b"[1eE2]", "n_number_2.e3": b"[2.e3]", "n_number_9.e+": b"[9.e+]", "n_number_Inf": b"[Inf]", "n_number_NaN": b"[NaN]", "n_number_U+FF11": "[１]".encode(),
    "n_number_expression": b"[1+2]", "n_number_hex_1_digit": b"[0x1]", "n_number_infinity": b"[Infinity]", "n_number_invalid+-": b"[0e+-1]", "n_number_invalid-negative-real": b"[-123.123foo]", "n_number_invalid-utf-8-in-int": b"[0\xe5]\n",
    "n_number_minus_infinity": b"[-Infinity]", "n_number_minus_space_1": b"[- 1]", "n_number_neg_int_starting_with_zero": b"[-012]", "n_number_neg_real_without_int_part": b"[-.123]", "n_number_neg_with_garbage_at_end": b"[-1x]",
    "n_number_real_garbage_after_e": b"[1ea]", "n_number_real_without_fractional_part": b"[1.]", "n_number_starting_with_dot": b"[.123]", "n_number_with_alpha": b"[1.2a-3]", "n_number_with_leading_zero": b"[012]",
    "n_object_bad_value": b'["x", truth]', "n_object_bracket_key": b'{[: "x"}\n', "n_object_comma_instead_of_colon": b'{"x", null}', "n_object_double_colon": b'{"x"::"b"}', "n_object_garbage_at_end": b'{"a":"a" 123}',
    "n_object_key_with_single_quotes": b"{key: 'value'}", "n_object_missing_colon": b'{"a" b}', "n_object_missing_key": b'{:"b"}', "n_object_missing_semicolon": b'{"a" "b"}', "n_object_missing_value": b'{"a":', "n_object_no-colon": b'{"a"',
    "n_object_non_string_key": b"{1:1}", "n_object_repeated_null_null": b"{null:null,null:null}", "n_object_several_trailing_commas": b'{"id":0,,,,,}', "n_object_single_quote": b"{'a':0}", "n_object_trailing_comma": b'{"id":0,}',
    "n_object_trailing_comment": b'{"a":"b"}/**/', "n_object_two_commas_in_a_row": b'{"a":"b",,"c":"d"}', "n_object_unquoted_key": b'{a: "b"}', "n_object_unterminated-value": b'{"a":"a', "n_object_with_single_string": b'{ "foo" : "bar", "a" }',
    "n_object_with_trailing_garbage": b'{"a":"b"}#', "n_single_space_in_string": b'["', "n_string_1_surrogate_then_escape": b'["\\uD800\\"]', "n_string_1_surrogate_then_escape_u1": b'["\\uD800\\u1"]', "n_string_accentuated_char_no_quotes": "[é]".encode(),
    "n_string_backslash_00": b'["\\\x00"]', "n_string_escape_x": b'["\\x00"]', "n_string_escaped_backslash_bad": b'["\\\\\\"]', "n_string_escaped_ctrl_char_tab": b'["\\\t"]', "n_string_incomplete_escape": b'["\\"]', "n_string_incomplete_escaped_character": b'["\\u00A"]',
    "n_string_invalid-utf-8-in-escape": b'["\\u\xe5"]', "n_string_invalid_backslash_esc": b'["\\a"]', "n_string_invalid_unicode_escape": b'["\\uqqqq"]', "n_string_invalid_utf8_after_escape": b'["\\\xe5"]', "n_string_leading_uescaped_thinspace": b'[\\u0020"asd"]',
    "n_string_no_quotes_with_bad_escape": b"[\\n]", "n_string_single_doublequote": b'"', "n_string_single_quote": b"['single quote']", "n_string_start_escape_unclosed": b'["\\', "n_string_unescaped_ctrl_char": b'["a\x00a"]',
    "n_string_unescaped_newline": b'["new\nline"]', "n_string_unescaped_tab": b'["\t"]', "n_string_unicode_CapitalU": b'"\\UA66D"', "n_structure_100000_opening_arrays": b"[" * 100_000, "n_structure_U+2060_word_joined": "[\u2060]".encode(),
    "n_structure_angle_bracket_.": b"<.>", "n_structure_array_trailing_garbage": b"[1]x", "n_structure_array_with_extra_array_close": b"[1]]", "n_structure_array_with_unclosed_string": b'["asd]', "n_structure_capitalized_True": b"[True]",
    "n_structure_close_unopened_array": b"1]", "n_structure_comma_instead_of_closing_brace": b'{"x": true,', "n_structure_double_array": b"[][]", "n_structure_end_array": b"]", "n_structure_incomplete_UTF8_BOM": b"\xef\xbb{}", "n_structure_lone-open-bracket": b"[",
    "n_structure_null-byte-outside-string": b"[\x00]", "n_structure_object_followed_by_closing_object": b"{}}", "n_structure_object_unclosed_no_value": b'{"":', "n_structure_open_array_apostrophe": b"['", "n_structure_open_array_comma": b"[,",
    "n_structure_open_array_object": b'[{"":' * 5000, "n_structure_open_array_open_object": b"[{", "n_structure_open_array_string": b'["a"', "n_structure_open_object": b"{", "n_structure_open_object_close_array": b"{]", "n_structure_open_object_comma": b"{,",
    "n_structure_open_open": b'["\\{["\\{["\\{["\\{', "n_structure_single_star": b"*", "n_structure_trailing_#": b'{"a":"b"}#{}', "n_structure_uescaped_LF_before_string": b'[\\u000A""]', "n_structure_unclosed_array": b"[1", "n_structure_unclosed_object": b'{"asd":"asd"',
    "n_structure_whitespace_formfeed": b"[\x0c]",
}  # fmt: skip


def spellings(text):
    """Put a value of the suite where records are: into an array, on a line of its own, and, if it is one, as a record."""
    return {
        "array": b'[{"v": ' + text + b"}]",
        "line": b'{"a": 1}\n{"v": ' + text.replace(b"\n", b" ").strip(b" ") + b'}\n{"b": 2}\n',
        "field": b'{"v": ' + text + b"}",
    }


@pytest.mark.parametrize("form", ["array", "line", "field"])
@pytest.mark.parametrize("name", ACCEPTED)
def test_json_that_is_json_is_read(name, form):
    import json

    text = ACCEPTED[name]
    found = parse("file.parse.json", {}, spellings(text)[form])

    wanted = {"v": json.loads(text)}
    assert found == ([{"a": 1}, wanted, {"b": 2}] if form == "line" else [wanted])


def outcome(content):
    """Give the records and the rejects of a file, and the error that ended it."""
    from identitysync.plan.bind import bind

    script = bind(idx.Step("x", "file.parse.json"), "$", idx.scripts(), print, run=False).script
    found, fault = [], None
    try:
        for each in script.parse(File("f.json", content)):
            found.append(each)
    except FormatError as raised:
        fault = raised
    return (
        [each for each in found if isinstance(each, dict)],
        [each for each in found if isinstance(each, Rejected)],
        fault,
    )


@pytest.mark.parametrize("form", ["array", "line", "field", "file"])
@pytest.mark.parametrize("name", REFUSED)
def test_json_that_is_none_is_a_reject_or_an_error_and_never_a_crash(name, form):
    text = REFUSED[name]
    if form == "line" and b"\n" in text.strip():
        return  # cut in two, each half is judged alone
    content = text if form == "file" else spellings(text)[form]
    records, rejects, fault = outcome(content)

    assert rejects or fault is not None, records
    assert fault is not None or all("v" not in record for record in records)
    if fault is not None:
        assert fault.line is not None
    if form == "line":
        assert records == [{"a": 1}, {"b": 2}]
        assert [each.record["_line"] for each in rejects] == [2]
