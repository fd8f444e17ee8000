/* Columns that are made of others, for all rows at once. */
#include "kernel.h"

enum { LARGEST = 1 << 16 }; /* larger texts are made in Python, which has budgets */

/* A new column, whose cells are not set. */
static Cell *column_new(Table *table) {
    Cell **more = realloc(table->more, sizeof *more * (size_t)(table->more_count + 1));
    Cell *made = malloc(sizeof *made * (size_t)(table->rows + 1));
    if (more) table->more = more;
    if (!more || !made) {
        free(made);
        PyErr_NoMemory();
        return NULL;
    }
    return table->more[table->more_count++] = made;
}

/* A new column, all of it as the given one is. */
static Cell *column_like(Table *table, Py_ssize_t column) {
    if (column < 0 || column >= table->width + table->more_count) {
        PyErr_Format(PyExc_IndexError, "there is no column %zd", column);
        return NULL;
    }
    Cell *made = column_new(table);
    for (Py_ssize_t i = 0; made && i < table->rows; i++) made[i] = *cell_at(table, i, column);
    return made;
}

/* Write a whole number; gives how many digits it has, 0 when it is too large. */
static Py_ssize_t digits_of(char *digits, size_t room, PyObject *value) {
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    return overflow ? 0 : snprintf(digits, room, "%lld", number);
}

/* Take a Python value into a cell: a text or a whole number as it is, any other as what `convert` makes of it, which is
 * of that kind. */
bool absorb(Table *table, Cell *cell, PyObject *value, PyObject *convert, byte kind) {
    Buffer *out = &table->apart;
    Py_ssize_t size = 0;
    const char *bytes = "";
    char digits[24];
    PyObject *made = NULL;
    bool good = true;
    *cell = (Cell){.kind = NUL, .flags = APART, .at = (uint32_t)out->size};
    if (value == table->unset) {
        cell->kind = MISSING;
        return true;
    }
    if (value == Py_None) {
        bytes = "null", size = 4;
    } else if (value == Py_True || value == Py_False) {
        cell->kind = BOOL;
        if (value == Py_True) cell->flags |= TRUE;
        bytes = value == Py_True ? "true" : "false", size = value == Py_True ? 4 : 5;
    } else if (PyLong_CheckExact(value) && (size = digits_of(digits, sizeof digits, value))) {
        cell->kind = kind == STR ? STR : INT;
        if (kind == STR) cell->flags |= PLAIN;
        bytes = digits;
    } else {
        bool is_text = PyUnicode_CheckExact(value);
        cell->kind = is_text ? STR : kind;
        if (!is_text && !(value = made = PyObject_CallFunctionObjArgs(convert, value, NULL))) return false;
        good = PyUnicode_Check(value) ? (bytes = PyUnicode_AsUTF8AndSize(value, &size)) != NULL
                                      : PyBytes_AsStringAndSize(value, (char **)&bytes, &size) == 0;
        if (good && cell->kind == STR && text_is_plain((const byte *)bytes, (size_t)size)) cell->flags |= PLAIN;
    }
    good = good && out->size + (size_t)size < INT32_MAX && buffer_add(out, bytes, (size_t)size);
    cell->size = (uint32_t)size;
    Py_XDECREF(made);
    if (!good && !PyErr_Occurred()) PyErr_NoMemory();
    return good;
}

/* Whether Python must make the text of a value: not that of an object whose fields are columns, nor that of an array of
 * plain texts, unless such are odd, too. */
static bool is_odd(const Cell *cell, byte odd) {
    if (cell->kind & TEXTS && cell->flags & PLAIN) return odd & TEXTS;
    return cell->kind & odd && !(cell->kind == DICT && !cell->size);
}

/* What a writer can write without Python: a column of which no cell is odd. */
static bool simple_column(Table *table, Py_ssize_t *column, PyObject *convert, byte kind, byte odd) {
    Py_ssize_t row = 0;
    while (row < table->rows && !is_odd(cell_at(table, row, *column), odd)) row++;
    if (row == table->rows) return true;
    Cell *made = column_like(table, *column);
    if (!made) return false;
    *column = table->width + table->more_count - 1;
    for (; row < table->rows; row++) {
        if (!is_odd(&made[row], odd)) continue;
        PyObject *value = table_value(table, &made[row]);
        bool good = value && absorb(table, &made[row], value, convert, kind);
        Py_XDECREF(value);
        if (!good) return false;
    }
    return true;
}

/* Find or make the column for a source: a column's number, a list with a value for each row, or a tuple with the one
 * value of all rows. */
static bool column_of(Py_ssize_t *column, Table *table, PyObject *source, PyObject *convert, byte kind, byte odd) {
    if (PyLong_Check(source)) {
        *column = PyLong_AsSsize_t(source);
        if (*column >= 0 && *column < table->width + table->more_count)
            return simple_column(table, column, convert, kind, odd);
    } else if (PyList_Check(source) && PyList_Size(source) == table->rows) {
        Cell *made = column_new(table);
        *column = table->width + table->more_count - 1;
        for (Py_ssize_t i = 0; made && i < table->rows; i++)
            if (!absorb(table, &made[i], PyList_GetItem(source, i), convert, kind)) return false;
        return made != NULL;
    } else if (PyTuple_Check(source) && PyTuple_Size(source) == 1) {
        Cell *made = column_new(table), one;
        *column = table->width + table->more_count - 1;
        if (!made || !absorb(table, &one, PyTuple_GetItem(source, 0), convert, kind)) return false;
        for (Py_ssize_t i = 0; i < table->rows; i++) made[i] = one;
        return true;
    }
    PyErr_SetString(PyExc_ValueError, "no source of cells");
    return false;
}

