// clang-format off
#include <windows.h>
#include <wincrypt.h>
// clang-format on

#include <stdexcept>

#include "agent/machine_seal.h"

namespace postern {
namespace {

constexpr DWORD kFlags = CRYPTPROTECT_LOCAL_MACHINE | CRYPTPROTECT_UI_FORBIDDEN;

/// DPAPI declares what it only reads as writable.
DATA_BLOB blobOf(std::string& bytes) {
  return {static_cast<DWORD>(bytes.size()), reinterpret_cast<BYTE*>(bytes.data())};
}

/// Other programs of this machine open other seals only.
std::string purpose() { return "postern secrets.key"; }

std::string taken(DATA_BLOB& from) {
  std::string bytes(reinterpret_cast<const char*>(from.pbData), from.cbData);
  ::SecureZeroMemory(from.pbData, from.cbData);
  ::LocalFree(from.pbData);
  return bytes;
}

}  // namespace

std::string sealForMachine(std::string_view bytes) {
  std::string plain(bytes);
  std::string entropy = purpose();
  DATA_BLOB in = blobOf(plain);
  DATA_BLOB extra = blobOf(entropy);
  DATA_BLOB out{};
  const bool sealed = ::CryptProtectData(&in, nullptr, &extra, nullptr, nullptr, kFlags, &out) != 0;
  const DWORD error = ::GetLastError();
  ::SecureZeroMemory(plain.data(), plain.size());
  if (!sealed) throw std::runtime_error("DPAPI refused to protect the key: error " + std::to_string(error));
  return taken(out);
}

std::optional<std::string> openFromMachine(std::string_view sealed) {
  std::string bytes(sealed);
  std::string entropy = purpose();
  DATA_BLOB in = blobOf(bytes);
  DATA_BLOB extra = blobOf(entropy);
  DATA_BLOB out{};
  if (::CryptUnprotectData(&in, nullptr, &extra, nullptr, nullptr, kFlags, &out) == 0) return std::nullopt;
  return taken(out);
}

}  // namespace postern
