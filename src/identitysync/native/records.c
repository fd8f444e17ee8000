/* Whole records that are made of the rows of a table: dicts, which remember what they were made of. */
#include "kernel.h"

PyTypeObject *Records_type;

static bool source_of(Part *part, const Table *table, PyObject *source) {
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

static bool parts_of(Records *records, PyObject *given) {
    Laid *laid = laid_out(given, PyList_Size(records->sources));
    if (!laid) return false;
    records->count = PyList_Size(given);
    records->parts = calloc((size_t)records->count + 1, sizeof *records->parts);
    bool good = records->parts || PyErr_NoMemory();
    for (Py_ssize_t i = 0; good && i < records->count; i++) {
        Part *part = &records->parts[i];
        part->column = -1;
        part->end = laid[i].end;
        good = PyUnicode_Check(laid[i].name);
        if (!good) PyErr_SetString(PyExc_TypeError, "names are texts");
        if (good && laid[i].source >= 0)
            good = source_of(part, records->table, PyList_GetItem(records->sources, laid[i].source));
        if (!good) break;
        Py_INCREF(laid[i].name);
        part->name = laid[i].name;
        PyUnicode_InternInPlace(&part->name);
    }
    free(laid);
    return good;
}

/* Make an object with all fields that the parts in a range name: a copy of it is made faster than one field by field,
 * and many values are the same as the last time. */
static PyObject *pattern_of(const Records *records, Py_ssize_t first, Py_ssize_t end) {
    PyObject *made = PyDict_New();
    for (Py_ssize_t i = first; made && i < end; i = part_behind(&records->parts[i], i))
        if (PyDict_SetItem(made, records->parts[i].name, Py_None) < 0) Py_CLEAR(made);
    return made;
}

static uint32_t four(const byte *at) {
    uint32_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

static uint64_t eight(const byte *at) {
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/* A short text that came before: most fields have few values. The two ends of a text of at most 16 bytes, which may
 * overlap, are all of it. */
static PyObject *known_text(Part *part, const byte *at, size_t size) {
    uint64_t first = 0, last = 0;
    if (size >= 8)
        first = eight(at), last = eight(at + size - 8);
    else if (size >= 4)
        first = four(at) | (uint64_t)four(at + size - 4) << 32;
    else if (size)
        first = at[0] | (uint64_t)at[size / 2] << 8 | (uint64_t)at[size - 1] << 16;
    if (!part->known && !(part->known = calloc(1 << KNOWN_BITS, sizeof *part->known))) return PyErr_NoMemory();
    Known *known = &part->known[((first ^ last * 31) * UINT64_C(0x9E3779B97F4A7C15) + size) >> (64 - KNOWN_BITS)];
    if (known->text && known->first == first && known->last == last && known->size == size) {
        Py_INCREF(known->text);
        return known->text;
    }
    part->unknown++;
    PyObject *text = PyUnicode_DecodeUTF8((const char *)at, (Py_ssize_t)size, NULL);
    if (!text) return NULL;
    Py_XDECREF(known->text);
    Py_INCREF(text);
    *known = (Known){.first = first, .last = last, .size = size, .text = text};
    return text;
}

/* The value of a part in a row: a new reference. */
static PyObject *value_of(const Records *records, Part *part, Py_ssize_t row) {
    if (part->column >= 0) {
        const Cell *cell = cell_at(records->table, row, part->column);
        if (cell->kind != STR || cell->size > 16 || part->unknown > MOST_UNKNOWN) return table_value(records->table, cell);
        return known_text(part, cell_bytes(records->table, cell), cell->size);
    }
    PyObject *value = PyList_Check(part->source) ? PyList_GetItem(part->source, row) : PyTuple_GetItem(part->source, 0);
    Py_XINCREF(value);
    return value;
}

/* Make the object of the parts from `first` to before `end`; what it is made of goes into `values`. */
static PyObject *object(Records *records, PyObject *pattern, Py_ssize_t first, Py_ssize_t end, Py_ssize_t row,
                        PyObject **values) {
    bool complete = true;
    for (Py_ssize_t i = first; i < end; i = part_behind(&records->parts[i], i)) {
        Part *part = &records->parts[i];
        PyObject *value = NULL;
        if (part->column >= 0 || part->source) {
            if (!(value = value_of(records, part, row))) return NULL;
            if (value == records->table->unset) {
                Py_DECREF(value);
                complete = false;
                continue;
            }
        }
        if (part->end && value != Py_None) {
            Py_XDECREF(value);
            if (!part->pattern && !(part->pattern = pattern_of(records, i + 1, part->end))) return NULL;
            if (!(value = object(records, part->pattern, i + 1, part->end, row, values))) return NULL;
        }
        values[i] = value;
        if (value != part->last && PyDict_SetItem(pattern, part->name, value) < 0) return NULL;
        part->last = value;
    }
    PyObject *made = PyDict_Copy(pattern);
    for (Py_ssize_t i = first; made && !complete && i < end; i = part_behind(&records->parts[i], i))
        if (!values[i] && PyDict_DelItem(made, records->parts[i].name) < 0) Py_CLEAR(made);
    return made;
}

/* Fill `list` with a dict for each row's number in the order, and with anything else as it is. */
static bool fill(Records *records, PyObject *list, PyObject *order) {
    PyObject *pattern = pattern_of(records, 0, records->count);
    bool good = pattern != NULL;
    for (Py_ssize_t i = 0; good && i < records->rows; i++) {
        PyObject *each = PyList_GetItem(order, i), *record = each;
        records->numbers[i] = -1;
        if (PyLong_CheckExact(each)) {
            Py_ssize_t row = PyLong_AsSsize_t(each);
            good = row >= 0 && row < records->table->rows;
            if (!good && !PyErr_Occurred()) PyErr_SetString(PyExc_IndexError, "there is no such row");
            record = good ? object(records, pattern, 0, records->count, row, records->values + i * records->count) : NULL;
            records->numbers[i] = row;
        } else {
            Py_INCREF(record);
        }
        records->dicts[i] = record;
        good = record && PyList_SetItem(list, i, record) == 0;
    }
    Py_XDECREF(pattern);
    return good;
}

/* records(parts, sources, order) -> (list, Records): for each row's number a dict, and for anything else what it is. */
PyObject *table_records(PyObject *self, PyObject *args) {
    PyObject *parts, *sources, *order, *made = NULL;
    if (!PyArg_ParseTuple(args, "O!O!O!", &PyList_Type, &parts, &PyList_Type, &sources, &PyList_Type, &order)) return NULL;
    allocfunc alloc = (allocfunc)PyType_GetSlot(Records_type, Py_tp_alloc);
    Records *records = (Records *)alloc(Records_type, 0);
    if (!records) return NULL;
    Py_INCREF(self);
    Py_INCREF(sources);
    records->table = (Table *)self;
    records->sources = sources;
    PyObject *list = PyList_New(PyList_Size(order));
    if (list && parts_of(records, parts)) {
        size_t rows = (size_t)PyList_Size(order);
        records->values = calloc(rows * (size_t)records->count + 1, sizeof *records->values);
        records->dicts = calloc(rows + 1, sizeof *records->dicts);
        records->numbers = calloc(rows + 1, sizeof *records->numbers);
        records->rows = records->values && records->dicts && records->numbers ? (Py_ssize_t)rows : 0;
        if (!records->rows && rows)
            PyErr_NoMemory();
        else if (fill(records, list, order))
            made = PyTuple_Pack(2, list, (PyObject *)records);
    }
    Py_XDECREF(list);
    Py_DECREF((PyObject *)records);
    return made;
}

static void records_dealloc(PyObject *self) {
    Records *records = (Records *)self;
    PyTypeObject *type = Py_TYPE(self);
    for (Py_ssize_t i = 0; i < records->rows * records->count; i++) Py_XDECREF(records->values[i]);
    for (Py_ssize_t i = 0; records->parts && i < records->count; i++) {
        Py_XDECREF(records->parts[i].name);
        Py_XDECREF(records->parts[i].pattern);
        for (int j = 0; records->parts[i].known && j < 1 << KNOWN_BITS; j++) Py_XDECREF(records->parts[i].known[j].text);
        free(records->parts[i].known);
    }
    free(records->parts);
    free(records->values);
    free(records->dicts);
    free(records->numbers);
    Py_XDECREF(records->sources);
    Py_XDECREF((PyObject *)records->table);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyType_Slot slots[] = {{Py_tp_dealloc, records_dealloc}, {0, NULL}};
static PyType_Spec spec = {"identitysync.native._kernel.Records", sizeof(Records), 0,
                           Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

bool add_records(PyObject *module) {
    Records_type = (PyTypeObject *)PyType_FromSpec(&spec);
    return Records_type && PyModule_AddObjectRef(module, "Records", (PyObject *)Records_type) == 0;
}
