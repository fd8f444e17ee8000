/* Write the rows of a table as delimiter-separated values in UTF-8. */
#include "kernel.h"

typedef struct {
    const Table *table;
    Py_ssize_t *columns, count;
    Buffer out;
    const char *separator, *end;
    Py_ssize_t separator_size, end_size;
    byte quote;
    bool quote_all, plain_is_safe;
    bool special[256];
} Writer;

static bool cell(Writer *writer, const byte *at, size_t size, bool plain) {
    Buffer *out = &writer->out;
    const byte quote = writer->quote;
    if (!writer->quote_all) {
        size_t i = 0;
        while (i < size && !writer->special[at[i]]) i++;
        if (i == size && (size || writer->count > 1)) return buffer_add(out, at, size);
    }
    if (!buffer_put(out, quote)) return false;
    if (!(plain && writer->plain_is_safe)) {
        const byte *found, *end = at + size;
        while ((found = memchr(at, quote, (size_t)(end - at)))) {
            if (!buffer_add(out, at, (size_t)(found + 1 - at)) || !buffer_put(out, quote)) return false;
            at = found + 1;
        }
        size = (size_t)(end - at);
    }
    return buffer_add(out, at, size) && buffer_put(out, quote);
}

static bool row(void *self, Py_ssize_t number) {
    Writer *writer = self;
    for (Py_ssize_t i = 0; i < writer->count; i++) {
        const Cell *given = cell_at(writer->table, number, writer->columns[i]);
        if (i && !buffer_add(&writer->out, writer->separator, (size_t)writer->separator_size)) return false;
        size_t size = given->kind == MISSING || given->kind == NUL ? 0 : given->size; /* both are empty cells */
        if (!cell(writer, cell_bytes(writer->table, given), size, given->flags & PLAIN)) return false;
    }
    return buffer_add(&writer->out, writer->end, (size_t)writer->end_size);
}

/* write_dsv(table, sources, order, separator, quote, line end, quote all, text) -> bytes
 *
 * `text` makes the text of a value that is none. */
PyObject *write_dsv(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *table, *sources, *order, *text, *made = NULL;
    char quote;
    int quote_all;
    Writer writer = {0};
    if (!PyArg_ParseTuple(args, "O!O!Oy#cy#pO", Table_type, &table, &PyList_Type, &sources, &order, &writer.separator,
                          &writer.separator_size, &quote, &writer.end, &writer.end_size, &quote_all, &text))
        return NULL;
    writer.table = (Table *)table;
    writer.quote = (byte)quote;
    writer.quote_all = quote_all;
    writer.plain_is_safe = quote == '"'; /* what is plain in JSON holds none */
    writer.special['\r'] = writer.special['\n'] = writer.special[writer.quote] = true;
    writer.special[(byte)writer.separator[0]] = true;
    writer.count = PyList_Size(sources);
    Py_ssize_t count;
    const byte odd = FLOAT | LIST | DICT | TEXTS;
    Row *rows = columns_of(&writer.columns, (Table *)table, sources, text, STR, odd)
                    ? rows_of(writer.table, order, &count)
                    : NULL;
    if (rows) made = written(&writer.out, rows, count, row, &writer);
    free(rows);
    free(writer.columns);
    return made;
}
