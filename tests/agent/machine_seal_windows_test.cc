// clang-format off
#include <windows.h>
#include <sddl.h>
// clang-format on
#include <gmock/gmock.h>

#include <fstream>
#include <memory>
#include <stdexcept>

#include "agent/machine_seal.h"
#include "agent/rights_windows.h"
#include "tests/support/temp_dir.h"

namespace postern {
namespace {

TEST(MachineSealTest, SealedBytesOpenAgainAndDoNotShow) {
  const std::string key = "0123456789abcdef0123456789abcdef";
  const auto sealed = sealForMachine(key);
  EXPECT_EQ(sealed.find(key), std::string::npos);
  EXPECT_NE(sealed, sealForMachine(key)) << "each seal is another one";
  EXPECT_EQ(openFromMachine(sealed), key);
}

TEST(MachineSealTest, DamagedSealsDoNotOpen) {
  auto sealed = sealForMachine("0123456789abcdef");
  EXPECT_EQ(openFromMachine(""), std::nullopt);
  EXPECT_EQ(openFromMachine("0123456789abcdef"), std::nullopt) << "what was never sealed";
  EXPECT_EQ(openFromMachine(sealed.substr(0, sealed.size() / 2)), std::nullopt);
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  EXPECT_EQ(openFromMachine(sealed), std::nullopt);
}

TEST(RightsTest, ServiceSidIsTheOneWindowsGivesItsOwnServices) {
  // As "sc showsid" shows them on every Windows.
  EXPECT_EQ(serviceSid(L"TrustedInstaller"), L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464");
  EXPECT_EQ(serviceSid(L"trustedinstaller"), serviceSid(L"TrustedInstaller"));
}

TEST(RightsTest, OnlySystemAdministratorsAndTheServiceMayEnter) {
  const auto rights = privateRights(Inherit::ToChildren);
  EXPECT_EQ(rights, L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" + serviceSid(L"postern") + L")");
}

TEST(RightsTest, WhatAPlainUserOwnsIsNotTrusted) {
  for (const wchar_t* sid : {L"S-1-5-18", L"S-1-5-32-544"}) EXPECT_TRUE(isTrustedOwner(sid));
  EXPECT_TRUE(isTrustedOwner(serviceSid(L"postern")));
  for (const wchar_t* sid : {L"", L"S-1-1-0", L"S-1-5-32-545", L"S-1-5-21-1-2-3-1234"})
    EXPECT_FALSE(isTrustedOwner(sid));
  EXPECT_FALSE(isTrustedOwner(serviceSid(L"other")));
}

TEST(RightsTest, FolderMayBeThereAlreadyAndHoldsOnlyWhatIsOurs) {
  const TempDir dir;
  for (int times = 0; times < 2; ++times) EXPECT_EQ(takeFolder(dir / "data"), std::nullopt);
  std::ofstream(dir / "data" / "postern.ini") << "[agent]";
  EXPECT_EQ(firstUntrusted(dir / "data"), std::nullopt);
  EXPECT_EQ(takeFolder(dir / "data"), std::nullopt);
  EXPECT_THROW(firstUntrusted(dir / "none"), std::filesystem::filesystem_error);
}

TEST(RightsTest, FoldersAboveAreMade) {
  const TempDir dir;
  EXPECT_EQ(takeFolder(dir / "data" / "postern"), std::nullopt);
  EXPECT_TRUE(std::filesystem::is_directory(dir / "data" / "postern"));
}

using Descriptor = std::unique_ptr<void, decltype([](void* memory) { ::LocalFree(memory); })>;

Descriptor descriptorOf(const std::wstring& sddl) {
  PSECURITY_DESCRIPTOR raw = nullptr;
  if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl.c_str(), SDDL_REVISION_1, &raw, nullptr) == 0) {
    throw std::runtime_error("bad SDDL");
  }
  return Descriptor(raw);
}

bool isPrivateSddl(const std::wstring& rights) { return isPrivate(descriptorOf(rights).get()); }
bool mayBeWritten(const std::wstring& rights) {
  return letsOthers(descriptorOf(rights).get(), FILE_WRITE_DATA | DELETE | WRITE_DAC);
}

TEST(RightsTest, FolderIsPrivateWhenNobodyElseMayAnything) {
  const auto rights = privateRights(Inherit::ToChildren);
  EXPECT_TRUE(isPrivateSddl(rights));
  EXPECT_TRUE(isPrivateSddl(rights + L"(A;;FA;;;OW)"));
  EXPECT_FALSE(isPrivateSddl(rights + L"(A;;FR;;;BU)")) << "a user may read";
  EXPECT_FALSE(isPrivateSddl(rights + L"(A;OICIIO;FA;;;WD)"));
  EXPECT_FALSE(isPrivateSddl(L"D:" + rights.substr(3))) << "takes over what the parent grants";
  EXPECT_FALSE(isPrivateSddl(L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)")) << "the service cannot enter";
}

TEST(RightsTest, FolderOfProgramsIsNobodysToWrite) {
  const std::wstring installer = L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";
  const std::wstring programFiles = L"O:" + installer + L"D:PAI(A;;FA;;;" + installer + L")(A;CIIO;GA;;;" + installer +
                                    L")(A;;0x1301bf;;;SY)(A;OICIIO;GA;;;SY)(A;;0x1301bf;;;BA)(A;OICIIO;GA;;;BA)"
                                    L"(A;;0x1200a9;;;BU)(A;OICIIO;GXGR;;;BU)(A;OICIIO;GA;;;CO)(A;;0x1200a9;;;AC)";
  EXPECT_FALSE(mayBeWritten(programFiles));
  EXPECT_TRUE(mayBeWritten(programFiles + L"(A;;FW;;;BU)"));
  const std::wstring onDrive = L"O:BAD:AI(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)";
  EXPECT_FALSE(mayBeWritten(onDrive));
  EXPECT_TRUE(mayBeWritten(onDrive + L"(A;ID;0x1301bf;;;AU)(A;OICIIOID;SDGXGWGR;;;AU)")) << "a new folder of C:\\";
  EXPECT_FALSE(mayBeWritten(onDrive + L"(A;OICIIOID;SDGXGWGR;;;AU)")) << "only what will be made in it";
  EXPECT_TRUE(mayBeWritten(onDrive + L"(A;;GA;;;WD)"));
  EXPECT_TRUE(mayBeWritten(L"O:BUD:(A;;FA;;;SY)")) << "an owner may change the rights";
  EXPECT_TRUE(mayBeWritten(L"O:BA")) << "no list: everybody may do everything";
}

TEST(RightsTest, TreeIsRemovedWhole) {
  const TempDir dir;
  std::filesystem::create_directories(dir / "data" / "state");
  std::ofstream(dir / "data" / "state" / "postern.db") << "x";
  removeTree(dir / "data");
  EXPECT_FALSE(std::filesystem::exists(dir / "data"));
  removeTree(dir / "data");
}

}  // namespace
}  // namespace postern
