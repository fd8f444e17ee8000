/* Write the rows of a table as JSON objects, one on each line. */
#include "kernel.h"

/* A part of a line, with the column in which it is. */
typedef struct {
    const char *name; /* with its quotes and the colon */
    Py_ssize_t size, column; /* -1 for none */
    Py_ssize_t end;          /* of an object: the part that ends it; 0 of a value */
} Piece;

typedef struct {
    const Table *table;
    Piece *parts;
    Py_ssize_t count;
    Buffer out;
} Writer;

static bool name(Writer *writer, const Piece *part) {
    Buffer *out = &writer->out;
    return (out->bytes[out->size - 1] == '{' || buffer_put(out, ',')) && buffer_add(out, part->name, (size_t)part->size);
}

static bool text(Buffer *out, const byte *at, size_t size) {
    return buffer_put(out, '"') && text_escaped(out, at, size) && buffer_put(out, '"');
}

static bool plain_text(Buffer *out, const Piece *part, const byte *at, size_t size) {
    size_t most = (size_t)part->size + size + 3;
    if (out->room - out->size < most && !buffer_reserve(out, most)) return false;
    byte *to = out->bytes + out->size;
    if (to[-1] != '{') *to++ = ',';
    memcpy(to, part->name, (size_t)part->size);
    to += part->size;
    *to++ = '"';
    memcpy(to, at, size);
    to += size;
    *to++ = '"';
    out->size = (size_t)(to - out->bytes);
    return true;
}

/* An array of texts without escapes: only blanks between them go. */
static bool texts(Buffer *out, const byte *at, const byte *end) {
    bool escapes;
    if (!buffer_put(out, '[')) return false;
    at = past_blanks(at + 1, end);
    while (*at == '"') {
        const byte *close = text_end(at + 1, end, &escapes);
        if (!close || !buffer_add(out, at, (size_t)(close + 1 - at))) return false;
        at = past_blanks(close + 1, end);
        if (*at != ',') break;
        if (!buffer_put(out, ',')) return false;
        at = past_blanks(at + 1, end);
    }
    return buffer_put(out, ']');
}

static bool value(Writer *writer, const Piece *part, const Cell *cell) {
    Buffer *out = &writer->out;
    const byte *at = cell_bytes(writer->table, cell);
    if (cell->kind == STR && cell->flags & PLAIN) return plain_text(out, part, at, cell->size); /* most of them */
    if (!name(writer, part)) return false;
    if (cell->kind == STR) return text(out, at, cell->size);
    return cell->kind & TEXTS ? texts(out, at, at + cell->size) : buffer_add(out, at, cell->size);
}

static bool row(void *self, Py_ssize_t number) {
    Writer *writer = self;
    Buffer *out = &writer->out;
    if (!buffer_put(out, '{')) return false;
    for (Py_ssize_t i = 0; i < writer->count; i++) {
        const Piece *part = &writer->parts[i];
        const Cell *cell = part->column < 0 ? NULL : cell_at(writer->table, number, part->column);
        bool good = true;
        if (cell && cell->kind == MISSING) {
            i = part->end ? part->end : i;
        } else if (cell && part->end && cell->kind == NUL) {
            good = name(writer, part) && buffer_add(out, "null", 4);
            i = part->end;
        } else if (part->end) {
            good = name(writer, part) && buffer_put(out, '{');
        } else {
            good = cell ? value(writer, part, cell) : buffer_put(out, '}');
        }
        if (!good) return false;
    }
    return buffer_add(out, "}\n", 2);
}

static bool pieces_of(Writer *writer, PyObject *given, const Py_ssize_t *columns, Py_ssize_t count) {
    Laid *laid = laid_out(given, count);
    bool good = laid != NULL;
    for (Py_ssize_t i = 0; good && i < writer->count; i++) {
        Piece *part = &writer->parts[i];
        part->column = laid[i].source < 0 ? -1 : columns[laid[i].source];
        part->end = laid[i].end;
        good = PyBytes_AsStringAndSize(laid[i].name, (char **)&part->name, &part->size) == 0;
    }
    free(laid);
    return good;
}

/* write_json(table, sources, order, parts, encode) -> bytes
 *
 * A part is (name, "value") for the next of the sources; (name, "object") for the beginning of an object, or "object?"
 * for one that is there, missing or null as the next of the sources is; (b"", "end") for its end. `encode` makes the
 * JSON of a value that is no text. */
PyObject *write_json(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *table, *sources, *parts, *order, *encode, *made = NULL;
    Writer writer = {0};
    if (!PyArg_ParseTuple(args, "O!O!OO!O", Table_type, &table, &PyList_Type, &sources, &order, &PyList_Type, &parts,
                          &encode))
        return NULL;
    writer.table = (Table *)table;
    writer.count = PyList_Size(parts);
    writer.parts = calloc((size_t)writer.count + 1, sizeof *writer.parts);
    if (!writer.parts) return PyErr_NoMemory();
    Py_ssize_t count, *columns = NULL;
    Row *rows = columns_of(&columns, (Table *)table, sources, encode, INT, FLOAT | LIST | DICT) &&
                        pieces_of(&writer, parts, columns, PyList_Size(sources))
                    ? rows_of(writer.table, order, &count)
                    : NULL;
    if (rows) made = written(&writer.out, rows, count, row, &writer);
    free(rows);
    free(columns);
    free(writer.parts);
    return made;
}
