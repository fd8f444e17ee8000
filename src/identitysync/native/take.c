/* Take whole records into a table. A value that is still the one that a record was made with has its cell already. */
#include "kernel.h"

enum { DEEPEST = 60, NEAR = 64 };

typedef struct {
    const Shape *shape;
    Table *table;
    Py_ssize_t row;
    const Records *records; /* NULL where nothing is known of what the records were made of */
    Py_ssize_t made, next;  /* which of these it is, and which the next one may be */
    bool disordered;
} Taker;

static const Field *field_of(const Node *node, PyObject *key, Py_ssize_t guess) {
    for (Py_ssize_t tried = 0, i = guess; tried < node->count; tried++, i++) {
        if (i >= node->count) i = 0;
        if (node->fields[i].key == key) return &node->fields[i]; /* mostly it is the one that follows the last one */
    }
    for (Py_ssize_t i = 0; i < node->count; i++)
        if (PyUnicode_Compare(node->fields[i].key, key) == 0) return &node->fields[i];
    return NULL;
}

/* Whether a value is one that JSON holds as it is. */
static bool is_plain(PyObject *value, int depth) {
    if (PyUnicode_CheckExact(value) || PyLong_CheckExact(value) || PyBool_Check(value) || value == Py_None) return true;
    if (PyFloat_CheckExact(value)) return PyFloat_AsDouble(value) - PyFloat_AsDouble(value) == 0.0;
    if (depth == 0) return false;
    if (PyList_CheckExact(value)) {
        for (Py_ssize_t i = 0; i < PyList_Size(value); i++)
            if (!is_plain(PyList_GetItem(value, i), depth - 1)) return false;
        return true;
    }
    if (!PyDict_CheckExact(value)) return false;
    PyObject *key, *inside;
    Py_ssize_t position = 0;
    while (PyDict_Next(value, &position, &key, &inside))
        if (!PyUnicode_CheckExact(key) || !is_plain(inside, depth - 1)) return false;
    return true;
}

static byte kind_of(PyObject *value) {
    if (PyUnicode_CheckExact(value)) return STR;
    if (PyLong_CheckExact(value)) return INT;
    if (PyBool_Check(value)) return BOOL;
    if (value == Py_None) return NUL;
    if (PyFloat_CheckExact(value)) return FLOAT;
    if (PyDict_CheckExact(value)) return DICT;
    if (!PyList_CheckExact(value)) return MISSING;
    for (Py_ssize_t i = 0; i < PyList_Size(value); i++)
        if (!PyUnicode_CheckExact(PyList_GetItem(value, i))) return LIST;
    return LIST | TEXTS;
}

/* Find the part that a field was made of, at or behind `first`; `end` when there is none. */
static Py_ssize_t part_of(const Records *records, PyObject *key, Py_ssize_t first, Py_ssize_t end) {
    while (first < end && records->parts[first].name != key) first = part_behind(&records->parts[first], first);
    return first;
}

/* Give a cell of the table that the records were made of; false without memory. */
static bool copied(Taker *taker, Cell *cell, const Cell *given) {
    *cell = *given;
    if (!(given->flags & APART)) return true; /* both tables have the same input */
    Buffer *out = &taker->table->apart;
    cell->at = (uint32_t)out->size;
    return out->size + given->size < INT32_MAX && buffer_add(out, cell_bytes(taker->records->table, given), given->size);
}

static bool take_object(Taker *taker, const Node *node, PyObject *object, Py_ssize_t first, Py_ssize_t end);

