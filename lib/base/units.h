/*
 * units.h — quantities as people write them: 10mbit, 20ms, 1500B, 1%, 64pkt.
 *
 * A bare number is refused (with the units that would do); the printers write
 * the shortest exact form, which parses back to the same value.
 */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* bits a second: bit, kbit, mbit, gbit, tbit (powers of 1000, as in tc) */
int units_parse_rate(const char *text, uint64_t *ret_bits, struct err *e);
/* nanoseconds: ns, us, ms, s, min, h */
int units_parse_time(const char *text, uint64_t *ret_ns, struct err *e);
/* bytes: B, kB, MB, GB (powers of 1000), KiB, MiB, GiB (powers of 1024) */
int units_parse_bytes(const char *text, uint64_t *ret_bytes, struct err *e);
/* a share, of 10^9: 1% is 10^7; 0% to 100% */
int units_parse_percent(const char *text, uint32_t *ret, struct err *e);
/* packets (64pkt), or bytes as above */
int units_parse_amount(const char *text, uint64_t *ret, bool *ret_bytes, struct err *e);

char *units_print_rate(uint64_t bits); /* free() it, as those below */
char *units_print_time(uint64_t ns);
char *units_print_bytes(uint64_t bytes);
char *units_print_percent(uint32_t share);
char *units_print_amount(uint64_t amount, bool bytes);

#endif
