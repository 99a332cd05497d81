#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "service/host.h"

namespace postern {
namespace {

void notify(const std::string& message) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path == nullptr || (path[0] != '/' && path[0] != '@') || std::strlen(path) >= sizeof(address.sun_path)) return;
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, std::strlen(path));
  if (path[0] == '@') address.sun_path[0] = '\0';  // the abstract name space
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  // A lost notification is not worth failing for; the manager's own time limits notice.
  static_cast<void>(
      ::sendto(fd, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address), length));
  ::close(fd);
}

bool managed() { return std::getenv("NOTIFY_SOCKET") != nullptr; }

/// What a SIGHUP has to know.
struct Reload {
  std::mutex mutex;  // guards the rest
  bool ready = false;
  bool waits = false;  // one came before the service was ready
  std::function<bool()> accept;
};
Reload& reload() {
  static Reload instance;
  return instance;
}

/// Whether to begin again now.
bool reloadIsDue() {
  std::function<bool()> accept;
  {
    const std::scoped_lock lock(reload().mutex);
    reload().waits = !reload().ready;
    if (reload().waits) return false;
    accept = reload().accept;
  }
  return !accept || accept();
}

/// Keeps a terminal from showing what is typed, and never leaves it so: its user would type blindly afterwards.
class HiddenInput {
 public:
  HiddenInput() : terminal_(::isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!terminal_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~HiddenInput() {
    if (!terminal_) return;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::cerr << '\n';
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;
  bool terminal() const { return terminal_; }

 private:
  termios before_{};
  bool terminal_;
};

/// Whatever is opened first would get the number of a stream that is closed, and everything printed with it.
void openClosedStreams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) static_cast<void>(::open("/dev/null", O_RDWR));
  }
}

std::atomic<bool> startOver{false};  // a reload was asked for: after the stop begin again with the new settings
constexpr int kTryAgain = 75;        // EX_TEMPFAIL; the unit starts the service again

/// Becomes a fresh process of the same program, with the same process id and command line.
[[noreturn]] void beginAgain() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  file.close();
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // whatever hung may still hold a connection
  ::execv("/proc/self/exe", arguments.data());
  ::_exit(kTryAgain);
}

}  // namespace

/// Signals are taken by one thread, so that nothing runs in a handler.
struct Host::Impl {
  std::stop_source stop;
  sigset_t signals{};
  std::atomic<bool> done{false};
  std::thread thread;
};

Host::Host() : impl_(std::make_unique<Impl>()) {
  openClosedStreams();
  ::signal(SIGPIPE, SIG_IGN);
  ::umask(0027);
  sigemptyset(&impl_->signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR2}) sigaddset(&impl_->signals, signal);
  pthread_sigmask(SIG_BLOCK, &impl_->signals, nullptr);
  impl_->thread = std::thread([this] {
    for (bool asked = false;;) {
      int signal = 0;
      if (sigwait(&impl_->signals, &signal) != 0 || impl_->done) return;
      if (signal == SIGHUP && managed()) {
        if (asked || !reloadIsDue()) continue;
        startOver = true;
        notify("RELOADING=1");
      } else if (asked && !startOver.exchange(false)) {
        endNow(128 + signal);
      }
      asked = true;
      impl_->stop.request_stop();
    }
  });
}

Host::~Host() {
  impl_->done = true;
  pthread_kill(impl_->thread.native_handle(), SIGUSR2);
  impl_->thread.join();
  if (startOver) beginAgain();
}

std::vector<std::string> Host::arguments(int argc, char** argv) { return {argv + 1, argv + argc}; }
std::stop_token Host::stopToken() const { return impl_->stop.get_token(); }
bool Host::isTerminal() const { return ::isatty(STDOUT_FILENO) == 1; }

void acceptReload(std::function<bool()> accept) {
  const std::scoped_lock lock(reload().mutex);
  reload().accept = std::move(accept);
}

void notifyReady() {
  notify("READY=1");
  const std::scoped_lock lock(reload().mutex);
  reload().ready = true;
  if (std::exchange(reload().waits, false)) ::kill(::getpid(), SIGHUP);
}
void notifyStatus(const std::string& text) { notify("STATUS=" + text); }
void notifyStopping() {
  if (!startOver) notify("STOPPING=1");  // after it systemd expects nothing but the end
}
void notifyAlive() { notify("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdogInterval() {
  const char* text = std::getenv("WATCHDOG_USEC");
  if (text == nullptr) return std::nullopt;
  if (const char* pid = std::getenv("WATCHDOG_PID"); pid != nullptr && std::to_string(::getpid()) != pid)
    return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), value);
  if (error != std::errc{} || value <= 0) return std::nullopt;
  return std::chrono::microseconds{value};
}

std::optional<std::string> readHidden(const std::string& prompt, std::stop_token stop) {
  constexpr std::size_t kMost = 64 << 10;
  const HiddenInput hidden;
  if (hidden.terminal()) std::cerr << prompt << std::flush;
  std::string text;
  bool ended = false;
  while (!ended && text.size() <= kMost) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (stop.stop_requested()) return std::nullopt;
    if (::poll(&input, 1, 100) <= 0) continue;
    std::array<char, 4096> bytes{};
    const auto count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    ended = count <= 0;
    if (!ended) text.append(bytes.data(), static_cast<std::size_t>(count));
    if (hidden.terminal() && text.ends_with('\n')) break;
  }
  if (ended && text.empty()) return std::nullopt;
  for (const char end : {'\n', '\r'}) {
    if (text.ends_with(end)) text.pop_back();
  }
  return text;
}

void endNow(int exitCode) {
  if (startOver) beginAgain();
  ::_exit(exitCode);
}

}  // namespace postern
