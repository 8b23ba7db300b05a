/*
 * The client of the system benchmark. Each run prints one line of CSV:
 *   value,p50_us,p99_us,max_us,cpu_client_s,cpu_server_s,count,failed
 * where value is Gbit/s, round trips or connections a second.
 * usage: client ADDRESS SERVER_PID TEST SECONDS [AT_ONCE [MOST [SOURCE_PREFIX SOURCES]]]
 * TEST: in, out, ping, client-closes, server-closes, reset, or idle, which opens AT_ONCE connections,
 * prints its line when each has carried a round trip, and holds them for SECONDS
 */
#define _GNU_SOURCE
#include "services.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Latencies are counted in steps of 0.1 microseconds up to 100 ms; the last one takes the rest. */
enum { STEP_NS = 100, STEPS = 1000000, LONGEST_MS = 5000 };

struct slot {
    int fd;
    int sent;
    double begun;
};

static char bulk[BULK];
static unsigned latencies[STEPS + 1];
static double longest;
static long done, failed;
static struct sockaddr_in server = {.sin_family = AF_INET};
static const char *prefix;
static int sources, next_source;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double clock_s(clockid_t clock) {
    struct timespec t;
    if (clock_gettime(clock, &t) < 0) fail("clock_gettime");
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static double now(void) { return clock_s(CLOCK_MONOTONIC); }

static void took(double seconds) {
    long step = seconds * 1e9 / STEP_NS;
    latencies[step < STEPS ? step : STEPS]++;
    if (seconds > longest) longest = seconds;
    done++;
}

static double percentile_us(double part) {
    long seen = 0, wanted = done * part;
    for (int i = 0; i <= STEPS; i++) {
        seen += latencies[i];
        if (seen > wanted) return i == STEPS ? longest * 1e6 : (i + 0.5) * STEP_NS * 1e-3;
    }
    return 0;
}

/*
 * A socket on its way to the server. The client's many addresses, PREFIX.1 and up, give each pair of
 * sockets time before it comes again; the port is chosen at connect().
 */
static int begin(int flags) {
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | flags, 0);
    if (fd < 0) fail("socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, CONGESTION_CONTROL,
                   strlen(CONGESTION_CONTROL)) < 0) fail(CONGESTION_CONTROL);
    if (sources > 0) {
        char text[64];
        struct sockaddr_in from = {.sin_family = AF_INET};
        snprintf(text, sizeof text, "%s.%d", prefix, 1 + next_source);
        next_source = (next_source + 1) % sources;
        if (inet_pton(AF_INET, text, &from.sin_addr) != 1) fail(text);
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
    }
    if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS) {
        fail("connect");
    }
    return fd;
}

static void reset(int fd) {
    struct linger at_once = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

/* Octets sent until the server has read them all and closed. */
static double bulk_in(double until) {
    int fd = begin(0);
    double octets = 0;
    while (now() < until) {
        ssize_t n = send(fd, bulk, BULK, MSG_NOSIGNAL);
        if (n < 0) fail("send");
        octets += n;
    }
    shutdown(fd, SHUT_WR);
    if (recv(fd, bulk, BULK, 0) != 0) fail("the server did not close");
    close(fd);
    done = 1;
    return octets;
}

static double bulk_out(double until) {
    int fd = begin(0);
    double octets = 0;
    while (now() < until) {
        ssize_t n = recv(fd, bulk, BULK, 0);
        if (n <= 0) fail("recv");
        octets += n;
    }
    reset(fd);
    done = 1;
    return octets;
}

static void ping(double until, long most) {
    int fd = begin(0);
    double before = now();
    while (before < until && done < most) {
        if (send(fd, bulk, MESSAGE, MSG_NOSIGNAL) != MESSAGE) fail("send");
        for (ssize_t got = 0, n; got < MESSAGE; got += n) {
            if ((n = recv(fd, bulk, MESSAGE, 0)) <= 0) fail("recv");
        }
        double after = now();
        took(after - before);
        before = after;
    }
    close(fd);
}

static void dial(int poller, struct slot *slot) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = slot};
    slot->begun = now();
    slot->sent = 0;
    slot->fd = begin(SOCK_NONBLOCK);
    if (epoll_ctl(poller, EPOLL_CTL_ADD, slot->fd, &event) < 0) fail("epoll_ctl");
}

static void give_up(struct slot *slot, const char *why) {
    if (failed++ < 3) fprintf(stderr, "a connection failed: %s (%s)\n", why, strerror(errno));
    reset(slot->fd);
    slot->fd = -1;
}

