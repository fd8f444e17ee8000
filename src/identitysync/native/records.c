/* Whole records: dicts that are made of the rows of a table, and dicts that are taken into one. */
#include "kernel.h"

/* A part of a record; as in json_write.c. */
typedef struct {
    PyObject *name; /* NULL for the end of an object */
    Py_ssize_t end;
    PyObject *source; /* a list of values or a tuple with one, borrowed; NULL where there is a column */
    Py_ssize_t column; /* -1 for none */
} Part;

typedef struct {
    const Table *table;
    Part *parts;
    Py_ssize_t count;
} Maker;

static void maker_free(Maker *maker) {
    for (Py_ssize_t i = 0; maker->parts && i < maker->count; i++) Py_XDECREF(maker->parts[i].name);
    free(maker->parts);
}

static bool source_of(Part *part, const Table *table, PyObject *source) {
    part->column = -1;
    if (PyLong_Check(source)) {
        part->column = PyLong_AsSsize_t(source);
        if (part->column >= 0 && part->column < table->width + table->more_count) return true;
    } else if ((PyList_Check(source) && PyList_Size(source) == table->rows) ||
               (PyTuple_Check(source) && PyTuple_Size(source) == 1)) {
        part->source = source;
        return true;
    }
    PyErr_SetString(PyExc_ValueError, "no source of values");
    return false;
}

static bool parts_of(Maker *maker, PyObject *given, PyObject *sources) {
    Py_ssize_t next = 0, open = -1;
    maker->count = PyList_Size(given);
    maker->parts = calloc((size_t)maker->count + 1, sizeof *maker->parts);
    if (!maker->parts) return PyErr_NoMemory() != NULL;
    for (Py_ssize_t i = 0; i < maker->count; i++) {
        Part *part = &maker->parts[i];
        const char *what;
        PyObject *name;
        part->column = -1;
        if (!PyArg_ParseTuple(PyList_GetItem(given, i), "Us", &name, &what)) return false;
        bool has_source = !strcmp(what, "value") || !strcmp(what, "object?"), ends = !strcmp(what, "end");
        if ((has_source && next == PyList_Size(sources)) || (ends && open < 0)) {
            PyErr_SetString(PyExc_ValueError, "there are not as many sources as values, or ends as objects");
            return false;
        }
        if (has_source && !source_of(part, maker->table, PyList_GetItem(sources, next++))) return false;
        if (ends) {
            Py_ssize_t around = maker->parts[open].end;
            maker->parts[open].end = i;
            open = around;
            continue;
        }
        Py_INCREF(name);
        PyUnicode_InternInPlace(&name);
        part->name = name;
        if (*what == 'o') {
            part->end = open;
            open = i;
        }
    }
    if (open >= 0) PyErr_SetString(PyExc_ValueError, "an object has no end");
    return open < 0;
}

/* The value of a part in a row: a new reference. */
static PyObject *value_of(const Maker *maker, const Part *part, Py_ssize_t row) {
    if (part->column >= 0) return table_value(maker->table, cell_at(maker->table, row, part->column));
    PyObject *value = PyList_Check(part->source) ? PyList_GetItem(part->source, row) : PyTuple_GetItem(part->source, 0);
    Py_XINCREF(value);
    return value;
}

/* Make the object of the parts from `first` to before `end`. */
static PyObject *object(const Maker *maker, Py_ssize_t first, Py_ssize_t end, Py_ssize_t row) {
    PyObject *made = PyDict_New();
    for (Py_ssize_t i = first; made && i < end; i++) {
        const Part *part = &maker->parts[i];
        PyObject *value = NULL;
        if (part->column >= 0 || part->source) {
            value = value_of(maker, part, row);
            if (value == maker->table->unset) {
                Py_DECREF(value);
                i = part->end ? part->end : i;
                continue;
            }
        }
        if (part->end) {
            if (value != Py_None) {
                Py_XDECREF(value);
                value = object(maker, i + 1, part->end, row);
            }
            i = part->end;
        }
        if (!value || PyDict_SetItem(made, part->name, value) < 0) Py_CLEAR(made);
        Py_XDECREF(value);
    }
    return made;
}

