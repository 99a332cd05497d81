#pragma once
// Opens a file to other users and closes it again, by this system's means.

#include <filesystem>
#include <stdexcept>
#include <string>

#ifdef _WIN32
// clang-format off
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>
// clang-format on
#endif

namespace postern {

#ifdef _WIN32
inline void setRights(const std::filesystem::path& file, const std::wstring& rights) {
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(rights.c_str(), SDDL_REVISION_1, &descriptor, nullptr) ==
          0 ||
      ::SetFileSecurityW(file.c_str(), DACL_SECURITY_INFORMATION, descriptor) == 0) {
    throw std::runtime_error("rights of " + file.string());
  }
  ::LocalFree(descriptor);
}
inline void letOthersRead(const std::filesystem::path& file, bool everybody) {
  setRights(file, everybody ? L"D:(A;;FA;;;OW)(A;;FR;;;WD)" : L"D:(A;;FA;;;OW)(A;;FRFW;;;WD)");
}
inline void protectAgain(const std::filesystem::path& file) { setRights(file, L"D:P(A;;FA;;;OW)"); }
#else
inline void letOthersRead(const std::filesystem::path& file, bool everybody) {
  using std::filesystem::perms;
  std::filesystem::permissions(file, everybody ? perms::others_read : perms::group_read,
                               std::filesystem::perm_options::add);
}
inline void protectAgain(const std::filesystem::path& file) {
  using std::filesystem::perms;
  std::filesystem::permissions(file, perms::others_read | perms::group_read, std::filesystem::perm_options::remove);
}
#endif

}  // namespace postern
