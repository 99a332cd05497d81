#include "tests/e2e/support/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

extern char** environ;

namespace postern::e2e {
namespace {

constexpr uid_t kNobody = 65534;

int memoryFile(const char* name, const std::string& content = {}) {
  const int fd = ::memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
  ::fchmod(fd, 0666);
  if (::write(fd, content.data(), content.size()) != static_cast<ssize_t>(content.size()))
    throw std::runtime_error("write");
  ::lseek(fd, 0, SEEK_SET);
  return fd;
}

std::string readAll(int fd) {
  std::string text;
  char buffer[65536];
  for (off_t at = 0;;) {
    const auto n = ::pread(fd, buffer, sizeof buffer, at);
    if (n <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
    at += n;
  }
}

std::vector<std::string> environmentOf(const Start& start) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto name = text.substr(0, text.find('='));
    const bool manager = name == "NOTIFY_SOCKET" || name == "WATCHDOG_USEC" || name == "JOURNAL_STREAM";
    if (!manager && !start.environment.contains(name)) all.push_back(text);
  }
  for (const auto& [name, value] : start.environment) {
    if (!value.empty()) all.push_back(name + '=' + value);
  }
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

struct Program::Impl {
  pid_t pid = -1;
  int pidFd = -1;
  int outFd = memoryFile("out");
  int errFd = memoryFile("err");
};

Program::Program(const Start& start) : impl_(std::make_unique<Impl>()) {
  const int inFd = memoryFile("in", start.input);
  auto arguments = start.arguments;
  arguments.insert(arguments.begin(), program().string());
  auto environment = environmentOf(start);
  auto argv = pointers(arguments);
  auto envp = pointers(environment);
  const bool drop = start.withoutRights && ::geteuid() == 0;
  const pid_t parent = ::getpid();
  impl_->pid = ::fork();
  if (impl_->pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (impl_->pid == 0) {
    // Only async-signal-safe calls: the simulators' threads may hold any lock.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(126);
    ::dup2(inFd, 0);
    ::dup2(impl_->outFd, 1);
    ::dup2(impl_->errFd, 2);
    if (drop && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(125);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(inFd);
  impl_->pidFd =
      static_cast<int>(::syscall(SYS_pidfd_open, impl_->pid, 0));  // glibc 2.36 declares its own without C linkage
}

Program::~Program() {
  kill();
  ::close(impl_->pidFd);
  ::close(impl_->outFd);
  ::close(impl_->errFd);
}

int Program::pid() const { return impl_->pid; }

void Program::signal(int number) const {
  if (!code_) ::kill(impl_->pid, number);
}

void Program::kill() {
  signal(SIGKILL);
  waitFor(std::chrono::seconds{20});
}

bool Program::waitFor(std::chrono::milliseconds limit) {
  if (code_) return true;
  const auto until = std::chrono::steady_clock::now() + limit;
  for (;;) {
    pollfd entry{impl_->pidFd, POLLIN, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    int status = 0;
    if (::waitpid(impl_->pid, &status, 0) != impl_->pid) return false;
    code_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return true;
  }
}

std::string Program::out() const { return readAll(impl_->outFd); }
std::string Program::err() const { return readAll(impl_->errFd); }

}  // namespace postern::e2e
