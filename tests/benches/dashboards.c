/* Many dashboards in one process: opens N sockets, follows a stream on each, and checks and times every fact.

   dashboards --port P --clients N [--path /api/socket] [--headers FILE] [--stream board] [--since N] [--also where:units]
              [--inflight 256] [--seconds 900] [--deflate] [--redis CHANNEL] [--time-key '"t":']

   FILE: one header line for each client in turn (`Cookie: …`). --since: position to follow from (else: from now on).
   --deflate offers permessage-deflate (compressed frames are counted, not read). --redis: plain SUBSCRIBE instead of sockets.
   The number after the time key in a fact is CLOCK_MONOTONIC in ns when it was due: its latency is counted.
   A client that was closed comes back after 0.5 to 1 s with its position, as the protocol asks.

   Lines on stdin, answers on stdout, one JSON object a line:
     mark        count anew from the next fact on          stats  what was counted since
     target S    say `consistent` when every client is live and has position S; `ms` counts from this line
     drop        reset every connection at once            go J   all come back within J ms, each with its position
     stop        the last stats and the end */
#define _GNU_SOURCE
#include "seen.h"
#include "wire.h"

#include <sys/epoll.h>

enum { AWAY, CONNECTING, UPGRADING, GREETING, FOLLOWING, LIVE };
enum { BIG = 1 << 18 };

struct client {
    int fd, phase, arrived;
    unsigned tries;
    struct position at;
    uint64_t due, skip; /* when to connect again; bytes of a frame that is passed over */
    char *part;
    size_t part_len, part_room;
};

static struct client *clients;
static int total, live, away, inflight, most_inflight, epoll_fd, port, returning = 1, closing;
static uint64_t began, marked_ns, target, target_at, behind, next_look, closes[5000];
static struct {
    uint64_t frames, bytes, where, compressed, big, beats, stale, resets, refused, failed, bad, others;
} count;
static double marked_cpu;
static char **headers, *stream_key, epoch[80];
static const char *path, *stream, *also, *redis, *time_key;
static int header_count, deflate;

static void hang_up(struct client *c, unsigned code);

static void arrive(struct client *c) {
    if (target == 0 || c->arrived || c->phase != LIVE || c->at.held < target) return;
    c->arrived = 1;
    if (--behind) return;
    printf("{\"on\":\"consistent\",\"target\":%llu,\"ms\":%.3f}\n", (unsigned long long)target,
           (double)(now_ns() - target_at) / 1e6);
    fflush(stdout);
    target = 0;
}

static void send_frame(struct client *c, int op, const char *text, size_t n) {
    char out[1100];
    size_t size = masked_frame(out, op, text, n);
    if (send(c->fd, out, size, MSG_NOSIGNAL) != (ssize_t)size) count.bad++;
}

static void follow(struct client *c) {
    char text[600];
    int n;
    if (c->at.known)
        n = snprintf(text, sizeof text, "{\"op\":\"follow\",\"stream\":\"%s\",\"epoch\":\"%s\",\"since\":%llu}", stream, epoch,
                     (unsigned long long)c->at.held);
    else n = snprintf(text, sizeof text, "{\"op\":\"follow\",\"stream\":\"%s\"}", stream);
    send_frame(c, 1, text, (size_t)n);
    if (*also) {
        n = snprintf(text, sizeof text, "{\"op\":\"follow\",\"stream\":\"%s\"}", also);
        send_frame(c, 1, text, (size_t)n);
    }
    c->phase = FOLLOWING;
}

static void go_live(struct client *c) {
    if (c->phase == LIVE) return;
    c->phase = LIVE, c->tries = 0;
    if (++live == total) {
        printf("{\"on\":\"live\",\"clients\":%d,\"ms\":%.3f}\n", total, (double)(now_ns() - began) / 1e6);
        fflush(stdout);
    }
    inflight--;
    arrive(c);
}

