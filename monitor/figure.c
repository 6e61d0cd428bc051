/*
 * figure.c — numbers as text of stable width; bars of eighths of a block, graphs of
 * braille dots (two columns and four rows in a cell).
 */
#include "monitor/figure.h"

#include <math.h>
#include <stdio.h>

/* Three digits that count: 0.12 is "0", 9.98, 99.8, 998. */
static const char *scaled(char buf[FIGURE_MAX], double value, const char *const *units,
			  size_t n)
{
	size_t i = 0;

	if (isnan(value)) {
		snprintf(buf, FIGURE_MAX, "-");
		return buf;
	}
	value = value < 0 ? 0 : value;
	/* 999.6 would be printed as 1000 */
	while (i + 1 < n && value >= 999.5) {
		value /= 1000;
		i++;
	}
	snprintf(buf, FIGURE_MAX, "%.*f%s",
		 i == 0		 ? 0
		 : value < 9.995 ? 2
		 : value < 99.95 ? 1
				 : 0,
		 fmin(value, 99999), units[i]);
	return buf;
}

const char *figure_rate(char buf[FIGURE_MAX], double bits)
{
	static const char *const units[] = { "bit", "kbit", "mbit", "gbit", "tbit" };

	return scaled(buf, bits, units, sizeof(units) / sizeof(*units));
}

const char *figure_count(char buf[FIGURE_MAX], double n)
{
	static const char *const units[] = { "", "k", "M", "G", "T" };

	/* what happens now and then must not be told as never */
	if (n > 0 && n < 0.95) {
		snprintf(buf, FIGURE_MAX, "%.1f", fmax(n, 0.1));
		return buf;
	}
	return scaled(buf, n, units, sizeof(units) / sizeof(*units));
}

const char *figure_bytes(char buf[FIGURE_MAX], double bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };

	return scaled(buf, bytes, units, sizeof(units) / sizeof(*units));
}

const char *figure_time(char buf[FIGURE_MAX], double seconds)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };

	if (seconds == 0) {
		snprintf(buf, FIGURE_MAX, "0ms");
		return buf;
	}
	return scaled(buf, seconds * 1e9, units, sizeof(units) / sizeof(*units));
}

const char *figure_share(char buf[FIGURE_MAX], double share)
{
	double percent = 100 * share;

	if (isnan(share))
		snprintf(buf, FIGURE_MAX, "-");
	else
		snprintf(buf, FIGURE_MAX, "%.*f%%",
			 percent >= 0.05 && percent < 9.95 && percent != floor(percent)
				 ? 1
				 : 0,
			 fmin(percent, 9999));
	return buf;
}

enum ink figure_ink(double load)
{
	return load >= 0.9  ? INK_FULL
	       : load >= .5 ? INK_HIGH
	       : load > 0   ? INK_LOW
			    : INK_IDLE;
}

void figure_bar(struct grid *g, int x, int y, int width, enum ink ink, double load)
{
	int eighths = (int)lround(fmax(0, fmin(load, 1)) * width * 8);

	for (int i = 0; i < width; i++, eighths -= 8) {
		if (eighths >= 8)
			grid_put(g, x + i, y, ink, 0x2588);
		else if (eighths > 0)
			grid_put(g, x + i, y, ink, 0x2590 - (uint32_t)eighths);
		else
			grid_put(g, x + i, y, INK_DIM, 0xb7);
	}
}

/* The dots of a cell's left or right column that stand `level` high (0 to 4). */
static uint32_t dots(int level, bool right)
{
	static const uint8_t left_dots[] = { 0, 0x40, 0x44, 0x46, 0x47 };
	static const uint8_t right_dots[] = { 0, 0x80, 0xa0, 0xb0, 0xb8 };

	level = level < 0 ? 0 : level > 4 ? 4 : level;
	return right ? right_dots[level] : left_dots[level];
}

/* How high a value stands, in dots; nothing that is known is a line of one. */
static int level_of(float value, double full, int height)
{
	int level;

	if (isnan(value))
		return 0;
	level = full > 0 ? (int)lround(fmin(value / full, 1) * height * 4) : 0;
	return value > 0 && level < 2 ? 2 : level < 1 ? 1 : level;
}

void figure_graph(struct grid *g, int x, int y, int width, int height, enum ink ink,
		  const float *values, int n, double full)
{
	for (int column = 0; column < width; column++) {
		int i = n - 2 * (width - column); /* of the value on the left */
		float left = i >= 0 ? values[i] : NAN,
		      right = i >= -1 ? values[i + 1] : NAN;
		int high[] = { level_of(left, full, height),
			       level_of(right, full, height) };

		for (int row = 0; row < height; row++) {
			uint32_t d = dots(high[0] - 4 * row, false) |
				     dots(high[1] - 4 * row, true);

			if (d)
				grid_put(g, x + column, y + height - 1 - row,
					 left > 0 || right > 0 ? ink : INK_IDLE,
					 0x2800 | d);
		}
	}
}
