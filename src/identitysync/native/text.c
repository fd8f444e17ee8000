/* Texts: UTF-8, and what JSON writes into them. */
#include "kernel.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

bool buffer_reserve(Buffer *buffer, size_t more) {
    size_t room = buffer->room ? buffer->room : 256;
    while (room - buffer->size < more) room *= 2;
    byte *bytes = realloc(buffer->bytes, room);
    if (!bytes) return false;
    buffer->bytes = bytes;
    buffer->room = room;
    return true;
}

static inline bool is_tail(byte one) { return (one & 0xC0) == 0x80; }

const byte *text_past(const byte *at, const byte *end) {
    byte first = at[0];
    if (first < 0x80) return at + 1;
    if (first < 0xC2 || end - at < 2 || !is_tail(at[1])) return NULL;
    if (first < 0xE0) return at + 2;
    if (end - at < 3 || !is_tail(at[2])) return NULL;
    if (first < 0xF0) {
        if ((first == 0xE0 && at[1] < 0xA0) || (first == 0xED && at[1] >= 0xA0)) return NULL;
        return at + 3;
    }
    if (first > 0xF4 || end - at < 4 || !is_tail(at[3])) return NULL;
    if ((first == 0xF0 && at[1] < 0x90) || (first == 0xF4 && at[1] >= 0x90)) return NULL;
    return at + 4;
}

/* The first byte that is a quote, a backslash, a control character, or not ASCII. */
static inline const byte *special(const byte *at, const byte *end) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), blank = _mm_set1_epi8(' ');
    while (end - at >= 16) {
        __m128i part = _mm_loadu_si128((const __m128i *)at);
        __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(part, quote), _mm_cmpeq_epi8(part, slash)),
                                     _mm_cmplt_epi8(part, blank)); /* signed: what is not ASCII is below, too */
        int mask = _mm_movemask_epi8(found);
        if (mask) return at + __builtin_ctz((unsigned)mask);
        at += 16;
    }
#endif
    while (at < end && *at != '"' && *at != '\\' && *at >= ' ' && *at < 0x80) at++;
    return at;
}

const byte *text_end(const byte *at, const byte *end, bool *escapes) {
    for (;;) {
        at = special(at, end);
        if (at == end || *at < ' ') return NULL;
        if (*at == '"') return at;
        if (*at == '\\') {
            *escapes = true;
            if (end - at < 2) return NULL;
            at += 2;
            continue;
        }
        do {
            at = text_past(at, end);
            if (!at) return NULL;
        } while (at < end && *at >= 0x80);
    }
}

static int hex_of(const byte *at) {
    int value = 0;
    for (int i = 0; i < 4; i++) {
        byte one = at[i];
        int digit = one >= '0' && one <= '9'   ? one - '0'
                    : one >= 'a' && one <= 'f' ? one - 'a' + 10
                    : one >= 'A' && one <= 'F' ? one - 'A' + 10
                                               : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

static bool add_character(Buffer *out, uint32_t code) {
    byte made[4];
    size_t size = 0;
    if (code < 0x80) {
        made[size++] = (byte)code;
    } else if (code < 0x800) {
        made[size++] = (byte)(0xC0 | code >> 6);
        made[size++] = (byte)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        made[size++] = (byte)(0xE0 | code >> 12);
        made[size++] = (byte)(0x80 | (code >> 6 & 0x3F));
        made[size++] = (byte)(0x80 | (code & 0x3F));
    } else {
        made[size++] = (byte)(0xF0 | code >> 18);
        made[size++] = (byte)(0x80 | (code >> 12 & 0x3F));
        made[size++] = (byte)(0x80 | (code >> 6 & 0x3F));
        made[size++] = (byte)(0x80 | (code & 0x3F));
    }
    return buffer_add(out, made, size);
}

bool text_meant(Buffer *out, const byte *at, const byte *end) {
    static const char signs[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    while (at < end) {
        const byte *slash = memchr(at, '\\', (size_t)(end - at));
        if (!slash) return buffer_add(out, at, (size_t)(end - at));
        if (!buffer_add(out, at, (size_t)(slash - at))) return false;
        if (end - slash < 2) return false;
        if (slash[1] != 'u') {
            const char *sign = memchr(signs, slash[1], sizeof signs - 1);
            if (!sign || !buffer_put(out, (byte)meant[sign - signs])) return false;
            at = slash + 2;
            continue;
        }
        if (end - slash < 6) return false;
        int code = hex_of(slash + 2);
        at = slash + 6;
        if (code < 0 || (code >= 0xDC00 && code < 0xE000)) return false;
        if (code >= 0xD800 && code < 0xDC00) { /* half of a pair */
            if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return false;
            int second = hex_of(at + 2);
            if (second < 0xDC00 || second >= 0xE000) return false;
            code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
            at += 6;
        }
        if (!add_character(out, (uint32_t)code)) return false;
    }
    return true;
}

bool text_is_plain(const byte *at, size_t size) {
    const byte *end = at + size;
    while ((at = special(at, end)) < end && *at >= 0x80) at++;
    return at == end;
}

bool text_escaped(Buffer *out, const byte *at, size_t size) {
    static const char digits[] = "0123456789abcdef";
    const byte *end = at + size;
    while (at < end) {
        const byte *stop = at;
        do { /* what is not ASCII is written as it is */
            stop = special(stop, end);
            while (stop < end && *stop >= 0x80) stop++;
        } while (stop < end && *stop >= ' ' && *stop != '"' && *stop != '\\');
        if (!buffer_add(out, at, (size_t)(stop - at))) return false;
        if (stop == end) return true;
        byte made[6] = {'\\', *stop};
        size_t length = 2;
        switch (*stop) {
        case '"':
        case '\\': break;
        case '\b': made[1] = 'b'; break;
        case '\f': made[1] = 'f'; break;
        case '\n': made[1] = 'n'; break;
        case '\r': made[1] = 'r'; break;
        case '\t': made[1] = 't'; break;
        default:
            made[1] = 'u', made[2] = made[3] = '0';
            made[4] = (byte)digits[*stop >> 4], made[5] = (byte)digits[*stop & 15];
            length = 6;
        }
        if (!buffer_add(out, made, length)) return false;
        at = stop + 1;
    }
    return true;
}
