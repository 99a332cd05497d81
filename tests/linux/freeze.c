/* freeze PID: stops every thread of a process but its first one, as a debugger would, until the process is gone: workers
 * that hang while the main loop is healthy. Built by scripts/test-linux; never part of a package. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const int process = atoi(argv[1]);
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR* threads = opendir(path);
  if (!threads) return perror(path), 1;
  int stopped = 0;
  for (struct dirent* entry; (entry = readdir(threads));) {
    const int thread = atoi(entry->d_name);
    if (thread <= 0 || thread == process) continue;
    if (ptrace(PTRACE_SEIZE, thread, 0, 0) != 0 || ptrace(PTRACE_INTERRUPT, thread, 0, 0) != 0) return perror("ptrace"), 1;
    ++stopped;
  }
  closedir(threads);
  printf("froze %d threads\n", stopped);
  fflush(stdout);
  while (waitpid(-1, NULL, __WALL) >= 0 || errno == EINTR) {
  }
  return 0;
}
