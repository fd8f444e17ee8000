/* What the files of the kernel share: cells, tables, growing bytes.
 *
 * A table is a block of input, cut into cells: each cell says where its bytes are, and of which kind they are. Nothing
 * becomes a Python object unless Python asks for it (`column`); what only passes through is copied from the input to the
 * output. Where the input is anything but simple, the reader refuses the block, and Python reads it. The reader may
 * refuse more than it must, and must never take what Python would not.
 */
#ifndef IDENTITYSYNC_KERNEL_H
#define IDENTITYSYNC_KERNEL_H

#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t byte;

/* The kinds of a value, as bits; the kind of a cell is one of them, or MISSING. LIST with TEXTS is an array of texts. */
enum { MISSING = 0, STR = 1, INT = 2, FLOAT = 4, BOOL = 8, NUL = 16, LIST = 32, DICT = 64, TEXTS = 128 };

/* APART: the bytes are not in the input but beside it, since they had to be changed. PLAIN: no quote, backslash or
 * control character is in them, so that they are a JSON text as they are; of TEXTS: no backslash. TRUE: what a BOOL is. */
enum { APART = 1, PLAIN = 2, TRUE = 4 };

typedef struct {
    uint32_t at, size;
    byte kind, flags;
} Cell;

typedef struct {
    byte *bytes;
    size_t size, room;
} Buffer;

bool buffer_reserve(Buffer *buffer, size_t more);

static inline bool buffer_add(Buffer *buffer, const void *bytes, size_t size) {
    if (!size) return true;
    if (buffer->room - buffer->size < size && !buffer_reserve(buffer, size)) return false;
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
    return true;
}

static inline bool buffer_put(Buffer *buffer, byte one) {
    if (buffer->size == buffer->room && !buffer_reserve(buffer, 1)) return false;
    buffer->bytes[buffer->size++] = one;
    return true;
}

typedef struct {
    uint32_t at, size;
} Line;

typedef struct {
    PyObject_HEAD
    PyObject *source, *unset, *decode;
    const byte *bytes;
    Buffer apart;
    Buffer disordered; /* the numbers of rows whose fields have another order than those of the shape */
    Buffer lines;      /* where each row is in the input, where rows are lines */
    Cell *cells;
    Py_ssize_t width, rows, room, used;
    Cell **more; /* columns that were made of others */
    Py_ssize_t more_count;
} Table;

static inline const Cell *cell_at(const Table *table, Py_ssize_t row, Py_ssize_t column) {
    return column < table->width ? &table->cells[row * table->width + column]
                                 : &table->more[column - table->width][row];
}

static inline const byte *cell_bytes(const Table *table, const Cell *cell) {
    return (cell->flags & APART ? table->apart.bytes : table->bytes) + cell->at;
}

Table *table_new(PyObject *source, Py_ssize_t width, PyObject *unset, PyObject *decode);
Cell *table_row(Table *table); /* a new row, all of it missing; NULL without memory */
PyObject *table_value(const Table *table, const Cell *cell);

struct Node;

typedef struct {
    char *name;
    PyObject *key; /* the name as Python has it */
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
    PyObject *unset, *decode, *encode;
} Shape;

/* A part of a whole record: a name with a value, the beginning of an object inside, or the end of one. */
enum { KNOWN_BITS = 6, MOST_UNKNOWN = 200 };

typedef struct {
    uint64_t first, last;
    size_t size;
    PyObject *text;
} Known;

typedef struct {
    PyObject *name;
    Py_ssize_t end;    /* of an object: the part that ends it; 0 of a value */
    Py_ssize_t column; /* where the value is, or what tells whether the object is there; -1 for nowhere */
    PyObject *source;  /* a list of values or a tuple with one, where there is no column; borrowed */
    PyObject *pattern; /* of an object: one with all of its fields, as they were last */
    PyObject *last;    /* the value that stands in the pattern around it; borrowed */
    Known *known;      /* short texts that came before */
    int unknown;       /* how many had not come before */
} Part;

typedef struct {
    PyObject_HEAD
    Table *table;
    PyObject *sources;
    Part *parts;
    Py_ssize_t count, rows;
    PyObject **values;   /* what each record was made of, by its parts */
    PyObject **dicts;    /* the records, borrowed: to be compared only */
    Py_ssize_t *numbers; /* their rows in the table; -1 where they are not of it */
} Records;

static inline Py_ssize_t part_behind(const Part *part, Py_ssize_t number) { return (part->end ? part->end : number) + 1; }

/* text.c: bytes that are UTF-8, and JSON texts. */
const byte *text_past(const byte *at, const byte *end);                  /* behind one character; NULL when it is none */
const byte *text_end(const byte *at, const byte *end, bool *escapes);    /* the closing quote; NULL when it is no text */
bool text_meant(Buffer *out, const byte *at, const byte *end);           /* without escapes; false when it is no text */
bool text_escaped(Buffer *out, const byte *at, size_t size);             /* with escapes; false without memory */
bool text_is_plain(const byte *at, size_t size);                         /* whether it needs none */

/* json_value.c: where a JSON value ends; NULL when it is none, or not simple. */
const byte *number_end(const byte *at, const byte *end, bool *whole);
const byte *value_end(const byte *at, const byte *end, int depth, byte *kind);

static inline const byte *past_blanks(const byte *at, const byte *end) {
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    return at;
}

/* columns.c: methods of tables that make a column of another. */
PyObject *table_replace(PyObject *self, PyObject *args);
PyObject *table_join(PyObject *self, PyObject *args);
PyObject *table_either(PyObject *self, PyObject *args);

/* parts.c: the parts of a record. */
typedef struct {
    PyObject *name;    /* borrowed */
    Py_ssize_t source; /* which of the sources it has; -1 for none */
    Py_ssize_t end;    /* of an object: the part that ends it; 0 of a value */
} Laid;

Laid *laid_out(PyObject *parts, Py_ssize_t sources);

/* records.c and take.c: whole records of a table, and a table of whole records. */
PyObject *table_records(PyObject *self, PyObject *args);
PyObject *shape_take(PyObject *self, PyObject *args);

/* json_read.c: a table of JSON objects. */
PyObject *shape_read(PyObject *self, PyObject *args);

/* columns.c: takes a Python value into a cell, and makes columns. */
bool absorb(Table *table, Cell *cell, PyObject *value, PyObject *convert, byte kind);
bool columns_of(Py_ssize_t **columns, Table *table, PyObject *sources, PyObject *convert, byte kind, byte odd);

/* order.c: which rows are written, in order: those of the table by their numbers, others as the bytes they are. */
typedef struct {
    Py_ssize_t number; /* -1 for bytes */
    const char *bytes;
    Py_ssize_t size;
} Row;

typedef bool (*WriteRow)(void *writer, Py_ssize_t number);

Row *rows_of(const Table *table, PyObject *order, Py_ssize_t *count);
PyObject *written(Buffer *out, const Row *rows, Py_ssize_t count, WriteRow row, void *writer);

extern PyTypeObject *Table_type, *Shape_type, *Records_type;
bool add_table(PyObject *module);
bool add_shape(PyObject *module);
bool add_records(PyObject *module);
PyObject *count_signs(PyObject *module, PyObject *args);
PyObject *read_rows(PyObject *module, PyObject *args);
PyObject *write_dsv(PyObject *module, PyObject *args);
PyObject *write_json(PyObject *module, PyObject *args);

#endif
