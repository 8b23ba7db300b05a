/* What client and server of the system benchmark agree on. */
#ifndef SERVICES_H
#define SERVICES_H

/* One port for each service; the Java server has the same numbers. */
enum service {
    DISCARD = 7001,      /* reads until the client's FIN, then closes */
    SOURCE = 7002,       /* sends until the connection goes */
    ECHO = 7003,         /* sends back what it gets */
    CLIENT_CLOSES = 7004, /* one response to one request; closes after the client's FIN */
    SERVER_CLOSES = 7005 /* one response to one request, and FIN right behind it */
};

enum { MESSAGE = 64, BULK = 128 * 1024 };

/* The kernel's default, whatever this machine was tuned to: BBR's pacing costs a timer a burst. */
#define CONGESTION_CONTROL "cubic"

#endif
