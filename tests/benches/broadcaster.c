/* The bare baseline: an epoll websocket server that frames each message once and send()s the ready frame to everybody.

   broadcaster --port 0 --rate 20 --bytes 300 --seconds 600 [--fault drop|double|swap --fault-at N]

   It greets with a `welcome` frame; a client that sends any text frame is told `live` and gets every message from then on.
   `t` in a message is the instant at which it was due (CLOCK_MONOTONIC, ns): falling behind shows as latency.
   Lines on stdin: `rate R` (0 pauses), `mark` (count anew), `stats`, `stop`. Answers on stdout, one JSON object a line.
   --fault spoils message N for every client, to see whether the load client notices. */
#define _GNU_SOURCE
#include "measure.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#define MOST_CLIENTS 20000
#define MOST_PENDING (8u << 20)
enum { UPGRADING, GREETED, LIVE };

struct client {
    int fd, phase;
    char *in;
    size_t in_len;
    char *pending;
    size_t from, to, room;
};

static struct client *clients[MOST_CLIENTS];
static int count, epoll_fd, timer_fd, listen_fd;
static size_t bytes;
static uint64_t seq, due_ns, step_ns, deliveries, too_slow, fault_at;
static double marked_cpu;
static uint64_t marked_ns;
static const char *fault;
static char frame[1 << 16], held_back[1 << 16];
static size_t held_back_len;

static uint32_t rol(uint32_t x, int n) { return x << n | x >> (32 - n); }

static void sha1(const unsigned char *text, size_t n, unsigned char out[20]) { /* RFC 3174; n < 119 */
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    unsigned char block[128] = {0};
    size_t blocks = n + 9 > 64 ? 2 : 1;
    memcpy(block, text, n);
    block[n] = 0x80;
    for (int i = 0; i < 4; i++) block[blocks * 64 - 1 - i] = (unsigned char)(n * 8 >> (8 * i));
    for (size_t b = 0; b < blocks; b++) {
        uint32_t w[80], v[5];
        for (int i = 0; i < 16; i++) {
            const unsigned char *p = block + b * 64 + i * 4;
            w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        }
        for (int i = 16; i < 80; i++) w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        memcpy(v, h, sizeof v);
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20   ? (v[1] & v[2]) | (~v[1] & v[3])
                         : i < 40 ? v[1] ^ v[2] ^ v[3]
                         : i < 60 ? (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3])
                                  : v[1] ^ v[2] ^ v[3];
            static const uint32_t k[4] = {0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6};
            uint32_t next = rol(v[0], 5) + f + v[4] + k[i / 20] + w[i];
            v[4] = v[3], v[3] = v[2], v[2] = rol(v[1], 30), v[1] = v[0], v[0] = next;
        }
        for (int i = 0; i < 5; i++) h[i] += v[i];
    }
    for (int i = 0; i < 20; i++) out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static void base64(const unsigned char *in, char *out) { /* 20 bytes to 28 characters */
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char padded[21] = {0};
    memcpy(padded, in, 20);
    for (int i = 0; i < 7; i++) {
        uint32_t three = (uint32_t)padded[i * 3] << 16 | (uint32_t)padded[i * 3 + 1] << 8 | padded[i * 3 + 2];
        for (int j = 0; j < 4; j++) out[i * 4 + j] = digits[three >> (18 - 6 * j) & 63];
    }
    out[27] = '=', out[28] = 0;
}

static size_t framed(char *out, const char *text, size_t n) {
    size_t head = n < 126 ? 2 : 4;
    out[0] = (char)0x81;
    out[1] = (char)(n < 126 ? n : 126);
    if (head == 4) out[2] = (char)(n >> 8), out[3] = (char)n;
    memcpy(out + head, text, n);
    return head + n;
}

static void drop_client(struct client *c) {
    for (int i = 0; i < count; i++)
        if (clients[i] == c) clients[i] = clients[--count];
    close(c->fd);
    free(c->in), free(c->pending), free(c);
}

static void watch(struct client *c, uint32_t events) {
    struct epoll_event want = {.events = events, .data.ptr = c};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &want);
}

