// clang-format off
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>
// clang-format on
#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <cwctype>
#include <memory>
#include <system_error>

#include "agent/rights_windows.h"

namespace postern {

std::wstring serviceSid(const std::wstring& service) {
  std::wstring upper = service;
  for (wchar_t& c : upper) c = static_cast<wchar_t>(std::towupper(c));
  std::array<unsigned char, 20> digest{};
  unsigned size = 0;
  EVP_Digest(upper.data(), upper.size() * sizeof(wchar_t), digest.data(), &size, EVP_sha1(), nullptr);
  std::wstring sid = L"S-1-5-80";
  for (std::size_t i = 0; i < digest.size(); i += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, digest.data() + i, sizeof word);
    sid += L'-' + std::to_wstring(word);
  }
  return sid;
}

std::wstring privateRights(Inherit inherit) {
  const std::wstring flags = inherit == Inherit::ToChildren ? L"OICI" : L"";
  const auto full = [&](const std::wstring& who) { return L"(A;" + flags + L";FA;;;" + who + L")"; };
  std::wstring rights = L"D:P" + full(L"SY") + full(L"BA") + full(serviceSid(L"postern"));
  if (inherit == Inherit::None) rights += full(L"OW");
  return rights;
}

void protectFolder(const std::filesystem::path& folder) {
  const auto fail = [&](DWORD error) {
    throw std::filesystem::filesystem_error("protect", folder,
                                            std::error_code(static_cast<int>(error), std::system_category()));
  };
  PSECURITY_DESCRIPTOR raw = nullptr;
  if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(privateRights(Inherit::ToChildren).c_str(),
                                                             SDDL_REVISION_1, &raw, nullptr) == 0) {
    fail(::GetLastError());
  }
  const std::unique_ptr<void, decltype(&::LocalFree)> descriptor(raw, &::LocalFree);
  BOOL present = FALSE;
  BOOL byDefault = FALSE;
  ACL* list = nullptr;
  if (::GetSecurityDescriptorDacl(raw, &present, &list, &byDefault) == 0) fail(::GetLastError());
  std::wstring name = folder.wstring();
  // Unlike SetFileSecurity it passes the rights on to what is there already.
  const DWORD error = ::SetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT,
                                              DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, nullptr,
                                              nullptr, list, nullptr);
  if (error != ERROR_SUCCESS) fail(error);
}

}  // namespace postern
