/* Sends prepared HTTP POSTs over a few kept-alive connections, each as soon as one is free or by a schedule.

   poster --port P --path /api/commands --bodies FILE --seconds 10 [--connections 16] [--rate R] [--mark @@@@@@@@@@@@@@@@@@@]

   FILE: one request a line: a header line, a tab, the JSON body. With --rate requests are due at fixed instants, however
   long the answers take; without it every connection sends its next request when the last was answered. 19 marks `@` in a
   body become the instant at which the request was due (CLOCK_MONOTONIC, ns).
   Waits for a line on stdin; says at the end, as one JSON object, what was sent, the answers by status, and latencies from
   the due instant to the whole answer. `exhausted`: the file did not reach. */
#define _GNU_SOURCE
#include "measure.h"

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

#define MARKS "@@@@@@@@@@@@@@@@@@@"

struct link {
    int fd, busy;
    uint64_t due;
    char in[65536];
    size_t in_len;
};

static struct link *links;
static int count, port, epoll_fd;
static const char *path;
static char *file, *next_line, *file_end;
static uint64_t sent, answered, statuses[1000], step, due, ends, late;
static struct histogram latency;

static int open_link(struct link *l) {
    struct sockaddr_in address = loopback(port);
    l->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(l->fd, (struct sockaddr *)&address, sizeof address)) die("cannot connect: %s", strerror(errno));
    no_delay(l->fd);
    struct epoll_event want = {.events = EPOLLIN, .data.ptr = l};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, l->fd, &want);
    return 1;
}

static void send_all(int fd, const char *data, size_t n) {
    while (n) {
        ssize_t done = send(fd, data, n, MSG_NOSIGNAL);
        if (done <= 0) die("the server hung up while a request was sent");
        data += done, n -= (size_t)done;
    }
}

/* 0 when the file is used up. */
static int send_next(struct link *l, uint64_t when) {
    static char out[4 << 20];
    if (next_line >= file_end) return 0;
    char *end = memchr(next_line, '\n', (size_t)(file_end - next_line));
    if (end == NULL) end = file_end;
    char *tab = memchr(next_line, '\t', (size_t)(end - next_line));
    if (tab == NULL) die("a line without a tab");
    size_t body = (size_t)(end - tab - 1);
    int head = snprintf(out, sizeof out,
                        "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n%.*s\r\n"
                        "Content-Length: %zu\r\n\r\n", path, port, (int)(tab - next_line), next_line, body);
    if ((size_t)head + body > sizeof out) die("a body is too long");
    memcpy(out + head, tab + 1, body);
    char *mark = memmem(out + head, body, MARKS, 19), digits[24];
    if (mark != NULL) {
        snprintf(digits, sizeof digits, "%019llu", (unsigned long long)when);
        memcpy(mark, digits, 19);
    }
    l->busy = 1, l->due = when;
    next_line = end + 1;
    sent++;
    send_all(l->fd, out, (size_t)head + body);
    return 1;
}

/* Sends what is due, as far as connections are free. 0 when nothing more will be sent. */
static int send_due(void) {
    uint64_t now = now_ns();
    if (now >= ends && (step == 0 || due >= ends)) return 0;
    for (struct link *l = links; l < links + count; l++) {
        if (l->busy) continue;
        if (step && (due > now || due >= ends)) return due < ends;
        if (!send_next(l, step ? due : now_ns())) return 0;
        if (step) {
            if (now > due + 50000000) late++;
            due += step;
        }
    }
    return 1;
}

static void take_answer(struct link *l) {
    ssize_t n = recv(l->fd, l->in + l->in_len, sizeof l->in - 1 - l->in_len, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        close(l->fd);
        if (l->busy) die("the server hung up without an answer");
        open_link(l);
        return;
    }
    l->in[l->in_len += (size_t)n] = 0;
    char *end = memmem(l->in, l->in_len, "\r\n\r\n", 4);
    if (end == NULL) return;
    char *length = strcasestr(l->in, "\r\ncontent-length:");
    if (length == NULL || length > end) die("an answer without Content-Length");
    size_t whole = (size_t)(end + 4 - l->in) + strtoul(length + 17, NULL, 10);
    if (whole >= sizeof l->in) die("an answer is too long");
    if (l->in_len < whole) return;
    int status = atoi(l->in + 9);
    if (status < 100 || status > 999) die("no HTTP answer");
    if (status >= 300 && statuses[status] == 0) fprintf(stderr, "poster: %.*s\n", (int)(whole < 800 ? whole : 800), l->in);
    statuses[status]++;
    answered++;
    histogram_add(&latency, now_ns() - l->due);
    l->in_len = 0, l->busy = 0;
}

static void read_file(const char *name) {
    struct stat found;
    int fd = open(name, O_RDONLY);
    if (fd < 0 || fstat(fd, &found)) die("cannot read %s", name);
    file = mmap(NULL, (size_t)found.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (file == MAP_FAILED) die("cannot read %s", name);
    next_line = file, file_end = file + found.st_size;
}

int main(int argc, char **argv) {
    char line[64];
    port = atoi(option(argc, argv, "--port", "0"));
    path = option(argc, argv, "--path", "/api/commands");
    count = atoi(option(argc, argv, "--connections", "16"));
    double rate = atof(option(argc, argv, "--rate", "0")), seconds = atof(option(argc, argv, "--seconds", "10"));
    read_file(option(argc, argv, "--bodies", ""));
    epoll_fd = epoll_create1(0);
    links = calloc((size_t)count, sizeof *links);
    for (int i = 0; i < count; i++) open_link(&links[i]);
    printf("{\"on\":\"ready\"}\n");
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL) return 0;
    uint64_t began = now_ns(), last_answer = began;
    double cpu = cpu_seconds();
    step = rate > 0 ? (uint64_t)(1e9 / rate) : 0;
    due = began + step, ends = began + (uint64_t)(seconds * 1e9);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event want = {.events = EPOLLIN, .data.ptr = NULL};
    if (step) epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer, &want);
    int more = send_due();
    while ((more || answered < sent) && now_ns() < ends + 30000000000ull) {
        struct epoll_event ready[64];
        struct itimerspec at = {0}; /* not while every connection is busy: what is due then waits for an answer */
        if (due > now_ns()) at.it_value.tv_sec = (time_t)(due / 1000000000), at.it_value.tv_nsec = (long)(due % 1000000000);
        if (step) timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
        int n = epoll_wait(epoll_fd, ready, 64, 100);
        for (int i = 0; i < n; i++)
            if (ready[i].data.ptr) take_answer(ready[i].data.ptr), last_answer = now_ns();
        if (more) more = send_due();
    }
    printf("{\"on\":\"final\",\"sent\":%llu,\"answered\":%llu,\"late\":%llu,\"exhausted\":%s,\"seconds\":%.4f,\"cpu_s\":%.6f,",
           (unsigned long long)sent, (unsigned long long)answered, (unsigned long long)late,
           next_line >= file_end && now_ns() < ends ? "true" : "false", (double)(last_answer - began) / 1e9,
           cpu_seconds() - cpu);
    print_histogram("latency_ms", &latency);
    printf(",\"statuses\":{");
    const char *comma = "";
    for (int i = 0; i < 1000; i++)
        if (statuses[i]) printf("%s\"%d\":%llu", comma, i, (unsigned long long)statuses[i]), comma = ",";
    printf("}}\n");
    return 0;
}
