// clang-format off
#include <windows.h>
// clang-format on

#include <cwctype>
#include <fstream>
#include <iterator>
#include <memory>
#include <ostream>
#include <thread>

#include "agent/database.h"
#include "agent/folders.h"
#include "agent/rights_windows.h"
#include "agent/secrets.h"
#include "agent/system_message.h"
#include "service/service_manager.h"
#include "service/service_windows.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr Message kNotByManager{
    "PST-1404",
    {"only the Windows service manager starts postern so", "so startet postern nur der Dienstmanager von Windows",
     "zo start alleen het servicebeheer van Windows postern"},
    {"use \"postern service start\", or \"postern run\" in the foreground",
     "Verwenden Sie \"postern service start\", oder \"postern run\" für den Vordergrund",
     "gebruik \"postern service start\", of \"postern run\" op de voorgrond"}};
constexpr Message kRefused{
    "PST-1405",
    {"Windows refuses to {0} the service: {1}", "Windows lehnt „{0}“ für den Dienst ab: {1}",
     "Windows weigert \"{0}\" voor de service: {1}"},
    {"run the command as administrator; if the service is marked for deletion, close the Services window",
     "Führen Sie den Befehl als Administrator aus; ist der Dienst zum Löschen vorgemerkt, schließen Sie das Fenster "
     "„Dienste“",
     "voer de opdracht uit als beheerder; is de service gemarkeerd voor verwijdering, sluit dan het venster Services"}};
constexpr Message kNotThere{
    "PST-1406",
    {"there is no service postern", "es gibt keinen Dienst postern", "er is geen service postern"},
    {"set it up with \"postern service install\"", "Richten Sie ihn mit \"postern service install\" ein",
     "richt hem in met \"postern service install\""}};
constexpr Message kDidNotStart{
    "PST-1407",
    {"the service ended while it started, with code {0}", "der Dienst endete beim Start, mit Code {0}",
     "de service stopte tijdens het starten, met code {0}"},
    {"read the reason in the Event Log (Application, source postern) or in {1}, or run \"postern check\"",
     "Lesen Sie den Grund im Ereignisprotokoll (Anwendung, Quelle postern) oder in {1}, oder führen Sie \"postern "
     "check\" aus",
     "lees de reden in het gebeurtenislogboek (Toepassing, bron postern) of in {1}, of voer \"postern check\" uit"}};
constexpr Message kStillStarting{
    "PST-1414",
    {"the service is still starting after {0} s", "der Dienst startet nach {0} s immer noch",
     "de service is na {0} s nog steeds aan het starten"},
    {"a large state file takes time after a crash or an upgrade: look again with \"sc query postern\"; {1} says more",
     "Eine große Zustandsdatei braucht nach einem Absturz oder Update Zeit: Sehen Sie mit \"sc query postern\" wieder "
     "nach; mehr steht in {1}",
     "een groot statusbestand heeft na een crash of upgrade tijd nodig: kijk opnieuw met \"sc query postern\"; meer "
     "staat in {1}"}};
constexpr Message kFolder{"PST-1408",
                          {"the folder {0} cannot be set up: {1}", "der Ordner {0} lässt sich nicht einrichten: {1}",
                           "de map {0} kan niet worden ingericht: {1}"},
                          {"run the command as administrator", "Führen Sie den Befehl als Administrator aus",
                           "voer de opdracht uit als beheerder"}};
constexpr Message kNotRemoved{
    "PST-1411",
    {"the folder {0} cannot be removed whole: {1}", "der Ordner {0} lässt sich nicht ganz entfernen: {1}",
     "de map {0} kan niet helemaal worden verwijderd: {1}"},
    {"close what has a file of it open and remove the rest by hand",
     "Schließen Sie, was eine Datei daraus geöffnet hat, und entfernen Sie den Rest von Hand",
     "sluit wat er een bestand van geopend heeft en verwijder de rest met de hand"}};
