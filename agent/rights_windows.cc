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
namespace {

using Local = std::unique_ptr<void, decltype([](void* memory) { ::LocalFree(memory); })>;

[[noreturn]] void throwError(const char* what, const std::filesystem::path& path, DWORD error) {
  throw std::filesystem::filesystem_error(what, path, std::error_code(static_cast<int>(error), std::system_category()));
}

std::wstring textOf(PSID sid) {
  wchar_t* raw = nullptr;
  if (::ConvertSidToStringSidW(sid, &raw) == 0) return {};
  const Local text(raw);
  return raw;
}

/// Of the account that runs this process.
std::wstring ownSid() {
  HANDLE token = nullptr;
  if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &token) == 0) return {};
  alignas(TOKEN_USER) std::array<BYTE, sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE> user{};
  DWORD size = 0;
  const bool known = ::GetTokenInformation(token, TokenUser, user.data(), static_cast<DWORD>(user.size()), &size) != 0;
  ::CloseHandle(token);
  return known ? textOf(reinterpret_cast<TOKEN_USER*>(user.data())->User.Sid) : std::wstring();
}

std::wstring ownerOf(const std::filesystem::path& path) {
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR raw = nullptr;
  std::wstring name = path.wstring();
  const DWORD error = ::GetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, nullptr,
                                              nullptr, nullptr, &raw);
  const Local descriptor(raw);
  if (error != ERROR_SUCCESS) throwError("read the owner of", path, error);
  return textOf(owner);
}

bool leadsElsewhere(const std::filesystem::path& path) {
  const DWORD attributes = ::GetFileAttributesW(path.c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
}

}  // namespace

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
  PSECURITY_DESCRIPTOR raw = nullptr;
  if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(privateRights(Inherit::ToChildren).c_str(),
                                                             SDDL_REVISION_1, &raw, nullptr) == 0) {
    throwError("protect", folder, ::GetLastError());
  }
  const Local descriptor(raw);
  SECURITY_ATTRIBUTES attributes{sizeof(SECURITY_ATTRIBUTES), raw, FALSE};
  if (::CreateDirectoryW(folder.c_str(), &attributes) != 0) return;
  if (const DWORD error = ::GetLastError(); error != ERROR_ALREADY_EXISTS) throwError("create", folder, error);
  BOOL present = FALSE;
  BOOL byDefault = FALSE;
  ACL* list = nullptr;
  if (::GetSecurityDescriptorDacl(raw, &present, &list, &byDefault) == 0) {
    throwError("protect", folder, ::GetLastError());
  }
  std::wstring name = folder.wstring();
  // Unlike SetFileSecurity it passes the rights on to what is there already.
  const DWORD error = ::SetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT,
                                              DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, nullptr,
                                              nullptr, list, nullptr);
  if (error != ERROR_SUCCESS) throwError("protect", folder, error);
}

bool isTrustedOwner(const std::wstring& sid) {
  return sid == L"S-1-5-18" || sid == L"S-1-5-32-544" || sid == serviceSid(L"postern") || sid == ownSid();
}

std::optional<std::filesystem::path> firstUntrusted(const std::filesystem::path& folder) {
  const auto trusted = [](const std::filesystem::path& path) {
    return !leadsElsewhere(path) && isTrustedOwner(ownerOf(path));
  };
  if (!trusted(folder)) return folder;
  std::filesystem::recursive_directory_iterator entry(folder);
  for (const std::filesystem::recursive_directory_iterator end; entry != end; ++entry) {
    if (!trusted(entry->path())) return entry->path();
  }
  return std::nullopt;
}

}  // namespace postern