static bool take_value(Taker *taker, const Field *field, PyObject *value, Py_ssize_t part, bool same) {
    Cell *cell = &taker->table->cells[taker->row * taker->table->width + field->column];
    const Records *records = taker->records;
    if (same && records->parts[part].column >= 0 && !records->parts[part].end) {
        const Cell *given = cell_at(records->table, records->numbers[taker->made], records->parts[part].column);
        if (given->kind & (STR | INT | FLOAT | BOOL | NUL))
            return (field->mask & given->kind || (field->node && given->kind == NUL)) && copied(taker, cell, given);
    }
    byte kind = kind_of(value), plain = kind & TEXTS ? LIST : kind;
    if (kind == DICT && field->node) {
        cell->kind = DICT;
        return same ? take_object(taker, field->node, value, part + 1, records->parts[part].end)
                    : take_object(taker, field->node, value, 0, 0);
    }
    if (!(field->mask & plain) || (field->node && plain != NUL)) return false;
    if (field->mask & TEXTS && plain == LIST && !(kind & TEXTS)) return false;
    if (plain & (LIST | DICT | FLOAT) && !is_plain(value, DEEPEST)) return false;
    if (!absorb(taker->table, cell, value, taker->shape->encode, kind)) return false;
    if (kind & TEXTS && !memchr(cell_bytes(taker->table, cell), '\\', cell->size)) cell->flags |= PLAIN;
    return true;
}

/* Take an object; the parts from `first` to before `end` are those that it was made of. */
static bool take_object(Taker *taker, const Node *node, PyObject *object, Py_ssize_t first, Py_ssize_t end) {
    PyObject *key, *value;
    Py_ssize_t position = 0, guess = 0, required = 0;
    PyObject **values = end ? taker->records->values + taker->made * taker->records->count : NULL;
    while (PyDict_Next(object, &position, &key, &value)) {
        const Field *field = PyUnicode_CheckExact(key) ? field_of(node, key, guess) : NULL;
        if (!field) return false;
        if (field - node->fields < guess) taker->disordered = true;
        guess = field - node->fields + 1;
        required += field->required;
        Py_ssize_t part = end ? part_of(taker->records, key, first, end) : 0;
        bool found = part < end;
        if (found) first = part_behind(&taker->records->parts[part], part);
        if (!take_value(taker, field, value, part, found && values[part] == value)) return false;
    }
    return required == node->required;
}

static bool take(Taker *taker, PyObject *record) {
    const Records *records = taker->records;
    if (!PyDict_CheckExact(record) || !table_row(taker->table)) return false;
    taker->disordered = false;
    Py_ssize_t end = 0;
    if (records && taker->next < records->rows) {
        /* some may have been dropped; of another object than was given, values may still be those that were given */
        Py_ssize_t near = taker->next;
        while (near < records->rows && near < taker->next + NEAR && records->dicts[near] != record) near++;
        taker->made = near < records->rows && records->dicts[near] == record ? near : taker->next;
        taker->next = taker->made + 1;
        end = records->numbers[taker->made] < 0 ? 0 : records->count;
    }
    return take_object(taker, taker->shape->top, record, 0, end) &&
           (!taker->disordered || buffer_add(&taker->table->disordered, &taker->row, sizeof taker->row));
}

/* take(list, records) -> Table | None: a table of whole records, unless one of them is not as simple as that. `records`
 * is what they were made of, or None. */
PyObject *shape_take(PyObject *self, PyObject *args) {
    PyObject *list, *records;
    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &records)) return NULL;
    Taker taker = {.shape = (const Shape *)self};
    if (PyObject_TypeCheck(records, Records_type)) taker.records = (const Records *)records;
    PyObject *source = taker.records ? taker.records->table->source : PyBytes_FromStringAndSize("", 0);
    if (!source) return NULL;
    taker.table = table_new(source, taker.shape->width, taker.shape->unset, taker.shape->decode);
    if (!taker.records) Py_DECREF(source);
    bool good = taker.table != NULL;
    for (taker.row = 0; good && taker.row < PyList_Size(list); taker.row++)
        good = take(&taker, PyList_GetItem(list, taker.row));
    if (good) return (PyObject *)taker.table;
    Py_XDECREF((PyObject *)taker.table);
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_ValueError)) return NULL;
    PyErr_Clear(); /* no plain data: whoever writes it tells of that */
    Py_RETURN_NONE;
}