/* Takes a connection a step further; slot->fd is -1 when it has ended. */
static void step(struct slot *slot, unsigned events, int service, int by_reset) {
    if (!slot->sent) {
        int error = 0;
        socklen_t length = sizeof error;
        if (!(events & EPOLLOUT)) return;
        getsockopt(slot->fd, SOL_SOCKET, SO_ERROR, &error, &length);
        errno = error;
        if (error || send(slot->fd, bulk, MESSAGE, MSG_NOSIGNAL) != MESSAGE) {
            give_up(slot, "no way to send the request");
            return;
        }
        slot->sent = 1;
    }
    if (!(events & EPOLLIN)) return;
    for (;;) {
        ssize_t n = recv(slot->fd, bulk, BULK, 0);
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0 || (n == 0 && service != SERVER_CLOSES)) {
            give_up(slot, "no response");
            return;
        }
        if (n > 0 && service == SERVER_CLOSES) continue; /* FIN comes behind */
        break;
    }
    if (by_reset) {
        reset(slot->fd);
    } else {
        close(slot->fd);
    }
    slot->fd = -1;
    took(now() - slot->begun);
}

static void connections(double until, int at_once, long most, int service, int by_reset) {
    struct epoll_event events[256];
    struct slot *slots = calloc(at_once, sizeof *slots);
    int poller = epoll_create1(0), open = 0;
    long dialled = 0;
    for (int i = 0; i < at_once; i++) {
        slots[i].fd = -1;
        if (dialled < most) {
            dial(poller, &slots[i]);
            open++;
            dialled++;
        }
    }
    while (open > 0) {
        int ready = epoll_wait(poller, events, 256, LONGEST_MS);
        if (ready <= 0) {
            /* Nothing has moved for so long: what is open is stuck. */
            for (int i = 0; i < at_once; i++) {
                if (slots[i].fd >= 0) give_up(&slots[i], "stuck");
            }
            break;
        }
        for (int i = 0; i < ready; i++) {
            struct slot *slot = events[i].data.ptr;
            step(slot, events[i].events, service, by_reset);
            if (slot->fd >= 0) continue;
            if (now() < until && dialled < most) {
                dial(poller, slot);
                dialled++;
            } else {
                open--;
            }
        }
    }
}

/* One after another, so that no queue overflows. */
static void hold(int connections) {
    for (int i = 0; i < connections; i++) {
        double before = now();
        int fd = begin(0);
        ssize_t n = send(fd, bulk, MESSAGE, MSG_NOSIGNAL);
        for (ssize_t got = 0; n > 0 && got < MESSAGE; got += n) {
            n = recv(fd, bulk, MESSAGE, 0);
        }
        if (n > 0) {
            took(now() - before);
        } else {
            failed++;
        }
    }
}

int main(int count, char **arguments) {
    if (count < 5) {
        fprintf(stderr, "usage: client ADDRESS SERVER_PID TEST SECONDS"
                        " [AT_ONCE [MOST [SOURCE_PREFIX SOURCES]]]\n");
        return 2;
    }
    const char *test = arguments[3];
    double seconds = atof(arguments[4]);
    int at_once = count > 5 ? atoi(arguments[5]) : 1;
    long most = count > 6 && atol(arguments[6]) > 0 ? atol(arguments[6]) : 1L << 62;
    prefix = count > 7 ? arguments[7] : NULL;
    sources = count > 8 ? atoi(arguments[8]) : 0;
    if (inet_pton(AF_INET, arguments[1], &server.sin_addr) != 1) fail(arguments[1]);
    clockid_t server_clock;
    if (clock_getcpuclockid(atoi(arguments[2]), &server_clock) != 0) fail("server's clock");

    double server_before = clock_s(server_clock);
    double cpu_before = clock_s(CLOCK_PROCESS_CPUTIME_ID);
    double begun = now(), octets = 0;
    double until = begun + seconds;
    if (!strcmp(test, "in")) {
        server.sin_port = htons(DISCARD);
        octets = bulk_in(until);
    } else if (!strcmp(test, "out")) {
        server.sin_port = htons(SOURCE);
        octets = bulk_out(until);
    } else if (!strcmp(test, "ping")) {
        server.sin_port = htons(ECHO);
        ping(until, most);
    } else if (!strcmp(test, "idle")) {
        server.sin_port = htons(ECHO);
        hold(at_once);
    } else {
        int service = !strcmp(test, "server-closes") ? SERVER_CLOSES : CLIENT_CLOSES;
        server.sin_port = htons(service);
        connections(until, at_once, most, service, !strcmp(test, "reset"));
    }
    double took_s = now() - begun;
    double cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_before;
    double server_cpu = clock_s(server_clock) - server_before;
    double value = octets > 0 ? octets * 8e-9 / took_s : done / took_s;
    printf("%.3f,%.2f,%.2f,%.1f,%.4f,%.4f,%.0f,%ld\n", value, percentile_us(0.5),
           percentile_us(0.99), longest * 1e6, cpu, server_cpu, octets > 0 ? octets : done, failed);
    if (!strcmp(test, "idle")) {
        fflush(stdout);
        sleep(seconds);
    }
    return failed > 0;
}
