#pragma once
// The surroundings of the process: who asks it to stop, and whom to tell how it is.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace postern {

/// One a process, made in main() before any thread. Twins: host_posix.cc (signals, systemd), host_windows.cc.
class Host {
 public:
  Host();
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  /// Stops on SIGINT, SIGTERM or the service manager's word. A second signal ends the process at once.
  /// SIGHUP stops, too, but under systemd it means a reload: when acceptReload()'s question is answered with yes and
  /// everything has stopped, the process begins again with the same id and command line and reads its settings anew.
  /// One that comes before notifyReady() waits for it.
  std::stop_token stopToken() const;
  /// The words after the program's name, as UTF-8.
  static std::vector<std::string> arguments(int argc, char** argv);
  /// Whether standard output is a terminal.
  bool isTerminal() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Asked before a reload, in the thread of the signals: false keeps the process as it is. Call it before notifyReady(),
/// once. Windows has no reload.
void acceptReload(std::function<bool()> accept);

/// Tells the service manager; does nothing where there is none. systemd: one datagram to $NOTIFY_SOCKET. Windows:
/// service_windows.h; status and alive mean nothing there.
void notifyReady();
void notifyStatus(const std::string& text);  // one line
void notifyStopping();
void notifyAlive();
/// How often notifyAlive is expected; nullopt when nobody watches.
std::optional<std::chrono::microseconds> watchdogInterval();

/// Reads a line without showing it when standard input is a terminal (asks with `prompt` on stderr), else all of
/// standard input, 64 KiB at most, without its last line break. nullopt when there is none, or on a stop.
std::optional<std::string> readHidden(const std::string& prompt, std::stop_token stop);

/// Ends the process without any clean-up; the state file is safe at every instruction.
[[noreturn]] void endNow(int exitCode);

}  // namespace postern
