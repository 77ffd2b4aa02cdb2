/* Publishes messages of a given size on a Redis channel, each at the instant its schedule says; that instant is in it as `t`.

   publisher --port P [--channel board] [--rate 20] [--bytes 300] [--seconds 10] [--after N]

   The first message has seq N + 1. Waits for a line on stdin, then publishes, then says what it did as one JSON object. The commands are not pipelined. */
#define _GNU_SOURCE
#include "measure.h"

static void read_answer(int fd) { /* :receivers\r\n */
    char in[64];
    size_t n = 0;
    while (n < 2 || in[n - 1] != '\n') {
        ssize_t got = recv(fd, in + n, sizeof in - n, 0);
        if (got <= 0) die("redis hung up");
        n += (size_t)got;
        if (n == sizeof in) die("redis answered at length");
    }
    if (in[0] != ':') die("redis refused: %.*s", (int)n, in);
}

int main(int argc, char **argv) {
    size_t bytes = strtoul(option(argc, argv, "--bytes", "300"), NULL, 10);
    double rate = atof(option(argc, argv, "--rate", "20")), seconds = atof(option(argc, argv, "--seconds", "10"));
    const char *channel = option(argc, argv, "--channel", "board");
    char line[64], text[1 << 15], tail[120], command[1 << 16];
    if (bytes > 30000 || rate <= 0) die("--bytes is at most 30000, --rate is above 0");
    struct sockaddr_in address = loopback(atoi(option(argc, argv, "--port", "6379")));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) die("cannot connect: %s", strerror(errno));
    no_delay(fd);
    if (fgets(line, sizeof line, stdin) == NULL) return 0;
    uint64_t step = (uint64_t)(1e9 / rate), due = now_ns() + step, last = due + (uint64_t)(seconds * 1e9), seq;
    seq = strtoull(option(argc, argv, "--after", "0"), NULL, 10);
    for (; due < last; due += step) {
        struct timespec until = {(time_t)(due / 1000000000), (long)(due % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        int n = snprintf(text, sizeof text, "{\"data\":{\"t\":%llu,\"pad\":\"", (unsigned long long)due);
        int after = snprintf(tail, sizeof tail, "\"},\"op\":\"fact\",\"seq\":%llu,\"stream\":\"board\"}",
                             (unsigned long long)++seq);
        while ((size_t)(n + after) < bytes) text[n++] = 'x';
        memcpy(text + n, tail, (size_t)after);
        int size = snprintf(command, sizeof command, "*3\r\n$7\r\nPUBLISH\r\n$%zu\r\n%s\r\n$%d\r\n%.*s\r\n", strlen(channel),
                            channel, n + after, n + after, text);
        if (send(fd, command, (size_t)size, MSG_NOSIGNAL) != size) die("redis hung up");
        read_answer(fd);
    }
    printf("{\"on\":\"final\",\"seq\":%llu,\"cpu_s\":%.6f}\n", (unsigned long long)seq, cpu_seconds());
    return 0;
}
