/* Count bytes, many at a time: what comes once for each line would cost more than the lines are long. */
#include "kernel.h"
#if defined(__SSE2__) && defined(__x86_64__)
#include <emmintrin.h>
#endif

/* count(data, sign) -> int */
PyObject *count_signs(PyObject *module, PyObject *args) {
    (void)module;
    Py_buffer data;
    char sign;
    if (!PyArg_ParseTuple(args, "y*c", &data, &sign)) return NULL;
    const byte *at = data.buf, *end = at + data.len;
    Py_ssize_t count = 0;
    Py_BEGIN_ALLOW_THREADS
#if defined(__SSE2__) && defined(__x86_64__)
    const __m128i wanted = _mm_set1_epi8(sign), zero = _mm_setzero_si128();
    while (end - at >= 16) { /* a byte holds 255 findings at most */
        __m128i found = zero;
        for (int i = 0; i < 255 && end - at >= 16; i++, at += 16)
            found = _mm_sub_epi8(found, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)at), wanted));
        __m128i sums = _mm_sad_epu8(found, zero);
        count += _mm_cvtsi128_si64(sums) + _mm_cvtsi128_si64(_mm_srli_si128(sums, 8));
    }
#endif
    for (; at < end; at++) count += *at == (byte)sign;
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    return PyLong_FromSsize_t(count);
}
