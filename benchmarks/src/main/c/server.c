/*
 * The kernel's end of the system benchmark: the services of services.h in one thread over epoll.
 * usage: server ADDRESS
 */
#define _GNU_SOURCE
#include "services.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static char bulk[BULK];
static int poller;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

/* What epoll keeps for a file: its number, its service, and whether it listens. */
static uint64_t tag(int fd, int service, int listens) {
    return (uint64_t)fd << 32 | (uint64_t)service << 1 | (uint64_t)listens;
}

static void watch(int fd, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

static void listen_at(const char *address, int service) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(service)};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (inet_pton(AF_INET, address, &at.sin_addr) != 1) fail(address);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, CONGESTION_CONTROL,
                   strlen(CONGESTION_CONTROL)) < 0) fail(CONGESTION_CONTROL);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 4096) < 0) fail("listen");
    watch(fd, EPOLLIN, tag(fd, service, 1));
}

static void accept_from(int listener, int service) {
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(fd, service == SOURCE ? EPOLLOUT : EPOLLIN, tag(fd, service, 0));
    }
}

/* True when the connection has been served and is to be closed. */
static int serve(int fd, int service) {
    ssize_t n;
    switch (service) {
    case SOURCE:
        while ((n = send(fd, bulk, BULK, MSG_NOSIGNAL)) > 0) {}
        return n < 0 && errno != EAGAIN;
    case DISCARD:
        while ((n = recv(fd, bulk, BULK, 0)) > 0) {}
        return n == 0 || errno != EAGAIN;
    default:
        n = recv(fd, bulk, BULK, 0);
        if (n <= 0) return n == 0 || errno != EAGAIN;
        if (send(fd, bulk, n, MSG_NOSIGNAL) < 0) return 1;
        return service == SERVER_CLOSES;
    }
}

int main(int count, char **arguments) {
    struct epoll_event events[256];
    if (count != 2) {
        fprintf(stderr, "usage: server ADDRESS\n");
        return 2;
    }
    poller = epoll_create1(0);
    for (int service = DISCARD; service <= SERVER_CLOSES; service++) {
        listen_at(arguments[1], service);
    }
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        int ready = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            uint64_t data = events[i].data.u64;
            int fd = data >> 32, service = (data & 0xffffffff) >> 1;
            if (data & 1) {
                accept_from(fd, service);
            } else if (serve(fd, service)) {
                close(fd);
            }
        }
    }
}
