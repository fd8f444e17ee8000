/* Tables: rows of cells, and the Python values of a column. */
#include "kernel.h"

PyTypeObject *Table_type;

Table *table_new(PyObject *source, Py_ssize_t width, PyObject *unset, PyObject *decode) {
    allocfunc alloc = (allocfunc)PyType_GetSlot(Table_type, Py_tp_alloc);
    Table *table = (Table *)alloc(Table_type, 0);
    if (!table) return NULL;
    Py_INCREF(source);
    Py_INCREF(unset);
    Py_INCREF(decode);
    table->source = source;
    table->unset = unset;
    table->decode = decode;
    table->bytes = (const byte *)PyBytes_AsString(source);
    table->width = width;
    if (buffer_reserve(&table->apart, 1)) return table; /* so that there is a place for empty texts */
    Py_DECREF(table);
    PyErr_NoMemory();
    return NULL;
}

Cell *table_row(Table *table) {
    if (table->rows == table->room) {
        Py_ssize_t room = table->room ? 2 * table->room : 512;
        Cell *cells = realloc(table->cells, sizeof(Cell) * (size_t)(room * table->width + 1));
        if (!cells) return NULL;
        table->cells = cells;
        table->room = room;
    }
    Cell *row = table->cells + table->rows++ * table->width;
    memset(row, 0, sizeof(Cell) * (size_t)table->width);
    return row;
}

static void table_dealloc(PyObject *self) {
    Table *table = (Table *)self;
    PyTypeObject *type = Py_TYPE(self);
    for (Py_ssize_t i = 0; i < table->more_count; i++) free(table->more[i]);
    free(table->more);
    free(table->cells);
    free(table->apart.bytes);
    free(table->disordered.bytes);
    free(table->lines.bytes);
    Py_XDECREF(table->source);
    Py_XDECREF(table->unset);
    Py_XDECREF(table->decode);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyObject *whole_number(const byte *at, size_t size) {
    if (size > 18) {
        char digits[512];
        if (size >= sizeof digits) return PyErr_Format(PyExc_ValueError, "a number has %zu digits", size);
        memcpy(digits, at, size);
        digits[size] = 0;
        return PyLong_FromString(digits, NULL, 10);
    }
    bool negative = *at == '-';
    long long value = 0;
    for (size_t i = negative; i < size; i++) value = value * 10 + (at[i] - '0');
    return PyLong_FromLongLong(negative ? -value : value);
}

static PyObject *texts(const byte *at, const byte *end) {
    PyObject *list = PyList_New(0);
    Buffer meant = {0};
    at = past_blanks(at + 1, end);
    while (list && *at == '"') {
        bool escapes = false;
        const byte *close = text_end(at + 1, end, &escapes);
        PyObject *text = NULL;
        if (!close) {
            PyErr_SetString(PyExc_ValueError, "no text");
        } else if (!escapes) {
            text = PyUnicode_DecodeUTF8((const char *)at + 1, close - at - 1, NULL);
        } else {
            meant.size = 0;
            if (text_meant(&meant, at + 1, close))
                text = PyUnicode_DecodeUTF8((const char *)meant.bytes, (Py_ssize_t)meant.size, NULL);
            else
                PyErr_SetString(PyExc_ValueError, "no text");
        }
        if (!text || PyList_Append(list, text) < 0) Py_CLEAR(list);
        Py_XDECREF(text);
        if (!list) break;
        at = past_blanks(close + 1, end);
        if (*at == ',') at = past_blanks(at + 1, end);
    }
    free(meant.bytes);
    return list;
}

PyObject *table_value(const Table *table, const Cell *cell) {
    const byte *at = cell_bytes(table, cell);
    switch (cell->kind) {
    case MISSING: Py_INCREF(table->unset); return table->unset;
    case STR: return PyUnicode_DecodeUTF8((const char *)at, cell->size, NULL);
    case INT: return whole_number(at, cell->size);
    case BOOL: return PyBool_FromLong(cell->flags & TRUE);
    case NUL: Py_RETURN_NONE;
    case LIST | TEXTS: return texts(at, at + cell->size);
    case DICT:
        if (!cell->size) Py_RETURN_TRUE; /* an object whose fields are columns: it is there */
        break;
    default: break;
    }
    return PyObject_CallFunction(table->decode, "y#", at, (Py_ssize_t)cell->size);
}

/* The values of a column, or of a row, as a list. */
static PyObject *values(const Table *table, PyObject *number, bool of_row) {
    Py_ssize_t wanted = PyLong_AsSsize_t(number), columns = table->width + table->more_count;
    if (wanted == -1 && PyErr_Occurred()) return NULL;
    if (wanted < 0 || wanted >= (of_row ? table->rows : columns))
        return PyErr_Format(PyExc_IndexError, "there is no %s %zd", of_row ? "row" : "column", wanted);
    Py_ssize_t count = of_row ? table->width : table->rows;
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *value = table_value(table, of_row ? cell_at(table, wanted, i) : cell_at(table, i, wanted));
        if (!value)
            Py_CLEAR(list);
        else
            PyList_SetItem(list, i, value);
    }
    return list;
}

