/*
 * units.h — quantities as people write them: 10mbit, 20ms, 1500B, 1%, 64pkt.
 *
 * A bare number is refused (with the units that would do); the printers write
 * the shortest exact form, which parses back to the same value.
 */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* bits a second: bit, kbit, mbit, gbit, tbit (powers of 1000, as in tc) */
int units_parse_rate(const char *text, uint64_t *ret_bits, struct err *e);
/* nanoseconds: ns, us, ms, s, min, h */
int units_parse_time(const char *text, uint64_t *ret_ns, struct err *e);
/* bytes: B, kB, MB, GB (powers of 1000), KiB, MiB, GiB (powers of 1024) */
int units_parse_bytes(const char *text, uint64_t *ret_bytes, struct err *e);

char *units_print_rate(uint64_t bits); /* free() it, as those below */
char *units_print_time(uint64_t ns);
char *units_print_bytes(uint64_t bytes);

#endif
