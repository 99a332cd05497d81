// Console part of the Windows twin; the service manager's part comes with the MSI.
#include <windows.h>

#include <io.h>

#include <atomic>
#include <iostream>

#include "service/host.h"

namespace postern {
namespace {

std::stop_source* stopSource = nullptr;  // the console handler has no other way to find it
std::atomic<int> asked{0};

BOOL WINAPI onConsole(DWORD) {
  if (asked++ > 0) endNow(1);
  if (stopSource != nullptr) stopSource->request_stop();
  return TRUE;
}

}  // namespace

struct Host::Impl {
  std::stop_source stop;
};

Host::Host() : impl_(std::make_unique<Impl>()) {
  stopSource = &impl_->stop;
  SetConsoleOutputCP(CP_UTF8);
  SetConsoleCtrlHandler(onConsole, TRUE);
}

Host::~Host() {
  SetConsoleCtrlHandler(onConsole, FALSE);
  stopSource = nullptr;
}

std::stop_token Host::stopToken() const { return impl_->stop.get_token(); }
bool Host::isTerminal() const { return _isatty(_fileno(stdout)) != 0; }

void acceptReload(std::function<bool()>) {}
void notifyReady() {}
void notifyStatus(const std::string&) {}
void notifyStopping() {}
void notifyAlive() {}
std::optional<std::chrono::microseconds> watchdogInterval() { return std::nullopt; }

std::optional<std::string> readHidden(const std::string& prompt) {
  const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
  DWORD mode = 0;
  const bool terminal = GetConsoleMode(input, &mode) != 0;
  if (terminal) {
    std::cerr << prompt << std::flush;
    SetConsoleMode(input, mode & ~static_cast<DWORD>(ENABLE_ECHO_INPUT));
  }
  std::string line;
  const bool read = static_cast<bool>(std::getline(std::cin, line));
  if (terminal) {
    SetConsoleMode(input, mode);
    std::cerr << '\n';
  }
  if (!read) return std::nullopt;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

void endNow(int exitCode) {
  TerminateProcess(GetCurrentProcess(), static_cast<UINT>(exitCode));
  std::abort();
}

}  // namespace postern
