// The headers of libevent_core that this package uses.
//
// event2/event-config.h defines _GNU_SOURCE. Unless the C library's own types are seen before it, a module that
// imports both Glibc and CLibEvent does not compile in debug builds ("'__fds_bits' from module 'SwiftGlibc' is not
// present in definition of 'fd_set'"). So the C library comes first. The event2/*_struct.h headers stay out: with
// them libevent's pointers would be imported as other types.
#ifndef CLIBEVENT_SHIM_H
#define CLIBEVENT_SHIM_H

#include <features.h>
#include <sys/types.h>
#include <sys/select.h>
#include <sys/socket.h>

/* malloc_trim, which Swift's own module of the C library leaves out. */
#include <malloc.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>

#endif
