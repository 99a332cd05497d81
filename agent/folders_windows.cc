// clang-format off
#include <windows.h>
#include <shlobj.h>
// clang-format on

#include <date/tz.h>

#include <string>
#include <system_error>

#include "agent/folders.h"

namespace postern {
namespace {

std::filesystem::path programData() {
  wchar_t* text = nullptr;
  const HRESULT result = ::SHGetKnownFolderPath(FOLDERID_ProgramData, KF_FLAG_DONT_VERIFY, nullptr, &text);
  const std::filesystem::path folder = SUCCEEDED(result) ? text : L"C:\\ProgramData";
  ::CoTaskMemFree(text);
  return folder / "postern";
}

std::filesystem::path programFolder() {
  std::wstring text(32768, L'\0');
  text.resize(::GetModuleFileNameW(nullptr, text.data(), static_cast<DWORD>(text.size())));
  return std::filesystem::path(text).parent_path();
}

/// In the system's code page, which is what the library's narrow file names are read in.
std::string narrow(const std::wstring& text) {
  const int length =
      ::WideCharToMultiByte(CP_ACP, 0, text.data(), static_cast<int>(text.size()), nullptr, 0, nullptr, nullptr);
  std::string out(static_cast<std::size_t>(length), '\0');
  ::WideCharToMultiByte(CP_ACP, 0, text.data(), static_cast<int>(text.size()), out.data(), length, nullptr, nullptr);
  return out;
}

}  // namespace

std::filesystem::path defaultSettingsFile() { return programData() / "postern.ini"; }
std::filesystem::path defaultStateDir() { return programData() / "state"; }
void findTimeZones() { date::set_install(narrow((programFolder() / "tzdata").wstring())); }

}  // namespace postern
