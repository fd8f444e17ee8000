/* How a record is laid out, part by part: what the writer of JSON and the maker of whole records are told alike. */
#include "kernel.h"

/* Read parts: a list of (name, "value" | "object" | "object?" | "end"). Values, and objects that may not be there, get
 * the sources in turn. The caller frees what this gives; NULL with an exception. */
Laid *laid_out(PyObject *parts, Py_ssize_t sources) {
    Py_ssize_t count = PyList_Size(parts), next = 0;
    Py_ssize_t open = -1; /* the object in which a part is; the one around it stands in its `end` meanwhile */
    Laid *laid = count < 0 ? NULL : calloc((size_t)count + 1, sizeof *laid);
    if (!laid) {
        if (!PyErr_Occurred()) PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        Laid *part = &laid[i];
        const char *what;
        if (!PyArg_ParseTuple(PyList_GetItem(parts, i), "Os", &part->name, &what)) goto fail;
        bool has_source = !strcmp(what, "value") || !strcmp(what, "object?"), ends = !strcmp(what, "end");
        if ((has_source && next == sources) || (ends && open < 0)) {
            PyErr_SetString(PyExc_ValueError, "there are not as many sources as values, or ends as objects");
            goto fail;
        }
        part->source = has_source ? next++ : -1;
        if (ends) {
            Py_ssize_t around = laid[open].end;
            laid[open].end = i;
            open = around;
        } else if (*what == 'o') {
            part->end = open;
            open = i;
        }
    }
    if (open < 0) return laid;
    PyErr_SetString(PyExc_ValueError, "an object has no end");
fail:
    free(laid);
    return NULL;
}