/* The columns for a list of sources; the caller frees them. What is computed, and what is of an odd kind, is what
 * `convert` makes of it, and then of that kind. */
bool columns_of(Py_ssize_t **columns, Table *table, PyObject *sources, PyObject *convert, byte kind, byte odd) {
    Py_ssize_t count = PyList_Size(sources);
    *columns = malloc(sizeof **columns * (size_t)(count + 1));
    if (!*columns) {
        PyErr_NoMemory();
        return false;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        if (!column_of(&(*columns)[i], table, PyList_GetItem(sources, i), convert, kind, odd)) return false;
    return true;
}

static bool finish(Table *table, Cell *cell, size_t before) {
    size_t size = table->apart.size - before;
    if (size > LARGEST || table->apart.size > INT32_MAX) return false;
    cell->at = (uint32_t)before;
    cell->size = (uint32_t)size;
    cell->kind = STR;
    cell->flags = APART;
    return true;
}

static bool replace(Table *table, Cell *cell, const bool *wanted, const char *by, size_t by_size) {
    const byte *at = cell_bytes(table, cell);
    size_t size = cell->size, i = 0;
    while (i < size && !wanted[at[i]]) i++;
    if (i == size) return true;
    /* room first: the bytes may stand in the buffer that grows */
    Buffer *out = &table->apart;
    size_t before = out->size;
    if (size > LARGEST || !buffer_reserve(out, size * (by_size + 1))) return false;
    at = cell_bytes(table, cell);
    for (i = 0; i < size; i++)
        if (!(wanted[at[i]] ? buffer_add(out, by, by_size) : buffer_put(out, at[i]))) return false;
    return finish(table, cell, before);
}

/* replace(column, letters, by): a new column in which texts have `by` for each of some ASCII letters. */
PyObject *table_replace(PyObject *self, PyObject *args) {
    Table *table = (Table *)self;
    Py_ssize_t column, letters_size, by_size;
    const char *letters, *by;
    if (!PyArg_ParseTuple(args, "ny#y#", &column, &letters, &letters_size, &by, &by_size)) return NULL;
    bool wanted[256] = {false};
    for (Py_ssize_t i = 0; i < letters_size; i++) wanted[(byte)letters[i]] = true;
    Cell *made = column_like(table, column);
    if (!made) return NULL;
    bool good = true;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; good && i < table->rows; i++)
        good = made[i].kind != STR || replace(table, &made[i], wanted, by, (size_t)by_size);
    Py_END_ALLOW_THREADS
    if (!good) return PyErr_Format(PyExc_OverflowError, "a text is too large");
    Py_RETURN_NONE;
}

static const byte *join_text(Buffer *out, const byte *at, const byte *end) {
    bool escapes = false;
    const byte *close = text_end(at + 1, end, &escapes);
    if (!close) return NULL;
    bool good = escapes ? text_meant(out, at + 1, close) : buffer_add(out, at + 1, (size_t)(close - at - 1));
    return good ? close + 1 : NULL;
}

/* Join what stands in an array, as long as its text is what stands there: no object, array, or broken number. */
static bool join(Table *table, Cell *cell, const char *by, size_t by_size) {
    Buffer *out = &table->apart;
    size_t before = out->size;
    const byte *at = table->bytes + cell->at, *end = at + cell->size;
    at = past_blanks(at + 1, end);
    for (bool first = true; *at != ']'; first = false) {
        byte kind = STR;
        const byte *next = NULL;
        if (!first && !buffer_add(out, by, by_size)) return false;
        if (*at == '"') {
            next = join_text(out, at, end);
        } else if ((next = value_end(at, end, 1, &kind))) {
            if (!(kind & (INT | BOOL | NUL))) return false;
            if (kind != NUL && !buffer_add(out, at, (size_t)(next - at))) return false;
        }
        if (!next) return false;
        at = past_blanks(next, end);
        if (*at == ',') at = past_blanks(at + 1, end);
    }
    return finish(table, cell, before);
}

/* join(column, by): a new column in which each array is one text, with `by` between. */
PyObject *table_join(PyObject *self, PyObject *args) {
    Table *table = (Table *)self;
    Py_ssize_t column, by_size;
    const char *by;
    if (!PyArg_ParseTuple(args, "ny#", &column, &by, &by_size)) return NULL;
    Cell *made = column_like(table, column);
    if (!made) return NULL;
    bool good = true;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; good && i < table->rows; i++)
        good = !(made[i].kind & LIST) || join(table, &made[i], by, (size_t)by_size);
    Py_END_ALLOW_THREADS
    if (!good) return PyErr_Format(PyExc_ValueError, "an array is too large, or holds more than plain values");
    Py_RETURN_NONE;
}

/* either(column, other, alone): a new column with what the other has where the first is missing; with `alone`, no row
 * may have both. */
PyObject *table_either(PyObject *self, PyObject *args) {
    Table *table = (Table *)self;
    Py_ssize_t column, other;
    int alone;
    if (!PyArg_ParseTuple(args, "nnp", &column, &other, &alone)) return NULL;
    Cell *made = column_like(table, column);
    if (!made) return NULL;
    if (other < 0 || other >= table->width + table->more_count)
        return PyErr_Format(PyExc_IndexError, "there is no column %zd", other);
    for (Py_ssize_t i = 0; i < table->rows; i++) {
        const Cell *second = cell_at(table, i, other);
        if (made[i].kind == MISSING)
            made[i] = *second;
        else if (alone && second->kind != MISSING)
            return PyErr_Format(PyExc_ValueError, "a record has both fields");
    }
    Py_RETURN_NONE;
}