/* column(number) -> list: the values of a column; what is missing is `unset`. */
static PyObject *table_column(PyObject *self, PyObject *number) { return values((Table *)self, number, false); }

/* row(number) -> list: the values of a row as it was read. */
static PyObject *table_row_values(PyObject *self, PyObject *number) { return values((Table *)self, number, true); }

/* line(number) -> bytes: the line that a row was read from. */
static PyObject *table_line(PyObject *self, PyObject *number) {
    const Table *table = (Table *)self;
    Py_ssize_t wanted = PyLong_AsSsize_t(number);
    if (wanted == -1 && PyErr_Occurred()) return NULL;
    if (wanted < 0 || (size_t)wanted >= table->lines.size / sizeof(Line))
        return PyErr_Format(PyExc_IndexError, "there is no line %zd", wanted);
    const Line *line = (const Line *)table->lines.bytes + wanted;
    return PyBytes_FromStringAndSize((const char *)table->bytes + line->at, line->size);
}

static PyObject *table_used(PyObject *self, void *context) {
    (void)context;
    return PyLong_FromSsize_t(((Table *)self)->used);
}

static bool add_number(PyObject *set, Py_ssize_t number) {
    PyObject *made = PyLong_FromSsize_t(number);
    bool good = made && PySet_Add(set, made) == 0;
    Py_XDECREF(made);
    return good;
}

/* odd(columns, disordered) -> set: the numbers of rows that have a value in one of the columns, and, if wanted, of rows
 * whose fields are not in the shape's order. */
static PyObject *table_odd(PyObject *self, PyObject *args) {
    const Table *table = (Table *)self;
    PyObject *columns;
    int disordered;
    if (!PyArg_ParseTuple(args, "O!p", &PyList_Type, &columns, &disordered)) return NULL;
    const Py_ssize_t *numbers = (const Py_ssize_t *)table->disordered.bytes;
    size_t count = disordered ? table->disordered.size / sizeof *numbers : 0;
    PyObject *set = PySet_New(NULL);
    bool good = set != NULL;
    for (size_t i = 0; good && i < count; i++) good = add_number(set, numbers[i]);
    for (Py_ssize_t i = 0; good && i < PyList_Size(columns); i++) {
        Py_ssize_t column = PyLong_AsSsize_t(PyList_GetItem(columns, i));
        good = column >= 0 && column < table->width + table->more_count;
        if (!good && !PyErr_Occurred()) PyErr_Format(PyExc_IndexError, "there is no column %zd", column);
        for (Py_ssize_t row = 0; good && row < table->rows; row++)
            if (cell_at(table, row, column)->kind != MISSING) good = add_number(set, row);
    }
    if (!good) Py_CLEAR(set);
    return set;
}

static Py_ssize_t table_length(PyObject *self) { return ((Table *)self)->rows; }

static PyMethodDef methods[] = {
    {"column", table_column, METH_O, "Give the values of a column as a list."},
    {"replace", table_replace, METH_VARARGS, "Make a column in which a text stands for each of some letters."},
    {"join", table_join, METH_VARARGS, "Make a column in which arrays are one text."},
    {"either", table_either, METH_VARARGS, "Make a column of two: what the second has where the first is missing."},
    {"odd", table_odd, METH_VARARGS, "Find the rows that have a value in some columns, or another order of fields."},
    {"records", table_records, METH_VARARGS, "Make whole records of rows."},
    {"line", table_line, METH_O, "Give the line that a row was read from."},
    {"row", table_row_values, METH_O, "Give the values of a row as a list."},
    {0},
};
static PyGetSetDef getters[] = {
    {"used", table_used, NULL, "How many bytes of the block whole rows take.", NULL},
    {0},
};
static PyType_Slot slots[] = {
    {Py_tp_dealloc, table_dealloc}, {Py_tp_methods, methods}, {Py_tp_getset, getters},
    {Py_sq_length, table_length},   {0, NULL},
};
static PyType_Spec spec = {"identitysync.native._kernel.Table", sizeof(Table), 0,
                           Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

bool add_table(PyObject *module) {
    Table_type = (PyTypeObject *)PyType_FromSpec(&spec);
    return Table_type && PyModule_AddObjectRef(module, "Table", (PyObject *)Table_type) == 0;
}
