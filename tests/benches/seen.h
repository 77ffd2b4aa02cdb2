/* Which facts a dashboard has seen, in which order, how late; and for each position when the last dashboard had it. */
#ifndef FENGSUI_SEEN_H
#define FENGSUI_SEEN_H

#include "measure.h"

/* What one dashboard holds. Of its latest gap it remembers which of the first 64 came after all: those were swapped, not lost. */
struct position {
    int known;
    unsigned gap_length;
    uint64_t held, gap_from, gap_came;
};

/* What all dashboards together have seen since the mark: only later positions count. */
static struct {
    uint64_t mark, newest, deliveries, gaps, repeats, reorders;
    struct histogram latency;
    struct when {
        uint64_t due, last;
        uint32_t times;
    } *table;
    size_t room;
} seen;

static inline struct when *when_of(uint64_t seq) {
    size_t at = (size_t)(seq - seen.mark);
    if (at > 50000000) die("position %llu is too far from the mark", (unsigned long long)seq);
    if (at >= seen.room) {
        size_t room = at * 2 + 1024;
        seen.table = realloc(seen.table, room * sizeof *seen.table);
        memset(seen.table + seen.room, 0, (room - seen.room) * sizeof *seen.table);
        seen.room = room;
    }
    return &seen.table[at];
}

/* A fact has arrived; `due` 0: it does not say when it was due. */
static inline void see_fact(struct position *p, uint64_t seq, uint64_t due, uint64_t now) {
    if (!p->known) p->known = 1, p->held = seq - 1;
    if (seq <= p->held) {
        uint64_t nth = seq - p->gap_from;
        if (seq >= p->gap_from && nth < p->gap_length && nth < 64 && !(p->gap_came >> nth & 1))
            p->gap_came |= 1ull << nth, seen.reorders++, seen.gaps--;
        else {
            seen.repeats++;
            return;
        }
    } else {
        if (seq > p->held + 1) {
            seen.gaps += seq - p->held - 1;
            p->gap_from = p->held + 1, p->gap_length = (unsigned)(seq - p->held - 1), p->gap_came = 0;
        }
        p->held = seq;
    }
    if (seq > seen.newest) seen.newest = seq;
    if (seq <= seen.mark) return;
    seen.deliveries++;
    if (due) histogram_add(&seen.latency, now > due ? now - due : 0);
    struct when *w = when_of(seq);
    w->due = due, w->last = now, w->times++;
}

/* The server says that everything up to `seq` was sent. */
static inline void see_live(struct position *p, uint64_t seq) {
    if (!p->known) p->known = 1, p->held = seq;
    if (seq > p->held) {
        seen.gaps += seq - p->held;
        p->gap_from = p->held + 1, p->gap_length = (unsigned)(seq - p->held), p->gap_came = 0;
        p->held = seq;
    }
    if (seq > seen.newest) seen.newest = seq;
}

static inline void mark_seen(void) {
    seen.mark = seen.newest;
    seen.deliveries = seen.gaps = seen.repeats = seen.reorders = 0;
    memset(&seen.latency, 0, sizeof seen.latency);
    if (seen.table) memset(seen.table, 0, seen.room * sizeof *seen.table);
}

/* The counts as JSON members. `least`: what every dashboard has; `partial`: positions up to there that not each of them got. */
static inline void print_seen(uint64_t least, uint32_t dashboards) {
    struct histogram *last = calloc(1, sizeof *last);
    uint64_t partial = 0;
    for (uint64_t seq = seen.mark + 1; seq <= least; seq++) {
        struct when *w = when_of(seq);
        if (w->times != dashboards) partial++;
        if (w->due) histogram_add(last, w->last > w->due ? w->last - w->due : 0);
    }
    printf("\"mark\":%llu,\"deliveries\":%llu,\"gaps\":%llu,\"repeats\":%llu,\"reorders\":%llu,\"partial\":%llu,",
           (unsigned long long)seen.mark, (unsigned long long)seen.deliveries, (unsigned long long)seen.gaps,
           (unsigned long long)seen.repeats, (unsigned long long)seen.reorders, (unsigned long long)partial);
    print_histogram("latency_ms", &seen.latency);
    printf(",");
    print_histogram("last_ms", last);
    free(last);
}

#endif