constexpr Message kOneFile{
    "PST-1409",
    {"the service has one settings file, {0}; --config names another",
     "der Dienst hat eine einzige Einstellungsdatei, {0}; --config nennt eine andere",
     "de service heeft één instellingenbestand, {0}; --config noemt een ander"},
    {"leave --config out; \"postern service install --settings FILE\" takes a file over",
     "Lassen Sie --config weg; \"postern service install --settings DATEI\" übernimmt eine Datei",
     "laat --config weg; \"postern service install --settings BESTAND\" neemt een bestand over"}};
constexpr Message kUntrusted{
    "PST-1410",
    {"{0} belongs to somebody who is no administrator, or is a link to another place",
     "{0} gehört jemandem, der kein Administrator ist, oder verweist an einen anderen Ort",
     "{0} is van iemand die geen beheerder is, of verwijst naar een andere plaats"},
    {"look at what it is; remove it, or after a check make it the administrators': icacls {1} /setowner *S-1-5-32-544 "
     "/T",
     "Sehen Sie nach, was es ist; entfernen Sie es, oder geben Sie es nach der Prüfung den Administratoren: icacls {1} "
     "/setowner *S-1-5-32-544 /T",
     "kijk wat het is; verwijder het, of geef het na controle aan de beheerders: icacls {1} /setowner *S-1-5-32-544 "
     "/T"}};
constexpr Message kReplaceable{
    "PST-1412",
    {"others than administrators may write to {0}, and so replace the program",
     "nicht nur Administratoren dürfen in {0} schreiben und so das Programm ersetzen",
     "niet alleen beheerders mogen in {0} schrijven en zo het programma vervangen"},
    {"install into Program Files, or take that right away first: icacls {0} /inheritance:r /grant:r "
     "*S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *S-1-5-32-545:(OI)(CI)RX",
     "Installieren Sie unter Programme, oder entziehen Sie dieses Recht zuerst: icacls {0} /inheritance:r /grant:r "
     "*S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *S-1-5-32-545:(OI)(CI)RX",
     "installeer onder Program Files, of neem dat recht eerst weg: icacls {0} /inheritance:r /grant:r "
     "*S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *S-1-5-32-545:(OI)(CI)RX"}};
constexpr Message kSharedStateDir{
    "PST-1413",
    {"state_dir {0} holds what is not postern's: {1}", "state_dir {0} enthält, was nicht zu postern gehört: {1}",
     "state_dir {0} bevat wat niet van postern is: {1}"},
    {"name a folder of its own, which need not exist: only the service and administrators will enter it",
     "Nennen Sie einen eigenen Ordner, den es noch nicht geben muss: Nur der Dienst und Administratoren kommen hinein",
     "noem een eigen map, die nog niet hoeft te bestaan: alleen de service en beheerders komen erin"}};
constexpr Text kNotTaken{"The settings of {0} are not taken: {1} is there already.",
                         "Die Einstellungen aus {0} werden nicht übernommen: {1} gibt es schon.",
                         "De instellingen uit {0} zijn niet overgenomen: {1} bestaat al."};
constexpr Text kSecretsNotThere{
    "No secrets are taken: {0} is not there, and secrets are stored already.",
    "Es werden keine Geheimnisse übernommen: {0} gibt es nicht, und es sind schon welche "
    "gespeichert.",
    "Er worden geen geheimen overgenomen: {0} is er niet, en er zijn al geheimen opgeslagen."};
constexpr Text kKept{"Kept, as it holds what is not postern's: {0}",
                     "Bleibt, weil es enthält, was nicht zu postern gehört: {0}",
                     "Blijft, omdat het bevat wat niet van postern is: {0}"};
constexpr Text kInstalled{"The service postern is set up. Settings: {0}",
                          "Der Dienst postern ist eingerichtet. Einstellungen: {0}",
                          "De service postern is ingericht. Instellingen: {0}"};
constexpr Text kSecretsStored{"Secrets stored: {0}", "Gespeicherte Geheimnisse: {0}", "Opgeslagen geheimen: {0}"};
constexpr Text kRemoved{"The service postern is removed.", "Der Dienst postern ist entfernt.",
                        "De service postern is verwijderd."};
