/* Read lines of JSON objects whose shape is known into a table. */
#include "kernel.h"

struct Node;

typedef struct {
    char *name;
    Py_ssize_t size, column;
    int mask;
    bool required;
    struct Node *node; /* what is in it, when it is an object */
} Field;

typedef struct Node {
    Field *fields;
    Py_ssize_t count, required;
} Node;

typedef struct {
    PyObject_HEAD
    Node *top;
    Py_ssize_t width;
    PyObject *unset, *decode;
} Shape;

PyTypeObject *Shape_type;

static void node_free(Node *node) {
    if (!node) return;
    for (Py_ssize_t i = 0; i < node->count; i++) {
        free(node->fields[i].name);
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
        if (inside != Py_None && !(field->node = node_of(inside, width))) goto fail;
    }
    return node;
fail:
    node_free(node);
    return NULL;
}

static PyObject *shape_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    (void)kwargs;
    PyObject *fields, *unset, *decode;
    if (!PyArg_ParseTuple(args, "O!OO", &PyTuple_Type, &fields, &unset, &decode)) return NULL;
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Shape *shape = (Shape *)alloc(type, 0);
    if (!shape) return NULL;
    Py_INCREF(unset);
    Py_INCREF(decode);
    shape->unset = unset;
    shape->decode = decode;
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
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

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

static const byte *object(const Node *node, Table *table, Cell *row, const byte *at, const byte *end) {
    Py_ssize_t guess = 0, required = 0;
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
            cell->flags = kind == BOOL && *start == 't' ? TRUE : 0;
            cell->at = (uint32_t)(start - table->bytes);
            cell->size = (uint32_t)(at - start);
        }
        at = past_blanks(at, end);
        if (at == end) return NULL;
        if (*at == '}') return required == node->required ? at + 1 : NULL;
        if (*at != ',') return NULL;
        at = past_blanks(at + 1, end);
    }
}

static bool read_lines(const Shape *shape, Table *table, const byte *at, const byte *end) {
    while (at < end) {
        Cell *row = table_row(table);
        if (!row || *at != '{' || !(at = object(shape->top, table, row, at, end))) return false;
        if (at < end && *at == '\r') at++;
        if (at < end && *at++ != '\n') return false;
    }
    return true;
}

/* read(data) -> Table | None: the lines of a block, unless one of them is not as simple as that. */
static PyObject *shape_read(PyObject *self, PyObject *data) {
    const Shape *shape = (const Shape *)self;
    char *bytes;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(data, &bytes, &size) < 0) return NULL;
    if (size > INT32_MAX) Py_RETURN_NONE;
    Table *table = table_new(data, shape->width, shape->unset, shape->decode);
    if (!table) return NULL;
    const byte *start = (const byte *)bytes;
    bool good;
    Py_BEGIN_ALLOW_THREADS
    good = read_lines(shape, table, start, start + size);
    Py_END_ALLOW_THREADS
    if (good) return (PyObject *)table;
    Py_DECREF(table);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"read", shape_read, METH_O, "Read a block of lines; None when one of them is not of this shape, or not simple."},
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
