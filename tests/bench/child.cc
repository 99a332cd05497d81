#include "tests/bench/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace postern::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::int64_t steadyNow() { return steady_clock::now().time_since_epoch().count(); }

/// A line of /proc/PID/status in KiB; 0 when the process has ended.
std::int64_t status(pid_t pid, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) return std::stoll(line.substr(name.size() + 1));
  }
  return 0;
}

}  // namespace

Child::Child(const ChildOptions& options) {
  std::vector<char*> arguments;
  for (const auto& word : options.command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) environment.emplace_back(*variable);
  if (!options.syncCounter.empty()) {
    counterFile_ = memfd_create("syncs", 0);
    if (counterFile_ < 0 || ftruncate(counterFile_, sizeof(std::int64_t)) != 0) throw std::runtime_error("memfd");
    environment.push_back("LD_PRELOAD=" + options.syncCounter.string());
    environment.push_back("POSTERN_BENCH_SYNCS=/proc/self/fd/" + std::to_string(counterFile_));
    if (options.slowSync.count() > 0) {
      environment.push_back("POSTERN_BENCH_SLOW=" + std::to_string(options.slowSync.count()));
    }
  }
  std::vector<char*> variables;
  for (auto& variable : environment) variables.push_back(variable.data());
  variables.push_back(nullptr);
  const std::string output = options.output.empty() ? "/dev/null" : options.output.string();

  startedAt_ = steadyNow();
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("cannot start a process");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    execvpe(arguments[0], arguments.data(), variables.data());
    _exit(127);
  }
  handle_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (handle_ < 0) {
    reap(true);
    throw std::runtime_error("pidfd_open");
  }
}

Child::~Child() {
  reap(true);
  if (handle_ >= 0) close(handle_);
  if (counterFile_ >= 0) close(counterFile_);
}

void Child::reap(bool kill) {
  if (pid_ < 0) return;
  if (kill) ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

Child::End Child::wait(milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  End end;
  for (;;) {
    pollfd ended{handle_, POLLIN, 0};
    // The peak is gone with the process, so it is read again and again while it lives.
    if (poll(&ended, 1, 10) > 0) break;
    peak_ = std::max(peak_, status(pid_, "VmHWM:"));
    if (steady_clock::now() >= deadline) {
      end.inTime = false;
      ::kill(pid_, SIGKILL);
    }
  }
  end.seconds = static_cast<double>(steadyNow() - startedAt_) / 1e9;
  int state = 0;
  waitpid(pid_, &state, 0);
  pid_ = -1;
  end.code = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
  end.peak = peak_;
  return end;
}

Child::End Child::stop(milliseconds limit) {
  peak_ = std::max(peak_, status(pid_, "VmHWM:"));
  ::kill(pid_, SIGTERM);
  return wait(limit);
}

double Child::cpuSeconds() const {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::int64_t Child::memory() const { return status(pid_, "VmRSS:"); }

std::int64_t Child::syncs() const {
  std::int64_t count = 0;
  if (counterFile_ < 0 || pread(counterFile_, &count, sizeof count, 0) != sizeof count) return 0;
  return count;
}

}  // namespace postern::bench