static void text_frame(struct client *c, const char *text, size_t n, uint64_t now) {
    static const char key[] = "\"op\":\"";
    size_t tail = n < 200 ? n : 200; /* sorted keys: op, seq and stream stand at the end of a fact */
    const char *op = find(text + n - tail, tail, key), *end = text + n;
    if (op == NULL && (op = find(text, n, key)) == NULL) {
        count.bad++;
        return;
    }
    op += sizeof key - 1;
    size_t after = (size_t)(end - op);
    if (after > 5 && memcmp(op, "fact\"", 5) == 0) {
        if (find(op, after, stream_key) == NULL && find(text, n, stream_key) == NULL) {
            count.others++;
            return;
        }
        uint64_t seq = number_after(op, after, "\"seq\":");
        if (seq == 0) seq = number_after(text, n, "\"seq\":");
        see_fact(&c->at, seq, number_after(text, n, time_key), now);
        if (target) arrive(c);
    } else if (after > 5 && memcmp(op, "live\"", 5) == 0) {
        if (find(text, n, stream_key) == NULL) return;
        see_live(&c->at, number_after(text, n, "\"seq\":"));
        go_live(c);
    } else if (memcmp(op, "where", 5) == 0) count.where++;
    else if (memcmp(op, "beat", 4) == 0) count.beats++;
    else if (memcmp(op, "stale", 5) == 0) count.stale++;
    else if (memcmp(op, "reset", 5) == 0) count.resets++;
    else if (memcmp(op, "refus", 5) == 0) count.refused++;
    else if (memcmp(op, "welco", 5) == 0 && c->phase == GREETING) {
        const char *at = find(text, n, "\"epoch\":\"");
        if (at != NULL) sscanf(at + 9, "%79[^\"]", epoch);
        follow(c);
    }
}

/* Takes whole websocket frames off the front; returns how many bytes were used. */
static size_t websocket(struct client *c, const char *in, size_t n, uint64_t now) {
    size_t used = 0;
    struct frame f;
    while (c->phase != AWAY && frame_head(in + used, n - used, &f)) {
        size_t whole = f.head + f.length;
        const char *text = in + used + f.head;
        count.bad += (uint64_t)f.odd;
        if (f.op == TEXT && f.length > BIG) { /* only positions are so large: counted and passed over */
            size_t here = n - used < whole ? n - used : whole;
            count.frames++, count.big++, count.where++, count.bytes += whole;
            c->skip = whole - here;
            used += here;
            continue;
        }
        if (n - used < whole) break;
        used += whole;
        if (f.op == PING) send_frame(c, PONG, text, f.length);
        if (f.op == CLOSE) hang_up(c, f.length >= 2 ? (unsigned)((unsigned char)text[0] << 8 | (unsigned char)text[1]) : 1005);
        if (f.op != TEXT) continue;
        count.frames++, count.bytes += whole;
        if (!f.compressed) {
            text_frame(c, text, f.length, now);
            continue;
        }
        if (c->phase < FOLLOWING) die("the server compresses its greeting: leave out --deflate");
        count.compressed++, count.where++; /* only what is large is compressed by ours: positions */
    }
    return used;
}

static size_t publications(struct client *c, const char *in, size_t n, uint64_t now) {
    size_t used = 0, size;
    struct publication found;
    while ((size = publication(in + used, n - used, &found)) != 0) {
        used += size;
        if (found.confirms) go_live(c);
        else count.frames++, count.bytes += found.length, text_frame(c, found.text, found.length, now);
    }
    return used;
}

