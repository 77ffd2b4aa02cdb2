/* The two wires that a dashboard reads: websocket frames (RFC 6455, a client's side) and Redis publications (RESP2). */
#ifndef FENGSUI_WIRE_H
#define FENGSUI_WIRE_H

#include "measure.h"

enum { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

/* `odd`: masked or in fragments, which no server here sends. */
struct frame {
    int op, compressed, odd;
    size_t head, length;
};

/* Reads a frame's head; 0 while it is not all there. */
static inline int frame_head(const char *in, size_t n, struct frame *f) {
    const unsigned char *p = (const unsigned char *)in;
    if (n < 2) return 0;
    f->length = p[1] & 127;
    f->head = f->length == 126 ? 4 : f->length == 127 ? 10 : 2;
    if (n < f->head) return 0;
    if (f->head > 2) f->length = 0;
    for (size_t i = 2; i < f->head; i++) f->length = f->length << 8 | p[i];
    f->op = p[0] & 15, f->compressed = p[0] & 0x40;
    f->odd = p[1] & 128 || !(p[0] & 128) || f->op == 0;
    return 1;
}

/* A client's frame, masked, of at most 1,024 bytes; `out` has room for 8 more. Returns its length. */
static inline size_t masked_frame(char *out, int op, const char *text, size_t n) {
    size_t head = n < 126 ? 2 : 4;
    if (n > 1024) die("frame too long");
    out[0] = (char)(0x80 | op);
    out[1] = (char)(0x80 | (n < 126 ? n : 126));
    if (head == 4) out[2] = (char)(n >> 8), out[3] = (char)n;
    uint32_t mask = (uint32_t)random() * 2654435761u;
    memcpy(out + head, &mask, 4);
    for (size_t i = 0; i < n; i++) out[head + 4 + i] = text[i] ^ ((char *)&mask)[i & 3];
    return head + 4 + n;
}

struct publication {
    int confirms; /* the subscription, and is no message */
    const char *text;
    size_t length;
};

/* Reads `*3 message channel text` or the confirmation. Returns its length, 0 while it is not all there. */
static inline size_t publication(const char *in, size_t n, struct publication *found) {
    const char *p = in + 4, *end = in + n, *part[3];
    size_t length[3] = {0};
    if (n < 4) return 0;
    if (memcmp(in, "*3\r\n", 4) != 0) die("redis said %.*s", (int)(n < 100 ? n : 100), in);
    for (int i = 0; i < 3; i++) {
        const char *line = memchr(p, '\n', (size_t)(end - p));
        if (line == NULL) return 0;
        part[i] = line + 1;
        if (*p == '$') length[i] = strtoul(p + 1, NULL, 10), p = part[i] + length[i] + 2;
        else p = part[i];
        if (p > end) return 0;
    }
    found->confirms = memcmp(part[0], "subscribe", 9) == 0, found->text = part[2], found->length = length[2];
    return (size_t)(p - in);
}

#endif
