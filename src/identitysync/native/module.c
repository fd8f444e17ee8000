/* The kernel: reads blocks of simple input into tables, and writes tables, without making Python objects on the way. */
#include "kernel.h"

static PyMethodDef functions[] = {
    {"count", count_signs, METH_VARARGS, "Count how often a byte comes."},
    {"read_rows", read_rows, METH_VARARGS,
     "Read a block of delimiter-separated rows; None when one of them is not simple."},
    {"write_dsv", write_dsv, METH_VARARGS, "Write rows of a table as delimiter-separated values."},
    {"write_json", write_json, METH_VARARGS, "Write rows of a table as JSON objects, one on each line."},
    {0},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_kernel", "Blocks of input as tables of cells, read and written.", -1, functions,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernel(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && !(add_table(module) && add_shape(module) && add_records(module))) Py_CLEAR(module);
    return module;
}