static size_t upgraded(struct client *c, char *in, size_t n) {
    char *end = memmem(in, n, "\r\n\r\n", 4);
    if (end == NULL) return 0;
    if (strncmp(in, "HTTP/1.1 101", 12) != 0 || find(in, n, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == NULL) {
        count.failed++;
        if (count.failed == 1) fprintf(stderr, "dashboards: %.*s\n", (int)(n < 300 ? n : 300), in);
        hang_up(c, 0);
        return n;
    }
    c->phase = GREETING;
    return (size_t)(end + 4 - in);
}

static void received_some(struct client *c, char *in, size_t n, uint64_t now) {
    size_t used = 0;
    if (c->phase == UPGRADING) used = upgraded(c, in, n);
    if (c->phase > UPGRADING) used += redis ? publications(c, in + used, n - used, now) : websocket(c, in + used, n - used, now);
    if (c->phase == AWAY || used >= n) {
        c->part_len = 0;
        return;
    }
    size_t rest = n - used;
    if (rest > c->part_room) { /* `in` may be this very buffer */
        char *room = malloc(c->part_room = rest * 2 + 512);
        memcpy(room, in + used, rest);
        free(c->part);
        c->part = room;
    } else memmove(c->part, in + used, rest);
    c->part_len = rest;
}

static void hang_up(struct client *c, unsigned code) {
    if (c->phase == AWAY) return;
    if (c->phase == LIVE) live--;
    else inflight--;
    if (code && code < 5000 && !closing) closes[code]++;
    if (code == 0) { /* abruptly: the server sees a reset */
        struct linger now = {1, 0};
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    close(c->fd);
    c->phase = AWAY, c->part_len = 0, c->skip = 0, c->fd = -1;
    away++;
    uint64_t wait = 500000000ull << (c->tries < 5 ? c->tries : 5);
    c->tries++;
    c->due = now_ns() + wait + (uint64_t)((double)random() / RAND_MAX * (double)wait);
    if (!returning) c->due = UINT64_MAX;
}

static void readable(struct client *c) {
    static char shared[BIG + 65536];
    char *in = shared;
    size_t before = c->part_len, room = sizeof shared;
    if (before) memcpy(in, c->part, before);
    ssize_t n = recv(c->fd, in + before, room - before, MSG_DONTWAIT);
    uint64_t now = now_ns();
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        if (c->phase <= UPGRADING) count.failed++;
        hang_up(c, 1006);
        return;
    }
    if (c->skip) { /* inside a frame that is passed over; then nothing was kept */
        size_t step = (size_t)n < c->skip ? (size_t)n : c->skip;
        c->skip -= step, in += step, n -= (ssize_t)step;
        if (n == 0) return;
    }
    received_some(c, in, before + (size_t)n, now);
}

static void start_upgrade(struct client *c) {
    char text[2048];
    int error = 0, n;
    socklen_t size = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        count.failed++;
        hang_up(c, 0);
        return;
    }
    if (redis) n = snprintf(text, sizeof text, "SUBSCRIBE %s\r\n", redis);
    else
        n = snprintf(text, sizeof text,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s\r\n",
                     path, port, deflate ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "",
                     header_count ? headers[(c - clients) % header_count] : "", header_count ? "\r\n" : "");
    if (send(c->fd, text, (size_t)n, MSG_NOSIGNAL) != n) count.bad++;
    c->phase = redis ? FOLLOWING : UPGRADING;
    struct epoll_event want = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &want);
}

static void connect_due(uint64_t now) {
    if (away == 0 || now < next_look) return;
    next_look = now + 1000000;
    struct sockaddr_in address = loopback(port);
    for (struct client *c = clients; c < clients + total && inflight < most_inflight; c++) {
        if (c->phase != AWAY || c->due > now) continue;
        c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (c->fd < 0) die("no more sockets: %s", strerror(errno));
        no_delay(c->fd);
        away--, inflight++;
        c->phase = CONNECTING;
        struct epoll_event want = {.events = EPOLLOUT, .data.ptr = c};
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &want);
        if (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) count.failed++, hang_up(c, 0);
    }
}

static void say(const char *what) {
    uint64_t least = UINT64_MAX, most = 0;
    for (int i = 0; i < total; i++) {
        if (clients[i].at.held < least) least = clients[i].at.held;
        if (clients[i].at.held > most) most = clients[i].at.held;
    }
    printf("{\"on\":\"%s\",\"clients\":%d,\"live\":%d,\"seconds\":%.3f,\"cpu_s\":%.6f,\"least_held\":%llu,\"most_held\":%llu,",
           what, total, live, (double)(now_ns() - marked_ns) / 1e9, cpu_seconds() - marked_cpu, (unsigned long long)least,
           (unsigned long long)most);
    struct { const char *name; uint64_t value; } counted[] = {
        {"frames", count.frames}, {"bytes", count.bytes}, {"where", count.where}, {"compressed", count.compressed},
        {"big", count.big}, {"beats", count.beats}, {"stale", count.stale}, {"resets", count.resets},
        {"refused", count.refused}, {"failed", count.failed}, {"bad", count.bad}, {"others", count.others}};
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        printf("\"%s\":%llu,", counted[i].name, (unsigned long long)counted[i].value);
    print_seen(least, (uint32_t)total);
    printf(",\"closes\":{");
    const char *comma = "";
    for (int i = 0; i < 5000; i++)
        if (closes[i]) printf("%s\"%d\":%llu", comma, i, (unsigned long long)closes[i]), comma = ",";
    printf("}}\n");
    fflush(stdout);
}

