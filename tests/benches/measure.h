/* What the bench's C programs share: the clock, a latency histogram, numbers found in JSON, sockets, CPU time. */
#ifndef FENGSUI_MEASURE_H
#define FENGSUI_MEASURE_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline uint64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000ull + (uint64_t)at.tv_nsec;
}

static inline void die(const char *format, ...) {
    va_list rest;
    va_start(rest, format);
    vfprintf(stderr, format, rest);
    va_end(rest);
    fputc('\n', stderr);
    exit(1);
}

static inline double cpu_seconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* Latencies in units of 100 ns; below 256 units each its own bucket, above 128 buckets to the octave (0.8 %). */
#define BUCKETS 6144
struct histogram {
    uint64_t bucket[BUCKETS], count, greatest;
};

static inline unsigned bucket_of(uint64_t units) {
    if (units < 256) return (unsigned)units;
    unsigned shift = 56u - (unsigned)__builtin_clzll(units);
    unsigned found = 256 + (shift - 1) * 128 + (unsigned)((units >> shift) - 128);
    return found < BUCKETS ? found : BUCKETS - 1;
}

static inline void histogram_add(struct histogram *h, uint64_t ns) {
    h->bucket[bucket_of(ns / 100)]++;
    h->count++;
    if (ns > h->greatest) h->greatest = ns;
}

/* Milliseconds below which `share` of the values lie: the upper edge of the bucket, never above the greatest value. */
static inline double percentile_ms(const struct histogram *h, double share) {
    uint64_t wanted = (uint64_t)(share * (double)h->count + 0.999999), seen = 0;
    if (h->count == 0) return -1;
    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += h->bucket[i];
        if (seen >= wanted) {
            uint64_t edge = i < 256 ? i + 1 : (uint64_t)(129 + (i - 256) % 128) << ((i - 256) / 128 + 1);
            return (double)(edge * 100 < h->greatest ? edge * 100 : h->greatest) / 1e6;
        }
    }
    return (double)h->greatest / 1e6;
}

static inline void print_histogram(const char *name, const struct histogram *h) {
    printf("\"%s\":{\"count\":%llu,\"p50\":%.4f,\"p90\":%.4f,\"p99\":%.4f,\"max\":%.4f}", name,
           (unsigned long long)h->count, percentile_ms(h, 0.5), percentile_ms(h, 0.9), percentile_ms(h, 0.99),
           h->count ? (double)h->greatest / 1e6 : -1.0);
}

static inline const char *find(const char *in, size_t n, const char *what) {
    return memmem(in, n, what, strlen(what));
}

/* The whole number right after `key`; 0 when the key is not there. */
static inline uint64_t number_after(const char *in, size_t n, const char *key) {
    const char *at = find(in, n, key), *end = in + n;
    uint64_t value = 0;
    if (at == NULL) return 0;
    for (at += strlen(key); at < end && *at >= '0' && *at <= '9'; at++) value = value * 10 + (uint64_t)(*at - '0');
    return value;
}

static inline void set_nonblocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

static inline struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static inline void no_delay(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* The value of `--name value`, or `otherwise`. */
static inline const char *option(int count, char **words, const char *name, const char *otherwise) {
    for (int i = 1; i + 1 < count; i++)
        if (strcmp(words[i], name) == 0) return words[i + 1];
    return otherwise;
}

#endif
