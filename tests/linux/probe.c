/* Runs in place of postern under postern's own unit and says what the sandbox lets it do: "probe NAME: ALLOWED" or the
 * error. Built by scripts/test-linux; never part of a package. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char* name, int good) { printf("probe %s: %s\n", name, good ? "ALLOWED" : strerror(errno)); }

static void writes(const char* path) {
  int fd = open(path, O_CREAT | O_WRONLY, 0600);
  char name[200];
  snprintf(name, sizeof name, "write %s", path);
  say(name, fd >= 0);
  if (fd >= 0) close(fd);
}

static void opens(const char* name, int family, int type, int protocol) {
  int fd = socket(family, type, protocol);
  say(name, fd >= 0);
  if (fd >= 0) close(fd);
}

static void executes(const char* path) {
  char name[200];
  snprintf(name, sizeof name, "exec %s", path);
  int status = 0, error[2];
  if (pipe2(error, O_CLOEXEC) != 0) return;
  pid_t child = fork();
  if (child == 0) {
    char* arguments[] = {(char*)path, NULL};
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0), dup2(null, 1);
    execv(path, arguments);
    int code = errno;
    if (write(error[1], &code, sizeof code) < 0) _exit(1);
    _exit(0);
  }
  close(error[1]);
  int code = 0;
  ssize_t got = read(error[0], &code, sizeof code);
  errno = code;
  say(name, got == 0);
  waitpid(child, &status, 0);
  close(error[0]);
}

static void listens(const char* name, const char* address) {
  struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons(18099)};
  inet_pton(AF_INET, address, &where.sin_addr);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  say(name, bind(fd, (struct sockaddr*)&where, sizeof where) == 0 && listen(fd, 1) == 0);
  close(fd);
}

static void connects(void) {
  struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons(18081)};
  inet_pton(AF_INET, "127.0.0.1", &where.sin_addr);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  say("connect out", connect(fd, (struct sockaddr*)&where, sizeof where) == 0);
  close(fd);
}

static void prints(const char* file, const char* key) {
  char line[200];
  FILE* f = fopen(file, "r");
  while (f && fgets(line, sizeof line, f))
    if (strncmp(line, key, strlen(key)) == 0) printf("probe status %s", line);
  if (f) fclose(f);
}

/* Only where the kernel enforces TasksMax and MemoryMax: "probe tasks: N", "probe memory: killed". */
static void limits(void) {
  static pid_t children[1000];
  int count = 0;
  for (; count < 1000; ++count) {
    children[count] = fork();
    if (children[count] == 0) pause(), _exit(0);
    if (children[count] < 0) break;
  }
  printf("probe tasks: %d, then %s\n", count + 1, count < 1000 ? strerror(errno) : "no end");
  while (count > 0) kill(children[--count], SIGKILL);
  while (wait(NULL) > 0) {
  }
  pid_t hungry = fork();
  if (hungry == 0) {
    const size_t size = 700 << 20;
    char* p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t at = 0; p != MAP_FAILED && at < size; at += 4096) p[at] = 1;
    _exit(0);
  }
  int status = 0;
  waitpid(hungry, &status, 0);
  printf("probe memory: %s\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? "killed" : "ALLOWED");
}

int main(int argc, char** argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  writes("/etc/postern/probe");
  writes("/usr/probe");
  writes("/root/probe");
  writes("/home/probe");
  writes("/var/lib/probe");
  writes("/var/log/probe");
  writes("/tmp/probe");
  writes("/var/lib/postern/probe");
  unlink("/var/lib/postern/probe");
  opens("AF_INET", AF_INET, SOCK_STREAM, 0);
  opens("AF_INET6", AF_INET6, SOCK_STREAM, 0);
  opens("AF_NETLINK", AF_NETLINK, SOCK_RAW, 0);
  opens("AF_PACKET", AF_PACKET, SOCK_RAW, 0);
  opens("AF_VSOCK", AF_VSOCK, SOCK_STREAM, 0);
  opens("raw IP", AF_INET, SOCK_RAW, IPPROTO_ICMP);
  connects();
  listens("listen everywhere", "0.0.0.0");
  listens("listen loopback", "127.0.0.1");
  executes("/bin/sh");
  executes("/usr/bin/id");
  void* p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  say("W+X mmap", p != MAP_FAILED);
  p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  say("mprotect exec", mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0);
  say("keyctl", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3, 0) >= 0);
  say("mount", mount("none", "/tmp", "tmpfs", 0, NULL) == 0);
  say("unshare user", unshare(CLONE_NEWUSER) == 0);
  say("personality", personality(0x0008) >= 0);
  say("ptrace", syscall(SYS_ptrace, 16 /* ATTACH */, 1, 0, 0) == 0);
  say("bpf", syscall(SYS_bpf, 0, NULL, 0) >= 0);
  say("kmsg", open("/dev/kmsg", O_RDONLY) >= 0);
  say("kernel tunable", open("/proc/sys/kernel/hostname", O_WRONLY) >= 0);
  say("other process", access("/proc/1/status", R_OK) == 0);
  prints("/proc/self/status", "NoNewPrivs");
  prints("/proc/self/status", "CapBnd");
  prints("/proc/self/status", "CapEff");
  prints("/proc/self/status", "Seccomp:");
  if (argc > 1 && strcmp(argv[1], "limits") == 0) limits();
  puts("probe done");
  return 0;
}