constexpr Text kRuns{"The service postern is running.", "Der Dienst postern läuft.", "De service postern draait."};
constexpr Text kStands{"The service postern is stopped.", "Der Dienst postern ist beendet.",
                       "De service postern is gestopt."};

constexpr auto kStartLimit = 60s;
constexpr auto kStopLimit = 20s;

/// The service takes no other, and whoever names another must not lose its folder to `remove --data`.
std::filesystem::path ownSettings(const Invocation& call) {
  auto file = defaultSettingsFile();
  if (call.configFile() != file) throw ConfigError({}, kOneFile, {file.string()});
  return file;
}

struct CloseService {
  void operator()(SC_HANDLE handle) const { ::CloseServiceHandle(handle); }
};
using ServiceHandle = std::unique_ptr<std::remove_pointer_t<SC_HANDLE>, CloseService>;

[[noreturn]] void refuse(const char* what, DWORD error = ::GetLastError()) {
  throw ConfigError({}, kRefused,
                    {what, systemMessage(std::error_code(static_cast<int>(error), std::system_category()))});
}

ServiceHandle openManager(DWORD rights) {
  ServiceHandle manager(::OpenSCManagerW(nullptr, nullptr, rights));
  if (!manager) refuse("open");
  return manager;
}

/// Empty when there is none.
ServiceHandle openService(DWORD rights) {
  const auto manager = openManager(SC_MANAGER_CONNECT);
  ServiceHandle service(::OpenServiceW(manager.get(), windows::kServiceName, rights));
  if (!service && ::GetLastError() != ERROR_SERVICE_DOES_NOT_EXIST) refuse("open");
  return service;
}

ServiceHandle existingService(DWORD rights) {
  auto service = openService(rights);
  if (!service) throw ConfigError({}, kNotThere);
  return service;
}

SERVICE_STATUS_PROCESS statusOf(const ServiceHandle& service) {
  SERVICE_STATUS_PROCESS status{};
  DWORD needed = 0;
  if (::QueryServiceStatusEx(service.get(), SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status), sizeof status,
                             &needed) == 0) {
    refuse("query");
  }
  return status;
}

/// The status once it is not `state` any more, or the last one seen.
SERVICE_STATUS_PROCESS whenNoLonger(DWORD state, const ServiceHandle& service, std::chrono::seconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto status = statusOf(service);
    if (status.dwCurrentState != state || std::chrono::steady_clock::now() > until) return status;
    std::this_thread::sleep_for(100ms);
  }
}

std::wstring thisProgram() {
  std::wstring program(32768, L'\0');
  program.resize(::GetModuleFileNameW(nullptr, program.data(), static_cast<DWORD>(program.size())));
  return program;
}

std::wstring commandLine() { return L'"' + thisProgram() + L"\" service run"; }

void setOption(const ServiceHandle& service, DWORD what, void* value) {
  if (::ChangeServiceConfig2W(service.get(), what, value) != 0) return;
  const DWORD error = ::GetLastError();
  if (error != ERROR_INVALID_LEVEL) refuse("configure", error);  // wine knows few of these; Windows 10 knows all
}