/* 0 when the client had to go: it does not read. */
static int give(struct client *c, const char *data, size_t n) {
    ssize_t sent = c->to > c->from ? 0 : send(c->fd, data, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == (ssize_t)n) return 1;
    if (sent < 0 && errno != EAGAIN) return 0;
    if (sent < 0) sent = 0;
    size_t rest = n - (size_t)sent, waiting = c->to - c->from;
    if (waiting + rest > MOST_PENDING) {
        too_slow++;
        return 0;
    }
    if (c->to + rest > c->room) {
        memmove(c->pending, c->pending + c->from, waiting);
        c->from = 0, c->to = waiting;
        if (c->to + rest > c->room) c->pending = realloc(c->pending, c->room = (c->to + rest) * 2);
    }
    memcpy(c->pending + c->to, data + sent, rest);
    if (waiting == 0) watch(c, EPOLLIN | EPOLLOUT);
    c->to += rest;
    return 1;
}

static void flush_client(struct client *c) {
    ssize_t sent = send(c->fd, c->pending + c->from, c->to - c->from, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) c->from += (size_t)sent;
    if (c->from == c->to) {
        c->from = c->to = 0;
        watch(c, EPOLLIN);
    }
}

static void to_all(const char *data, size_t n) {
    for (int i = 0; i < count; i++)
        if (clients[i]->phase == LIVE) {
            if (give(clients[i], data, n)) deliveries++;
            else shutdown(clients[i]->fd, SHUT_RDWR); /* the loop reads its end and forgets it */
        }
}

static void broadcast(uint64_t due) {
    char text[1 << 15];
    int n = snprintf(text, sizeof text, "{\"data\":{\"t\":%llu,\"pad\":\"", (unsigned long long)due);
    char tail[120];
    int after = snprintf(tail, sizeof tail, "\"},\"op\":\"fact\",\"seq\":%llu,\"stream\":\"board\"}",
                         (unsigned long long)++seq);
    while ((size_t)(n + after) < bytes) text[n++] = 'x';
    memcpy(text + n, tail, (size_t)after);
    size_t size = framed(frame, text, (size_t)(n + after));
    int spoilt = fault_at != 0 && seq == fault_at;
    if (spoilt && strcmp(fault, "drop") == 0) return;
    if (spoilt && strcmp(fault, "swap") == 0) {
        memcpy(held_back, frame, held_back_len = size);
        return;
    }
    to_all(frame, size);
    if (spoilt && strcmp(fault, "double") == 0) to_all(frame, size);
    if (held_back_len) to_all(held_back, held_back_len), held_back_len = 0;
}

static void upgrade(struct client *c) {
    char *key = strcasestr(c->in, "sec-websocket-key:");
    if (key == NULL || strstr(c->in, "\r\n\r\n") == NULL) return;
    key += strlen("sec-websocket-key:");
    key += strspn(key, " ");
    char joined[120], accept[32], answer[512];
    unsigned char digest[20];
    int n = snprintf(joined, sizeof joined, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int)strcspn(key, "\r\n "), key);
    if (n > 110) return;
    sha1((unsigned char *)joined, (size_t)n, digest);
    base64(digest, accept);
    n = snprintf(answer, sizeof answer,
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    static const char hello[] = "{\"epoch\":\"bare\",\"op\":\"welcome\",\"protocol\":1}";
    size_t greeting = framed(answer + n, hello, sizeof hello - 1);
    give(c, answer, (size_t)n + greeting);
    c->phase = GREETED;
    free(c->in);
    c->in = NULL, c->in_len = 0;
}

static void read_client(struct client *c) {
    char data[8192];
    ssize_t n = recv(c->fd, data, sizeof data - 1, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        drop_client(c);
    } else if (n > 0 && c->phase == UPGRADING) {
        c->in = realloc(c->in, c->in_len + (size_t)n + 1);
        memcpy(c->in + c->in_len, data, (size_t)n);
        c->in[c->in_len += (size_t)n] = 0;
        if (c->in_len > 16384) drop_client(c);
        else upgrade(c);
    } else if (n > 0 && c->phase == GREETED && (data[0] & 15) == 1) {
        char text[120], out[128];
        int size = snprintf(text, sizeof text, "{\"op\":\"live\",\"seq\":%llu,\"stream\":\"board\"}", (unsigned long long)seq);
        give(c, out, framed(out, text, (size_t)size));
        c->phase = LIVE;
    }
}