static void mark(void) {
    mark_seen();
    marked_ns = now_ns(), marked_cpu = cpu_seconds();
    memset(&count, 0, sizeof count);
    memset(closes, 0, sizeof closes);
    printf("{\"on\":\"mark\",\"seq\":%llu}\n", (unsigned long long)seen.mark);
    fflush(stdout);
}

static void aim(uint64_t seq) {
    target = seq, target_at = now_ns(), behind = (uint64_t)total;
    for (int i = 0; i < total; i++) clients[i].arrived = 0;
    for (int i = 0; i < total; i++) arrive(&clients[i]);
}

static void drop_all(void) {
    closing = 1, returning = 0;
    for (int i = 0; i < total; i++) hang_up(&clients[i], 0);
    closing = 0;
    printf("{\"on\":\"dropped\"}\n");
    fflush(stdout);
}

static void come_back(double within_ms) {
    began = now_ns(), returning = 1, most_inflight = total;
    for (int i = 0; i < total; i++)
        clients[i].tries = 0, clients[i].due = began + (uint64_t)((double)random() / RAND_MAX * within_ms * 1e6);
}

static int obey(void) { /* 0: stop */
    char lines[512];
    ssize_t n = read(0, lines, sizeof lines - 1);
    if (n <= 0) return n < 0 && errno == EAGAIN;
    lines[n] = 0;
    for (char *rest = lines, *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (strcmp(line, "mark") == 0) mark();
        else if (strcmp(line, "stats") == 0) say("stats");
        else if (strncmp(line, "target ", 7) == 0) aim(strtoull(line + 7, NULL, 10));
        else if (strcmp(line, "drop") == 0) drop_all();
        else if (strncmp(line, "go ", 3) == 0) come_back(atof(line + 3));
        else if (strcmp(line, "stop") == 0) return 0;
    }
    return 1;
}

static void read_headers(const char *file) {
    FILE *in = *file ? fopen(file, "r") : NULL;
    char line[1500];
    if (*file && in == NULL) die("cannot read %s", file);
    while (in && fgets(line, sizeof line, in)) {
        line[strcspn(line, "\r\n")] = 0;
        headers = realloc(headers, sizeof *headers * (size_t)(header_count + 1));
        headers[header_count++] = strdup(line);
    }
    if (in) fclose(in);
}

int main(int argc, char **argv) {
    port = atoi(option(argc, argv, "--port", "0"));
    total = atoi(option(argc, argv, "--clients", "1"));
    path = option(argc, argv, "--path", "/api/socket");
    stream = option(argc, argv, "--stream", "board");
    also = option(argc, argv, "--also", "");
    redis = option(argc, argv, "--redis", NULL);
    time_key = option(argc, argv, "--time-key", "\"t\":");
    most_inflight = atoi(option(argc, argv, "--inflight", "256"));
    const char *since = option(argc, argv, "--since", "now");
    for (int i = 1; i < argc; i++) deflate |= strcmp(argv[i], "--deflate") == 0;
    read_headers(option(argc, argv, "--headers", ""));
    if (asprintf(&stream_key, "\"stream\":\"%s\"", stream) < 0) die("memory");
    uint64_t ends = now_ns() + (uint64_t)(atof(option(argc, argv, "--seconds", "900")) * 1e9);
    clients = calloc((size_t)total, sizeof *clients);
    for (int i = 0; i < total; i++) {
        clients[i].fd = -1, clients[i].at.known = strcmp(since, "now") != 0;
        clients[i].at.held = strtoull(since, NULL, 10);
    }
    away = total, began = marked_ns = now_ns();
    epoll_fd = epoll_create1(0);
    struct epoll_event want = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &want);
    set_nonblocking(0);
    for (int going = 1; going && now_ns() < ends;) {
        struct epoll_event ready[1024];
        connect_due(now_ns());
        int n = epoll_wait(epoll_fd, ready, 1024, away && inflight < most_inflight && returning ? 1 : 200);
        for (int i = 0; i < n; i++) {
            struct client *c = ready[i].data.ptr;
            if (c == NULL) going = obey();
            else if (c->phase == CONNECTING) start_upgrade(c);
            else if (c->phase != AWAY) readable(c);
        }
    }
    say("final");
    return 0;
}