/// Restart after 5 s, 30 s, then always 5 minutes; a day without failure begins anew.
void setRecovery(const ServiceHandle& service) {
  SC_ACTION actions[] = {{SC_ACTION_RESTART, 5'000}, {SC_ACTION_RESTART, 30'000}, {SC_ACTION_RESTART, 300'000}};
  SERVICE_FAILURE_ACTIONSW failure{};
  failure.dwResetPeriod = 86'400;
  failure.cActions = 3;
  failure.lpsaActions = actions;
  setOption(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure);
  // Only a process that ended without a word is started again: with wrong settings that would help nobody.
  SERVICE_FAILURE_ACTIONS_FLAG onStop{FALSE};
  setOption(service, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &onStop);
}

void setRest(const ServiceHandle& service) {
  std::wstring text = L"Carries ERP data out to field-service apps and back.";
  SERVICE_DESCRIPTIONW description{text.data()};
  setOption(service, SERVICE_CONFIG_DESCRIPTION, &description);
  SERVICE_DELAYED_AUTO_START_INFO delayed{TRUE};
  setOption(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed);
  SERVICE_PRESHUTDOWN_INFO beforeShutdown{15'000};
  setOption(service, SERVICE_CONFIG_PRESHUTDOWN_INFO, &beforeShutdown);
  SERVICE_SID_INFO sid{SERVICE_SID_TYPE_UNRESTRICTED};
  setOption(service, SERVICE_CONFIG_SERVICE_SID_INFO, &sid);
  wchar_t rights[] = L"SeChangeNotifyPrivilege\0";  // a list with an empty last entry
  SERVICE_REQUIRED_PRIVILEGES_INFOW privileges{rights};
  setOption(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &privileges);
}

/// Windows itself keeps the virtual account's password and gives the account nothing but what its SID is given.
void makeService() {
  constexpr const wchar_t* kAccount = L"NT SERVICE\\postern";
  const auto manager = openManager(SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
  const std::wstring command = commandLine();
  auto service = openService(SERVICE_ALL_ACCESS);
  if (!service) {
    service.reset(::CreateServiceW(manager.get(), windows::kServiceName, L"postern", SERVICE_ALL_ACCESS,
                                   SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command.c_str(),
                                   nullptr, nullptr, nullptr, kAccount, nullptr));
    if (!service) refuse("create");
  } else if (::ChangeServiceConfigW(service.get(), SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL,
                                    command.c_str(), nullptr, nullptr, nullptr, kAccount, nullptr, L"postern") == 0) {
    refuse("configure");
  }
  setRecovery(service);
  setRest(service);
}

std::wstring eventKey() {
  return std::wstring(L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\") + windows::kEventSource;
}

void makeEventSource() {
  HKEY key = nullptr;
  LSTATUS error =
      ::RegCreateKeyExW(HKEY_LOCAL_MACHINE, eventKey().c_str(), 0, nullptr, 0, KEY_SET_VALUE, nullptr, &key, nullptr);
  if (error != ERROR_SUCCESS) refuse("configure", static_cast<DWORD>(error));
  const std::wstring program = thisProgram();
  const DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
  ::RegSetValueExW(key, L"EventMessageFile", 0, REG_EXPAND_SZ, reinterpret_cast<const BYTE*>(program.c_str()),
                   static_cast<DWORD>((program.size() + 1) * sizeof(wchar_t)));
  error = ::RegSetValueExW(key, L"TypesSupported", 0, REG_DWORD, reinterpret_cast<const BYTE*>(&types), sizeof types);
  ::RegCloseKey(key);
  if (error != ERROR_SUCCESS) refuse("configure", static_cast<DWORD>(error));
}

constexpr const wchar_t* kOwnKey = L"Software\\postern";

/// A later installation finds by this that there are settings, and starts the service.
void rememberSettings(const fs::path& file) {
  const std::wstring text = file.wstring();
  ::RegSetKeyValueW(HKEY_LOCAL_MACHINE, kOwnKey, L"Settings", REG_SZ, text.c_str(),
                    static_cast<DWORD>((text.size() + 1) * sizeof(wchar_t)));
}

void refuseReplaceableProgram() {
  if (const auto found = firstReplaceable(thisProgram())) throw ConfigError({}, kReplaceable, {found->string()});
}

void take(const fs::path& folder) {
  if (const auto found = takeFolder(folder)) throw ConfigError({}, kUntrusted, {found->string(), folder.string()});
}

void makeFolders(const fs::path& home) {
  take(home);
  fs::create_directories(home / "logs");
  fs::create_directories(home / "state");
}

bool isWithin(const fs::path& home, const fs::path& folder) {
  const auto low = [](const fs::path& path) {
    std::wstring name = path.lexically_normal().wstring();
    for (wchar_t& c : name) c = static_cast<wchar_t>(std::towlower(c));
    return fs::path(name);
  };
  const auto rest = low(folder).lexically_relative(low(home));
  return !rest.empty() && *rest.begin() != "..";
}

/// What postern never wrote; nullopt when there is none. Its rights are not ours to set, nor is it to be removed.
std::optional<fs::path> firstForeign(const fs::path& stateDir) {
  if (!fs::exists(stateDir)) return std::nullopt;
  for (const auto& entry : fs::directory_iterator(stateDir)) {
    const auto name = entry.path().filename().wstring();
    if (!name.starts_with(L"postern.") && !name.starts_with(L"secrets.")) return entry.path();
  }
  return std::nullopt;
}

/// Where the settings put it, when that is not in the folder of the settings, which has its own rights. nullopt also
/// for wrong settings: whoever needs them says so.
std::optional<fs::path> stateDirElsewhere(Invocation& call, const fs::path& home) {
  try {
    auto stateDir = call.settings().stateDir();
    if (!isWithin(home, stateDir)) return stateDir;
  } catch (const ConfigError&) {
  }
  return std::nullopt;
}

/// As private as the folder of the settings.
void makeStateDir(Invocation& call, const fs::path& home) {
  const auto stateDir = stateDirElsewhere(call, home);
  if (!stateDir) return;
  if (const auto found = firstForeign(*stateDir)) {
    throw ConfigError({}, kSharedStateDir, {stateDir->string(), found->filename().string()});
  }
  take(*stateDir);
}

[[noreturn]] void throwFolder(const fs::filesystem_error& error) {
  throw ConfigError({}, kFolder, {error.path1().string(), systemMessage(error.code())});
}

void stopAndWait(const ServiceHandle& service) {
  whenNoLonger(SERVICE_START_PENDING, service, kStartLimit);  // until then it takes no order
  SERVICE_STATUS status{};
  if (::ControlService(service.get(), SERVICE_CONTROL_STOP, &status) == 0) {
    const DWORD error = ::GetLastError();
    if (error == ERROR_SERVICE_NOT_ACTIVE) return;
    // It may be stopping already.
    if (statusOf(service).dwCurrentState == SERVICE_RUNNING) refuse("stop", error);
  }
  // The process, too: whoever replaces the program's file next needs it free.
  const DWORD id = statusOf(service).dwProcessId;
  const std::unique_ptr<void, decltype(&::CloseHandle)> process(
      id != 0 ? ::OpenProcess(SYNCHRONIZE, FALSE, id) : nullptr, &::CloseHandle);
  if (whenNoLonger(SERVICE_STOP_PENDING, service, kStopLimit).dwCurrentState != SERVICE_STOPPED) {
    refuse("stop", ERROR_SERVICE_REQUEST_TIMEOUT);
  }
  if (process) ::WaitForSingleObject(process.get(), 5'000);
}

/// Nobody reads what the MSI's own commands print.
void tell(unsigned long event, const ConfigError& error) {
  const auto language = windows::systemLanguage();
  windows::writeEvent(event, (error.place().empty() ? "" : error.place() + ": ") + error.code() + ": " +
                                 sentence(error.cause(language)) + ' ' + sentence(error.remedy(language)));
}

std::string contentOf(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void tell(Invocation& call, const Text& text, const std::vector<std::string>& names) {
  call.console.out << call.console.tr(text, names) << '\n';
  windows::writeEvent(EVENT_NOT_TAKEN, fill(text.in(windows::systemLanguage()), names));
}

/// A command line that is used again for an upgrade still names them.
void tellIfNotTaken(Invocation& call, const fs::path& handedOver, const fs::path& file) {
  if (!handedOver.empty() && contentOf(handedOver) != contentOf(file)) {
    tell(call, kNotTaken, {handedOver.string(), file.string()});
  }
}

void setUpState(Invocation& call, const ServiceInstall& with, const fs::path& file) {
  makeStateDir(call, file.parent_path());
  if (with.secrets.empty()) return;
  if (!fs::exists(with.secrets) && !SecretStore(call.settings().stateDir()).list().empty()) {
    tell(call, kSecretsNotThere, {with.secrets.string()});  // a command line that is used again for an upgrade
    return;
  }
  const int stored = importSecrets(with.secrets, call.settings().stateDir());
  call.console.out << call.console.tr(kSecretsStored, {std::to_string(stored)}) << '\n';
}

void install(Invocation& call, const ServiceInstall& with, const fs::path& file) {
  // Who may not do this must leave no folder that is his: the administrators' set-up would not believe it.
  openManager(SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
  refuseReplaceableProgram();
  makeFolders(file.parent_path());
  const bool written = writeFirstSettings(file, with.settings);
  try {
    setUpState(call, with, file);
    if (!written) tellIfNotTaken(call, with.settings, file);
    rememberSettings(file);
    makeEventSource();
    makeService();
  } catch (...) {
    std::error_code ignored;
    if (written) fs::remove(file, ignored);  // or it would be in the way of other ones
    throw;
  }
}

void removeStateDir(Invocation& call, const fs::path& home) {
  const auto stateDir = stateDirElsewhere(call, home);
  if (!stateDir) return;
  if (firstForeign(*stateDir)) {
    call.console.out << call.console.tr(kKept, {stateDir->string()}) << '\n';
  } else {
    removeTree(*stateDir);
  }
}

}  // namespace

int installService(Invocation& call, const ServiceInstall& with) {
  const auto file = ownSettings(call);
  try {
    try {
      install(call, with, file);
    } catch (const fs::filesystem_error& e) {
      throwFolder(e);
    }
  } catch (const ConfigError& e) {
    tell(EVENT_INSTALL, e);
    throw;
  }
  call.console.out << call.console.tr(kInstalled, {file.string()}) << '\n';
  return kDone;
}

int removeService(Invocation& call, bool withData) {
  const auto folder = ownSettings(call).parent_path();
  if (const auto service = openService(SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE)) {
    stopAndWait(service);
    if (::DeleteService(service.get()) == 0 && ::GetLastError() != ERROR_SERVICE_MARKED_FOR_DELETE) refuse("delete");
  }
  ::RegDeleteKeyW(HKEY_LOCAL_MACHINE, eventKey().c_str());
  if (withData) {
    ::RegDeleteTreeW(HKEY_LOCAL_MACHINE, kOwnKey);
    try {
      removeStateDir(call, folder);
      removeTree(folder);
    } catch (const fs::filesystem_error& e) {
      const ConfigError error({}, kNotRemoved, {e.path1().string(), systemMessage(e.code())});
      tell(EVENT_REMOVE, error);
      throw error;
    }
  }
  call.console.out << call.console.tr(kRemoved) << '\n';
  return kDone;
}

int startService(Invocation& call) {
  const auto service = existingService(SERVICE_START | SERVICE_QUERY_STATUS);
  try {
    makeStateDir(call, call.configFile().parent_path());  // the settings may name another place than at the set-up
  } catch (const fs::filesystem_error& e) {
    throwFolder(e);
  }
  if (::StartServiceW(service.get(), 0, nullptr) == 0 && ::GetLastError() != ERROR_SERVICE_ALREADY_RUNNING) {
    refuse("start");
  }
  const auto status = whenNoLonger(SERVICE_START_PENDING, service, kStartLimit);
  if (status.dwCurrentState == SERVICE_RUNNING) {
    call.console.out << call.console.tr(kRuns) << '\n';
    return kDone;
  }
  const auto log = call.configFile().parent_path() / "logs" / "postern.log";
  if (status.dwCurrentState == SERVICE_START_PENDING) {
    throw StateError(kStillStarting, {std::to_string(kStartLimit.count()), log.string()});
  }
  const bool specific = status.dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR;
  const DWORD code = specific ? status.dwServiceSpecificExitCode : status.dwWin32ExitCode;
  if (specific && code == kSettings) throw ConfigError({}, kDidNotStart, {std::to_string(code), log.string()});
  throw StateError(kDidNotStart, {std::to_string(code), log.string()});
}

int stopService(Invocation& call) {
  stopAndWait(existingService(SERVICE_STOP | SERVICE_QUERY_STATUS));
  call.console.out << call.console.tr(kStands) << '\n';
  return kDone;
}

int runUnderManager(Invocation& call) {
  if (!windows::runAsService(call.configFile())) throw ConfigError({}, kNotByManager);
  return kDone;
}

}  // namespace postern
