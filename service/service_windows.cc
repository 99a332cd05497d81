// clang-format off
#include <winsock2.h>
#include <windows.h>
// clang-format on

#include <condition_variable>
#include <mutex>
#include <sstream>
#include <thread>

#include "agent/log_sink.h"
#include "service/command.h"
#include "service/host.h"
#include "service/log_file_windows.h"
#include "service/service_windows.h"

namespace postern::windows {
namespace {

using namespace std::chrono_literals;

constexpr DWORD kPatience = 10'000;  // milliseconds between two signs of progress that the service manager should bear
constexpr auto kStartLimit = 10min;  // a large state file's log is replayed, or its form changed

std::wstring wide(const std::string& text) {
  const int length = ::MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), nullptr, 0);
  std::wstring out(static_cast<std::size_t>(length), L'\0');
  ::MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), out.data(), length);
  return out;
}

/// What the service manager is told. While something takes its time it hears of progress each second, or it would take
/// the service for dead; a start that hangs is ended after kStartLimit.
class Reporter {
 public:
  void begin(SERVICE_STATUS_HANDLE handle) {
    {
      const std::scoped_lock lock(mutex_);
      handle_ = handle;
      status_.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
      pending(SERVICE_START_PENDING);
    }
    ticker_ = std::jthread([this](std::stop_token done) { tick(done); });
  }

  void running() {
    const std::scoped_lock lock(mutex_);
    if (handle_ == nullptr || status_.dwCurrentState != SERVICE_START_PENDING) return;
    status_.dwCurrentState = SERVICE_RUNNING;
    status_.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN;
    status_.dwCheckPoint = 0;
    status_.dwWaitHint = 0;
    ::SetServiceStatus(handle_, &status_);
  }

  void stopping() {
    const std::scoped_lock lock(mutex_);
    if (handle_ != nullptr && status_.dwCurrentState == SERVICE_RUNNING) pending(SERVICE_STOP_PENDING);
  }

  /// `code` 0: a wanted end. The process may be gone a moment after this call.
  void stopped(int code) {
    const std::scoped_lock lock(mutex_);
    if (handle_ == nullptr) return;
    status_.dwCurrentState = SERVICE_STOPPED;
    status_.dwControlsAccepted = 0;
    status_.dwWin32ExitCode = code == 0 ? NO_ERROR : ERROR_SERVICE_SPECIFIC_ERROR;
    status_.dwServiceSpecificExitCode = static_cast<DWORD>(code);
    status_.dwCheckPoint = 0;
    status_.dwWaitHint = 0;
    ::SetServiceStatus(handle_, &status_);
    handle_ = nullptr;
  }

 private:
  void pending(DWORD state) {
    status_.dwCurrentState = state;
    status_.dwControlsAccepted = 0;
    status_.dwCheckPoint = 1;
    status_.dwWaitHint = kPatience;
    ::SetServiceStatus(handle_, &status_);
  }

  void tick(const std::stop_token& done) {
    const auto begun = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, done, 1s, [] { return false; }) && !done.stop_requested()) {
      if (handle_ == nullptr || status_.dwCheckPoint == 0) continue;
      if (status_.dwCurrentState == SERVICE_START_PENDING && std::chrono::steady_clock::now() - begun > kStartLimit) {
        writeEvent(EVENT_SLOW_START, {});
        ::TerminateProcess(::GetCurrentProcess(), kBug);
      }
      ++status_.dwCheckPoint;
      ::SetServiceStatus(handle_, &status_);
    }
  }

  std::mutex mutex_;  // guards handle_ and status_
  std::condition_variable_any changed_;
  SERVICE_STATUS_HANDLE handle_ = nullptr;
  SERVICE_STATUS status_{};
  std::jthread ticker_;
};

/// stderr of a service leads nowhere: what is logged goes to a file instead, and errors to the Event Log, too.
class Log {
 public:
  explicit Log(const std::filesystem::path& folder)
      : file_(folder, [](const std::string& failure) { writeEvent(EVENT_LOGGED, "logs: " + failure); }) {
    setLogSink([this](const std::string& line) {
      if (line.find(" level=error ") != std::string::npos) writeEvent(EVENT_LOGGED, line);
      file_.write(line);
    });
  }
  ~Log() { setLogSink(nullptr); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void write(const std::string& line) { file_.write(line); }

 private:
  LogFile file_;
};

/// The dispatcher calls plain functions: what they need. One service a process.
struct Service {
  std::filesystem::path settings;
  std::stop_source stop;
  Reporter reporter;
};
Service* service = nullptr;

DWORD WINAPI onControl(DWORD control, DWORD, void*, void*) {
  switch (control) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_PRESHUTDOWN:
      service->reporter.stopping();
      service->stop.request_stop();
      return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
      return NO_ERROR;
    default:
      return ERROR_CALL_NOT_IMPLEMENTED;
  }
}

void WINAPI serviceMain(DWORD, wchar_t**) {
  const SERVICE_STATUS_HANDLE handle = ::RegisterServiceCtrlHandlerExW(kServiceName, onControl, nullptr);
  if (handle == nullptr) return;
  service->reporter.begin(handle);
  std::ostringstream out;
  std::ostringstream err;
  int code = kDone;
  {
    Log log(service->settings.parent_path() / "logs");
    code = runPostern({"--config", service->settings.string(), "run"}, Console{out, err, systemLanguage(), false},
                      service->stop.get_token());
    std::istringstream told(err.str());
    for (std::string line; std::getline(told, line);) log.write(line);
  }
  const std::string text = err.str();
  if (code == kDone) {
    writeEvent(EVENT_STOPPED, {});
  } else {
    writeEvent(code == kSettings ? EVENT_SETTINGS : EVENT_FAILED, text);
  }
  if (code != kDone && code != kSettings) ::TerminateProcess(::GetCurrentProcess(), static_cast<UINT>(code));
  service->reporter.stopped(code);
}

}  // namespace

void serviceIsReady() {
  if (service == nullptr) return;
  service->reporter.running();
  writeEvent(EVENT_STARTED, service->settings.string());
}

void serviceIsStopping() {
  if (service != nullptr) service->reporter.stopping();
}

void serviceEndsNow() {
  if (service != nullptr) service->reporter.stopped(kDone);
}

bool runAsService(const std::filesystem::path& settings) {
  Service own;
  own.settings = settings;
  service = &own;
  std::wstring name = kServiceName;
  const SERVICE_TABLE_ENTRYW table[] = {{name.data(), serviceMain}, {nullptr, nullptr}};
  const bool dispatched = ::StartServiceCtrlDispatcherW(table) != 0;
  service = nullptr;
  return dispatched;
}

Language systemLanguage() {
  switch (PRIMARYLANGID(::GetSystemDefaultUILanguage())) {
    case LANG_GERMAN:
      return Language::De;
    case LANG_DUTCH:
      return Language::Nl;
    default:
      return Language::En;
  }
}

void writeEvent(unsigned long id, const std::string& text) {
  const HANDLE source = ::RegisterEventSourceW(nullptr, kEventSource);
  if (source == nullptr) return;
  constexpr std::size_t kLongest = 30'000;  // the log takes 31,839 characters
  const std::wstring insert = wide(text).substr(0, kLongest);
  const wchar_t* inserts[] = {insert.c_str()};
  const bool failed = (id >> 30U) == 3;
  ::ReportEventW(source, failed ? EVENTLOG_ERROR_TYPE : EVENTLOG_INFORMATION_TYPE, 0, id, nullptr, 1, 0, inserts,
                 nullptr);
  ::DeregisterEventSource(source);
}

}  // namespace postern::windows