static void accept_all(void) {
    int fd;
    while ((fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (count == MOST_CLIENTS) die("more than %d clients", MOST_CLIENTS);
        struct client *c = calloc(1, sizeof *c);
        c->fd = fd;
        no_delay(fd);
        clients[count++] = c;
        struct epoll_event want = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &want);
    }
}

static void set_rate(double rate) {
    step_ns = rate > 0 ? (uint64_t)(1e9 / rate) : 0;
    due_ns = now_ns() + step_ns;
    struct itimerspec at = {0};
    if (step_ns) at.it_value.tv_sec = (time_t)(due_ns / 1000000000), at.it_value.tv_nsec = (long)(due_ns % 1000000000);
    timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void tick(void) {
    uint64_t expirations;
    if (read(timer_fd, &expirations, sizeof expirations) < 0 || step_ns == 0) return;
    if (due_ns <= now_ns()) broadcast(due_ns), due_ns += step_ns; /* one a turn: reading must not starve */
    struct itimerspec at = {.it_value = {(time_t)(due_ns / 1000000000), (long)(due_ns % 1000000000)}};
    timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void say(const char *what) {
    printf("{\"on\":\"%s\",\"clients\":%d,\"seq\":%llu,\"deliveries\":%llu,\"too_slow\":%llu,\"cpu_s\":%.6f,\"seconds\":%.3f}\n",
           what, count, (unsigned long long)seq, (unsigned long long)deliveries, (unsigned long long)too_slow,
           cpu_seconds() - marked_cpu, (double)(now_ns() - marked_ns) / 1e9);
    fflush(stdout);
}

static int obey(void) { /* 0: stop */
    char lines[512];
    ssize_t n = read(0, lines, sizeof lines - 1);
    if (n <= 0) return n < 0 && errno == EAGAIN;
    lines[n] = 0;
    for (char *rest = lines, *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (strncmp(line, "rate ", 5) == 0) set_rate(atof(line + 5)), say("rate");
        if (strcmp(line, "stats") == 0) say("stats");
        if (strcmp(line, "mark") == 0) {
            deliveries = 0, marked_cpu = cpu_seconds(), marked_ns = now_ns();
            say("mark");
        }
        if (strcmp(line, "stop") == 0) return 0;
    }
    return 1;
}

int main(int argc, char **argv) {
    bytes = strtoul(option(argc, argv, "--bytes", "300"), NULL, 10);
    fault = option(argc, argv, "--fault", "");
    fault_at = *fault ? strtoull(option(argc, argv, "--fault-at", "5"), NULL, 10) : 0;
    uint64_t ends = now_ns() + (uint64_t)(atof(option(argc, argv, "--seconds", "600")) * 1e9);
    if (bytes > 30000) die("--bytes is at most 30000");
    struct sockaddr_in address = loopback(atoi(option(argc, argv, "--port", "0")));
    socklen_t size = sizeof address;
    int on = 1;
    listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listen_fd, (struct sockaddr *)&address, sizeof address) || listen(listen_fd, 4096)) die("cannot listen");
    getsockname(listen_fd, (struct sockaddr *)&address, &size);
    epoll_fd = epoll_create1(0), timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    static int marks[3]; /* their addresses tell these three from clients */
    int fds[3] = {listen_fd, timer_fd, 0};
    for (int i = 0; i < 3; i++) {
        struct epoll_event want = {.events = EPOLLIN, .data.ptr = &marks[i]};
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[i], &want);
    }
    set_nonblocking(0);
    marked_ns = now_ns();
    printf("{\"on\":\"listening\",\"port\":%d}\n", ntohs(address.sin_port));
    fflush(stdout);
    set_rate(atof(option(argc, argv, "--rate", "20")));
    for (int going = 1; going && now_ns() < ends;) {
        struct epoll_event ready[512];
        int n = epoll_wait(epoll_fd, ready, 512, 500);
        for (int i = 0; i < n; i++) {
            if (ready[i].data.ptr == &marks[0]) accept_all();
            else if (ready[i].data.ptr == &marks[1]) tick();
            else if (ready[i].data.ptr == &marks[2]) going = obey();
            else {
                struct client *c = ready[i].data.ptr;
                if (ready[i].events & EPOLLOUT) flush_client(c);
                if (ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_client(c);
            }
        }
    }
    say("final");
    return 0;
}