/* records(parts, sources, order) -> list: for each row's number a dict, and for anything else what it is. */
PyObject *table_records(PyObject *self, PyObject *args) {
    PyObject *parts, *sources, *order;
    if (!PyArg_ParseTuple(args, "O!O!O!", &PyList_Type, &parts, &PyList_Type, &sources, &PyList_Type, &order)) return NULL;
    Maker maker = {.table = (Table *)self};
    Py_ssize_t count = PyList_Size(order);
    PyObject *made = parts_of(&maker, parts, sources) ? PyList_New(count) : NULL;
    for (Py_ssize_t i = 0; made && i < count; i++) {
        PyObject *each = PyList_GetItem(order, i), *record = each;
        Py_INCREF(each);
        if (PyLong_CheckExact(each)) {
            Py_ssize_t row = PyLong_AsSsize_t(each);
            Py_DECREF(each);
            record = NULL;
            if (row >= 0 && row < maker.table->rows)
                record = object(&maker, 0, maker.count, row);
            else if (!PyErr_Occurred())
                PyErr_SetString(PyExc_IndexError, "there is no such row");
        }
        if (record)
            PyList_SetItem(made, i, record);
        else
            Py_CLEAR(made);
    }
    maker_free(&maker);
    return made;
}

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

enum { DEEPEST = 60 };

static bool take(const Shape *shape, const Node *node, Table *table, Py_ssize_t row, PyObject *record, bool *disordered) {
    PyObject *key, *value;
    Py_ssize_t position = 0, guess = 0, required = 0;
    while (PyDict_Next(record, &position, &key, &value)) {
        const Field *field = PyUnicode_CheckExact(key) ? field_of(node, key, guess) : NULL;
        if (!field) return false;
        if (field - node->fields < guess) *disordered = true;
        guess = field - node->fields + 1;
        required += field->required;
        byte kind = kind_of(value), plain = kind & TEXTS ? LIST : kind;
        Cell *cell = &table->cells[row * table->width + field->column];
        if (kind == DICT && field->node) {
            cell->kind = DICT;
            if (!take(shape, field->node, table, row, value, disordered)) return false;
            continue;
        }
        if (!(field->mask & plain) || (field->node && plain != NUL)) return false;
        if (field->mask & TEXTS && plain == LIST && !(kind & TEXTS)) return false;
        if (plain & (LIST | DICT | FLOAT) && !is_plain(value, DEEPEST)) return false;
        if (!absorb(table, cell, value, shape->encode, kind)) return false;
        if (kind & TEXTS && !memchr(cell_bytes(table, cell), '\\', cell->size)) cell->flags |= PLAIN;
    }
    return required == node->required;
}

/* take(records) -> Table | None: a table of whole records, unless one of them is not as simple as that. */
PyObject *shape_take(PyObject *self, PyObject *records) {
    const Shape *shape = (const Shape *)self;
    if (!PyList_Check(records)) return PyErr_Format(PyExc_TypeError, "records come in a list");
    PyObject *nothing = PyBytes_FromStringAndSize("", 0);
    Table *table = nothing ? table_new(nothing, shape->width, shape->unset, shape->decode) : NULL;
    Py_XDECREF(nothing);
    bool good = table != NULL;
    for (Py_ssize_t i = 0; good && i < PyList_Size(records); i++) {
        PyObject *record = PyList_GetItem(records, i);
        bool disordered = false;
        good = PyDict_CheckExact(record) && table_row(table) && take(shape, shape->top, table, i, record, &disordered) &&
               (!disordered || buffer_add(&table->disordered, &i, sizeof i));
    }
    if (good) return (PyObject *)table;
    Py_XDECREF((PyObject *)table);
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_ValueError)) return NULL;
    PyErr_Clear(); /* no plain data: whoever writes it tells of that */
    Py_RETURN_NONE;
}
