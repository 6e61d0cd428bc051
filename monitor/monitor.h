/*
 * monitor.h — the dashboard: watches a network on the terminal, or writes what it counts.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "run/watch.h"

/* watch() and keys() as watch.h has them. */
extern const struct watcher monitor_watcher;

#endif
