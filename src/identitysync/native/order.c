/* The rows that a writer writes, and the bytes that it gives. */
#include "kernel.h"

/* Read an order: a list of rows' numbers, and of bytes that stand for a row as they are; None for all rows. The caller
 * frees it. */
Row *rows_of(const Table *table, PyObject *order, Py_ssize_t *count) {
    bool all = order == Py_None;
    *count = all ? table->rows : PyList_Size(order);
    Row *rows = *count < 0 ? NULL : malloc(sizeof *rows * (size_t)(*count + 1));
    if (!rows) {
        if (!PyErr_Occurred()) PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < *count; i++) {
        PyObject *each = all ? NULL : PyList_GetItem(order, i);
        rows[i].number = -1;
        if (each && PyBytes_Check(each)) {
            PyBytes_AsStringAndSize(each, (char **)&rows[i].bytes, &rows[i].size);
            continue;
        }
        rows[i].number = all ? i : PyLong_AsSsize_t(each);
        if (rows[i].number >= 0 && rows[i].number < table->rows) continue;
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_IndexError, "there is no such row");
        free(rows);
        return NULL;
    }
    return rows;
}

/* Write rows, while other threads may run; gives the bytes, and frees those of the buffer. */
PyObject *written(Buffer *out, const Row *rows, Py_ssize_t count, WriteRow row, void *writer) {
    bool good = true;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; good && i < count; i++)
        good = rows[i].number >= 0 ? row(writer, rows[i].number)
                                   : buffer_add(out, rows[i].bytes, (size_t)rows[i].size);
    Py_END_ALLOW_THREADS
    PyObject *made = good ? PyBytes_FromStringAndSize((const char *)out->bytes, (Py_ssize_t)out->size)
                          : PyErr_NoMemory();
    free(out->bytes);
    return made;
}
