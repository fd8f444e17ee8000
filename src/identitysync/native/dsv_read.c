/* Read delimiter-separated rows, all of one width, into a table. */
#include "kernel.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LONGEST_ROW = 1 << 16 };

typedef struct {
    byte separator, quote;
    bool quotes;
} Signs;

static inline bool is_utf8(const byte *at, const byte *end) {
    while (at < end) {
        uint64_t part;
        if (end - at >= 8) {
            memcpy(&part, at, 8);
            if (!(part & UINT64_C(0x8080808080808080))) {
                at += 8;
                continue;
            }
        }
        if (!(at = text_past(at, end))) return false;
    }
    return true;
}

/* Read a quoted field from behind its quote: gives its closing quote, NULL where there is none. */
static const byte *quoted(Table *table, Cell *cell, const byte *at, const byte *end, byte quote) {
    const byte *close = memchr(at, quote, (size_t)(end - at));
    if (!close) return NULL;
    cell->kind = STR;
    if (close + 1 == end || close[1] != quote) {
        cell->at = (uint32_t)(at - table->bytes);
        cell->size = (uint32_t)(close - at);
        return close;
    }
    size_t before = table->apart.size;
    cell->flags = APART;
    cell->at = (uint32_t)before;
    while (close + 1 < end && close[1] == quote) { /* doubled: one of the two is meant */
        if (!buffer_add(&table->apart, at, (size_t)(close + 1 - at))) return NULL;
        at = close + 2;
        close = memchr(at, quote, (size_t)(end - at));
        if (!close) return NULL;
    }
    if (!buffer_add(&table->apart, at, (size_t)(close - at))) return NULL;
    cell->size = (uint32_t)(table->apart.size - before);
    return close;
}

/* The end of a field without quotes: where a separator or a line end is; NULL when there is a quote in it, or no UTF-8. */
static const byte *plain_end(const byte *at, const byte *end, const Signs *signs, byte *flags) {
    const byte separator = signs->separator, quote = signs->quote;
    *flags = PLAIN;
    for (;;) {
#ifdef __SSE2__
        const __m128i separators = _mm_set1_epi8((char)separator), quotes = _mm_set1_epi8((char)quote);
        const __m128i strings = _mm_set1_epi8('"'), slashes = _mm_set1_epi8('\\'), blank = _mm_set1_epi8(' ');
        while (end - at >= 16) {
            __m128i part = _mm_loadu_si128((const __m128i *)at);
            __m128i one = _mm_or_si128(_mm_cmpeq_epi8(part, separators), _mm_cmpeq_epi8(part, quotes));
            __m128i two = _mm_or_si128(_mm_cmpeq_epi8(part, strings), _mm_cmpeq_epi8(part, slashes));
            /* signed: what is not ASCII is below a blank, too */
            int mask = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(one, two), _mm_cmplt_epi8(part, blank)));
            if (mask) {
                at += __builtin_ctz((unsigned)mask);
                break;
            }
            at += 16;
        }
#endif
        if (at == end || *at == separator || *at == '\n' || *at == '\r') return at;
        if (signs->quotes && *at == quote) return NULL;
        if (*at >= 0x80) {
            if (!(at = text_past(at, end))) return NULL;
            continue;
        }
        if (*at < ' ' || *at == '"' || *at == '\\') *flags = 0;
        at++;
    }
}

enum { SIMPLE, OPEN, ODD };

/* Read rows until the block ends: SIMPLE, or in the middle of a row: OPEN, or with something that Python must see. */
static int rows(Table *table, const Signs *signs, const byte *at, const byte *end, bool last) {
    const byte separator = signs->separator, quote = signs->quote;
    while (at < end) {
        const byte *start = at;
        size_t apart = table->apart.size;
        Cell *row = table_row(table);
        if (!row || *at == '\n' || *at == '\r') return ODD;
        for (Py_ssize_t column = 0;; column++) {
            if (column == table->width) return ODD;
            Cell *cell = &row[column];
            const byte *field = at;
            if (signs->quotes && at < end && *at == quote) {
                field = at + 1;
                const byte *close = quoted(table, cell, field, end, quote);
                /* a quote at the very end may be half of a doubled one */
                if (!close || (close + 1 == end && !last)) goto open;
                if (!is_utf8(field, close)) return ODD;
                at = close + 1;
                if (at < end && *at != separator && *at != '\n' && *at != '\r') return ODD;
            } else {
                if (!(at = plain_end(at, end, signs, &cell->flags))) return ODD;
                cell->kind = STR;
                cell->at = (uint32_t)(field - table->bytes);
                cell->size = (uint32_t)(at - field);
            }
            if (at < end && *at == separator) {
                at++;
                continue;
            }
            if (at == end && !last) goto open;
            if (column + 1 != table->width || at - start > LONGEST_ROW) return ODD;
            if (at < end && *at == '\r' && (++at == end || *at != '\n')) return ODD;
            if (at < end) at++;
            break;
        }
        table->used = at - table->bytes;
        continue;
    open:
        if (last || end - start > LONGEST_ROW) return ODD;
        table->rows--;
        table->apart.size = apart;
        return OPEN;
    }
    return SIMPLE;
}

/* read_rows(data, width, separator, quote, last, unset) -> Table | None */
PyObject *read_rows(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *data, *unset;
    Py_ssize_t width, quote_size, size;
    const char *quote;
    char separator, *bytes;
    int last;
    if (!PyArg_ParseTuple(args, "Sncy#pO", &data, &width, &separator, &quote, &quote_size, &last,
                          &unset)) return NULL;
    if (PyBytes_AsStringAndSize(data, &bytes, &size) < 0) return NULL;
    if (size > INT32_MAX || width < 1) Py_RETURN_NONE;
    Table *table = table_new(data, width, unset, Py_None);
    if (!table) return NULL;
    const Signs signs = {(byte)separator, quote_size ? (byte)*quote : 0, quote_size > 0};
    const byte *start = (const byte *)bytes;
    bool good;
    Py_BEGIN_ALLOW_THREADS
    good = rows(table, &signs, start, start + size, last) != ODD;
    Py_END_ALLOW_THREADS
    if (good) return (PyObject *)table;
    Py_DECREF(table);
    Py_RETURN_NONE;
}
