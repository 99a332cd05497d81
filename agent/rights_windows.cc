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

using Handle = std::unique_ptr<void, decltype([](void* handle) { ::CloseHandle(handle); })>;

/// Of the thing itself, not of what a link leads to.
Handle open(const std::filesystem::path& path, DWORD rights) {
  const HANDLE handle =
      ::CreateFileW(path.c_str(), rights, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                    OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, nullptr);
  if (handle == INVALID_HANDLE_VALUE) throwError("open", path, ::GetLastError());
  return Handle(handle);
}

/// A file or folder, looked at through one handle, so that nobody can put another in its place meanwhile.
struct Found {
  Handle handle;
  Local descriptor;
  std::wstring owner;
  bool isFolder = false;
  bool leadsElsewhere = false;
};

Found lookAt(const std::filesystem::path& path, DWORD rights = 0) {
  Found found;
  found.handle = open(path, READ_CONTROL | FILE_READ_ATTRIBUTES | rights);
  BY_HANDLE_FILE_INFORMATION info{};
  if (::GetFileInformationByHandle(found.handle.get(), &info) == 0) throwError("look at", path, ::GetLastError());
  found.isFolder = (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  DWORD attributes = ::GetFileAttributesW(path.c_str());  // by name, too: wine opens what a link leads to
  if (attributes == INVALID_FILE_ATTRIBUTES) attributes = 0;
  found.leadsElsewhere = ((info.dwFileAttributes | attributes) & FILE_ATTRIBUTE_REPARSE_POINT) != 0 ||
                         (!found.isFolder && info.nNumberOfLinks > 1);
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR raw = nullptr;
  const DWORD error =
      ::GetSecurityInfo(found.handle.get(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                        &owner, nullptr, nullptr, nullptr, &raw);
  found.descriptor.reset(raw);
  if (error != ERROR_SUCCESS) throwError("read the rights of", path, error);
  found.owner = textOf(owner);
  return found;
}

bool isBelievable(const Found& found) { return !found.leadsElsewhere && isTrustedOwner(found.owner); }

Local privateDescriptor(const std::filesystem::path& folder) {
  PSECURITY_DESCRIPTOR raw = nullptr;
  if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(privateRights(Inherit::ToChildren).c_str(),
                                                             SDDL_REVISION_1, &raw, nullptr) == 0) {
    throwError("protect", folder, ::GetLastError());
  }
  return Local(raw);
}

/// As `icacls /reset`: nothing but what the folder above gives.
void resetRights(const std::filesystem::path& path) {
  std::wstring name = path.wstring();
  ACL none{};
  ::InitializeAcl(&none, sizeof none, ACL_REVISION);
  const DWORD error = ::SetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT,
                                              DACL_SECURITY_INFORMATION | UNPROTECTED_DACL_SECURITY_INFORMATION,
                                              nullptr, nullptr, &none, nullptr);
  if (error != ERROR_SUCCESS) throwError("protect", path, error);
}

void giveToAdministrators(const std::filesystem::path& path) {
  const Handle handle = open(path, WRITE_OWNER);
  std::array<BYTE, SECURITY_MAX_SID_SIZE> administrators{};
  DWORD size = administrators.size();
  ::CreateWellKnownSid(WinBuiltinAdministratorsSid, nullptr, administrators.data(), &size);
  const DWORD error = ::SetSecurityInfo(handle.get(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, administrators.data(),
                                        nullptr, nullptr, nullptr);
  if (error != ERROR_SUCCESS) throwError("own", path, error);
}

/// What is in a folder that only we can enter now; from the top, so that names stay what they were when looked at.
std::optional<std::filesystem::path> takeContent(const std::filesystem::path& folder, bool wasPrivate) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const Found found = lookAt(entry.path());
    const bool ours = isBelievable(found);
    if (!ours && (found.leadsElsewhere || !wasPrivate)) return entry.path();
    if (!ours) giveToAdministrators(entry.path());
    resetRights(entry.path());
    if (!found.isFolder) continue;
    if (auto untrusted = takeContent(entry.path(), wasPrivate)) return untrusted;
  }
  return std::nullopt;
}

