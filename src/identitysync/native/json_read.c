/* Read JSON objects whose shape is known into a table: those of lines, or the elements of an array. */
#include "kernel.h"

/* Find a field by its name: mostly it is the one that follows the last one. */
static const Field *field_of(const Node *node, const byte *name, Py_ssize_t size, Py_ssize_t guess) {
    for (Py_ssize_t tried = 0; tried < node->count; tried++, guess++) {
        if (guess >= node->count) guess = 0;
        const Field *field = &node->fields[guess];
        if (field->size == size && !memcmp(field->name, name, (size_t)size)) return field;
    }
    return NULL;
}

static bool text_cell(Table *table, Cell *cell, const byte *at, const byte *close, bool escapes) {
    cell->kind = STR;
    if (!escapes) {
        cell->flags = PLAIN;
        cell->at = (uint32_t)(at - table->bytes);
        cell->size = (uint32_t)(close - at);
        return true;
    }
    size_t before = table->apart.size;
    cell->flags = APART;
    cell->at = (uint32_t)before;
    if (!text_meant(&table->apart, at, close)) return false;
    cell->size = (uint32_t)(table->apart.size - before);
    return true;
}

static bool note_disorder(Table *table) {
    Py_ssize_t number = table->rows - 1;
    return buffer_add(&table->disordered, &number, sizeof number);
}

static const byte *object(const Node *node, Table *table, Cell *row, const byte *at, const byte *end) {
    Py_ssize_t guess = 0, required = 0;
    bool disordered = false;
    at = past_blanks(at + 1, end);
    if (at < end && *at == '}') return node->required ? NULL : at + 1;
    for (;;) {
        bool escapes = false;
        if (at == end || *at != '"') return NULL;
        const byte *name = at + 1;
        at = text_end(name, end, &escapes);
        if (!at || escapes) return NULL;
        const Field *field = field_of(node, name, at - name, guess);
        if (!field) return NULL;
        if (field - node->fields < guess) disordered = true;
        guess = field - node->fields + 1;
        required += field->required;
        Cell *cell = &row[field->column];
        if (cell->kind != MISSING) return NULL; /* a name that comes twice */
        at = past_blanks(at + 1, end);
        if (at == end || *at != ':') return NULL;
        at = past_blanks(at + 1, end);
        if (at == end) return NULL;
        if (*at == '"' && field->mask & STR && !field->node) {
            escapes = false;
            const byte *start = at + 1;
            at = text_end(start, end, &escapes);
            if (!at || !text_cell(table, cell, start, at, escapes)) return NULL;
            at++;
        } else if (*at == '{' && field->node) {
            cell->kind = DICT;
            if (!(at = object(field->node, table, row, at, end))) return NULL;
        } else {
            byte kind;
            const byte *start = at;
            if (!(at = value_end(at, end, 1, &kind))) return NULL;
            byte plain = kind & TEXTS ? LIST : kind;
            if (!(field->mask & plain) || (field->node && plain != NUL)) return NULL;
            if (field->mask & TEXTS && plain == LIST && !(kind & TEXTS)) return NULL;
            cell->kind = kind;
            if (kind == BOOL && *start == 't') cell->flags = TRUE;
            if (kind & TEXTS && !memchr(start, '\\', (size_t)(at - start))) cell->flags = PLAIN;
            cell->at = (uint32_t)(start - table->bytes);
            cell->size = (uint32_t)(at - start);
        }
        at = past_blanks(at, end);
        if (at == end) return NULL;
        if (*at == '}') {
            if (required != node->required || (disordered && !note_disorder(table))) return NULL;
            return at + 1;
        }
        if (*at != ',') return NULL;
        at = past_blanks(at + 1, end);
    }
}

/* Read one record into a new row; gives the byte behind it, NULL when it is not of the shape. */
static const byte *record(const Shape *shape, Table *table, const byte *at, const byte *end) {
    Cell *row = table_row(table);
    const byte *start = at;
    if (!row || at == end || *at != '{' || !(at = object(shape->top, table, row, at, end))) return NULL;
    Line line = {.at = (uint32_t)(start - table->bytes), .size = (uint32_t)(at - start)};
    return buffer_add(&table->lines, &line, sizeof line) ? at : NULL;
}

static bool read_lines(const Shape *shape, Table *table, const byte *at, const byte *end) {
    while (at < end) {
        if (!(at = record(shape, table, at, end))) return false;
        if (at < end && *at == '\r') at++;
        if (at < end && *at++ != '\n') return false;
    }
    return true;
}

static const byte *past_lines(const byte *at, const byte *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
    return at;
}

/* The elements of a part of an array: with a comma before the first one unless the array begins there, and with the
 * closing bracket where it ends. */
static bool read_elements(const Shape *shape, Table *table, const byte *at, const byte *end, bool begins, bool ends) {
    at = past_lines(at, end);
    if (!begins && (at == end || *at++ != ',')) return false;
    for (;;) {
        if (!(at = record(shape, table, past_lines(at, end), end))) return false;
        at = past_lines(at, end);
        if (at == end) return !ends;
        if (*at == ']') return ends && past_lines(at + 1, end) == end;
        if (*at++ != ',') return false;
    }
}

/* read(data) -> Table | None: the lines of a block, unless one of them is not as simple as that.
 * read(data, begins, ends) -> Table | None: the elements of a part of an array. */
PyObject *shape_read(PyObject *self, PyObject *args) {
    const Shape *shape = (const Shape *)self;
    PyObject *data;
    int begins = -1, ends = -1;
    char *bytes;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "S|pp", &data, &begins, &ends)) return NULL;
    if (PyBytes_AsStringAndSize(data, &bytes, &size) < 0) return NULL;
    if (size > INT32_MAX) Py_RETURN_NONE;
    Table *table = table_new(data, shape->width, shape->unset, shape->decode);
    if (!table) return NULL;
    const byte *start = (const byte *)bytes;
    bool good;
    Py_BEGIN_ALLOW_THREADS
    good = begins < 0 ? read_lines(shape, table, start, start + size)
                      : read_elements(shape, table, start, start + size, begins, ends);
    Py_END_ALLOW_THREADS
    if (good) return (PyObject *)table;
    Py_DECREF((PyObject *)table);
    Py_RETURN_NONE;
}
