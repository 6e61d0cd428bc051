/*
 * main.c — the program: the shell, given the monitor. Neither includes the other.
 */
#include "monitor/monitor.h"
#include "shell/program.h"

int main(int argc, char **argv)
{
	return program_run(argc, argv, &monitor_watcher);
}
