/* Where JSON values end that nothing looks into: every byte of them is checked all the same. */
#include "kernel.h"

enum { DEEPEST = 60, LONGEST = 300 };

static inline const byte *digits_end(const byte *at, const byte *end) {
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at;
}

const byte *number_end(const byte *at, const byte *end, bool *whole) {
    const byte *start = at;
    if (at < end && *at == '-') at++;
    const byte *first = at;
    at = digits_end(at, end);
    if (at == first || (*first == '0' && at - first > 1)) return NULL;
    if (first > start && *first == '0') return NULL; /* -0 is 0 when it is read */
    *whole = true;
    if (at < end && *at == '.') {
        const byte *fraction = ++at;
        at = digits_end(at, end);
        if (at == fraction) return NULL;
        *whole = false;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        if (++at < end && (*at == '+' || *at == '-')) at++;
        const byte *exponent = at;
        at = digits_end(at, end);
        if (at == exponent || at - exponent > 2) return NULL; /* with more it may be too large */
        *whole = false;
    }
    return at - start > LONGEST - 100 ? NULL : at; /* with 99 in the exponent it is still a number that there is */
}

static const byte *word_end(const byte *at, const byte *end, const char *word, size_t size) {
    return (size_t)(end - at) >= size && !memcmp(at, word, size) ? at + size : NULL;
}

static bool is_meant(const byte *at, const byte *end) {
    Buffer meant = {0};
    bool good = text_meant(&meant, at, end);
    free(meant.bytes);
    return good;
}

static const byte *quoted_end(const byte *at, const byte *end) {
    bool escapes = false;
    const byte *close = text_end(at + 1, end, &escapes);
    return !close || (escapes && !is_meant(at + 1, close)) ? NULL : close + 1;
}

static const byte *list_end(const byte *at, const byte *end, int depth, byte *kind) {
    *kind = LIST | TEXTS;
    at = past_blanks(at + 1, end);
    if (at < end && *at == ']') return at + 1;
    for (;;) {
        byte inside;
        at = value_end(at, end, depth + 1, &inside);
        if (!at) return NULL;
        if (inside != STR) *kind = LIST;
        at = past_blanks(at, end);
        if (at == end) return NULL;
        if (*at == ']') return at + 1;
        if (*at != ',') return NULL;
        at = past_blanks(at + 1, end);
    }
}

static const byte *object_end(const byte *at, const byte *end, int depth) {
    at = past_blanks(at + 1, end);
    if (at < end && *at == '}') return at + 1;
    for (;;) {
        if (at == end || *at != '"' || !(at = quoted_end(at, end))) return NULL;
        at = past_blanks(at, end);
        if (at == end || *at != ':') return NULL;
        byte inside;
        at = value_end(past_blanks(at + 1, end), end, depth + 1, &inside);
        if (!at) return NULL;
        at = past_blanks(at, end);
        if (at == end) return NULL;
        if (*at == '}') return at + 1;
        if (*at != ',') return NULL;
        at = past_blanks(at + 1, end);
    }
}

const byte *value_end(const byte *at, const byte *end, int depth, byte *kind) {
    if (at == end || depth > DEEPEST) return NULL;
    switch (*at) {
    case '"': *kind = STR; return quoted_end(at, end);
    case '{': *kind = DICT; return object_end(at, end, depth);
    case '[': return list_end(at, end, depth, kind);
    case 't': *kind = BOOL; return word_end(at, end, "true", 4);
    case 'f': *kind = BOOL; return word_end(at, end, "false", 5);
    case 'n': *kind = NUL; return word_end(at, end, "null", 4);
    default: break;
    }
    bool whole;
    at = number_end(at, end, &whole);
    *kind = at && whole ? INT : FLOAT;
    return at;
}
