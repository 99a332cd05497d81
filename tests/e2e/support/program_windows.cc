#include <windows.h>

#include <atomic>
#include <cwchar>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "tests/e2e/support/program.h"

namespace postern::e2e {
namespace {

constexpr UINT kKilledCode = 0xDEAD0009;  // what our own kill leaves, so that it is told from any other end

[[noreturn]] void throwLast(const char* what) {
  throw std::system_error(static_cast<int>(::GetLastError()), std::system_category(), what);
}

std::wstring wide(const std::string& text) {
  const int length = ::MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), nullptr, 0);
  std::wstring out(static_cast<std::size_t>(length), L'\0');
  ::MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), out.data(), length);
  return out;
}

class Handle {
 public:
  Handle() = default;
  explicit Handle(HANDLE handle) : handle_(handle) {}
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Handle() {
    if (handle_ != nullptr && handle_ != INVALID_HANDLE_VALUE) ::CloseHandle(handle_);
  }
  HANDLE get() const { return handle_; }

 private:
  HANDLE handle_ = nullptr;
};

/// A file that goes with its last handle; a child may inherit it.
Handle scratchFile() {
  static std::atomic<int> count{0};
  const auto file = std::filesystem::temp_directory_path() /
                    ("postern-e2e-" + std::to_string(::GetCurrentProcessId()) + "-" + std::to_string(++count));
  SECURITY_ATTRIBUTES inherit{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  Handle handle(::CreateFileW(file.c_str(), GENERIC_READ | GENERIC_WRITE | DELETE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, &inherit, CREATE_ALWAYS,
                              FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, nullptr));
  if (handle.get() == INVALID_HANDLE_VALUE) throwLast("CreateFile");
  return handle;
}

/// The child's writes go on at the position that handles share, so reading is at an offset of its own.
std::string readAll(const Handle& file) {
  std::string text;
  char buffer[65536];
  for (;;) {
    OVERLAPPED at{};
    at.Offset = static_cast<DWORD>(text.size());
    DWORD count = 0;
    if (!::ReadFile(file.get(), buffer, sizeof buffer, &count, &at) || count == 0) return text;
    text.append(buffer, count);
  }
}

std::string withPlainLines(std::string text) {
  for (std::size_t at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at)) text.erase(at, 1);
  return text;
}

Handle appendable(const Handle& file) {
  HANDLE copy = nullptr;
  if (!::DuplicateHandle(::GetCurrentProcess(), file.get(), ::GetCurrentProcess(), &copy,
                         FILE_APPEND_DATA | SYNCHRONIZE | FILE_READ_ATTRIBUTES, TRUE, 0)) {
    throwLast("DuplicateHandle");
  }
  return Handle(copy);
}

/// As CommandLineToArgvW reads it.
std::wstring quoted(const std::string& argument) {
  std::wstring out = L"\"";
  std::size_t slashes = 0;
  for (const wchar_t c : wide(argument)) {
    if (c == L'"') out.append(slashes + 1, L'\\');
    slashes = c == L'\\' ? slashes + 1 : 0;
    out += c;
  }
  return out.append(slashes, L'\\') + L'"';
}

std::wstring environmentOf(const Start& start) {
  std::wstring all;
  wchar_t* block = ::GetEnvironmentStringsW();
  for (const wchar_t* entry = block; *entry != L'\0'; entry += std::wcslen(entry) + 1) {
    const std::wstring text = entry;
    const auto name = text.substr(0, text.find(L'=', 1));
    bool given = false;
    for (const auto& [key, value] : start.environment) given = given || wide(key) == name;
    if (!given) all.append(text).append(1, L'\0');
  }
  ::FreeEnvironmentStringsW(block);
  for (const auto& [name, value] : start.environment) {
    if (!value.empty()) all.append(wide(name + '=' + value)).append(1, L'\0');
  }
  return all.append(1, L'\0');
}

/// The children die with the test.
HANDLE jobOfChildren() {
  static const HANDLE job = [] {
    const HANDLE made = ::CreateJobObjectW(nullptr, nullptr);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    ::SetInformationJobObject(made, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    return made;
  }();
  return job;
}

}  // namespace

struct Program::Impl {
  Handle process;
  DWORD id = 0;
  Handle out = scratchFile();
  Handle err = scratchFile();
};

Program::Program(const Start& start) : impl_(std::make_unique<Impl>()) {
  const Handle in = scratchFile();
  DWORD written = 0;
  if (!::WriteFile(in.get(), start.input.data(), static_cast<DWORD>(start.input.size()), &written, nullptr)) {
    throwLast("WriteFile");
  }
  ::SetFilePointer(in.get(), 0, nullptr, FILE_BEGIN);
  const Handle out = appendable(impl_->out);
  const Handle err = appendable(impl_->err);
  std::wstring command = quoted(program().string());
  for (const auto& argument : start.arguments) command += L' ' + quoted(argument);
  std::wstring environment = environmentOf(start);
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = in.get();
  startup.hStdOutput = out.get();
  startup.hStdError = err.get();
  PROCESS_INFORMATION made{};
  if (!::CreateProcessW(nullptr, command.data(), nullptr, nullptr, TRUE,
                        CREATE_NEW_PROCESS_GROUP | CREATE_UNICODE_ENVIRONMENT, environment.data(), nullptr, &startup,
                        &made)) {
    throwLast("CreateProcess");
  }
  ::CloseHandle(made.hThread);
  impl_->process = Handle(made.hProcess);
  impl_->id = made.dwProcessId;
  ::AssignProcessToJobObject(jobOfChildren(), made.hProcess);
}

Program::~Program() { kill(); }

int Program::pid() const { return static_cast<int>(impl_->id); }

void Program::signal(int number) const {
  if (code_) return;
  if (number == SIGKILL) {
    ::TerminateProcess(impl_->process.get(), kKilledCode);
  } else {
    // Not Ctrl-Break: under wine there is no console, and on Windows perhaps none either (a build agent).
    const std::wstring name = L"Local\\postern-stop-" + std::to_wstring(impl_->id);
    const Handle event(::OpenEventW(EVENT_MODIFY_STATE, FALSE, name.c_str()));
    if (event.get() != nullptr) ::SetEvent(event.get());
  }
}

void Program::kill() {
  signal(SIGKILL);
  waitFor(std::chrono::seconds{20});
}

bool Program::waitFor(std::chrono::milliseconds limit) {
  if (code_) return true;
  if (::WaitForSingleObject(impl_->process.get(), static_cast<DWORD>(limit.count())) != WAIT_OBJECT_0) return false;
  DWORD code = 0;
  ::GetExitCodeProcess(impl_->process.get(), &code);
  code_ = code == kKilledCode ? -SIGKILL : static_cast<int>(code);
  return true;
}

// Lines end in "\n" for the tests, whatever the system writes.
std::string Program::out() const { return withPlainLines(readAll(impl_->out)); }
std::string Program::err() const { return withPlainLines(readAll(impl_->err)); }

}  // namespace postern::e2e
