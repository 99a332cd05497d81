#include <windows.h>
// After windows.h:
#include <aclapi.h>
#include <sddl.h>

#include <array>
#include <memory>
#include <system_error>

#include "agent/private_file.h"
#include "agent/rights_windows.h"

namespace postern {
namespace {

[[noreturn]] void throwError(const char* what, const std::filesystem::path& file, DWORD error) {
  throw std::filesystem::filesystem_error(what, file, std::error_code(static_cast<int>(error), std::system_category()));
}

struct FreeLocal {
  void operator()(void* memory) const { ::LocalFree(memory); }
};
using Descriptor = std::unique_ptr<void, FreeLocal>;

class Handle {
 public:
  explicit Handle(HANDLE handle) : handle_(handle) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (isOpen()) ::CloseHandle(handle_);
  }
  bool isOpen() const { return handle_ != INVALID_HANDLE_VALUE; }
  HANDLE get() const { return handle_; }

 private:
  HANDLE handle_;
};

Descriptor privateDescriptor(const std::filesystem::path& file) {
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (!::ConvertStringSecurityDescriptorToSecurityDescriptorW(privateRights(Inherit::None).c_str(), SDDL_REVISION_1,
                                                              &descriptor, nullptr)) {
    throwError("protect", file, ::GetLastError());
  }
  return Descriptor(descriptor);
}

void writeAll(const Handle& to, std::string_view bytes, const std::filesystem::path& file) {
  while (!bytes.empty()) {
    DWORD count = 0;
    if (!::WriteFile(to.get(), bytes.data(), static_cast<DWORD>(bytes.size()), &count, nullptr)) {
      throwError("write", file, ::GetLastError());
    }
    bytes.remove_prefix(count);
  }
}

bool isBroadAccount(PSID sid) {
  for (const WELL_KNOWN_SID_TYPE type :
       {WinWorldSid, WinBuiltinUsersSid, WinAuthenticatedUserSid, WinBuiltinGuestsSid, WinAnonymousSid}) {
    if (::IsWellKnownSid(sid, type)) return true;
  }
  return false;
}

/// An ACL's entry that lets somebody broad read or write.
bool opensToOthers(ACL* list, DWORD index) {
  constexpr DWORD kRights = FILE_READ_DATA | FILE_WRITE_DATA | GENERIC_READ | GENERIC_WRITE | GENERIC_ALL;
  void* entry = nullptr;
  if (!::GetAce(list, index, &entry)) return true;
  if (static_cast<ACE_HEADER*>(entry)->AceType != ACCESS_ALLOWED_ACE_TYPE) return false;
  auto* allowed = static_cast<ACCESS_ALLOWED_ACE*>(entry);
  return (allowed->Mask & kRights) != 0 && isBroadAccount(&allowed->SidStart);
}

}  // namespace

bool writePrivateFile(const std::filesystem::path& file, std::string_view bytes, IfExists ifExists,
                      const WriteStepHook& hook) {
  const auto step = [&](std::string_view name) {
    if (hook) hook(name);
  };
  std::filesystem::path temporary = file;
  temporary += ".new";
  ::DeleteFileW(temporary.c_str());  // of a write that was killed
  {
    const Descriptor descriptor = privateDescriptor(temporary);
    SECURITY_ATTRIBUTES attributes{sizeof(SECURITY_ATTRIBUTES), descriptor.get(), FALSE};
    const Handle to(
        ::CreateFileW(temporary.c_str(), GENERIC_WRITE, 0, &attributes, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!to.isOpen()) throwError("create", temporary, ::GetLastError());
    step("created");
    writeAll(to, bytes, temporary);
    step("written");
    if (!::FlushFileBuffers(to.get())) throwError("sync", temporary, ::GetLastError());
  }
  step("synced");
  const DWORD replace = ifExists == IfExists::Replace ? MOVEFILE_REPLACE_EXISTING : 0;
  if (!::MoveFileExW(temporary.c_str(), file.c_str(), replace | MOVEFILE_WRITE_THROUGH)) {
    const DWORD error = ::GetLastError();
    ::DeleteFileW(temporary.c_str());
    const bool kept = ifExists == IfExists::Keep && (error == ERROR_ALREADY_EXISTS || error == ERROR_FILE_EXISTS);
    if (!kept) throwError("rename", file, error);
    return false;
  }
  step("renamed");  // write-through has flushed the directory entry
  return true;
}

void makeServiceFile(const std::filesystem::path& file) {
  const Handle made(::CreateFileW(file.c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                  nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (made.isOpen()) return;
  if (const DWORD error = ::GetLastError(); error != ERROR_FILE_EXISTS) throwError("create", file, error);
  const DWORD attributes = ::GetFileAttributesW(file.c_str());
  if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
    throwError("open", file, ERROR_CANT_ACCESS_FILE);
}

bool isOpenToOthers(const std::filesystem::path& file) {
  ACL* list = nullptr;
  PSECURITY_DESCRIPTOR raw = nullptr;
  std::wstring name = file.wstring();
  const DWORD error = ::GetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr,
                                              &list, nullptr, &raw);
  const Descriptor descriptor(raw);
  if (error != ERROR_SUCCESS) throwError("stat", file, error);
  if (list == nullptr) return true;  // no list: everybody may do everything
  for (DWORD i = 0; i < list->AceCount; ++i) {
    if (opensToOthers(list, i)) return true;
  }
  return false;
}

}  // namespace postern
