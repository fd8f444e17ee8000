/* Count bytes, many at a time: what comes once for each line would cost more than the lines are long. */
#include "kernel.h"

/* count(data, sign) -> int */
PyObject *count_signs(PyObject *module, PyObject *args) {
    (void)module;
    Py_buffer data;
    char sign;
    if (!PyArg_ParseTuple(args, "y*c", &data, &sign)) return NULL;
    const byte *at = data.buf, *end = at + data.len;
    Py_ssize_t count = 0;
    Py_BEGIN_ALLOW_THREADS
    while (at < end) { /* sums that fit a byte are what compilers make vectors of */
        const byte *stop = end - at > 192 ? at + 192 : end;
        byte found = 0;
        for (; at < stop; at++) found += *at == (byte)sign;
        count += found;
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    return PyLong_FromSsize_t(count);
}
