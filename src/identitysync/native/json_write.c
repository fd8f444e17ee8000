/* Write the rows of a table as JSON objects, one on each line. */
#include "kernel.h"

/* A part of an object: a name with a value, the beginning of an object inside, or (without a name) the end of one. */
typedef struct {
    const char *name; /* with its quotes and the colon */
    Py_ssize_t size, column; /* -1 for the beginning and the end of an object */
} Part;

typedef struct {
    const Table *table;
    Part *parts;
    Py_ssize_t count;
    Buffer out;
} Writer;

static bool name(Writer *writer, const Part *part) {
    Buffer *out = &writer->out;
    return (out->bytes[out->size - 1] == '{' || buffer_put(out, ',')) && buffer_add(out, part->name, (size_t)part->size);
}

static bool text(Buffer *out, const byte *at, size_t size) {
    return buffer_put(out, '"') && text_escaped(out, at, size) && buffer_put(out, '"');
}

static bool plain_text(Buffer *out, const Part *part, const byte *at, size_t size) {
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

static bool row(void *self, Py_ssize_t number) {
    Writer *writer = self;
    Buffer *out = &writer->out;
    if (!buffer_put(out, '{')) return false;
    for (Py_ssize_t i = 0; i < writer->count; i++) {
        const Part *part = &writer->parts[i];
        if (part->column < 0) {
            if (!(part->size ? name(writer, part) && buffer_put(out, '{') : buffer_put(out, '}'))) return false;
            continue;
        }
        const Cell *cell = cell_at(writer->table, number, part->column);
        const byte *at = cell_bytes(writer->table, cell);
        if (cell->kind == MISSING) continue;
        if (cell->kind == STR && cell->flags & PLAIN) { /* most of them: all at once */
            if (!plain_text(out, part, at, cell->size)) return false;
        } else if (!name(writer, part) || !(cell->kind == STR ? text(out, at, cell->size)
                                                              : buffer_add(out, at, cell->size))) {
            return false;
        }
    }
    return buffer_add(out, "}\n", 2);
}

/* Read parts: a list of (name, whether it has a value). Values get the columns in turn. */
static bool parts_of(Part *parts, PyObject *given, const Py_ssize_t *columns, Py_ssize_t count) {
    Py_ssize_t next = 0;
    for (Py_ssize_t i = 0; i < PyList_Size(given); i++) {
        int has_value;
        if (!PyArg_ParseTuple(PyList_GetItem(given, i), "y#p", &parts[i].name, &parts[i].size, &has_value)) return false;
        if (has_value && next == count) {
            PyErr_SetString(PyExc_ValueError, "there are more values than sources");
            return false;
        }
        parts[i].column = has_value ? columns[next++] : -1;
    }
    return true;
}

/* write_json(table, sources, order, parts, encode) -> bytes
 *
 * A part is (name, True) for a value, the next of the sources; (name, False) for the beginning of an object, and
 * (b"", False) for its end. `encode` makes the JSON of a value that is no text. */
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
    Row *rows = columns_of(&columns, (Table *)table, sources, encode, INT) &&
                        parts_of(writer.parts, parts, columns, PyList_Size(sources))
                    ? rows_of(writer.table, order, &count)
                    : NULL;
    if (rows) made = written(&writer.out, rows, count, row, &writer);
    free(rows);
    free(columns);
    free(writer.parts);
    return made;
}
