/* The shape of records: which fields they have, of which kinds. */
#include "kernel.h"

PyTypeObject *Shape_type;

static void node_free(Node *node) {
    if (!node) return;
    for (Py_ssize_t i = 0; i < node->count; i++) {
        free(node->fields[i].name);
        Py_XDECREF(node->fields[i].key);
        node_free(node->fields[i].node);
    }
    free(node->fields);
    free(node);
}

/* Make a node of a tuple of fields: (name, kinds, required, fields or None) each. */
static Node *node_of(PyObject *fields, Py_ssize_t *width) {
    Py_ssize_t count = PyTuple_Size(fields);
    if (count < 0) return NULL;
    Node *node = calloc(1, sizeof *node);
    if (!node || !(node->fields = calloc((size_t)count + 1, sizeof *node->fields))) {
        node_free(node);
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        Field *field = &node->fields[i];
        const char *name;
        PyObject *inside;
        int required;
        node->count = i + 1;
        if (!PyArg_ParseTuple(PyTuple_GetItem(fields, i), "y#ipO", &name, &field->size, &field->mask, &required, &inside))
            goto fail;
        field->required = required;
        node->required += required;
        field->column = (*width)++;
        field->name = malloc((size_t)field->size + 1);
        if (!field->name) {
            PyErr_NoMemory();
            goto fail;
        }
        memcpy(field->name, name, (size_t)field->size);
        field->key = PyUnicode_DecodeUTF8(name, field->size, NULL);
        if (!field->key) goto fail;
        PyUnicode_InternInPlace(&field->key);
        if (inside != Py_None && !(field->node = node_of(inside, width))) goto fail;
    }
    return node;
fail:
    node_free(node);
    return NULL;
}

static PyObject *shape_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    (void)kwargs;
    PyObject *fields, *unset, *decode, *encode;
    if (!PyArg_ParseTuple(args, "O!OOO", &PyTuple_Type, &fields, &unset, &decode, &encode)) return NULL;
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Shape *shape = (Shape *)alloc(type, 0);
    if (!shape) return NULL;
    Py_INCREF(unset);
    Py_INCREF(decode);
    Py_INCREF(encode);
    shape->unset = unset;
    shape->decode = decode;
    shape->encode = encode;
    shape->top = node_of(fields, &shape->width);
    if (!shape->top) {
        Py_DECREF(shape);
        return NULL;
    }
    return (PyObject *)shape;
}

static void shape_dealloc(PyObject *self) {
    Shape *shape = (Shape *)self;
    PyTypeObject *type = Py_TYPE(self);
    node_free(shape->top);
    Py_XDECREF(shape->unset);
    Py_XDECREF(shape->decode);
    Py_XDECREF(shape->encode);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    {"read", shape_read, METH_VARARGS,
     "Read a block of lines or of an array; None when one of its records is not of this shape, or not simple."},
    {"take", shape_take, METH_VARARGS, "Take records into a table; None when one of them is not of this shape, or no plain data."},
    {0},
};
static PyType_Slot slots[] = {
    {Py_tp_new, shape_new}, {Py_tp_dealloc, shape_dealloc}, {Py_tp_methods, methods}, {0, NULL},
};
static PyType_Spec spec = {"identitysync.native._kernel.Shape", sizeof(Shape), 0, Py_TPFLAGS_DEFAULT, slots};

bool add_shape(PyObject *module) {
    Shape_type = (PyTypeObject *)PyType_FromSpec(&spec);
    return Shape_type && PyModule_AddObjectRef(module, "Shape", (PyObject *)Shape_type) == 0;
}
