#include <windows.h>

#include "agent/system_message.h"

namespace postern {

std::string systemMessage(const std::error_code& error) {
  if (error.category() != std::system_category()) return error.message();  // the library's own, in English
  wchar_t* raw = nullptr;
  DWORD length =
      ::FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
                       nullptr, static_cast<DWORD>(error.value()), 0, reinterpret_cast<wchar_t*>(&raw), 0, nullptr);
  while (length > 0 && (raw[length - 1] <= L' ' || raw[length - 1] == L'.')) --length;
  const int size = ::WideCharToMultiByte(CP_UTF8, 0, raw, static_cast<int>(length), nullptr, 0, nullptr, nullptr);
  std::string out(static_cast<std::size_t>(size), '\0');
  ::WideCharToMultiByte(CP_UTF8, 0, raw, static_cast<int>(length), out.data(), size, nullptr, nullptr);
  ::LocalFree(raw);
  for (char& c : out) c = c == '\r' || c == '\n' ? ' ' : c;
  return out.empty() ? "error " + std::to_string(error.value()) : out;
}

}  // namespace postern