/// False: it is there already.
bool makePrivate(const std::filesystem::path& folder) {
  const Local descriptor = privateDescriptor(folder);
  SECURITY_ATTRIBUTES attributes{sizeof(SECURITY_ATTRIBUTES), descriptor.get(), FALSE};
  if (::CreateDirectoryW(folder.c_str(), &attributes) != 0) return true;
  DWORD error = ::GetLastError();
  if (error == ERROR_PATH_NOT_FOUND && folder.has_parent_path() && folder.parent_path() != folder) {
    makePrivate(folder.parent_path());
    if (::CreateDirectoryW(folder.c_str(), &attributes) != 0) return true;
    error = ::GetLastError();
  }
  if (error != ERROR_ALREADY_EXISTS) throwError("create", folder, error);
  return false;
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

bool isTrustedOwner(const std::wstring& sid) {
  return sid == L"S-1-5-18" || sid == L"S-1-5-32-544" || sid == serviceSid(L"postern") || sid == ownSid();
}

bool isPrivate(const void* descriptor) {
  auto* raw = const_cast<void*>(descriptor);  // Windows only reads it
  SECURITY_DESCRIPTOR_CONTROL control = 0;
  DWORD revision = 0;
  BOOL present = FALSE;
  BOOL byDefault = FALSE;
  ACL* list = nullptr;
  if (::GetSecurityDescriptorControl(raw, &control, &revision) == 0 || (control & SE_DACL_PROTECTED) == 0 ||
      ::GetSecurityDescriptorDacl(raw, &present, &list, &byDefault) == 0 || present == FALSE || list == nullptr) {
    return false;
  }
  bool service = false;
  for (DWORD i = 0; i < list->AceCount; ++i) {
    void* entry = nullptr;
    if (::GetAce(list, i, &entry) == 0) return false;
    const auto* header = static_cast<const ACE_HEADER*>(entry);
    if (header->AceType == ACCESS_DENIED_ACE_TYPE) continue;
    if (header->AceType != ACCESS_ALLOWED_ACE_TYPE) return false;
    auto* allowed = static_cast<ACCESS_ALLOWED_ACE*>(entry);
    const auto who = textOf(&allowed->SidStart);
    constexpr BYTE kToAll = OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE;
    if (who == serviceSid(L"postern")) {
      service = service || (allowed->Mask == FILE_ALL_ACCESS && (header->AceFlags & kToAll) == kToAll);
    } else if (who != L"S-1-5-18" && who != L"S-1-5-32-544" && who != L"S-1-3-4") {  // the last: the owner
      return false;
    }
  }
  return service;
}

std::optional<std::filesystem::path> firstUntrusted(const std::filesystem::path& folder) {
  if (!isBelievable(lookAt(folder))) return folder;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const Found found = lookAt(entry.path());
    if (!isBelievable(found)) return entry.path();
    if (!found.isFolder) continue;
    if (auto untrusted = firstUntrusted(entry.path())) return untrusted;
  }
  return std::nullopt;
}

std::optional<std::filesystem::path> takeFolder(const std::filesystem::path& folder) {
  if (makePrivate(folder)) return std::nullopt;
  if (!isBelievable(lookAt(folder))) return folder;
  const Found found = lookAt(folder, WRITE_DAC);
  if (!isBelievable(found)) return folder;
  const bool wasPrivate = isPrivate(found.descriptor.get());
  if (!wasPrivate) {
    if (auto untrusted = firstUntrusted(folder)) return untrusted;
  }
  // Of this one object; what is in it is looked at again, now that nobody else can add to it.
  if (::SetKernelObjectSecurity(found.handle.get(), DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                                privateDescriptor(folder).get()) == 0) {
    throwError("protect", folder, ::GetLastError());
  }
  return takeContent(folder, wasPrivate);
}

bool letsOthers(const void* descriptor, unsigned long rights) {
  constexpr const wchar_t* kTrustedInstaller = L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";
  const auto trusted = [](PSID sid) {
    const auto who = textOf(sid);
    return isTrustedOwner(who) || who == kTrustedInstaller || who == L"S-1-3-4";  // the last: the owner
  };
  auto* raw = const_cast<void*>(descriptor);  // Windows only reads it
  PSID owner = nullptr;
  BOOL present = FALSE;
  BOOL byDefault = FALSE;
  ACL* list = nullptr;
  if (::GetSecurityDescriptorOwner(raw, &owner, &byDefault) == 0 || owner == nullptr || !trusted(owner) ||
      ::GetSecurityDescriptorDacl(raw, &present, &list, &byDefault) == 0 || present == FALSE || list == nullptr) {
    return true;
  }
  GENERIC_MAPPING files{FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS};
  for (DWORD i = 0; i < list->AceCount; ++i) {
    void* entry = nullptr;
    if (::GetAce(list, i, &entry) == 0) return true;
    const auto* header = static_cast<const ACE_HEADER*>(entry);
    if (header->AceType == ACCESS_DENIED_ACE_TYPE || (header->AceFlags & INHERIT_ONLY_ACE) != 0) continue;
    if (header->AceType != ACCESS_ALLOWED_ACE_TYPE) return true;
    auto* allowed = static_cast<ACCESS_ALLOWED_ACE*>(entry);
    DWORD mask = allowed->Mask;
    ::MapGenericMask(&mask, &files);
    if ((mask & rights) != 0 && !trusted(&allowed->SidStart)) return true;
  }
  return false;
}

std::optional<std::filesystem::path> firstReplaceable(const std::filesystem::path& program) {
  constexpr DWORD kTakeOver = FILE_DELETE_CHILD | WRITE_DAC | WRITE_OWNER;
  constexpr DWORD kWrite = FILE_WRITE_DATA | FILE_APPEND_DATA | DELETE | kTakeOver;
  const auto folder = program.parent_path();
  for (const auto& path : {program, folder}) {
    if (letsOthers(lookAt(path).descriptor.get(), kWrite)) return path;
  }
  for (auto above = folder; above != above.parent_path();) {
    above = above.parent_path();
    const bool isRoot = above == above.parent_path();  // nobody renames it
    if (letsOthers(lookAt(above).descriptor.get(), isRoot ? kTakeOver : kTakeOver | DELETE)) return above;
  }
  return std::nullopt;
}

void removeTree(const std::filesystem::path& folder) {
  const DWORD attributes = ::GetFileAttributesW(folder.c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) {
    const DWORD error = ::GetLastError();
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) return;
    throwError("remove", folder, error);
  }
  const bool isFolder = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  if (isFolder && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) removeTree(entry.path());
  }
  if ((isFolder ? ::RemoveDirectoryW(folder.c_str()) : ::DeleteFileW(folder.c_str())) == 0) {
    throwError("remove", folder, ::GetLastError());
  }
}

}  // namespace postern
