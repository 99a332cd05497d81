// clang-format off
#include <winsock2.h>
#include <windows.h>
#include <shellapi.h>
// clang-format on

#include <io.h>

#include <atomic>
#include <iostream>

#include "service/host.h"
#include "service/service_windows.h"

namespace postern {
namespace {

std::atomic<std::stop_source*> stopSource{nullptr};  // the console handler has no other way to find it
std::atomic<int> asked{0};

void askForStop() {
  if (asked++ > 0) endNow(1);
  if (auto* source = stopSource.load()) source->request_stop();
}

BOOL WINAPI onConsole(DWORD what) {
  constexpr DWORD kLongest = 10'000;           // Windows gives less
  if (what == CTRL_LOGOFF_EVENT) return TRUE;  // services hear of everybody who logs off
  askForStop();
  // When the window is closed the process ends as soon as this returns.
  if (what == CTRL_CLOSE_EVENT || what == CTRL_SHUTDOWN_EVENT) Sleep(kLongest);
  return TRUE;
}

void CALLBACK onStopEvent(void*, BOOLEAN) { askForStop(); }

/// Windows has no SIGTERM: who runs postern in the foreground without a console stops it by setting this event.
std::wstring stopEventName() { return L"Local\\postern-stop-" + std::to_wstring(GetCurrentProcessId()); }

std::string utf8(const wchar_t* text, int length) {
  const int size = WideCharToMultiByte(CP_UTF8, 0, text, length, nullptr, 0, nullptr, nullptr);
  std::string out(static_cast<std::size_t>(size), '\0');
  WideCharToMultiByte(CP_UTF8, 0, text, length, out.data(), size, nullptr, nullptr);
  return out;
}

/// One line from the console, without its line break; nullopt at the end of input.
std::optional<std::string> consoleLine(HANDLE input) {
  std::wstring line;
  for (wchar_t c = 0; line.empty() || line.back() != L'\n'; line += c) {
    DWORD count = 0;
    if (!ReadConsoleW(input, &c, 1, &count, nullptr) || count == 0 || c == 0x1A) return std::nullopt;  // Ctrl-Z
  }
  return utf8(line.data(), static_cast<int>(line.size()));
}

}  // namespace

struct Host::Impl {
  std::stop_source stop;
  UINT codePage = GetConsoleOutputCP();  // the console's, not ours: given back at the end
  HANDLE stopEvent = CreateEventW(nullptr, FALSE, FALSE, stopEventName().c_str());
  HANDLE wait = nullptr;
};

Host::Host() : impl_(std::make_unique<Impl>()) {
  stopSource = &impl_->stop;
  SetConsoleOutputCP(CP_UTF8);
  SetConsoleCtrlHandler(onConsole, TRUE);
  RegisterWaitForSingleObject(&impl_->wait, impl_->stopEvent, onStopEvent, nullptr, INFINITE, WT_EXECUTEDEFAULT);
  // A static build lacks the start-up code by which Poco would do it.
  WSADATA sockets{};
  WSAStartup(MAKEWORD(2, 2), &sockets);
}

Host::~Host() {
  UnregisterWaitEx(impl_->wait, INVALID_HANDLE_VALUE);
  CloseHandle(impl_->stopEvent);
  SetConsoleCtrlHandler(onConsole, FALSE);
  stopSource = nullptr;
  if (impl_->codePage != 0) SetConsoleOutputCP(impl_->codePage);
}

std::vector<std::string> Host::arguments(int, char**) {
  int count = 0;
  wchar_t** words = CommandLineToArgvW(GetCommandLineW(), &count);
  std::vector<std::string> all;
  for (int i = 1; i < count; ++i) all.push_back(utf8(words[i], static_cast<int>(std::wcslen(words[i]))));
  LocalFree(words);
  return all;
}

std::stop_token Host::stopToken() const { return impl_->stop.get_token(); }
bool Host::isTerminal() const { return _isatty(_fileno(stdout)) != 0; }

void acceptReload(std::function<bool()>) {}
void notifyReady() { windows::serviceIsReady(); }
void notifyStatus(const std::string&) {}
void notifyStopping() { windows::serviceIsStopping(); }
void notifyAlive() {}
std::optional<std::chrono::microseconds> watchdogInterval() { return std::nullopt; }

std::optional<std::string> readHidden(const std::string& prompt, std::stop_token) {
  const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
  DWORD mode = 0;
  const bool terminal = GetConsoleMode(input, &mode) != 0;
  std::optional<std::string> line;
  if (terminal) {
    std::cerr << prompt << std::flush;
    SetConsoleMode(input, mode & ~static_cast<DWORD>(ENABLE_ECHO_INPUT));
    line = consoleLine(input);
    SetConsoleMode(input, mode);
    std::cerr << '\n';
  } else {
    std::string text((64 << 10) + 1, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::cin.gcount()));
    if (!text.empty()) line = text;
  }
  while (line && (line->ends_with('\r') || line->ends_with('\n'))) line->pop_back();
  return line;
}

void endNow(int exitCode) {
  windows::serviceEndsNow();
  TerminateProcess(GetCurrentProcess(), static_cast<UINT>(exitCode));
  std::abort();
}

}  // namespace postern
